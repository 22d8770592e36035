"""Read what was deleted of a source: alone, or what a composite said of it."""

from collections.abc import Mapping
from dataclasses import replace

from sync_kit.store import Session
from zoho_reader.domain.answers import DeletedPage, Row
from zoho_reader.domain.lists import MOST_LISTED, DeletedQuestion
from zoho_reader.domain.steps import DeletionTask, TaskState
from zoho_reader.errors import ModuleRefusedError, QuestionRefusedError
from zoho_reader.store.deletions import save_deletion_tasks
from zoho_reader.usecases.open_slice import Slice
from zoho_reader.usecases.take_deleted import take_deleted


async def read_deleted(work: Slice, task: DeletionTask) -> None:
    """Ask the next page and commit what it says."""
    question = DeletedQuestion(task.source, task.since, page=task.page)
    try:
        page = await work.crm.ask_deleted(question)
    except (ModuleRefusedError, QuestionRefusedError):
        async with work.committing() as session:
            await refuse_deletions(session, work, task)
        return
    async with work.committing() as session:
        await take_deletion(session, work, task, question, page, {})


async def take_deletion(
    session: Session,
    work: Slice,
    task: DeletionTask,
    question: DeletedQuestion,
    page: DeletedPage,
    living: Mapping[str, Row],
) -> None:
    """What the page says, and where the question stands. Larger pages number anew from the first."""
    after = replace(task, asked_at=task.asked_at or page.answered_at, alone=True)
    if question.limit < MOST_LISTED:
        after = replace(after, page=1, found=None if page.more else len(page.rows))
    else:
        after = replace(after, page=task.page + 1, found=(task.found or 0) + len(page.rows))
    if not page.more:
        after = replace(after, state=TaskState.CLOSED)
    await save_deletion_tasks(session, work.run, [after])
    await take_deleted(session, work, task.source, page, living)


async def refuse_deletions(session: Session, work: Slice, task: DeletionTask) -> None:
    """Zoho does not tell: the checkpoint of deletions stays, and a later run asks from there."""
    work.metrics.refusals.labels(kind="deleted").inc()
    await save_deletion_tasks(session, work.run, [replace(task, state=TaskState.REFUSED)])
