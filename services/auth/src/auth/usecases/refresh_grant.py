"""Refresh a grant's tokens: one refresh at a time over all processes, and no lock held over HTTP.

Claim the grant's lease row, commit, call the vendor, save under the fence, commit. Within one process all callers
share one flight; in another process they wait for the row. A process that dies in the middle leaves a claim that
runs out after a minute; the next one tries what is stored once more, which Xero allows for 30 minutes after a refresh
whose answer was lost. A newer consent voids a refresh under way: its answer is thrown away.
"""

import asyncio
from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from auth.clients.vendor_oauth import VendorOAuth
from auth.domain.connection import Cause
from auth.domain.grant import Grant, HeldTokens, TokenPair
from auth.domain.sealing import Keyring
from auth.errors import AppRefusedError, GrantRefusedError
from auth.metrics import AuthMetrics
from auth.store.grants import find_grant, find_tokens, renew_grant, save_tokens
from auth.store.refresh_leases import RefreshRight, claim_refresh, find_block, give_back_refresh
from auth.usecases.lose_connection import lose_grant
from sync_kit import points
from sync_kit.clock import Clock
from sync_kit.contracts.vocabulary import Vendor
from sync_kit.errors import (
    AnswerLostError,
    LeaseLostError,
    NeedsReauthorisationError,
    RateLimitedError,
    TryLaterError,
)
from sync_kit.logs import get_logger
from sync_kit.store import Store

LEASE_LIFE: Final = timedelta(seconds=60)
CALL_SECONDS: Final = 25.0
"""What one call to an identity service may take, with a margin: less than this left on the lease means not to call."""
WAIT_SECONDS: Final = 25.0
"""How long a caller waits for another process's refresh."""
POLL_SECONDS: Final = 0.25

_AFTER_TROUBLE: Final = timedelta(seconds=5)
_AFTER_LIMIT: Final = timedelta(seconds=60)

_log = get_logger(__name__)


