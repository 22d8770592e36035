"""One worker at a time for a tenant, over all replicas, and no tenant forgotten.

A lease is the time-limited right to work for a tenant. Its fence grows with every claim, so a worker that was paused
past its lease finds its fence outdated and can write nothing. All times are the store's.
"""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Final

from sqlalchemy import ColumnElement, Executable, Select, Table, and_, bindparam, case, or_, select, update

from sync_kit.clock import Clock
from sync_kit.errors import LeaseLostError
from sync_kit.store import KitTables, Session, Store, UtcDateTime, now_of_store
from sync_kit.store.statements import Kind, insert_into

DUE_SIGNAL: Final = "due"
"""What `store.watch` is asked for to hear that a tenant became due."""
LEASE_SECONDS: Final = 120.0
"""What a worker claims or renews at a time, unless told otherwise."""
LONGEST_LEASE: Final = timedelta(seconds=900)
"""No lease is given for longer. One that ends later than that was given before the store's clock went back."""

_STORES: Final = 16
"""Statements are made once for each store of this process."""


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
    given = session.now_given() if at is None else {"at": at}
    statement = _mark_due(tables.leases, session.kind, now=at is None)
    owner = await session.fetch_value(statement, {"tenant": tenant_id, **given})
    if owner is None:  # whoever works for it now looks again when it gives the lease back
        session.signal(DUE_SIGNAL)


async def claim_next(store: Store, tables: KitTables, owner: str, seconds: float) -> Lease | None:
    """Lease the due tenant that was served longest ago, for `seconds`; None when no tenant is due and free.

    A tenant whose lease ran out unreleased is due at once: its worker died, and its work is not done.
    """
    if seconds > LONGEST_LEASE.total_seconds():
        raise ValueError(f"a lease lasts {LONGEST_LEASE.total_seconds():.0f} s at most")
    deadline_monotonic = store.clock.monotonic() + seconds
    claimed = await store.transact(lambda session: _claim(session, tables.leases, owner, timedelta(seconds=seconds)))
    if claimed is None:
        return None
    tenant_id, fence, expires_at = claimed
    return Lease(tenant_id, fence, owner, expires_at, deadline_monotonic)


async def _claim(session: Session, leases: Table, owner: str, life: timedelta) -> tuple[str, int, datetime] | None:
    now = await session.now()
    chosen = await session.fetch_value(_choose_due(leases), _due_by(now))
    if chosen is None:
        return None
    expires_at = now + life
    given = {"chosen": chosen, "new_owner": owner, "new_expires_at": expires_at, "new_served_at": now}
    fence = await session.fetch_value(_claim_chosen(leases), given)
    return None if fence is None else (chosen, fence, expires_at)


async def is_anyone_due(session: Session, tables: KitTables) -> bool:
    """Whether a tenant waits for a worker: who works for another one might give way."""
    return await session.fetch_value(_list_due(tables.leases), _due_by(await session.now())) is not None


async def check_fence(session: Session, tables: KitTables, lease: Lease) -> None:
    """In every transaction in which a worker writes. Raises LeaseLostError unless the lease still holds.

    It takes the tenant's turn, so that consumers and callers of the API wait until this transaction has ended, and
    touches the row, so that on PostgreSQL a claim by others waits too.
    """
    await session.take_turn(lease.tenant_id)
    statement = _touch(tables.leases, session.kind)
    held = await session.execute(statement, {**_name(lease), **session.now_given()})
    if held.rowcount != 1:
        raise LeaseLostError(f"tenant {lease.tenant_id}: the lease is over")


async def renew(session: Session, tables: KitTables, lease: Lease, seconds: float) -> Lease:
    """A lease that lasts `seconds` from now, once the transaction commits. Raises LeaseLostError when it was lost."""
    if seconds > LONGEST_LEASE.total_seconds():
        raise ValueError(f"a lease lasts {LONGEST_LEASE.total_seconds():.0f} s at most")
    deadline_monotonic = session.clock.monotonic() + seconds
    await check_fence(session, tables, lease)
    expires_at = await session.now() + timedelta(seconds=seconds)
    mine = update(tables.leases).where(*_is_mine(tables.leases)).values(expires_at=expires_at)
    await session.execute(mine, _name(lease))
    return replace(lease, expires_at=expires_at, deadline_monotonic=deadline_monotonic)


