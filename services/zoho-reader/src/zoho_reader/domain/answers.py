"""Read Zoho's answers strictly: a shape that is not the documented one is no answer, never an empty one."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from decimal import Decimal
from email.utils import parsedate_to_datetime
from itertools import pairwise
from typing import Any, Final

from sync_kit.errors import BadAnswerError
from zoho_reader.domain.coql import Position, Question
from zoho_reader.domain.lists import DeletedQuestion, ListQuestion
from zoho_reader.domain.sources import NAME_COLUMNS, NUMBER_COLUMNS, PARENT_FIELDS, Source

_ANY_TIME: Final = datetime.min.replace(tzinfo=UTC)
HEADER_TAX: Final = "$line_tax"
"""Taxes on a whole document, in the answer to GET by id only (Zoho: Get Records, inventory modules)."""


@dataclass(frozen=True)
class Row:
    """One row of a source as Zoho words it. `parent_id` is the header that a child row belongs to."""

    record_id: str
    modified_at: datetime
    fields: Mapping[str, Any]
    parent_id: str | None = None


@dataclass(frozen=True)
class Page:
    """One answer. `answered_at` is the vendor's clock (Date header); `token` leads to the next page of a list."""

    rows: tuple[Row, ...]
    more: bool
    answered_at: datetime
    token: str | None = None

    def find_end(self, question: Question | ListQuestion) -> Position | None:
        """Where the next page goes on; None when there was no row."""
        if not self.rows:
            return None
        last = self.rows[-1]
        return Position(last.record_id, last.modified_at if question.by_time else None)


@dataclass(frozen=True)
class WholeRecord:
    """A record read by its id, with its lines. `lines_cut` says that Zoho gave only some of them ($has_more)."""

    header: Row
    lines: tuple[Row, ...]
    lines_cut: bool


@dataclass(frozen=True)
class Gone:
    """A record that was deleted, and when, by the vendor's clock."""

    record_id: str
    deleted_at: datetime


@dataclass(frozen=True)
class DeletedPage:
    """One answer to what was deleted."""

    rows: tuple[Gone, ...]
    more: bool
    answered_at: datetime


def read_page(question: Question | ListQuestion, body: object, answered_at: datetime) -> Page:
    """The rows of an answer; None stands for the empty body of a 204 or 304.

    Raises BadAnswerError when a row lacks its id or time, a number is not a number, the rows are not in the order
    that was asked for (the next page could skip some), or more are promised and none came.
    """
    if body is None:
        return Page((), more=False, answered_at=answered_at)
    items, more, token = _open_page(body, question.limit)
    rows = tuple(read_row(question.source, item) for item in items)
    if isinstance(question, ListQuestion):
        _check_times(rows if question.by_time else ())
        return Page(rows, more, answered_at, token)
    _check_order(rows, by_time=question.by_time)
    return Page(rows, more, answered_at)


def read_deleted(question: DeletedQuestion, body: object, answered_at: datetime) -> DeletedPage:
    """What was deleted; None stands for the empty body of a 204 or 304. Raises BadAnswerError."""
    if body is None:
        return DeletedPage((), more=False, answered_at=answered_at)
    items, more, _ = _open_page(body, question.limit)
    rows = []
    for item in items:
        row = _get_object(item, "a deleted record")
        record_id = row.get("id")
        if not isinstance(record_id, str) or not record_id.isdigit():
            raise BadAnswerError(f"a deleted record of {question.source.value} has no id")
        rows.append(Gone(record_id, read_time(row.get("deleted_time"))))
    return DeletedPage(tuple(rows), more, answered_at)


def read_count(body: object) -> int:
    """How many records a module has, from its count."""
    count = _get_object(body, "the answer").get("count")
    if isinstance(count, bool) or not isinstance(count, int):
        raise BadAnswerError("a count is not a number")
    return count


def _open_page(body: object, limit: int) -> tuple[Sequence[Any], bool, str | None]:
    outer = _get_object(body, "the answer")
    info = _get_object(outer.get("info"), "info")
    more, token = info.get("more_records"), info.get("next_page_token")
    if not isinstance(more, bool):
        raise BadAnswerError("Zoho's answer does not say whether there is more")
    items = _get_list(outer.get("data"), "data")
    if more and not items:
        raise BadAnswerError("Zoho promises more rows and gives none")
    if len(items) > limit:
        raise BadAnswerError("Zoho gave more rows than were asked for")
    return items, more, token if isinstance(token, str) else None


def read_row(source: Source, item: object) -> Row:
    """One row. Lookups keep their id alone, and their name where every way of asking tells it: a row reads alike
    whichever way it was asked for.
    """
    given, named = _get_object(item, "a row"), NAME_COLUMNS.get(source, {})
    fields = {
        name: _shorten(value, name in named) if isinstance(value, dict) else value
        for name, value in given.items()
        if not name.startswith("$")
    }
    for lookup, column in named.items():
        name, target = fields.pop(f"{lookup}.{column}", None), fields.get(lookup)
        if isinstance(name, str) and name and isinstance(target, dict):
            fields[lookup] = {**target, "name": name}
    record_id = fields.get("id")
    if not isinstance(record_id, str) or not record_id.isdigit():
        raise BadAnswerError(f"a row of {source.value} has no id")
    for name in NUMBER_COLUMNS[source] & fields.keys():
        value = fields[name]
        if value is not None and (isinstance(value, bool) or not isinstance(value, int | Decimal)):
            raise BadAnswerError(f"{name} of a row of {source.value} is not a number")
    return Row(record_id, read_time(fields.get("Modified_Time")), fields, _find_parent(source, fields))