class Refresher:
    """Renews grants for one process; `owner` names it in the lease rows."""

    def __init__(
        self,
        *,
        store: Store,
        keyring: Keyring,
        vendors: Mapping[Vendor, VendorOAuth],
        clock: Clock,
        owner: str,
        metrics: AuthMetrics,
    ) -> None:
        self._store = store
        self._keyring = keyring
        self._vendors = vendors
        self._clock = clock
        self._owner = owner
        self._metrics = metrics
        self._flights: dict[str, asyncio.Task[None]] = {}

    async def renew(self, grant_id: str, *, seen_generation: int) -> None:
        """Return when the grant's generation is above `seen_generation`.

        Raises NeedsReauthorisationError when the vendor refused the grant, TryLaterError when it cannot be had now.
        """
        flight = self._flights.get(grant_id)
        if flight is None:
            flight = asyncio.create_task(self._fly(grant_id, seen_generation))
            self._flights[grant_id] = flight
            flight.add_done_callback(lambda done: self._land(grant_id, done))
        # Shielded: between the vendor's answer and its saving nobody's impatience may end it.
        await asyncio.shield(flight)

    async def close(self) -> None:
        """Let flights under way land."""
        await asyncio.gather(*self._flights.values(), return_exceptions=True)

    def _land(self, grant_id: str, done: "asyncio.Task[None]") -> None:
        self._flights.pop(grant_id, None)
        if not done.cancelled():
            done.exception()  # seen, even when everybody who waited is gone

    async def _fly(self, grant_id: str, seen_generation: int) -> None:
        deadline = self._clock.monotonic() + WAIT_SECONDS
        while True:
            lease_end = self._clock.monotonic() + LEASE_LIFE.total_seconds()
            claimed = await self._claim(grant_id, seen_generation)
            if claimed is None:
                return
            if not isinstance(claimed, str):
                await self._refresh(*claimed, lease_end=lease_end)
                return
            if self._clock.monotonic() >= deadline:
                raise TryLaterError("another process is refreshing this token")
            await self._clock.sleep(POLL_SECONDS)

    async def _claim(self, grant_id: str, seen_generation: int) -> tuple[Grant, HeldTokens, RefreshRight] | str | None:
        """The right to refresh; None when it was refreshed already, a word when somebody else is at it."""
        async with self._store.transaction() as session:
            grant = await find_grant(session, grant_id)
            if grant is None or grant.refused_at is not None:
                raise NeedsReauthorisationError("the vendor refused this grant", cause=Cause.EXPIRED)
            if grant.generation > seen_generation:
                return None
            blocked_until_at = await find_block(session, grant_id)
            if blocked_until_at is not None:
                raise TryLaterError("the identity service was in trouble a moment ago", retry_at=blocked_until_at)
            tokens = await find_tokens(session, self._keyring, grant)
            if tokens is None:
                raise NeedsReauthorisationError("this grant has no tokens", cause=Cause.EXPIRED)
            right = await claim_refresh(session, grant_id, owner=self._owner, life=LEASE_LIFE)
        return (grant, tokens, right) if right is not None else "busy"

    async def _refresh(self, grant: Grant, held: HeldTokens, right: RefreshRight, *, lease_end: float) -> None:
        def check_lease() -> None:
            if self._clock.monotonic() + CALL_SECONDS > lease_end:
                raise LeaseLostError(f"too little is left of the right to refresh grant {grant.grant_id}")

        vendor = self._vendors[grant.vendor]
        try:
            pair = await vendor.refresh(grant, held.refresh_token, lease=check_lease)
        except GrantRefusedError as error:
            await self._note_refusal(grant, right)
            raise NeedsReauthorisationError("the vendor refused this grant", cause=Cause.EXPIRED) from error
        except LeaseLostError as error:
            raise TryLaterError("this process was too slow to refresh the token") from error
        except AppRefusedError as error:
            _log.error("vendor_app_refused", vendor=str(grant.vendor))
            await self._note_trouble(grant, right, "app_refused", _AFTER_LIMIT, error)
        except RateLimitedError as error:
            await self._note_trouble(grant, right, "rate_limited", _AFTER_LIMIT, error)
        except (TryLaterError, AnswerLostError) as error:
            await self._note_trouble(grant, right, "trouble", _AFTER_TROUBLE, error)
        else:
            points.passing("refresh.answered")
            await self._save(grant, held, pair, right)

    async def _save(self, grant: Grant, held: HeldTokens, pair: TokenPair, right: RefreshRight) -> None:
        tokens = HeldTokens(pair.access_token, pair.refresh_token or held.refresh_token)
        try:
            async with self._store.transaction() as session:
                await give_back_refresh(session, right)
                now = await session.now()
                renewed = await renew_grant(session, grant, renewed_at=now, access_expires_at=now + pair.lives)
                await save_tokens(session, self._keyring, renewed, tokens)
        except LeaseLostError:
            self._metrics.refreshes.labels(str(grant.vendor), "overtaken").inc()
            return
        self._metrics.refreshes.labels(str(grant.vendor), "recovered" if right.recovers else "renewed").inc()

    async def _note_refusal(self, grant: Grant, right: RefreshRight) -> None:
        self._metrics.refreshes.labels(str(grant.vendor), "refused").inc()
        try:
            async with self._store.transaction() as session:
                await give_back_refresh(session, right)
                await lose_grant(session, grant.grant_id)
        except LeaseLostError as error:
            raise TryLaterError("a newer consent is taking over") from error

    async def _note_trouble(
        self, grant: Grant, right: RefreshRight, word: str, pause: timedelta, error: Exception
    ) -> None:
        """Nobody tries again before the pause is over. The stored refresh token stays good, even if this call's answer
        was lost after the vendor rotated it: it may be tried again for 30 minutes."""
        self._metrics.refreshes.labels(str(grant.vendor), word).inc()
        async with self._store.transaction() as session:
            now = await session.now()
            retry_at = max(now + pause, getattr(error, "retry_at", None) or now)
            try:
                await give_back_refresh(session, right, blocked_until_at=retry_at)
            except LeaseLostError:
                retry_at = now
        raise TryLaterError("the identity service did not give a token", retry_at=retry_at) from error
