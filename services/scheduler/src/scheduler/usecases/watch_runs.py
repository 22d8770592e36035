"""The watch over open runs: a cancelled one ends within a minute, a silent one is asked and then fails.

A run that waits for a limit or for a person is not silent: its stage says so.
"""

from datetime import datetime, timedelta
from typing import Final

from sqlalchemy import RowMapping

from scheduler.domain.run_state import RunState
from scheduler.store import idempotency, runs
from scheduler.usecases.end_run import end_run
from scheduler.usecases.tell import tell
from sync_kit.contracts.events import StateRequested
from sync_kit.contracts.reasons import Reason
from sync_kit.store import Session, Store

CANCEL_ENDS_AFTER: Final = timedelta(seconds=45)
SILENT_AFTER: Final = timedelta(minutes=15)


async def watch_runs(store: Store) -> int:
    """Look at every open run once; the number of runs that something was done about."""
    async with store.reading() as session:
        now = await session.now()
        due = [run for run in await runs.list_open_runs(session) if _is_due(run, now)]
    for seen in due:
        async with store.transaction() as session:
            await session.take_turn(seen["tenant_id"])
            run = await runs.find_run(session, seen["run_id"])
            if run is not None and run["ended_at"] is None and _is_due(run, await session.now()):
                await _act(session, run)
    async with store.transaction() as session:
        await idempotency.forget_old_answers(session, now=now)
    return len(due)


def _is_due(run: RowMapping, now: datetime) -> bool:
    if run["cancel_requested_at"] is not None:
        return bool(now >= run["cancel_requested_at"] + CANCEL_ENDS_AFTER)
    if run["state"] == RunState.WAITING:
        return False
    heard_at = max(run["progressed_at"], run["state_asked_at"] or run["progressed_at"])
    return bool(now >= heard_at + SILENT_AFTER)


async def _act(session: Session, run: RowMapping) -> None:
    if run["cancel_requested_at"] is not None:
        await end_run(session, run, RunState.CANCELLED)
    elif run["state_asked_at"] is None or run["state_asked_at"] < run["progressed_at"]:
        await runs.change_run(session, run["run_id"], state_asked_at=await session.now())
        asked = StateRequested(tenant_id=run["tenant_id"], run_id=run["run_id"], run_seq=run["run_seq"])
        await tell(session, asked)
    else:
        stalled = Reason(code="stalled", facts={"minutes": int(2 * SILENT_AFTER.total_seconds() // 60)})
        await end_run(session, run, RunState.FAILED, failure=stalled)
