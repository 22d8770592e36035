"""Tell the scheduler how the reader stands in a run. Each report is whole, and the highest progress_seq wins."""

from collections.abc import Sequence
from datetime import datetime

from sync_kit.contracts.events import Event, ExtractionAnnounced, ModuleExtracted, StageReported
from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import Module, Stage
from sync_kit.outbox import write_events
from sync_kit.store import Session
from zoho_reader.domain.call_floor import Work, count_least_calls
from zoho_reader.domain.sources import SHAPES
from zoho_reader.domain.steps import TaskState
from zoho_reader.store import KIT
from zoho_reader.store.checkpoints import list_checkpoints
from zoho_reader.store.deletions import list_deletion_tasks
from zoho_reader.store.run_modules import ModuleRow, list_modules
from zoho_reader.store.runs import RunRow, StageState, count_progress
from zoho_reader.store.tasks import list_tasks

SOURCE_NAME = "zoho-reader"


async def report_stage(
    session: Session,
    run: RunRow,
    state: StageState,
    *,
    waiting_until: datetime | None = None,
    waiting_for: Reason | None = None,
    attempts: int = 0,
) -> RunRow:
    """Save the state and tell it, in the caller's transaction; returns the run as it stands now."""
    run = await count_progress(
        session,
        run,
        state=state,
        waiting_until=waiting_until,
        waiting_for=None if waiting_for is None else waiting_for.model_dump(),
        attempts=attempts,
    )
    await _tell(session, run)
    return run


async def tell_stage(session: Session, run: RunRow) -> None:
    """Tell the saved state again. Before the first report there is nothing to tell."""
    run = await count_progress(session, run)
    if run.state != "queued":
        await _tell(session, run)


async def _tell(session: Session, run: RunRow) -> None:
    report = StageReported(
        tenant_id=run.tenant_id,
        run_id=run.run_id,
        stage=Stage.READER,
        progress_seq=run.progress_seq,
        state=run.state,
        calls=run.calls,
        least_calls=await count_least(session, run) if run.state == "done" else None,
        waiting_until=run.waiting_until,
        waiting_for=run.waiting_for,
    )
    await write_events(session, KIT, [report], source=SOURCE_NAME)


async def announce_modules(
    session: Session, run: RunRow, modules: Sequence[ModuleRow], *, after: Sequence[Event] = ()
) -> None:
    """Tell E as it is now; to the writer too once a module is closed. What `after` holds is told before."""
    checkpoints = await list_checkpoints(session, run.tenant_id) if any(each.closed for each in modules) else {}
    events = list(after)
    for module in modules:
        if module.closed:
            checkpoint = checkpoints.get((module.module, SHAPES[module.module].headers))
            events.append(
                ModuleExtracted(
                    tenant_id=run.tenant_id,
                    run_id=run.run_id,
                    module=module.module,
                    emitted=module.emitted,
                    watermark=checkpoint.watermark if checkpoint is not None else None,
                    failure=module.failure,
                )
            )
        events.append(
            ExtractionAnnounced(
                tenant_id=run.tenant_id,
                run_id=run.run_id,
                module=module.module,
                emitted=module.emitted,
                closed=module.closed,
                failure=module.failure,
            )
        )
    await write_events(session, KIT, events, source=SOURCE_NAME)


async def count_least(session: Session, run: RunRow) -> int:
    """The least calls that the run's reading needs; what a check asks besides (metadata) does not count."""
    tasks = [task for task in await list_tasks(session, run) if task.state is TaskState.CLOSED]
    modules = await list_modules(session, run)
    deletions = await list_deletion_tasks(session, run)

    def count(column: str) -> dict[Module, int]:
        return {name: getattr(row, column) for name, row in modules.items()}

    return count_least_calls(
        Work(
            scanned={task.source: task.scanned for task in tasks if task.scanned is not None},
            changed={task.source: task.changed for task in tasks if task.changed is not None},
            headers=count("asked_headers"),
            groups=count("asked_groups"),
            wholes=count("asked_wholes"),
            further_pages=sum(row.further_pages for row in modules.values()),
            deleted={task.source: task.found for task in deletions if task.found is not None},
            returns=run.returns_asked,
        )
    )
