"""Runs as the scheduler tells of them: requested, cancelled, ended, asked about. Their order is not assumed."""

from sync_kit.contracts.envelope import Envelope
from sync_kit.contracts.events import RunCancelled, RunEnded, RunRequested, StateRequested
from sync_kit.errors import ParkEventError
from sync_kit.leases import mark_due
from sync_kit.store import Session
from sync_kit.tenants import find_tenant
from zoho_reader.store import KIT
from zoho_reader.store.checkpoints import forget_digests
from zoho_reader.store.purge import forget_emissions, forget_run_work
from zoho_reader.store.run_modules import list_modules
from zoho_reader.store.runs import find_run, flag_run, request_run
from zoho_reader.usecases.report_findings import tell_findings
from zoho_reader.usecases.report_stage import announce_modules, tell_stage


async def take_in_request(session: Session, event: RunRequested, _: Envelope) -> None:
    """The run waits for a worker."""
    await ensure_tenant_known(session, event.tenant_id)
    await request_run(session, event)
    await mark_due(session, KIT, event.tenant_id)


async def take_in_cancel(session: Session, event: RunCancelled, _: Envelope) -> None:
    """The worker stops before its next page."""
    await ensure_tenant_known(session, event.tenant_id)
    await flag_run(session, event.tenant_id, event.run_id, event.run_seq, "cancelled")
    await mark_due(session, KIT, event.tenant_id)


async def take_in_end(session: Session, event: RunEnded, _: Envelope) -> None:
    """The run's working rows go; wanted records and the pages that were emitted stay, save those of a rehearsal."""
    await ensure_tenant_known(session, event.tenant_id)
    await flag_run(session, event.tenant_id, event.run_id, event.run_seq, "ended")
    run = await find_run(session, event.tenant_id, event.run_id)
    if run is not None:
        await forget_run_work(session, run.tenant_id, run.run_id)
        await forget_digests(session, run)
        if run.rehearses:
            await forget_emissions(session, run.tenant_id, run.run_id)


async def tell_state(session: Session, event: StateRequested, _: Envelope) -> None:
    """Tell everything of the run again: the stage, E of each module, and the findings of a check."""
    await ensure_tenant_known(session, event.tenant_id)
    run = await find_run(session, event.tenant_id, event.run_id)
    if run is None or not run.requested:
        return
    await announce_modules(session, run, list((await list_modules(session, run)).values()))
    await tell_stage(session, run)
    if run.reported:
        await tell_findings(session, run)
    if not run.ended:
        await mark_due(session, KIT, event.tenant_id)


async def ensure_tenant_known(session: Session, tenant_id: str) -> None:
    """Raises ParkEventError for a tenant of which nothing was heard yet."""
    if await find_tenant(session, KIT, tenant_id) is None:
        raise ParkEventError(f"tenant {tenant_id} is not known yet")
