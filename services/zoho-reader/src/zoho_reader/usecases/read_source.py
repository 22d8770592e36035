"""Read on: the next page of one source, or the first questions of several at once."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

from sync_kit.store import Session
from zoho_reader.clients.zoho_crm import Refusal
from zoho_reader.domain.answers import DeletedPage, Page, Row
from zoho_reader.domain.coql import MOST_IDS, MOST_ROWS, MOST_ROWS_TOGETHER, Question
from zoho_reader.domain.lists import MOST_IN_WINDOW, TOKEN_REFUSALS, DeletedQuestion, ListQuestion
from zoho_reader.domain.sources import LINE_SOURCES, SCAN_ORDER, SHAPES, Source
from zoho_reader.domain.steps import AskTogether, DeletionTask, Task, Way, foresee_scans
from zoho_reader.errors import MissingScopeError, ModuleRefusedError, QuestionRefusedError
from zoho_reader.store.deletions import save_deletion_tasks
from zoho_reader.store.tasks import save_tasks
from zoho_reader.usecases.discover_columns import discover_columns, leave_names_out
from zoho_reader.usecases.form_question import form_question, go_on, open_window
from zoho_reader.usecases.go_slow import give_up_lines, weigh_lines
from zoho_reader.usecases.open_slice import Slice
from zoho_reader.usecases.read_deleted import refuse_deletions, take_deletion
from zoho_reader.usecases.refuse_source import refuse_source
from zoho_reader.usecases.seek_returned import Seek, choose_missed, take_returned
from zoho_reader.usecases.take_page import take_changed, take_scanned

WINDOW_ROWS: Final = MOST_IN_WINDOW
Answer = Page | DeletedPage | Refusal

_HEADERS: Final = frozenset(shape.headers for shape in SHAPES.values())


async def read_page(work: Slice, task: Task) -> None:
    """Ask one source for its next page and commit what it says."""
    question = form_question(work, task, MOST_ROWS, together=False)
    try:
        page = await work.ask(question)
    except ModuleRefusedError:
        if not await leave_names_out(work, task.source):
            async with work.committing() as session:
                await refuse_source(session, work, task.source)
        return
    except QuestionRefusedError as refusal:
        await _face_refusal(work, task, refusal)
        return
    if isinstance(question, Question):
        _ask_ahead(work, go_on(task, question, page))
    await work.commit(lambda session: _take(session, work, task, question, page, {}))
    began = task.scanned is None and task.way is Way.SCAN
    if began and page.more and isinstance(question, ListQuestion) and task.source in LINE_SOURCES:
        await weigh_lines(work, task.source)


def _ask_ahead(work: Slice, after: Task) -> None:
    """What comes after a page of a first load is known before it is committed: questions leave meanwhile."""
    for task in foresee_scans([after if each.source is after.source else each for each in work.tasks]):
        work.ask_ahead(form_question(work, task, MOST_ROWS, together=False))


async def _face_refusal(work: Slice, task: Task, refusal: QuestionRefusedError) -> None:
    if task.token is not None and (refusal.code in TOKEN_REFUSALS or refusal.param == "page_token"):
        async with work.committing() as session:
            await save_tasks(session, work.run, [open_window(task)])
    elif task.source in LINE_SOURCES and task.source in work.slow and refusal.column is None:
        await give_up_lines(work, task.source)
    else:
        await discover_columns(work, task.source, refusal)


@dataclass(frozen=True)
class Answers:
    """What a composite answered, each answer with what was asked."""

    tasks: Sequence[tuple[Task, Question | ListQuestion, Answer]]
    deletions: Sequence[tuple[DeletionTask, DeletedQuestion, Answer]]
    returns: Sequence[tuple[Seek, Answer]]


async def ask_together(work: Slice, step: AskTogether) -> None:
    """Ask all of them in one call; a source with more to say is read on alone."""
    answers = await _ask_bundle(work, step) if work.composites else None
    if answers is None:
        await _split(work, step)
        return
    await work.commit(lambda session: _take_together(session, work, answers))
    await _face_refusals(work, answers)


async def _take_together(session: Session, work: Slice, answers: Answers) -> None:
    in_hand = {task.source: answer.rows for task, _, answer in answers.tasks if isinstance(answer, Page)}
    # Headers first, then their children: what came with its header need not ask for it.
    for task, question, answer in sorted(answers.tasks, key=lambda each: _rank(each[0].source)):
        if isinstance(answer, Page):
            await _take(session, work, task, question, answer, in_hand)
        elif isinstance(answer, ModuleRefusedError) and not work.list_names(task.source):
            await refuse_source(session, work, task.source)
    for seek, answer in answers.returns:
        await take_returned(session, work, seek, answer.rows if isinstance(answer, Page) else None)
    # What is gone comes last: it changed before it went.
    for deletion, asked, answer in answers.deletions:
        if isinstance(answer, DeletedPage):
            living = {row.record_id: row for row in in_hand.get(deletion.source, ())}
            await take_deletion(session, work, deletion, asked, answer, living)
        else:
            await refuse_deletions(session, work, deletion)


async def _face_refusals(work: Slice, answers: Answers) -> None:
    for task, _, answer in answers.tasks:
        if isinstance(answer, QuestionRefusedError):
            await _face_refusal(work, task, answer)
        elif isinstance(answer, ModuleRefusedError):
            await leave_names_out(work, task.source)


async def _ask_bundle(work: Slice, step: AskTogether) -> Answers | None:
    """None when the composite itself is refused."""
    questions = [form_question(work, task, MOST_ROWS_TOGETHER, together=True) for task in step.tasks]
    deleted = [DeletedQuestion(task.source, task.since, limit=MOST_ROWS_TOGETHER) for task in step.deletions]
    missed = await choose_missed(work, step.returns, most=MOST_ROWS_TOGETHER)
    try:
        answers = await work.crm.ask_together([*questions, *deleted, *(each.question for each in missed)])
    except MissingScopeError:
        work.composites = False  # each can still be asked alone
        return None
    except (ModuleRefusedError, QuestionRefusedError):
        return None
    changed, rest = answers[: len(questions)], answers[len(questions) :]
    return Answers(
        tasks=list(zip(step.tasks, questions, changed, strict=True)),
        deletions=list(zip(step.deletions, deleted, rest[: len(deleted)], strict=True)),
        returns=list(zip(missed, rest[len(deleted) :], strict=True)),
    )


async def _split(work: Slice, step: AskTogether) -> None:
    """The composite itself is refused."""
    missed = await choose_missed(work, step.returns, most=MOST_IDS)
    found: list[Sequence[Row] | None] = []
    for seek in missed:
        try:
            found.append((await work.crm.ask(seek.question)).rows)
        except (ModuleRefusedError, QuestionRefusedError):
            found.append(None)
    async with work.committing() as session:
        await save_tasks(session, work.run, [replace(task, alone=True) for task in step.tasks])
        await save_deletion_tasks(session, work.run, [replace(task, alone=True) for task in step.deletions])
        for seek, rows in zip(missed, found, strict=True):
            await take_returned(session, work, seek, rows)


async def _take(
    session: Session,
    work: Slice,
    task: Task,
    question: Question | ListQuestion,
    page: Page,
    in_hand: Mapping[Source, Sequence[Row]],
) -> None:
    after = go_on(task, question, page, ceiling=WINDOW_ROWS)
    await save_tasks(session, work.run, [after])
    if task.way is Way.SCAN:
        await take_scanned(session, work, after, page)
    else:
        await take_changed(session, work, after, page, in_hand)


def _rank(source: Source) -> tuple[bool, int]:
    return (source not in _HEADERS or source is Source.CONTACTS, SCAN_ORDER.index(source))