def read_whole(
    headers: Source, lines: Source, columns: Collection[str], line_columns: Collection[str], body: object
) -> WholeRecord | None:
    """The answer to GET by id, cut down to the columns that COQL is asked for; None when the record is gone (204).

    Lines are under the line module's own name. Taxes on the whole document come this way alone.
    """
    if body is None:
        return None
    data = _get_list(_get_object(body, "the answer").get("data"), "data")
    if len(data) != 1:
        raise BadAnswerError("a record read by id did not come alone")
    record = _get_object(data[0], "a record")
    header = read_row(headers, {name: value for name, value in record.items() if name in columns})
    if record.get(HEADER_TAX):
        header = replace(header, fields={**header.fields, HEADER_TAX: _get_list(record[HEADER_TAX], HEADER_TAX)})
    parent = {"id": header.record_id}
    rows = []
    for item in _get_list(record.get(lines.value), lines.value):
        line = {name: value for name, value in _get_object(item, "a line").items() if name in line_columns}
        # A line inside its document does not always repeat whose it is and when it changed.
        rows.append(
            read_row(lines, {"Modified_Time": header.fields["Modified_Time"], **line, PARENT_FIELDS[lines]: parent})
        )
    flags = record.get("$has_more")
    return WholeRecord(header, tuple(rows), bool(isinstance(flags, Mapping) and flags.get(lines.value) is True))


def read_field_names(body: object) -> dict[str, str]:
    """API names of a module's fields with their JSON types, from the fields metadata."""
    names = {}
    for item in _get_list(_get_object(body, "the answer").get("fields"), "fields"):
        field = _get_object(item, "a field")
        name, json_type = field.get("api_name"), field.get("json_type")
        if not isinstance(name, str):
            raise BadAnswerError("a field has no API name")
        names[name] = json_type if isinstance(json_type, str) else ""
    return names


def read_time(value: object) -> datetime:
    """A Zoho time with its offset, in UTC."""
    if isinstance(value, str):
        try:
            moment = datetime.fromisoformat(value)
        except ValueError:
            moment = None
        if moment is not None and moment.tzinfo is not None:
            return moment.astimezone(UTC)
    raise BadAnswerError("a time in Zoho's answer has no offset or is none")


def read_vendor_time(headers: Mapping[str, str]) -> datetime:
    """The vendor's clock as its Date header tells it (RFC 9110 demands it). Raises BadAnswerError without one.

    No checkpoint may come from another clock than the vendor's, so an answer without a time cannot be used.
    """
    try:
        moment = parsedate_to_datetime(headers.get("date", ""))
    except (TypeError, ValueError) as error:
        raise BadAnswerError("Zoho's answer does not say its time") from error
    return moment.astimezone(UTC) if moment.tzinfo is not None else moment.replace(tzinfo=UTC)


def _check_order(rows: Sequence[Row], *, by_time: bool) -> None:
    keys = [(row.modified_at if by_time else _ANY_TIME, int(row.record_id)) for row in rows]
    if any(first >= second for first, second in pairwise(keys)):
        raise BadAnswerError("Zoho's rows are not in the order that was asked for")


def _check_times(rows: Sequence[Row]) -> None:
    # How a list orders rows of one second is not documented, so only the seconds are held against the order.
    if any(first.modified_at > second.modified_at for first, second in pairwise(rows)):
        raise BadAnswerError("Zoho's rows are not in the order that was asked for")


def _shorten(value: dict[str, Any], named: bool) -> dict[str, Any]:
    if not isinstance(value.get("id"), str):
        return value
    name = value.get("name") if named else None
    return {"id": value["id"], "name": name} if isinstance(name, str) and name else {"id": value["id"]}


def _find_parent(source: Source, fields: Mapping[str, Any]) -> str | None:
    name = PARENT_FIELDS.get(source)
    if name is None:
        return None
    value = fields.get(name)
    if value is None and source is Source.CONTACTS:
        return None
    if not isinstance(value, dict) or not isinstance(value.get("id"), str):
        raise BadAnswerError(f"a row of {source.value} does not say whose it is")
    return str(value["id"])


def _get_object(value: object, what: str) -> Mapping[str, Any]:
    if not isinstance(value, dict):  # as JSON gives it; to ask for a Mapping takes several times as long
        raise BadAnswerError(f"{what} is not an object")
    return value


def _get_list(value: object, what: str) -> Sequence[Any]:
    if not isinstance(value, list):
        raise BadAnswerError(f"{what} is not a list")
    return value
