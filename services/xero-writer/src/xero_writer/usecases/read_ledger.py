"""Read what Xero has already, once per tenant in the largest pages there are, and later only what it changed.

Sales invoices and bills are read together when both are wanted: one list of all costs no more pages than two lists.
A page that shifts while it is read could hide a row; Xero's own uniqueness of names, numbers and codes catches the
record that would be made twice because of it, and the look-up after such a refusal adopts it.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import partial
from typing import Any, Final

from sqlalchemy import RowMapping

from sync_kit.store import Session
from xero_writer.clients.xero_accounting import XeroAnswer, XeroRequest
from xero_writer.domain.lanes import LANES, Lane
from xero_writer.domain.xero_dates import format_if_modified_since
from xero_writer.store import ledger_reads
from xero_writer.usecases.desk import Desk
from xero_writer.usecases.save_rows import list_rows, save_rows

OVERLAP: Final = timedelta(seconds=300)
_PATH_PARAMS: Final[Mapping[str, tuple[Mapping[str, str], Mapping[str, str]]]] = {
    "Contacts": ({"includeArchived": "true"}, {"includeArchived": "true"}),
    "Items": ({}, {}),
    "Invoices": ({"summaryOnly": "true"}, {"unitdp": "4"}),
    "PurchaseOrders": ({"unitdp": "4"}, {"unitdp": "4"}),
    "Quotes": ({}, {}),
}
"""Query of a whole reading, and of one of changes, which must show the lines."""


def name_read(lane: Lane, *, changes: bool) -> str:
    """What the store calls a reading of the lane."""
    return f"{lane.value}/{'changes' if changes else 'whole'}"


def is_read(reads: Mapping[str, RowMapping], lane: Lane) -> bool:
    """Whether the whole lane has been read once."""
    whole = reads.get(name_read(lane, changes=False))
    return whole is not None and bool(whole["complete"])


def is_fresh(reads: Mapping[str, RowMapping], lane: Lane, run_id: str | None, *, with_lines: bool = False) -> bool:
    """Whether all that Xero changed in the lane was read in this run. `with_lines`: whole readings, which leave the
    lines out, do not count."""
    found = (reads.get(name_read(lane, changes=changes)) for changes in ((True,) if with_lines else (False, True)))
    return any(read is not None and read["complete"] and read["run_id"] == run_id for read in found)


@dataclass(frozen=True)
class _Reading:
    """One list on its way: the lanes that it serves, and from which page it goes on."""

    lanes: tuple[Lane, ...]
    changes: bool
    since: datetime | None = None
    page: int = 1
    began_at: datetime | None = None
    rows: int = 0
    complete: bool = False

    @property
    def kinds(self) -> list[str]:
        return [name_read(lane, changes=self.changes) for lane in self.lanes]


async def read_ledger(desk: Desk, lane: Lane, beside: Iterable[Lane] = ()) -> None:
    """Read the lane whole, going on from the page that is due. `beside`: lanes that are wanted too, read together where
    they share a path. Raises SliceOverError in between."""
    reads = await _list_reads(desk)
    reading = _find_broken_off(reads, lane, changes=False) or _Reading(
        _join_lanes(lane, [other for other in beside if not is_read(reads, other)]), changes=False
    )
    await _read_pages(desk, reading)


async def sweep_changes(desk: Desk, lane: Lane, beside: Iterable[Lane] = ()) -> None:
    """Read what Xero changed in the lane since it was read last; items are one list and read whole."""
    if lane is Lane.ITEMS:
        await read_ledger(desk, lane)
        return
    reads = await _list_reads(desk)
    reading = _find_broken_off(reads, lane, changes=True)
    if reading is None or reads[reading.kinds[0]]["run_id"] != desk.run_id:
        lanes = _join_lanes(lane, [other for other in beside if is_read(reads, other)])
        starts = [_find_since(reads, each) for each in lanes]
        known = [start for start in starts if start is not None]
        reading = _Reading(lanes, changes=True, since=min(known) if len(known) == len(starts) else None)
    await _read_pages(desk, reading)


async def _list_reads(desk: Desk) -> Mapping[str, RowMapping]:
    return await desk.look(lambda session: ledger_reads.list_reads(session, desk.partition))


async def has_read(desk: Desk, lane: Lane) -> bool:
    """Whether the whole lane has been read once."""
    return is_read(await _list_reads(desk), lane)


def _join_lanes(lane: Lane, others: Sequence[Lane]) -> tuple[Lane, ...]:
    path = LANES[lane].path
    return tuple(each for each in Lane if each is lane or (each in others and LANES[each].path == path))


def _find_broken_off(reads: Mapping[str, RowMapping], lane: Lane, *, changes: bool) -> _Reading | None:
    """A reading of the lane that was not finished, with the lanes that it served."""
    mine = reads.get(name_read(lane, changes=changes))
    if mine is None or mine["complete"]:
        return None
    position = ("complete", "next_page", "began_at", "since_at", "run_id")
    lanes = [
        other
        for other in Lane
        if LANES[other].path == LANES[lane].path
        and (read := reads.get(name_read(other, changes=changes))) is not None
        and all(read[name] == mine[name] for name in position)
    ]
    return _Reading(tuple(lanes), changes, mine["since_at"], mine["next_page"], mine["began_at"], mine["rows"])


def _find_since(reads: Mapping[str, RowMapping], lane: Lane) -> datetime | None:
    """When the last complete reading began, by Xero's clock; one that was broken off covers nothing."""
    before = reads.get(name_read(lane, changes=True))
    if before is not None and not before["complete"]:
        broken_off: datetime | None = before["since_at"]
        return broken_off
    whole = reads.get(name_read(lane, changes=False))
    newest = max((read["began_at"] for read in (before, whole) if read is not None and read["complete"]), default=None)
    return newest - OVERLAP if newest is not None else None


