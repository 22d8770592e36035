"""The least calls to Zoho CRM that a given work needs, as a formula; OAuth calls do not count.

A first load takes each source in pages of 2,000 and ends with one composite that asks what changed meanwhile. Later
runs begin with that composite. What a source has beyond 25 changed rows is asked for alone; lines of changed documents
and people of changed accounts come for 50 headers a call, records read whole five a call.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sync_kit.contracts.vocabulary import Module
from zoho_reader.domain.coql import MOST_IDS, MOST_ROWS, MOST_ROWS_TOGETHER, MOST_TOGETHER
from zoho_reader.domain.sources import Source


@dataclass(frozen=True)
class Work:
    """What a run had to read.

    `scanned`: rows by source of a first load. `changed`: rows by source of the question what changed.
    `headers`: records asked by id, `groups`: headers whose children were asked, `wholes`: records read with all they
    have; each by module. `further_pages`: pages beyond the first of children that did not fit into one.
    """

    scanned: Mapping[Source, int] = field(default_factory=dict)
    changed: Mapping[Source, int] = field(default_factory=dict)
    headers: Mapping[Module, int] = field(default_factory=dict)
    groups: Mapping[Module, int] = field(default_factory=dict)
    wholes: Mapping[Module, int] = field(default_factory=dict)
    further_pages: int = 0


def count_least_calls(work: Work) -> int:
    """The formula."""
    calls = sum(max(1, _divide_up(rows, MOST_ROWS)) for rows in work.scanned.values())
    calls += _divide_up(len(work.changed), MOST_TOGETHER)
    calls += sum(_divide_up(max(rows - MOST_ROWS_TOGETHER, 0), MOST_ROWS) for rows in work.changed.values())
    calls += sum(_divide_up(count, MOST_IDS) for count in (*work.headers.values(), *work.groups.values()))
    calls += sum(_divide_up(count, MOST_TOGETHER) for count in work.wholes.values())
    return calls + work.further_pages


def _divide_up(count: int, size: int) -> int:
    return -(-count // size)
