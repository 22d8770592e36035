"""Numbers that only grow, per tenant: later tellings replace earlier ones by them."""

from functools import cache

from sqlalchemy import Executable, bindparam

from sync_kit.store import Session
from sync_kit.store.statements import Kind, insert_into
from xero_writer.store.tables import tenant_counters


async def take_settled_numbers(session: Session, tenant_id: str, count: int) -> int:
    """The first of `count` new settled_seq numbers."""
    return await _take(session, tenant_id, "settled_seq", count)


async def take_progress_number(session: Session, tenant_id: str) -> int:
    """A new progress_seq."""
    return await take_progress_numbers(session, tenant_id, 1)


async def take_progress_numbers(session: Session, tenant_id: str, count: int) -> int:
    """The first of `count` new progress_seq numbers."""
    return await _take(session, tenant_id, "progress_seq", count)


async def _take(session: Session, tenant_id: str, name: str, count: int) -> int:
    last = await session.fetch_value(_take_numbers(session.kind, name), {"of_tenant": tenant_id, "more": count})
    return int(last) - count + 1


@cache
def _take_numbers(kind: Kind, name: str) -> Executable:
    """The counter is made at its first use."""
    first = {"settled_seq": 0, "progress_seq": 0, name: bindparam("more")}
    statement = insert_into(kind, tenant_counters).values(tenant_id=bindparam("of_tenant"), **first)
    column = tenant_counters.c[name]
    return statement.on_conflict_do_update(
        index_elements=["tenant_id"], set_={name: column + statement.excluded[name]}
    ).returning(column)
