"""Take in the newest state of a tenant; a deleted one's run is cancelled and its settings are forgotten."""

from scheduler.domain.run_state import RunState
from scheduler.store import KIT_TABLES, checks, first_applies, runs, tenant_settings
from scheduler.usecases.end_run import end_run
from sync_kit import tenants
from sync_kit.contracts.envelope import Envelope
from sync_kit.contracts.events import TenantChanged
from sync_kit.store import Session


async def take_in_tenant(session: Session, event: TenantChanged, envelope: Envelope) -> None:
    """Max-merge by version."""
    if not await tenants.take_in_tenant(session, KIT_TABLES, event) or not event.deleted:
        return
    await tenant_settings.forget_settings(session, event.tenant_id)
    await checks.forget_checks(session, event.tenant_id)
    await first_applies.forget_applies(session, event.tenant_id)
    open_run = await runs.find_open_run(session, event.tenant_id)
    if open_run is not None:
        await end_run(session, open_run, RunState.CANCELLED)
