"""What all lists share: If-Modified-Since, where, order, ids, pages.

Pages: `page` from 1, `pageSize` 1 to 1,000 (values outside are clamped), default 100. An answer with pages
carries `pagination`. A list without pages of more than 100,000 records is refused.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Generic, TypeVar

from vendor_sandbox.xero.api_call import ApiAnswer, ApiCall
from vendor_sandbox.xero.body_shapes import is_guid, normalise_guid
from vendor_sandbox.xero.refusals import query_invalid
from vendor_sandbox.xero.where_parser import Properties, parse_order, parse_where

T = TypeVar("T")

DEFAULT_PAGE_SIZE = 100
MAX_PAGE_SIZE = 1000
MAX_UNPAGED_ROWS = 100_000


@dataclass(frozen=True, slots=True)
class Listable(Generic[T]):
    """A kind of record in a list: what may be asked about it, and its standing order.

    `takes_where` False: the parameter is not documented for the kind, and is ignored. `tells_pages` False: the
    answer has no `pagination`.
    """

    plural: str
    properties: Properties[T]
    sort_key: Callable[[T], Any]
    read_updated_at: Callable[[T], datetime] | None = None
    takes_where: bool = True
    tells_pages: bool = True


@dataclass(frozen=True, slots=True)
class Page:
    """The asked page."""

    number: int
    size: int


def read_page(call: ApiCall, *, enforced: bool = False) -> Page | None:
    """The asked page; None for a list without pages. `enforced`: some filters bring pages with them."""
    number = _read_number(call, "page")
    if number is None and not enforced:
        return None
    size = _read_number(call, "pagesize")
    size = DEFAULT_PAGE_SIZE if size is None else min(max(size, 1), MAX_PAGE_SIZE)
    return Page(max(1 if number is None else number, 1), size)


def select_records(call: ApiCall, kind: Listable[T], records: Iterable[T]) -> list[T]:
    """Apply If-Modified-Since, where and order. Raises RequestRefusedError."""
    where = call.find_text("where") if kind.takes_where else None
    order = call.find_text("order")
    matches = parse_where(where, kind.properties) if where is not None else None
    keys = parse_order(order, kind.properties) if order is not None else []
    since = call.find_modified_since()
    chosen = list(records) if since is None else _keep_modified(call, kind, records, since)
    if matches is not None:
        chosen = [record for record in chosen if matches(record)]
    chosen.sort(key=kind.sort_key)
    for key, descending in reversed(keys):
        chosen.sort(key=key, reverse=descending)
    return chosen


def answer_list(
    call: ApiCall, kind: Listable[T], chosen: Sequence[T], show: Callable[[T], dict[str, Any]], page: Page | None
) -> ApiAnswer:
    """Cut the page and show it."""
    if not chosen and call.core.switches.xero_not_modified == 304 and call.find_modified_since() is not None:
        return ApiAnswer(None, 304)
    if page is None:
        if len(chosen) > MAX_UNPAGED_ROWS:
            raise query_invalid(f"The query returns more than {MAX_UNPAGED_ROWS} records; use paging")
        return ApiAnswer({kind.plural: [show(record) for record in chosen]})
    start = (page.number - 1) * page.size
    pagination = {
        "page": page.number,
        "pageSize": page.size,
        "pageCount": -(-len(chosen) // page.size),
        "itemCount": len(chosen),
    }
    shown = [show(record) for record in chosen[start : start + page.size]]
    return ApiAnswer({"pagination": pagination, kind.plural: shown} if kind.tells_pages else {kind.plural: shown})


def read_ids(call: ApiCall, name: str) -> set[str] | None:
    """A comma list of GUIDs from the query; None when absent. Raises RequestRefusedError."""
    values = read_values(call, name)
    if values is None:
        return None
    for value in values:
        if not is_guid(value):
            raise query_invalid(f"'{value}' is not a Guid")
    return {normalise_guid(value) for value in values}


def read_values(call: ApiCall, name: str) -> list[str] | None:
    """A comma list from the query; None when absent."""
    text = call.find_text(name)
    if text is None:
        return None
    return [value.strip() for value in text.split(",") if value.strip()]


def read_day(call: ApiCall, name: str) -> date | None:
    """A calendar date (YYYY-MM-DD) from the query; None when absent. Raises RequestRefusedError."""
    text = call.find_text(name)
    if text is None:
        return None
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        raise query_invalid(f"{name} must be a date, not '{text}'") from None


def _keep_modified(call: ApiCall, kind: Listable[T], records: Iterable[T], since: datetime) -> list[T]:
    read = kind.read_updated_at
    if read is None:
        return list(records)
    if call.core.switches.xero_modified_since == "inclusive":
        return [record for record in records if read(record) >= since]
    return [record for record in records if read(record) > since]


def _read_number(call: ApiCall, name: str) -> int | None:
    text = call.find_text(name)
    if text is None:
        return None
    try:
        return int(text)
    except ValueError:
        raise query_invalid(f"{name} must be a number, not '{text}'") from None
