"""What is asked of a source next: by COQL, or by its list where COQL cannot serve."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Final

from sync_kit.errors import BadAnswerError
from zoho_reader.domain.answers import Page
from zoho_reader.domain.coql import Question, ask_all_by_id, ask_by_ids, ask_changed
from zoho_reader.domain.lists import MOST_IN_WINDOW, MOST_LISTED, ListQuestion, ask_listed_ids
from zoho_reader.domain.sources import LINE_SOURCES, Source
from zoho_reader.domain.steps import Task, TaskState, Way
from zoho_reader.usecases.open_slice import Slice

_BEGINNING: Final = datetime(1970, 1, 1, tzinfo=UTC)
_SECOND: Final = timedelta(seconds=1)


def form_question(work: Slice, task: Task, limit: int, *, together: bool) -> Question | ListQuestion:
    """The task's next page; `together` means in a composite, whose pages are too small for a token."""
    columns = work.list_selected(task.source)
    if task.source in work.slow:
        return ListQuestion(
            task.source,
            columns,
            since=task.window_at or task.since,
            token=None if together else task.token,
            limit=min(limit, MOST_LISTED),
        )
    if task.way is Way.SCAN and task.source in LINE_SOURCES:
        return ask_all_by_id(task.source, columns, task.position, limit=limit)
    return ask_changed(
        task.source,
        columns,
        task.since or _BEGINNING,
        after=task.position,
        later_only=task.later_only,
        limit=limit,
    )


def ask_ids(work: Slice, source: Source, record_ids: list[str]) -> Question | ListQuestion:
    """Those rows of the source that exist among at most 50 ids."""
    columns = work.list_selected(source)
    if source in work.slow:
        return ask_listed_ids(source, columns, record_ids)
    return ask_by_ids(source, columns, record_ids)


def go_on(task: Task, question: Question | ListQuestion, page: Page, *, ceiling: int = MOST_IN_WINDOW) -> Task:
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
        token=page.token,
        window_rows=task.window_rows + len(page.rows),
    )
    if page.more and isinstance(question, ListQuestion) and (page.token is None or after.window_rows >= ceiling):
        after = open_window(after)
    if task.way is Way.CHANGES:
        after = replace(after, changed=(task.changed or 0) + len(page.rows))
        return after if page.more else replace(after, state=TaskState.CLOSED)
    after = replace(after, scanned=(task.scanned or 0) + len(page.rows))
    if page.more:
        return after
    return replace(
        after,
        way=Way.CHANGES,
        since=after.asked_at,
        later_only=True,
        alone=False,
        position=None,
        token=None,
        window_at=None,
        window_rows=0,
    )


def open_window(task: Task) -> Task:
    """Go on by a new If-Modified-Since, a second before the last row: whether the header includes its own second is
    not documented.

    Raises BadAnswerError when that leads no further: more rows changed within a second or two than Zoho lists.
    """
    moment = task.window_at or task.since
    if task.position is not None and task.position.modified_at is not None:
        moment = task.position.modified_at - _SECOND
    if task.window_rows and moment is not None and task.window_at is not None and moment <= task.window_at:
        raise BadAnswerError("more rows changed in one second than Zoho lists")
    return replace(task, window_at=moment, token=None, window_rows=0)


def start_again(task: Task) -> Task:
    """The same question from its beginning, because it is asked in another way now."""
    return replace(task, position=None, token=None, window_at=None, window_rows=0, alone=task.way is Way.SCAN)
