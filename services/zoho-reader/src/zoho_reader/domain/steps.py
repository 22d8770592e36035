"""What a run does next: one step is one question to Zoho (or none) and one commit.

The order is: read first loads source by source, ask everything that changed in one composite, complete what is known
only in part, close the modules. Everything needed to decide is in the rows of the store, so a worker that takes over
after a crash goes on where the last commit was.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from sync_kit.contracts.vocabulary import MODULE_ORDER, Module
from zoho_reader.domain.coql import MOST_TOGETHER, Position
from zoho_reader.domain.sources import SCAN_ORDER, SHAPES, Source


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
    there was one.
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


@dataclass(frozen=True)
class Standing:
    """All that the next step depends on. `unfinished` counts pending records by module and need."""

    tasks: Sequence[Task]
    open_modules: Sequence[Module]
    unfinished: Mapping[tuple[Module, Need], int] = field(default_factory=dict)
    wanted: int = 0


@dataclass(frozen=True)
class ReadPage:
    """Ask the next page of one source."""

    task: Task


@dataclass(frozen=True)
class AskTogether:
    """Ask what changed in up to five sources, in one composite."""

    tasks: tuple[Task, ...]


@dataclass(frozen=True)
class TakeUpWanted:
    """Turn wanted records into pending ones."""


@dataclass(frozen=True)
class Complete:
    """Fetch what is missing of up to 50 records of one module."""

    module: Module
    need: Need


@dataclass(frozen=True)
class CloseModule:
    """Everything of the module is emitted: save the checkpoint and say so."""

    module: Module


@dataclass(frozen=True)
class Finish:
    """Every module is closed."""


Step = ReadPage | AskTogether | TakeUpWanted | Complete | CloseModule | Finish


def choose_step(standing: Standing) -> Step:
    """The next step of a run."""
    tasks = sorted(standing.tasks, key=lambda task: SCAN_ORDER.index(task.source))
    opened = [task for task in tasks if task.state is TaskState.OPEN]
    for task in opened:
        if task.way is Way.SCAN or task.alone:
            return ReadPage(task)
    if opened:
        return AskTogether(tuple(opened[:MOST_TOGETHER]))
    if standing.wanted:
        return TakeUpWanted()
    for module in MODULE_ORDER:
        for need in Need:
            if standing.unfinished.get((module, need)):
                return Complete(module, need)
        if module in standing.open_modules:
            return CloseModule(module)
    return Finish()


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