async def release(session: Session, tables: KitTables, lease: Lease, next_due_at: datetime | None) -> bool:
    """Give the lease back; the tenant is due again at `next_due_at` or at an earlier mark made meanwhile.

    Nobody is woken: who gives back looks for what is due at once.
    False, and nothing changed, when the lease was lost before.
    """
    statement = _give_back(tables.leases, session.kind, due=next_due_at is not None)
    due = {} if next_due_at is None else {"next_due_at": next_due_at}
    result = await session.execute(statement, {**_name(lease), **session.now_given(), **due})
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


@lru_cache(_STORES)
def _mark_due(leases: Table, kind: Kind, *, now: bool) -> Executable:
    due_at = now_of_store(kind) if now else bindparam("at", type_=UtcDateTime())
    statement = insert_into(kind, leases).values(tenant_id=bindparam("tenant"), due_at=due_at, fence=0, closed=False)
    earliest = _earlier(leases.c.due_at, statement.excluded.due_at)
    return statement.on_conflict_do_update(
        index_elements=["tenant_id"], set_={"due_at": earliest}, where=leases.c.closed.is_(False)
    ).returning(leases.c.owner)


@lru_cache(_STORES)
def _choose_due(leases: Table) -> Executable:
    return _list_due(leases).with_for_update(skip_locked=True)


@lru_cache(_STORES)
def _list_due(leases: Table) -> Select[str]:
    """The one that was served longest ago."""
    columns = leases.c
    now, too_late = bindparam("now", type_=UtcDateTime()), bindparam("too_late", type_=UtcDateTime())
    free_and_due = and_(columns.owner.is_(None), columns.due_at <= now)
    run_out = and_(columns.owner.is_not(None), or_(columns.expires_at <= now, columns.expires_at > too_late))
    return (
        select(columns.tenant_id)
        .where(columns.closed.is_(False), or_(free_and_due, run_out))
        .order_by(columns.served_at.asc().nulls_first(), columns.due_at, columns.tenant_id)
        .limit(1)
    )


def _due_by(now: datetime) -> dict[str, object]:
    return {"now": now, "too_late": now + LONGEST_LEASE}


@lru_cache(_STORES)
def _claim_chosen(leases: Table) -> Executable:
    changes = {
        name: bindparam(f"new_{name}", type_=leases.c[name].type) for name in ("owner", "expires_at", "served_at")
    }
    claimed = update(leases).where(leases.c.tenant_id == bindparam("chosen"))
    return claimed.values(**changes, fence=leases.c.fence + 1, due_at=None).returning(leases.c.fence)


@lru_cache(_STORES)
def _touch(leases: Table, kind: Kind) -> Executable:
    columns = leases.c
    holds = (*_is_mine(leases), columns.closed.is_(False), columns.expires_at > now_of_store(kind))
    return update(leases).where(*holds).values(fence=columns.fence)


@lru_cache(_STORES)
def _give_back(leases: Table, kind: Kind, *, due: bool) -> Executable:
    columns = leases.c
    changes: dict[str, object] = {"owner": None, "expires_at": None, "served_at": now_of_store(kind)}
    if due:
        next_due_at = bindparam("next_due_at", type_=UtcDateTime())
        changes["due_at"] = case((columns.closed.is_(True), None), else_=_earlier(columns.due_at, next_due_at))
    return update(leases).where(*_is_mine(leases)).values(**changes)


def _is_mine(leases: Table) -> tuple[ColumnElement[bool], ...]:
    columns = leases.c
    return (
        columns.tenant_id == bindparam("my_tenant"),
        columns.fence == bindparam("my_fence"),
        columns.owner == bindparam("my_name"),
    )


def _name(lease: Lease) -> dict[str, object]:
    return {"my_tenant": lease.tenant_id, "my_fence": lease.fence, "my_name": lease.owner}


def _earlier(mine: ColumnElement[datetime], other: ColumnElement[datetime]) -> ColumnElement[datetime]:
    return case((or_(mine.is_(None), other < mine), other), else_=mine)
