"""Decide what a run reads: from its checkpoints where there are any, else everything."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime

from sync_kit.contracts.vocabulary import Module
from sync_kit.store import Session
from zoho_reader.domain.sources import SHAPES, Source, list_deletable, list_modules_fed, list_sources
from zoho_reader.domain.steps import DeletionTask, Task, TaskState, Way
from zoho_reader.store.checkpoints import CheckpointRow, list_checkpoints
from zoho_reader.store.columns import list_mapping_fields
from zoho_reader.store.deletions import list_deletion_checkpoints, save_deletion_tasks
from zoho_reader.store.run_modules import add_modules
from zoho_reader.store.runs import save_run
from zoho_reader.store.tasks import save_tasks
from zoho_reader.store.wanted import copy_debts
from zoho_reader.usecases.open_slice import Slice

Checkpoints = Mapping[tuple[Module, Source], CheckpointRow]


async def plan_run(work: Slice) -> None:
    """Write down the run's tasks, once. A retry reads nothing: its modules close at once."""
    async with work.committing() as session:
        fields = await list_mapping_fields(session, work.run.tenant_id)
        work.run = replace(work.run, planned=True, extra_fields=fields)
        await save_run(
            session,
            work.run,
            planned=True,
            extra_fields={source.value: list(names) for source, names in fields.items()},
        )
        await add_modules(session, work.run, work.run.modules, requested=True)
        if work.run.rehearses:
            await copy_debts(session, work.run)
        if work.run.retry_of is None:
            await _plan_tasks(session, work)


async def _plan_tasks(session: Session, work: Slice) -> None:
    run = work.run
    checkpoints = await list_checkpoints(session, run.tenant_id)
    covered = {source: work.list_covered(source) for source in Source}
    deletions = await list_deletion_checkpoints(session, run.tenant_id)
    scanned = _list_scanned(run.modules, checkpoints, covered, deletions, has_window=run.since is not None)
    tasks = []
    for source in list_sources(run.modules):
        if source in scanned:
            tasks.append(Task(source, Way.SCAN, TaskState.OPEN))
            continue
        fed = list_modules_fed(source, run.modules)
        since = min(_find_start(module, source, checkpoints, run.since, work) for module in fed)
        tasks.append(Task(source, Way.CHANGES, TaskState.OPEN, since=since))
    await save_tasks(session, run, tasks)
    await save_deletion_tasks(
        session,
        run,
        [
            DeletionTask(source, deletions[source] - work.pace.overlap)
            for source in list_deletable(run.modules)
            if source in deletions
        ],
    )


def _find_start(
    module: Module, source: Source, checkpoints: Checkpoints, window: datetime | None, work: Slice
) -> datetime:
    if window is not None and SHAPES[module].is_document:
        return window
    return checkpoints[module, source].watermark - work.pace.overlap


def _list_scanned(
    modules: tuple[Module, ...],
    checkpoints: Checkpoints,
    covered: Mapping[Source, frozenset[str]],
    deletions: Collection[Source],
    *,
    has_window: bool,
) -> set[Source]:
    """Sources to be read whole: never read before, or without a field that the mapping needs now.

    So are those read by a version that did not note what it emitted: deletions of that could not be told. Headers
    and children are read whole together, and so are modules that share a source.
    """
    scanned: set[Source] = set()
    for module in modules:
        shape = SHAPES[module]
        if has_window and shape.is_document:
            continue
        known = [checkpoints.get((module, source)) for source in shape.sources]
        unnoted = shape.headers not in deletions
        if unnoted or any(row is None or not covered[row.source] <= row.columns for row in known):
            scanned |= set(shape.sources)
    for _ in modules:
        for module in modules:
            if scanned & set(SHAPES[module].sources):
                scanned |= set(SHAPES[module].sources)
    return scanned
