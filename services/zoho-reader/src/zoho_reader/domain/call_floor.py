"""The least calls to Zoho CRM that a given work needs, as a formula; OAuth calls do not count.

A first load takes each source in pages of 2,000 and ends by asking what changed meanwhile, five questions a composite.
Later runs begin with that, and ask what was deleted besides. What a source has beyond 25 rows is asked for alone; lines
of changed documents and people of changed accounts come for 50 headers a call, records read whole five a call.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from sync_kit.contracts.vocabulary import Module
from zoho_reader.domain.coql import MOST_IDS, MOST_ROWS, MOST_ROWS_TOGETHER, MOST_TOGETHER
from zoho_reader.domain.lists import MOST_LISTED
from zoho_reader.domain.slow_way import count_coql_calls, divide_up
from zoho_reader.domain.sources import Source


@dataclass(frozen=True)
class Work:
    """What a run had to read.

    `scanned`: rows by source of a first load. `changed`: rows by source of the question what changed.
    `headers`: records asked by id, `groups`: headers whose children were asked, `wholes`: records read with all they
    have; each by module. `further_pages`: pages beyond the first of children that did not fit into one.
    `deleted`: rows by source of the question what was deleted; `returns`: questions whether deleted records are back.
    """

    scanned: Mapping[Source, int] = field(default_factory=dict)
    changed: Mapping[Source, int] = field(default_factory=dict)
    headers: Mapping[Module, int] = field(default_factory=dict)
    groups: Mapping[Module, int] = field(default_factory=dict)
    wholes: Mapping[Module, int] = field(default_factory=dict)
    further_pages: int = 0
    deleted: Mapping[Source, int] = field(default_factory=dict)
    returns: int = 0


def count_least_calls(work: Work) -> int:
    """The formula."""
    calls = sum(count_coql_calls(rows) for rows in work.scanned.values())
    calls += divide_up(len(work.changed) + len(work.deleted) + work.returns, MOST_TOGETHER)
    calls += sum(divide_up(max(rows - MOST_ROWS_TOGETHER, 0), MOST_ROWS) for rows in work.changed.values())
    # Deleted records have numbered pages: more than a composite brings is read from the first page on.
    calls += sum(divide_up(rows, MOST_LISTED) for rows in work.deleted.values() if rows > MOST_ROWS_TOGETHER)
    calls += sum(divide_up(count, MOST_IDS) for count in (*work.headers.values(), *work.groups.values()))
    calls += sum(divide_up(count, MOST_TOGETHER) for count in work.wholes.values())
    return calls + work.further_pages
