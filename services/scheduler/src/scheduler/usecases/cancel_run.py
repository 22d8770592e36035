"""Cancel a run: tell both stages to stop; the watch ends it within a minute whatever they do."""

from sqlalchemy import RowMapping

from scheduler.errors import run_has_ended
from scheduler.store import runs
from scheduler.usecases.tell import tell
from sync_kit.contracts.events import RunCancelled
from sync_kit.store import Session


async def cancel_run(session: Session, run: RowMapping) -> None:
    """Ask both stages to stop; asking twice is one cancellation. Raises ConflictError `run_has_ended`."""
    if run["ended_at"] is not None:
        raise run_has_ended(run["run_id"])
    if run["cancel_requested_at"] is not None:
        return
    await runs.change_run(session, run["run_id"], cancel_requested_at=await session.now())
    event = RunCancelled(tenant_id=run["tenant_id"], run_id=run["run_id"], run_seq=run["run_seq"])
    await tell(session, event)
