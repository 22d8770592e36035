"""Tell vendors of disconnections: cut a Xero link, revoke a grant whose last connection is gone, then forget it.

What is owed was committed with the disconnection. Before each word the need is looked at again: a person who has
connected anew in the meantime keeps what they have.
"""

from collections.abc import Mapping
from datetime import timedelta
from typing import Final

from auth.clients.vendor_oauth import VendorOAuth
from auth.domain.grant import Grant, NextAct, decide_next_act
from auth.domain.revoking import next_try_at
from auth.domain.sealing import Keyring
from auth.errors import AppRefusedError, GrantRefusedError, SealBrokenError
from auth.metrics import AuthMetrics
from auth.store.connections import is_vendor_connection_live
from auth.store.grants import delete_grant, find_grant, find_tokens, is_grant_needed
from auth.store.revocations import Revocation, claim_revocation, delete_revocation, postpone_revocation
from auth.usecases.refresh_grant import Refresher
from sync_kit.contracts.vocabulary import Vendor
from sync_kit.errors import AnswerLostError, NeedsReauthorisationError, TryLaterError
from sync_kit.logs import get_logger
from sync_kit.store import Session, Store

CLAIM_LIFE: Final = timedelta(seconds=60)

_log = get_logger(__name__)


class Revoker:
    """Works off what vendors must still be told, one at a time."""

    def __init__(
        self,
        *,
        store: Store,
        keyring: Keyring,
        vendors: Mapping[Vendor, VendorOAuth],
        refresher: Refresher,
        metrics: AuthMetrics,
    ) -> None:
        self._store = store
        self._keyring = keyring
        self._vendors = vendors
        self._refresher = refresher
        self._metrics = metrics

    async def step(self) -> int:
        """Say the oldest word that is due; returns 1, or 0 when none is."""
        async with self._store.transaction() as session:
            owed = await claim_revocation(session, life=CLAIM_LIFE)
            if owed is None:
                return 0
            grant = await find_grant(session, owed.grant_id)
            if grant is None or not await self._is_still_due(session, owed):
                await delete_revocation(session, owed.revocation_id)
                return 1
        outcome = await self._say(owed, grant)
        self._metrics.revocations.labels(str(grant.vendor), outcome).inc()
        async with self._store.transaction() as session:
            now = await session.now()
            if outcome == "failed" and now < owed.give_up_at:
                await postpone_revocation(
                    session, owed.revocation_id, min(next_try_at(now, owed.tries), owed.give_up_at)
                )
            else:
                await self._finish(session, owed)
        return 1

    async def _is_still_due(self, session: Session, owed: Revocation) -> bool:
        if owed.vendor_connection_id is not None:
            return not await is_vendor_connection_live(session, owed.vendor_connection_id)
        return not await is_grant_needed(session, owed.grant_id)

    async def _say(self, owed: Revocation, grant: Grant) -> str:
        vendor = self._vendors[grant.vendor]
        try:
            if owed.vendor_connection_id is None:
                async with self._store.reading() as session:
                    tokens = await find_tokens(session, self._keyring, grant)
                if tokens is not None:
                    await vendor.revoke(grant, tokens.refresh_token)
            else:
                access = await self._get_access_token(grant)
                await vendor.cut_connection(grant, access, owed.vendor_connection_id)
        except (TryLaterError, AnswerLostError, AppRefusedError):
            _log.warning("revocation_failed", vendor=str(grant.vendor), grant_id=grant.grant_id, tries=owed.tries)
            return "failed"
        except (NeedsReauthorisationError, GrantRefusedError, SealBrokenError):
            return "void"
        return "done"

    async def _get_access_token(self, grant: Grant) -> str:
        async with self._store.reading() as session:
            tokens = await find_tokens(session, self._keyring, grant)
            act = decide_next_act(grant, failed_generation=None, now=await session.now())
        if act is NextAct.REFRESH:
            await self._refresher.renew(grant.grant_id, seen_generation=grant.generation)
            async with self._store.reading() as session:
                tokens = await find_tokens(session, self._keyring, grant)
        if tokens is None or act is NextAct.ASK_PERSON:
            raise NeedsReauthorisationError("this grant is of no use any more", cause="expired")
        return tokens.access_token

    async def _finish(self, session: Session, owed: Revocation) -> None:
        if owed.vendor_connection_id is not None or await is_grant_needed(session, owed.grant_id):
            await delete_revocation(session, owed.revocation_id)
        else:
            await delete_grant(session, owed.grant_id)
