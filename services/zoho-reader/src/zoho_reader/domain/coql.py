"""Questions in COQL, Zoho's query language, within its documented limits.

Zoho (COQL limitations page): 2,000 rows a call, `where` is mandatory, and/or chains parenthesised in pairs, at most 50
values in an `in` list (the page also says 100). Pages go on by keyset, never by offset: a row that moves while we read
would be skipped by an offset.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Final

from zoho_reader.domain.sources import PARENT_FIELDS, Source

MOST_ROWS: Final = 2_000
MOST_ROWS_TOGETHER: Final = 25
"""Rows that one sub-request of a composite may bring (Zoho: composite API page)."""
MOST_TOGETHER: Final = 5
"""Sub-requests of one composite (Zoho: composite API page)."""
MOST_IDS: Final = 50


@dataclass(frozen=True)
class Position:
    """The last row that was read; `modified_at` is None where rows are read in the order of their ids."""

    record_id: str
    modified_at: datetime | None = None


@dataclass(frozen=True)
class Question:
    """One COQL query. `by_time` says how its rows are sorted."""

    source: Source
    columns: tuple[str, ...]
    where: str
    by_time: bool
    limit: int = MOST_ROWS

    @property
    def text(self) -> str:
        """The query as it is sent."""
        order = "Modified_Time asc, id asc" if self.by_time else "id asc"
        return (
            f"select {', '.join(self.columns)} from {self.source.value} "  # noqa: S608 - COQL, names are ours
            f"where {self.where} order by {order} limit {self.limit}"
        )

    @property
    def credits(self) -> int:
        """What Zoho charges for it alone (API limits page): by its LIMIT."""
        if self.limit <= 200:
            return 1
        return 2 if self.limit <= 1_000 else 3


def ask_all_by_id(
    source: Source, columns: tuple[str, ...], after: Position | None, *, limit: int = MOST_ROWS
) -> Question:
    """Every row, in the order of ids."""
    where = f"id > {_quote(after.record_id if after else '0')}"
    return Question(source, columns, where, by_time=False, limit=limit)


def ask_changed(
    source: Source,
    columns: tuple[str, ...],
    since: datetime,
    *,
    after: Position | None = None,
    later_only: bool = False,
    limit: int = MOST_ROWS,
) -> Question:
    """Rows modified at or after `since` (with `later_only`: after it), oldest change first, behind `after`."""
    if after is not None and after.modified_at is not None:
        moment = _quote(write_time(after.modified_at))
        where = f"(Modified_Time >= {moment} and (Modified_Time > {moment} or id > {_quote(after.record_id)}))"
    else:
        where = f"Modified_Time {'>' if later_only else '>='} {_quote(write_time(since))}"
    return Question(source, columns, where, by_time=True, limit=limit)


def ask_by_ids(source: Source, columns: tuple[str, ...], record_ids: Sequence[str]) -> Question:
    """Those rows of the source that exist among at most 50 ids."""
    return Question(source, columns, f"id in {_list(record_ids)}", by_time=False, limit=200)


def ask_children(
    source: Source, columns: tuple[str, ...], parent_ids: Sequence[str], after: Position | None = None
) -> Question:
    """The children of at most 50 headers, in the order of ids."""
    where = f"{PARENT_FIELDS[source]} in {_list(parent_ids)}"
    if after is not None:
        where = f"({where} and id > {_quote(after.record_id)})"
    return Question(source, columns, where, by_time=False)


def write_time(moment: datetime) -> str:
    """A time as Zoho takes it: whole seconds with an offset."""
    return moment.astimezone(UTC).replace(microsecond=0).isoformat()


def _list(values: Sequence[str]) -> str:
    if not 0 < len(values) <= MOST_IDS:
        raise ValueError(f"an `in` list takes 1 to {MOST_IDS} ids, not {len(values)}")
    return f"({', '.join(_quote(value) for value in values)})"


def _quote(value: str) -> str:
    if not all(char.isalnum() or char in "-:+." for char in value):
        raise ValueError("only ids and times are quoted")
    return f"'{value}'"
