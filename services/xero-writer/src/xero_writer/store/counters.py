"""Numbers that only grow, per tenant: later tellings replace earlier ones by them."""

from sqlalchemy import update

from sync_kit.store import Session
from xero_writer.store.tables import tenant_counters


async def take_settled_numbers(session: Session, tenant_id: str, count: int) -> int:
    """The first of `count` new settled_seq numbers."""
    return await _take(session, tenant_id, "settled_seq", count)


async def take_progress_number(session: Session, tenant_id: str) -> int:
    """A new progress_seq."""
    return await _take(session, tenant_id, "progress_seq", 1)


async def _take(session: Session, tenant_id: str, name: str, count: int) -> int:
    await session.insert_missing(tenant_counters, [{"tenant_id": tenant_id, "settled_seq": 0, "progress_seq": 0}])
    column = tenant_counters.c[name]
    row = await session.fetch_one(
        update(tenant_counters)
        .where(tenant_counters.c.tenant_id == tenant_id)
        .values({name: column + count})
        .returning(column)
    )
    if row is None:
        raise LookupError(f"no counters for tenant {tenant_id}")
    return int(row[name]) - count + 1
