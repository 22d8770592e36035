"""What is forgotten, and when."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, select, update

from scheduler.store.tables import KIT_TABLES, METADATA, check_findings, log_entries, run_modules, run_stages, runs
from sync_kit.store import Session

_KEPT = frozenset({"tenants", "leases"})
"""The tombstone and its fence stay for ever."""


async def list_deleted_tenants(session: Session) -> Sequence[str]:
    """Tenants of whom more than the tombstone may be left: they have runs, or settings came after it."""
    tenants = KIT_TABLES.tenants.c
    rows = await session.fetch_all(
        select(tenants.tenant_id)
        .where(tenants.deleted.is_(True), select(runs).where(runs.c.tenant_id == tenants.tenant_id).exists())
        .order_by(tenants.tenant_id)
    )
    return [row["tenant_id"] for row in rows]


async def forget_tenant(session: Session, tenant_id: str) -> None:
    """Everything of the tenant but its tombstone, and what is still to be told of its end."""
    of_tenant = select(runs.c.run_id).where(runs.c.tenant_id == tenant_id)
    for table in (run_modules, run_stages):
        await session.execute(delete(table).where(table.c.run_id.in_(of_tenant)))
    for table in METADATA.sorted_tables:
        if table.name not in _KEPT and "tenant_id" in table.c:
            await session.execute(delete(table).where(table.c.tenant_id == tenant_id))
    outbox = KIT_TABLES.outbox.c
    told = (outbox.key == tenant_id, outbox.published_at.is_not(None))
    await session.execute(delete(KIT_TABLES.outbox).where(*told))


async def forget_logs(session: Session, *, before: datetime) -> int:
    """The logs and findings of runs that ended before then, and the words of their failures; returns how many rows.

    The runs stay with their counts of calls: their numbers must never come again.
    """
    old = select(runs.c.run_id).where(runs.c.ended_at < before)
    rows = 0
    for table in (log_entries, check_findings):
        rows += (await session.execute(delete(table).where(table.c.run_id.in_(old)))).rowcount
    wordy = ((run_modules, "failure"), (run_stages, "failure"), (run_stages, "waiting_for"), (runs, "failure"))
    for table, column in wordy:
        said = (table.c.run_id.in_(old), table.c[column].is_not(None))
        await session.execute(update(table).where(*said).values({column: None}))
    return rows
