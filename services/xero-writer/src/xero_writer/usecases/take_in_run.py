"""Take in what the scheduler says of runs; the latest state wins, whatever the order in which it is told."""

from sync_kit.contracts.envelope import Envelope
from sync_kit.contracts.events import RunCancelled, RunEnded, RunRequested, StateRequested
from sync_kit.contracts.vocabulary import REHEARSALS
from sync_kit.errors import ParkEventError
from sync_kit.leases import mark_due
from sync_kit.store import Session
from sync_kit.tenants import find_tenant
from xero_writer.store import KIT_TABLES, owed, runs
from xero_writer.store.partitions import copy_rows, name_partition
from xero_writer.store.runs import RunState


async def take_in_request(session: Session, event: RunRequested, envelope: Envelope) -> None:
    """A run begins; a rehearsal on a copy of the tenant's rows as they are now."""
    await _require_tenant(session, event.tenant_id)
    known = await runs.find_mode(session, event.tenant_id, event.run_id) is not None
    await runs.advance_run(
        session,
        event.tenant_id,
        event.run_id,
        run_seq=event.run_seq,
        state=RunState.REQUESTED,
        request=event.model_dump(exclude={"tenant_id", "run_id", "run_seq"}),
        mode=event.mode,
    )
    if event.mode in REHEARSALS and not known:
        run = await runs.find_run(session, event.tenant_id, event.run_id)
        if run is not None and run["state"] == RunState.REQUESTED:
            await copy_rows(session, event.tenant_id, name_partition(event.tenant_id, event.run_id))
    await mark_due(session, KIT_TABLES, event.tenant_id)


async def take_in_cancelling(session: Session, event: RunCancelled, envelope: Envelope) -> None:
    """A person stops the run: no new intents."""
    await _require_tenant(session, event.tenant_id)
    await runs.advance_run(session, event.tenant_id, event.run_id, run_seq=event.run_seq, state=RunState.CANCELLED)
    await mark_due(session, KIT_TABLES, event.tenant_id)


async def take_in_end(session: Session, event: RunEnded, envelope: Envelope) -> None:
    """The run is over: nothing is owed to it, what is staged stays; a rehearsal's copy is cleaned up."""
    await _require_tenant(session, event.tenant_id)
    await runs.advance_run(session, event.tenant_id, event.run_id, run_seq=event.run_seq, state=RunState.ENDED)
    await owed.forget_owed(session, event.tenant_id, event.run_id)
    await runs.forget_modules(session, event.tenant_id, event.run_id)
    # Intents that a rehearsal left alone are settled now.
    await mark_due(session, KIT_TABLES, event.tenant_id)


async def take_in_question(session: Session, event: StateRequested, envelope: Envelope) -> None:
    """Nothing was heard for long: the worker tells its state again."""
    await _require_tenant(session, event.tenant_id)
    await runs.change_run(session, event.tenant_id, event.run_id, tell_again=True)
    await mark_due(session, KIT_TABLES, event.tenant_id)


async def _require_tenant(session: Session, tenant_id: str) -> None:
    if await find_tenant(session, KIT_TABLES, tenant_id) is None:
        raise ParkEventError(f"tenant {tenant_id} is not known yet")
