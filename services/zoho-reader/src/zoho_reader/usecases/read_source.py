"""Read one source on: the next page of a first load or of what changed, or the first questions of several at once."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from typing import Final

from sync_kit.store import Session
from zoho_reader.domain.answers import Page, Row
from zoho_reader.domain.coql import MOST_ROWS, MOST_ROWS_TOGETHER, Question, ask_all_by_id, ask_changed
from zoho_reader.domain.sources import SCAN_ORDER, SHAPES, Source
from zoho_reader.domain.steps import Task, TaskState, Way
from zoho_reader.errors import ModuleRefusedError, QuestionRefusedError
from zoho_reader.store.tasks import save_tasks
from zoho_reader.usecases.discover_columns import discover_columns
from zoho_reader.usecases.open_slice import Slice
from zoho_reader.usecases.refuse_source import refuse_source
from zoho_reader.usecases.take_page import take_changed, take_scanned

_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)
_HEADERS: Final = frozenset(shape.headers for shape in SHAPES.values())


async def read_page(work: Slice, task: Task) -> None:
    """Ask one source for its next page and commit what it says."""
    question = _ask(work, task, MOST_ROWS)
    try:
        page = await work.crm.ask(question)
    except ModuleRefusedError:
        async with work.committing() as session:
            await refuse_source(session, work, task.source)
        return
    except QuestionRefusedError as refusal:
        await discover_columns(work, task.source, refusal)
        return
    async with work.committing() as session:
        await _take(session, work, task, question, page, {})


async def ask_together(work: Slice, tasks: Sequence[Task]) -> None:
    """Ask what changed in all of them, in one call; a source with more to say is read on alone."""
    questions = [_ask(work, task, MOST_ROWS_TOGETHER) for task in tasks]
    try:
        answers = await work.crm.ask_together(questions)
    except (ModuleRefusedError, QuestionRefusedError):
        # The composite itself is refused: each source can still be asked alone.
        async with work.committing() as session:
            await save_tasks(session, work.run, [replace(task, alone=True) for task in tasks])
        return
    asked = list(zip(tasks, questions, answers, strict=True))
    in_hand = {task.source: answer.rows for task, _, answer in asked if isinstance(answer, Page)}
    async with work.committing() as session:
        # Headers first, then their children: what came with its header need not ask for it.
        for task, question, answer in sorted(asked, key=lambda each: _rank(each[0].source)):
            if isinstance(answer, Page):
                await _take(session, work, task, question, answer, in_hand)
            elif isinstance(answer, ModuleRefusedError):
                await refuse_source(session, work, task.source)
    for task, _, answer in asked:
        if isinstance(answer, QuestionRefusedError):
            await discover_columns(work, task.source, answer)


async def _take(
    session: Session,
    work: Slice,
    task: Task,
    question: Question,
    page: Page,
    in_hand: dict[Source, tuple[Row, ...]],
) -> None:
    after = _go_on(task, question, page)
    await save_tasks(session, work.run, [after])
    if task.way is Way.SCAN:
        await take_scanned(session, work, after, page)
    else:
        await take_changed(session, work, after, page, in_hand)


def _ask(work: Slice, task: Task, limit: int) -> Question:
    columns = work.list_columns(task.source)
    if task.way is Way.SCAN and task.source is Source.INVOICE_LINES:
        return ask_all_by_id(task.source, columns, task.position, limit=limit)
    return ask_changed(
        task.source,
        columns,
        task.since or _BEGINNING,
        after=task.position,
        later_only=task.later_only,
        limit=limit,
    )


def _go_on(task: Task, question: Question, page: Page) -> Task:
    """The task after a page. A first load that came to its end asks once more, what changed since it began."""
    newest = [row.modified_at for row in page.rows]
    if task.newest_at is not None:
        newest.append(task.newest_at)
    after = replace(
        task,
        alone=True,
        position=page.find_end(question) or task.position,
        asked_at=task.asked_at or page.answered_at,
        newest_at=max(newest, default=None),
    )
    if task.way is Way.CHANGES:
        after = replace(after, changed=(task.changed or 0) + len(page.rows))
        return after if page.more else replace(after, state=TaskState.CLOSED)
    after = replace(after, scanned=(task.scanned or 0) + len(page.rows))
    if page.more:
        return after
    return replace(after, way=Way.CHANGES, since=after.asked_at, later_only=True, alone=False, position=None)


def _rank(source: Source) -> tuple[bool, int]:
    return (source not in _HEADERS or source is Source.CONTACTS, SCAN_ORDER.index(source))
