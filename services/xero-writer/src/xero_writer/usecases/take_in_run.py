"""Take in what the scheduler says of runs; the latest state wins, whatever the order in which it is told."""

from sync_kit.contracts.envelope import Envelope
from sync_kit.contracts.events import RunCancelled, RunEnded, RunRequested, StateRequested
from sync_kit.errors import ParkEventError
from sync_kit.leases import mark_due
from sync_kit.store import Session
from sync_kit.tenants import find_tenant
from xero_writer.store import KIT_TABLES, runs
from xero_writer.store.runs import RunState


async def take_in_request(session: Session, event: RunRequested, envelope: Envelope) -> None:
    """A run begins."""
    await _require_tenant(session, event.tenant_id)
    await runs.advance_run(
        session,
        event.tenant_id,
        event.run_id,
        run_seq=event.run_seq,
        state=RunState.REQUESTED,
        request=event.model_dump(exclude={"tenant_id", "run_id", "run_seq"}),
    )
    await mark_due(session, KIT_TABLES, event.tenant_id)


async def take_in_cancelling(session: Session, event: RunCancelled, envelope: Envelope) -> None:
    """A person stops the run: no new intents."""
    await _require_tenant(session, event.tenant_id)
    await runs.advance_run(session, event.tenant_id, event.run_id, run_seq=event.run_seq, state=RunState.CANCELLED)
    await mark_due(session, KIT_TABLES, event.tenant_id)


async def take_in_end(session: Session, event: RunEnded, envelope: Envelope) -> None:
    """The run is over: nothing is owed to it, what is staged stays."""
    await _require_tenant(session, event.tenant_id)
    await runs.advance_run(session, event.tenant_id, event.run_id, run_seq=event.run_seq, state=RunState.ENDED)
    await runs.forget_owed(session, event.tenant_id, event.run_id)


async def take_in_question(session: Session, event: StateRequested, envelope: Envelope) -> None:
    """Nothing was heard for long: the worker tells its state again."""
    await _require_tenant(session, event.tenant_id)
    await runs.change_run(session, event.tenant_id, event.run_id, tell_again=True)
    await mark_due(session, KIT_TABLES, event.tenant_id)


async def _require_tenant(session: Session, tenant_id: str) -> None:
    if await find_tenant(session, KIT_TABLES, tenant_id) is None:
        raise ParkEventError(f"tenant {tenant_id} is not known yet")
