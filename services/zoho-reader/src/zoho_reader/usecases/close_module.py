"""Close a module of a run: its checkpoint and the telling of its end are one transaction."""

from sync_kit.contracts.vocabulary import Module
from sync_kit.store import Session
from zoho_reader.domain.sources import SHAPES, Source, list_deletable, list_modules_fed
from zoho_reader.domain.steps import TaskState
from zoho_reader.domain.watermark import move_watermark
from zoho_reader.store.checkpoints import CheckpointRow, list_checkpoints, save_checkpoint
from zoho_reader.store.deletions import begin_deletions, list_deletion_tasks, move_deletions
from zoho_reader.store.emissions import count_emitted
from zoho_reader.store.run_modules import get_module, list_modules, save_module
from zoho_reader.store.staged import drop_children
from zoho_reader.store.tasks import list_tasks
from zoho_reader.usecases.open_slice import Slice
from zoho_reader.usecases.report_stage import announce_module


async def close_module(work: Slice, module: Module) -> None:
    """Everything read of the module is in the outbox, so its checkpoint may move; the scheduler hears E."""
    await work.commit(lambda session: _close(session, work, module))


async def _close(session: Session, work: Slice, module: Module) -> None:
    row = await get_module(session, work.run, module)
    if row.failure is None and not work.run.rehearses:
        await _move_checkpoints(session, work, module)
        await _move_deletions(session, work, module)
    children = SHAPES[module].children
    if children is not None:
        await drop_children(session, work.run, children)
    count = await count_emitted(session, work.run, module)
    await save_module(session, work.run, module, closed=True, emitted=count)
    await announce_module(session, work.run, await get_module(session, work.run, module))


async def _move_checkpoints(session: Session, work: Slice, module: Module) -> None:
    checkpoints = await list_checkpoints(session, work.run.tenant_id)
    tasks = {task.source: task for task in await list_tasks(session, work.run)}
    for source in SHAPES[module].sources:
        task, before = tasks.get(source), checkpoints.get((module, source))
        if task is None or task.state is not TaskState.CLOSED or task.asked_at is None:
            continue
        if SHAPES[module].is_document and not _covers(work, before, source):
            continue
        watermark = move_watermark(
            None if before is None else before.watermark,
            asked_at=task.asked_at,
            newest_at=task.newest_at,
            settled_after=work.pace.settled_after,
        )
        await save_checkpoint(
            session,
            work.run,
            module,
            source,
            watermark=watermark,
            columns=work.list_covered(source),
            keep_digests_from=watermark - work.pace.overlap,
        )


async def _move_deletions(session: Session, work: Slice, module: Module) -> None:
    """Deletions are known up to the question; without one, they matter from the run's beginning on."""
    run = work.run
    if run.began_at is not None:
        await begin_deletions(session, run.tenant_id, list_deletable([module]), run.began_at)
    failed = {name for name, row in (await list_modules(session, run)).items() if row.failure is not None}
    for task in await list_deletion_tasks(session, run):
        fed = list_modules_fed(task.source, run.modules)
        if failed.isdisjoint(fed) and fed[-1:] == [module] and task.asked_at and task.state is TaskState.CLOSED:
            watermark = move_watermark(
                None, asked_at=task.asked_at, newest_at=None, settled_after=work.pace.settled_after
            )
            await move_deletions(session, run.tenant_id, task.source, watermark)


def _covers(work: Slice, before: CheckpointRow | None, source: Source) -> bool:
    """Whether what was read joins what was read before: a window that begins later leaves a gap that is still owed."""
    since = work.run.since
    if since is None:
        return True
    return before is not None and since <= before.watermark and work.list_covered(source) <= before.columns
