"""Tell the scheduler: outcomes by record and the stage's state, always in the transaction that they tell of."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import RowMapping

from sync_kit.contracts.cutting import cut_by_bytes
from sync_kit.contracts.events import Event, RecordOutcome, RecordsSettled, StageReported
from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import Stage
from sync_kit.outbox import write_events
from sync_kit.store import Session
from xero_writer.store import KIT_TABLES, counters, runs

SOURCE: Final = "xero-writer"


async def write(session: Session, events: Sequence[Event]) -> None:
    """Put events into the outbox."""
    await write_events(session, KIT_TABLES, events, source=SOURCE)


async def tell_outcomes(session: Session, tenant_id: str, run_id: str, outcomes: Sequence[RecordOutcome]) -> None:
    """RecordsSettled, cut by bytes."""
    await write(
        session,
        [RecordsSettled(tenant_id=tenant_id, run_id=run_id, outcomes=tuple(piece)) for piece in cut_by_bytes(outcomes)],
    )


async def tell_state(
    session: Session,
    tenant_id: str,
    run: RowMapping,
    *,
    state: str,
    least_calls: int | None = None,
    waiting_until: datetime | None = None,
    waiting_for: Reason | None = None,
    failure: Reason | None = None,
) -> None:
    """StageReported, if it says something new or was asked for. `run` is the run's newest row."""
    report = {
        "state": state,
        "least_calls": least_calls,
        "waiting_until": waiting_until.isoformat() if waiting_until is not None else None,
        "waiting_for": waiting_for.model_dump() if waiting_for is not None else None,
        "failure": failure.model_dump() if failure is not None else None,
    }
    told = dict(run["told"] or {})
    calls = told.pop("calls", None)
    if told == report and not run["tell_again"] and (state != "done" or calls == run["calls"]):
        return
    event = StageReported(
        tenant_id=tenant_id,
        run_id=run["run_id"],
        stage=Stage.WRITER,
        progress_seq=await counters.take_progress_number(session, tenant_id),
        state=state,
        calls=run["calls"],
        least_calls=least_calls,
        waiting_until=waiting_until,
        waiting_for=waiting_for,
        failure=failure,
    )
    await write(session, [event])
    await runs.change_run(session, tenant_id, run["run_id"], told={**report, "calls": run["calls"]}, tell_again=False)
