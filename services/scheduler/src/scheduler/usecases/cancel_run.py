"""Cancel a run: tell both stages to stop; the watch ends it within a minute whatever they do."""

from sqlalchemy import RowMapping

from scheduler.errors import run_has_ended
from scheduler.store import KIT_TABLES, runs
from sync_kit.contracts.events import RunCancelled
from sync_kit.outbox import write_events
from sync_kit.store import Session

SOURCE = "scheduler"


async def cancel_run(session: Session, run: RowMapping) -> None:
    """Ask both stages to stop; asking twice is one cancellation. Raises ConflictError `run_has_ended`."""
    if run["ended_at"] is not None:
        raise run_has_ended(run["run_id"])
    if run["cancel_requested_at"] is not None:
        return
    await runs.change_run(session, run["run_id"], cancel_requested_at=await session.now())
    event = RunCancelled(tenant_id=run["tenant_id"], run_id=run["run_id"], run_seq=run["run_seq"])
    await write_events(session, KIT_TABLES, [event], source=SOURCE)
