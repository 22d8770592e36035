"""Close modules of a run: their checkpoints and the telling of their end are one transaction."""

from collections.abc import Collection, Sequence

from sync_kit.contracts.vocabulary import Module
from sync_kit.store import Session
from zoho_reader.domain.sources import SHAPES, Source, list_deletable, list_modules_fed
from zoho_reader.domain.steps import TaskState
from zoho_reader.domain.watermark import move_watermark
from zoho_reader.store.checkpoints import CheckpointRow, Move, list_checkpoints, save_checkpoints
from zoho_reader.store.deletions import begin_deletions, list_deletion_tasks, move_deletions
from zoho_reader.store.run_modules import count_emitted, list_modules
from zoho_reader.store.staged import drop_children
from zoho_reader.usecases.open_slice import Slice
from zoho_reader.usecases.report_stage import announce_modules


async def close_modules(work: Slice, modules: Sequence[Module]) -> None:
    """Everything read of the modules is in the outbox, so their checkpoints may move; the scheduler hears E."""
    await work.commit(lambda session: _close(session, work, modules))


async def _close(session: Session, work: Slice, modules: Sequence[Module]) -> None:
    run = work.run
    known = await list_modules(session, run)
    failed = {module for module, row in known.items() if row.failure is not None}
    read = [module for module in modules if module not in failed]
    if read and not run.rehearses:
        await _move_checkpoints(session, work, read)
        await _move_deletions(session, work, read, failed)
    children = [SHAPES[module].children for module in modules]
    await drop_children(session, run, [source for source in children if source is not None])
    await announce_modules(session, run, await count_emitted(session, run, modules, closes=True))


async def _move_checkpoints(session: Session, work: Slice, modules: Sequence[Module]) -> None:
    checkpoints = await list_checkpoints(session, work.run.tenant_id)
    tasks = {task.source: task for task in work.tasks}
    moves = []
    for module, source in ((each, source) for each in modules for source in SHAPES[each].sources):
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
        columns = work.list_covered(source)
        moves.append(Move(module, source, watermark, columns, keep_digests_from=watermark - work.pace.overlap))
    await save_checkpoints(session, work.run, moves)


async def _move_deletions(session: Session, work: Slice, modules: Sequence[Module], failed: Collection[Module]) -> None:
    """Deletions are known up to the question; without one, they matter from the run's beginning on."""
    run = work.run
    if run.began_at is not None:
        await begin_deletions(session, run.tenant_id, list_deletable(modules), run.began_at)
    reached = {}
    for task in await list_deletion_tasks(session, run):
        fed = list_modules_fed(task.source, run.modules)
        last_closes = bool(fed) and fed[-1] in modules
        if last_closes and not set(fed) & set(failed) and task.asked_at and task.state is TaskState.CLOSED:
            reached[task.source] = move_watermark(
                None, asked_at=task.asked_at, newest_at=None, settled_after=work.pace.settled_after
            )
    await move_deletions(session, run.tenant_id, reached)


def _covers(work: Slice, before: CheckpointRow | None, source: Source) -> bool:
    """Whether what was read joins what was read before: a window that begins later leaves a gap that is still owed."""
    since = work.run.since
    if since is None:
        return True
    return before is not None and since <= before.watermark and work.list_covered(source) <= before.columns
