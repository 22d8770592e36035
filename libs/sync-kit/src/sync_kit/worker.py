"""Does the work: leases a tenant that is due, works one slice for it, gives it back."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

from sync_kit.clock import Clock
from sync_kit.errors import LeaseLostError, TryLaterError
from sync_kit.leases import DUE_SIGNAL, LEASE_SECONDS, Lease, claim_next, release
from sync_kit.logs import get_logger
from sync_kit.store import KitTables, Session, Store

LONGEST_BACKOFF_SECONDS: Final = 300

_log = get_logger(__name__)


@dataclass(frozen=True)
class SliceResult:
    """What a slice did, and when the tenant has more to do; None: when somebody marks it due."""

    did: int
    next_due_at: datetime | None


class Worker:
    """One slice per step. `work` checks the fence in each of its write transactions.

    `counts` holds slices by how they ended: `worked`, `lease_lost`, `failed`. `wake` is set when a tenant became due
    in this process. Workers that run at once need different owner names.
    """

    def __init__(
        self,
        store: Store,
        tables: KitTables,
        clock: Clock,
        owner: str,
        work: Callable[[Lease], Awaitable[SliceResult]],
        lease_seconds: float = LEASE_SECONDS,
    ) -> None:
        self._store = store
        self._tables = tables
        self._clock = clock
        self._owner = owner
        self._work = work
        self._lease_seconds = lease_seconds
        self._failures: Counter[str] = Counter()
        self.wake: asyncio.Event = store.watch(DUE_SIGNAL)
        self.counts: Counter[str] = Counter()

    async def step(self) -> int:
        """Work one slice for one tenant; returns 0 when none is due, else what was done, at least 1."""
        lease = await claim_next(self._store, self._tables, self._owner, self._lease_seconds)
        if lease is None:
            return 0
        try:
            result = await self._work(lease)
        except LeaseLostError:
            self.counts["lease_lost"] += 1
            _log.warning("lease_lost", tenant_id=lease.tenant_id, fence=lease.fence)
            await self._release(lease, after_seconds=0)
            return 1
        except Exception as error:  # noqa: BLE001  one tenant's trouble must not stop the others
            await self._release_after_failure(lease, error)
            return 1
        except asyncio.CancelledError:
            await self._release(lease, after_seconds=0)
            raise
        self._failures.pop(lease.tenant_id, None)
        self.counts["worked"] += 1
        await self._store.transact(lambda session: release(session, self._tables, lease, result.next_due_at))
        return max(result.did, 1)

    async def _release_after_failure(self, lease: Lease, error: Exception) -> None:
        self.counts["failed"] += 1
        self._failures[lease.tenant_id] += 1
        failures = self._failures[lease.tenant_id]
        seconds: float = min(2 ** min(failures, 16), LONGEST_BACKOFF_SECONDS)
        if isinstance(error, TryLaterError) and error.retry_at is not None:
            seconds = max(seconds, (error.retry_at - self._clock.now()).total_seconds())
        _log.error(
            "slice_failed",
            tenant_id=lease.tenant_id,
            exc_info=error,
            failures=failures,
            retry_seconds=seconds,
        )
        await self._release(lease, after_seconds=seconds)

    async def _release(self, lease: Lease, *, after_seconds: float) -> None:
        async def give_back(session: Session) -> None:
            next_due_at = await session.now() + timedelta(seconds=after_seconds)
            await release(session, self._tables, lease, next_due_at)

        await self._store.transact(give_back)