async def _read_pages(desk: Desk, reading: _Reading) -> None:
    words = LANES[reading.lanes[0]]
    params = dict(_PATH_PARAMS[words.path][reading.changes])
    if words.where is not None and len(reading.lanes) == 1:
        params["where"] = words.where
    modified_since = format_if_modified_since(reading.since) if reading.since is not None else None
    while not reading.complete:
        query = {**params, **_choose_page(words.path, reading.page)}
        answer = await desk.read(XeroRequest("GET", words.path, query, if_modified_since=modified_since))
        rows = [] if answer.status == 304 else list_rows(desk, answer, words.path)
        reading = replace(
            reading,
            page=reading.page + 1,
            began_at=reading.began_at or answer.vendor_at or desk.now() - OVERLAP,
            rows=reading.rows + len(rows),
            complete=words.path == "Items" or _is_last(answer, reading.page, len(rows), words.page_size),
        )
        await desk.write(partial(_save_page, desk, reading, rows))


async def _save_page(desk: Desk, reading: _Reading, rows: Sequence[Mapping[str, Any]], session: Session) -> None:
    await save_rows(desk, session, LANES[reading.lanes[0]].path, rows, seen=reading.changes)
    await ledger_reads.save_reads(
        session,
        desk.partition,
        reading.kinds,
        complete=reading.complete,
        next_page=reading.page,
        rows=reading.rows,
        since_at=reading.since,
        began_at=reading.began_at or desk.now(),
        run_id=desk.run_id,
    )


def _choose_page(path: str, page: int) -> dict[str, str]:
    if path == "Items":
        return {}
    if path == "Quotes":
        return {"page": str(page)}
    return {"page": str(page), "pageSize": "1000"}


def _is_last(answer: XeroAnswer, page: int, rows: int, page_size: int) -> bool:
    body = answer.body
    pagination = body.get("pagination") if isinstance(body, dict) else None
    pages: Any = pagination.get("pageCount") if isinstance(pagination, dict) else None
    return page >= pages if isinstance(pages, int) else rows < page_size
