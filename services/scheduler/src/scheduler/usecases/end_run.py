"""Bring a run's state up to date after something was told, and end it when the equation holds."""

from sqlalchemy import RowMapping

from scheduler.domain.run_state import FINAL, RunState, could_have_ended, decide_state
from scheduler.store import checks, runs
from scheduler.usecases.tell import tell
from sync_kit.contracts.events import RunEnded
from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import RunMode, Stage
from sync_kit.store import Session


async def review_run(session: Session, run: RowMapping) -> RunState:
    """Compute the run's state from what is known and write it down; a final one ends the run."""
    stages = await runs.list_stages(session, run["run_id"])
    modules = await runs.list_modules(session, run["run_id"], with_outcomes=False)
    if could_have_ended(modules, stages):
        modules = await runs.list_modules(session, run["run_id"])
    state = decide_state(
        modules,
        stages,
        cancelling=run["cancel_requested_at"] is not None,
        findings_awaited=run["mode"] == RunMode.CHECK
        and len(await checks.list_told(session, run["run_id"])) < len(Stage),
    )
    if state in FINAL:
        failure = next((stage.failure for stage in stages if stage.failure), None)
        await end_run(session, run, state, failure=failure)
    else:
        await runs.change_run(session, run["run_id"], state=state, progressed_at=await session.now())
    return state


async def end_run(session: Session, run: RowMapping, state: RunState, *, failure: Reason | None = None) -> None:
    """Close the run and tell both stages."""
    now = await session.now()
    await runs.change_run(
        session,
        run["run_id"],
        state=state,
        ended_at=now,
        progressed_at=now,
        failure=failure.model_dump() if failure else None,
    )
    ended = RunEnded(tenant_id=run["tenant_id"], run_id=run["run_id"], run_seq=run["run_seq"])
    await tell(session, ended)
