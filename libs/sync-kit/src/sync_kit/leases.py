"""One worker at a time for a tenant, over all replicas, and no tenant forgotten.

A lease is the time-limited right to work for a tenant. Its fence grows with every claim, so a worker that was paused
past its lease finds its fence outdated and can write nothing. All times are the store's.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import ColumnElement, Table, and_, case, literal, or_, select, update

from sync_kit.clock import Clock
from sync_kit.errors import LeaseLostError
from sync_kit.store import KitTables, Session, Store, UtcDateTime
from sync_kit.store.statements import insert_into

DUE_SIGNAL: Final = "due"
"""What `store.watch` is asked for to hear that a tenant became due."""
LONGEST_LEASE: Final = timedelta(seconds=900)
"""No lease is given for longer. One that ends later than that was given before the store's clock went back."""


@dataclass(frozen=True)
class Lease:
    """The right of `owner` to work for a tenant until `expires_at` (the store's time).

    `deadline_monotonic` is the same end by the worker's own monotonic clock, counted from before the claim was asked
    for, so it is never later than the true end.
    """

    tenant_id: str
    fence: int
    owner: str
    expires_at: datetime
    deadline_monotonic: float

    def ensure_time(self, clock: Clock, seconds_needed: float) -> None:
        """The last act before a socket write. Raises LeaseLostError when less than that is left."""
        if clock.monotonic() + seconds_needed > self.deadline_monotonic:
            raise LeaseLostError(f"tenant {self.tenant_id}: the lease ends too soon for {seconds_needed} s of work")


async def mark_due(session: Session, tables: KitTables, tenant_id: str, at: datetime | None = None) -> None:
    """There is work for the tenant, from `at` on (None: now). An earlier mark stays; a closed tenant is never due."""
    leases = tables.leases
    statement = insert_into(session.kind, leases).values(
        tenant_id=tenant_id, due_at=session.now_in_sql() if at is None else at, fence=0, closed=False
    )
    earliest = _earlier(leases.c.due_at, statement.excluded.due_at)
    await session.execute(
        statement.on_conflict_do_update(
            index_elements=["tenant_id"], set_={"due_at": earliest}, where=leases.c.closed.is_(False)
        )
    )
    session.signal(DUE_SIGNAL)


async def claim_next(store: Store, tables: KitTables, owner: str, seconds: float) -> Lease | None:
    """Lease the due tenant that was served longest ago, for `seconds`; None when no tenant is due and free.

    A tenant whose lease ran out unreleased is due at once: its worker died, and its work is not done.
    """
    if seconds > LONGEST_LEASE.total_seconds():
        raise ValueError(f"a lease lasts {LONGEST_LEASE.total_seconds():.0f} s at most")
    leases = tables.leases
    deadline_monotonic = store.clock.monotonic() + seconds
    async with store.transaction() as session:
        now = await session.now()
        chosen = await session.fetch_value(
            select(leases.c.tenant_id)
            .where(leases.c.closed.is_(False), or_(_is_free_and_due(leases, now), _has_run_out(leases, now)))
            .order_by(leases.c.served_at.asc().nulls_first(), leases.c.due_at, leases.c.tenant_id)
            .limit(1)
            .with_for_update(skip_locked=True)
        )
        if chosen is None:
            return None
        expires_at = now + timedelta(seconds=seconds)
        row = await session.fetch_one(
            update(leases)
            .where(leases.c.tenant_id == chosen)
            .values(owner=owner, expires_at=expires_at, fence=leases.c.fence + 1, due_at=None, served_at=now)
            .returning(leases.c.fence)
        )
    if row is None:
        return None
    return Lease(chosen, row["fence"], owner, expires_at, deadline_monotonic)


async def check_fence(session: Session, tables: KitTables, lease: Lease) -> None:
    """In every transaction in which a worker writes. Raises LeaseLostError unless the lease still holds.

    It touches the row, so that on PostgreSQL a claim or a closing by others waits until this transaction has ended.
    """
    leases = tables.leases
    result = await session.execute(
        update(leases)
        .where(*_is_mine(leases, lease), leases.c.closed.is_(False), leases.c.expires_at > session.now_in_sql())
        .values(fence=lease.fence)
    )
    if result.rowcount != 1:
        raise LeaseLostError(f"tenant {lease.tenant_id}: the lease is over")


async def renew(session: Session, tables: KitTables, lease: Lease, seconds: float) -> Lease:
    """A lease that lasts `seconds` from now, once the transaction commits. Raises LeaseLostError when it was lost."""
    if seconds > LONGEST_LEASE.total_seconds():
        raise ValueError(f"a lease lasts {LONGEST_LEASE.total_seconds():.0f} s at most")
    deadline_monotonic = session.clock.monotonic() + seconds
    await check_fence(session, tables, lease)
    expires_at = await session.now() + timedelta(seconds=seconds)
    leases = tables.leases
    await session.execute(update(leases).where(*_is_mine(leases, lease)).values(expires_at=expires_at))
    return replace(lease, expires_at=expires_at, deadline_monotonic=deadline_monotonic)


async def release(session: Session, tables: KitTables, lease: Lease, next_due_at: datetime | None) -> bool:
    """Give the lease back; the tenant is due again at `next_due_at` or at an earlier mark made meanwhile.

    False, and nothing changed, when the lease was lost before.
    """
    leases = tables.leases
    values: dict[str, object] = {"owner": None, "expires_at": None, "served_at": session.now_in_sql()}
    if next_due_at is not None:
        values["due_at"] = case(
            (leases.c.closed.is_(True), None),
            else_=_earlier(leases.c.due_at, literal(next_due_at, UtcDateTime())),
        )
    result = await session.execute(update(leases).where(*_is_mine(leases, lease)).values(**values))
    session.signal(DUE_SIGNAL)
    return bool(result.rowcount == 1)


async def close_tenant(session: Session, tables: KitTables, tenant_id: str) -> None:
    """The tenant is deleted: never due again, and whoever works for it now fails the next fence check. Final.

    The fence keeps its number, so that this last worker can still give the lease back and a purge need not wait.
    """
    leases = tables.leases
    statement = insert_into(session.kind, leases).values(tenant_id=tenant_id, fence=0, closed=True)
    await session.execute(
        statement.on_conflict_do_update(index_elements=["tenant_id"], set_={"closed": True, "due_at": None})
    )


async def find_lease_end(session: Session, tables: KitTables, tenant_id: str) -> datetime | None:
    """When the lease of the tenant's present holder ends; None when nobody holds one. For purges after a deletion."""
    moment: datetime | None = await session.fetch_value(
        select(tables.leases.c.expires_at).where(tables.leases.c.tenant_id == tenant_id)
    )
    return moment


def _is_mine(leases: Table, lease: Lease) -> tuple[ColumnElement[bool], ...]:
    columns = leases.c
    return (columns.tenant_id == lease.tenant_id, columns.fence == lease.fence, columns.owner == lease.owner)


def _is_free_and_due(leases: Table, now: datetime) -> ColumnElement[bool]:
    return and_(leases.c.owner.is_(None), leases.c.due_at <= now)


def _has_run_out(leases: Table, now: datetime) -> ColumnElement[bool]:
    ends = leases.c.expires_at
    return and_(leases.c.owner.is_not(None), or_(ends <= now, ends > now + LONGEST_LEASE))


def _earlier(mine: ColumnElement[datetime], other: ColumnElement[datetime]) -> ColumnElement[datetime]:
    return case((or_(mine.is_(None), other < mine), other), else_=mine)
