"""COQL cannot serve: find out why, read by lists instead, and choose the cheaper way for lines by counting."""

from collections.abc import Mapping
from contextlib import suppress
from dataclasses import replace

from sync_kit.logs import get_logger
from zoho_reader.domain.coql import MOST_TOGETHER
from zoho_reader.domain.lists import ListQuestion
from zoho_reader.domain.slow_way import choose_line_way
from zoho_reader.domain.sources import LINE_SOURCES, LINE_TAX, SHAPES, Source
from zoho_reader.domain.steps import TaskState, Way
from zoho_reader.errors import MissingScopeError, ModuleRefusedError, QuestionRefusedError
from zoho_reader.store.columns import save_left_out, save_slow
from zoho_reader.store.tasks import list_tasks, save_tasks
from zoho_reader.usecases.form_question import start_again
from zoho_reader.usecases.open_slice import Slice

SCOPE_CAUSE = "the consent lacks ZohoCRM.coql.READ"

_log = get_logger(__name__)


async def face_missing_scope(work: Slice, error: MissingScopeError) -> None:
    """A way of asking is closed. Without composites calls go singly; without COQL modules are read by lists.

    Raises NeedsReauthorisationError when the list is closed to us too: then the right to the module is missing.
    """
    if error.way == "composite":
        work.composites = False
        return
    probe = Source(error.source) if error.source is not None else SHAPES[work.run.modules[0]].headers
    with suppress(ModuleRefusedError, QuestionRefusedError):  # its own question will say that
        await work.crm.ask(ListQuestion(probe, work.list_columns(probe), limit=1))
    await read_by_lists(work, dict.fromkeys(Source, SCOPE_CAUSE))


async def read_by_lists(work: Slice, causes: Mapping[Source, str]) -> None:
    """From now on those sources are read by lists; what was begun in the other way begins again."""
    for source, cause in causes.items():
        _log.warning("COQL cannot serve a module", source=source.value, cause=cause)
    async with work.committing() as session:
        await save_slow(session, work.run.tenant_id, causes)
        begun = [
            start_again(task)
            for task in await list_tasks(session, work.run)
            if task.source in causes and task.state is TaskState.OPEN
        ]
        await save_tasks(session, work.run, begun)
    await work.load_left_out()


async def weigh_lines(work: Slice, source: Source) -> None:
    """More than a page of lines: count them and their documents, and read documents whole if that is cheaper."""
    shape = next(shape for shape in SHAPES.values() if shape.children is source)
    try:
        lines, documents = await work.crm.count_records(source), await work.crm.count_records(shape.headers)
    except (ModuleRefusedError, QuestionRefusedError):
        return
    way = choose_line_way(documents=documents, lines=lines, together=MOST_TOGETHER if work.composites else 1)
    if not way.by_list:
        await give_up_lines(work, source)
    else:
        async with work.committing():
            pass


async def give_up_lines(work: Slice, source: Source) -> None:
    """Lines cannot or shall not be listed: every document is read whole. As if their taxes could not be selected."""
    async with work.committing() as session:
        known = work.left_out.get(source, frozenset())
        await save_left_out(session, work.run.tenant_id, source, known | {LINE_TAX})
        closed = [
            replace(task, state=TaskState.CLOSED, way=Way.CHANGES, asked_at=task.asked_at or work.run.began_at)
            for task in await list_tasks(session, work.run)
            if task.source is source and source in LINE_SOURCES
        ]
        await save_tasks(session, work.run, closed)
    await work.load_left_out()
