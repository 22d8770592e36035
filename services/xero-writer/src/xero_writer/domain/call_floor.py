"""The least number of Xero calls that a given work needs, to be shown beside what was used."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from xero_writer.domain.lanes import LANES, Lane

BATCH: Final = 50


@dataclass(frozen=True)
class Reading:
    """One list that had to be read: Xero's path, and how many rows it showed."""

    path: str
    rows: int


@dataclass(frozen=True)
class Work:
    """What a run did. `readings` are what had to be read before: whole lists once, later what Xero changed.

    `looked_up` are lanes whose linked documents had to be asked for before an update, and were not among the readings.
    """

    created: Mapping[Lane, int] = field(default_factory=dict)
    updated: Mapping[Lane, int] = field(default_factory=dict)
    readings: tuple[Reading, ...] = ()
    looked_up: frozenset[Lane] = frozenset()
    reference_parts: int = 0


def least_calls(work: Work) -> int:
    """One call a page read, one a batch of 50 written; items are one unpaged list, quotes come by hundreds."""
    written = [*work.created.values(), *work.updated.values()]
    return (
        sum(_divide_up(count, BATCH) for count in written)
        + sum(_count_pages(reading) for reading in work.readings)
        + len(work.looked_up)
        + work.reference_parts
    )


def _count_pages(reading: Reading) -> int:
    size = next(words.page_size for words in LANES.values() if words.path == reading.path)
    return 1 if reading.path == "Items" else max(1, _divide_up(reading.rows, size))


def _divide_up(count: int, by: int) -> int:
    return -(-count // by)
