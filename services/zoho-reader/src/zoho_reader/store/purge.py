"""Forget: a deleted tenant whole, an ended run's working rows."""

from sqlalchemy import and_, delete

from sync_kit.store import Session
from zoho_reader.store.tables import (
    KIT,
    OF_TENANT,
    deletion_tasks,
    emissions,
    extraction_tasks,
    pending_records,
    rehearsal_wants,
    run_modules,
    runs,
    staged_lines,
)


async def forget_tenant(session: Session, tenant_id: str) -> None:
    """Delete every row of a deleted tenant, what it had to tell included; its tombstone in `tenants` stays."""
    for table in (*OF_TENANT, KIT.dead_letters, KIT.parked_events):
        await session.execute(delete(table).where(table.c.tenant_id == tenant_id))
    await session.execute(delete(KIT.outbox).where(KIT.outbox.c.key == tenant_id))


async def forget_run_work(session: Session, tenant_id: str, run_id: str) -> None:
    """Delete what a run left undone. Nothing is lost: its modules' checkpoints did not move, wanted records stay."""
    for table in (extraction_tasks, deletion_tasks, pending_records, staged_lines, rehearsal_wants):
        await session.execute(delete(table).where(and_(table.c.tenant_id == tenant_id, table.c.run_id == run_id)))


async def forget_emissions(session: Session, tenant_id: str, run_id: str) -> None:
    """Delete what a rehearsal's pages held: nobody asks for them any more."""
    await session.execute(
        delete(emissions).where(and_(emissions.c.tenant_id == tenant_id, emissions.c.run_id == run_id))
    )


async def forget_run(session: Session, tenant_id: str, run_id: str) -> None:
    """Delete a run that ended long ago."""
    for table in (run_modules, runs):
        await session.execute(delete(table).where(and_(table.c.tenant_id == tenant_id, table.c.run_id == run_id)))
