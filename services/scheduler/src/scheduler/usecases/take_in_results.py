"""Take in what the stages tell of a run: outcomes, both halves of the equation, stage reports.

Events come twice, late and in any order; each is a max-merge. What is told of a run that has ended changes nothing but
a check's findings, and the log of one that was broken off.
"""

from sqlalchemy import RowMapping

from scheduler.domain.run_state import BROKEN_OFF
from scheduler.store import checks, log, runs
from scheduler.usecases.end_run import review_run
from sync_kit.contracts.envelope import Envelope
from sync_kit.contracts.events import (
    ExtractionAnnounced,
    FindingsReported,
    ModuleAccounted,
    RecordsSettled,
    StageReported,
)
from sync_kit.contracts.vocabulary import RunMode
from sync_kit.store import Session


async def take_in_outcomes(session: Session, event: RecordsSettled, envelope: Envelope) -> None:
    """Write the log; also of a run that was broken off while this was under way.

    No later run tells of the record again, since it has its outcome.
    """
    run = await _find_run(session, event.tenant_id, event.run_id)
    if run is not None and (run["ended_at"] is None or run["state"] in BROKEN_OFF):
        await log.log_outcomes(session, event.tenant_id, event.run_id, event.outcomes)
        if run["ended_at"] is None:
            await review_run(session, run)


async def take_in_extraction(session: Session, event: ExtractionAnnounced, envelope: Envelope) -> None:
    """The reader's half of a module."""
    run = await _find_open(session, event.tenant_id, event.run_id)
    if run is not None:
        await runs.announce_extraction(
            session, event.run_id, event.module, emitted=event.emitted, closed=event.closed, failure=event.failure
        )
        await review_run(session, run)


async def take_in_accounting(session: Session, event: ModuleAccounted, envelope: Envelope) -> None:
    """The writer's half of a module."""
    run = await _find_open(session, event.tenant_id, event.run_id)
    if run is not None:
        await runs.account_module(
            session,
            event.run_id,
            event.module,
            seq=event.progress_seq,
            taken_in=event.emitted,
            carried=event.carried,
            settled_sum=event.settled_sum,
        )
        await review_run(session, run)


async def take_in_report(session: Session, event: StageReported, envelope: Envelope) -> None:
    """A stage's newest state."""
    run = await _find_open(session, event.tenant_id, event.run_id)
    if run is not None:
        report = event.model_dump(exclude={"tenant_id", "run_id"})
        await runs.report_stage(session, event.run_id, report)
        await review_run(session, run)


async def take_in_findings(session: Session, event: FindingsReported, envelope: Envelope) -> None:
    """A stage's newest findings of a check; also after its end, since the last word may come late."""
    run = await _find_run(session, event.tenant_id, event.run_id)
    if run is None or run["mode"] != RunMode.CHECK:
        return
    await checks.report_findings(session, event.model_dump())
    if run["ended_at"] is None:
        await review_run(session, run)


async def _find_open(session: Session, tenant_id: str, run_id: str) -> RowMapping | None:
    run = await _find_run(session, tenant_id, run_id)
    return run if run is not None and run["ended_at"] is None else None


async def _find_run(session: Session, tenant_id: str, run_id: str) -> RowMapping | None:
    run = await runs.find_run(session, run_id)
    return run if run is not None and run["tenant_id"] == tenant_id else None
