"""What a run does next: one step is one question to Zoho (or none) and one commit.

The order is: describe the CRM (a check alone), read first loads source by source, ask what changed and what was deleted
in as few composites as hold it, complete what is known only in part, close the modules, report findings (a check).
Everything needed to decide is in the rows of the store, so a worker that takes over after a crash goes on where the
last commit was.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from sync_kit.contracts.vocabulary import MODULE_ORDER, Module
from zoho_reader.domain.coql import MOST_TOGETHER, Position
from zoho_reader.domain.sources import DOCUMENT_SOURCES, SCAN_ORDER, SHAPES, Source


class Way(StrEnum):
    """How a source is read in a run."""

    SCAN = "scan"
    """All of it: a first load."""
    CHANGES = "changes"
    """What changed since a time."""


class TaskState(StrEnum):
    """Where a source stands in a run."""

    OPEN = "open"
    CLOSED = "closed"
    REFUSED = "refused"


class Need(StrEnum):
    """What is missing of a record before it can be emitted."""

    HEADER = "header"
    CHILDREN = "children"
    WHOLE = "whole"


@dataclass(frozen=True)
class Task:
    """One source in one run.

    `since` is where the question begins; with `later_only` rows of exactly that second do not count. `alone` sources
    are not asked in a composite. `asked_at` is the vendor's clock when the first page was answered, of the scan if
    there was one. Where COQL cannot serve, `token` leads to the next page of a list whose window began at `window_at`
    and has brought `window_rows` rows so far.
    """

    source: Source
    way: Way
    state: TaskState
    since: datetime | None = None
    later_only: bool = False
    alone: bool = False
    position: Position | None = None
    asked_at: datetime | None = None
    newest_at: datetime | None = None
    scanned: int | None = None
    changed: int | None = None
    token: str | None = None
    window_at: datetime | None = None
    window_rows: int = 0

    @property
    def rows(self) -> int:
        """How many have come so far."""
        return (self.scanned or 0) + (self.changed or 0)


@dataclass(frozen=True)
class DeletionTask:
    """What was deleted of one source since a time. `page` is the next one; `found` counts rows so far."""

    source: Source
    since: datetime
    state: TaskState = TaskState.OPEN
    alone: bool = False
    page: int = 1
    asked_at: datetime | None = None
    found: int | None = None


@dataclass(frozen=True)
class Rest:
    """What is left once no source is to be asked. `unfinished` counts pending records by module and need."""

    open_modules: Collection[Module]
    unfinished: Mapping[tuple[Module, Need], int]
    wanted: int
    unreported: bool


@dataclass(frozen=True)
class PlanRun:
    """Write down what the run reads."""


@dataclass(frozen=True)
class ReadPage:
    """Ask the next page of one source."""

    task: Task


@dataclass(frozen=True)
class ReadDeleted:
    """Ask the next page of what was deleted of one source."""

    task: DeletionTask


@dataclass(frozen=True)
class AskTogether:
    """Up to five questions in one composite: what changed, what was deleted, whether deleted records are back."""

    tasks: tuple[Task, ...]
    deletions: tuple[DeletionTask, ...] = ()
    returns: tuple[Source, ...] = ()


@dataclass(frozen=True)
class DescribeCrm:
    """Read what the CRM has: fields, taxes, who it is."""


@dataclass(frozen=True)
class ReportFindings:
    """Tell what was found out about the set-up."""


@dataclass(frozen=True)
class TakeUpWanted:
    """Turn wanted records into pending ones."""


@dataclass(frozen=True)
class Complete:
    """Fetch what is missing of up to 50 records of one module."""

    module: Module
    need: Need


@dataclass(frozen=True)
class CloseModules:
    """Everything of these modules is emitted: save their checkpoints and say so."""

    modules: tuple[Module, ...]


@dataclass(frozen=True)
class Finish:
    """Every module is closed."""


Ending = TakeUpWanted | Complete | CloseModules | ReportFindings | Finish
Step = PlanRun | DescribeCrm | ReadPage | ReadDeleted | AskTogether | Ending


def choose_page(tasks: Iterable[Task]) -> ReadPage | None:
    """The next page of a source that is asked alone. It comes before all else: the tasks alone tell of it."""
    task = _find_alone(_list_open(tasks))
    return None if task is None else ReadPage(task)


def choose_question(
    tasks: Iterable[Task], deletions: Iterable[DeletionTask], returns: Sequence[Source]
) -> ReadDeleted | AskTogether | None:
    """What is asked when no source is asked alone (any more).

    `returns` are sources of which some deleted records are due to be looked for: somebody may have restored them.
    """
    opened = _list_open(tasks)
    unread = [deletion for deletion in deletions if deletion.state is TaskState.OPEN]
    for deletion in unread:
        if deletion.alone:
            return ReadDeleted(deletion)
    return bundle_first(opened, unread, returns) if opened or unread or returns else None


def choose_ending(rest: Rest) -> Ending:
    """What is done when nothing is to be asked of sources. Modules that are ready one after another close at once."""
    if rest.wanted:
        return TakeUpWanted()
    ready: list[Module] = []
    for module in MODULE_ORDER:
        need = next((need for need in Need if rest.unfinished.get((module, need))), None)
        if need is not None:
            return CloseModules(tuple(ready)) if ready else Complete(module, need)
        if module in rest.open_modules:
            ready.append(module)
    if ready:
        return CloseModules(tuple(ready))
    return ReportFindings() if rest.unreported else Finish()


def foresee_scans(tasks: Sequence[Task]) -> list[Task]:
    """First loads whose next question is known, whatever is answered meanwhile, in the order in which they are read.

    While the first page of one is on its way, so may be those of others that wait for none: accounts wait for their
    people, and nothing is asked behind documents and their lines, of which there may be many pages.
    """
    first = _find_alone(_list_open(tasks))
    if first is None or first.way is not Way.SCAN:
        return []
    foreseen = [first]
    scans = list_scans(tasks)
    scanned = {task.source for task in scans}
    children = {shape.headers: shape.children for shape in SHAPES.values()}
    for task in scans[1:] if first.scanned is None else ():
        if foreseen[-1].source in DOCUMENT_SOURCES:
            break
        if children.get(task.source) not in scanned:
            foreseen.append(task)
    return foreseen


def list_scans(tasks: Iterable[Task]) -> list[Task]:
    """First loads that are going on, in the order in which they are read."""
    return [task for task in _list_open(tasks) if task.way is Way.SCAN]


def _list_open(tasks: Iterable[Task]) -> list[Task]:
    ordered = sorted(tasks, key=lambda task: SCAN_ORDER.index(task.source))
    return [task for task in ordered if task.state is TaskState.OPEN]


def _find_alone(opened: Iterable[Task]) -> Task | None:
    """The first that is asked for in a call of its own."""
    return next((task for task in opened if task.way is Way.SCAN or task.alone), None)


def bundle_first(opened: Sequence[Task], deletions: Sequence[DeletionTask], returns: Sequence[Source]) -> AskTogether:
    """The first composite of as few as hold all questions.

    Children and their headers go together where that costs nothing: a changed line then need not ask for its header.
    """
    left = {task.source: task for task in opened}
    pairs = []
    for shape in SHAPES.values():
        if shape.children is not None and {shape.headers, shape.children} <= left.keys():
            pairs.append([left.pop(shape.children), left.pop(shape.headers)])
    tasks: list[Task] = []
    while pairs and len(tasks) + 2 <= MOST_TOGETHER:
        tasks += pairs.pop(0)
    tasks += list(left.values())[: MOST_TOGETHER - len(tasks)]
    if pairs and len(tasks) < MOST_TOGETHER and not deletions and not returns:
        tasks.append(pairs[0][0])
    room = MOST_TOGETHER - len(tasks)
    chosen = tuple(deletions[:room])
    return AskTogether(tuple(tasks), chosen, tuple(returns[: room - len(chosen)]))


def list_failing(source: Source, modules: Iterable[Module]) -> list[Module]:
    """Those of `modules` that cannot go on without `source`.

    Accounts can go without their people, so that a missing right to contacts fails the contacts alone.
    """
    chosen = set(modules)
    return [
        module
        for module in MODULE_ORDER
        if module in chosen
        and source in (SHAPES[module].sources if SHAPES[module].is_document else (SHAPES[module].headers,))
    ]
