"""Ask Xero whether records of an intent are there, by their business keys, in as few calls as is safe.

A few contacts or items are asked for one by one. Many items are one unpaged list. Many contacts are found among what
Xero changed since the ledger was read: that reading began, by Xero's own clock, before the intent was sent.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import RowMapping

from xero_writer.clients.xero_accounting import XeroRequest
from xero_writer.domain.lanes import LANES, Lane
from xero_writer.domain.look_ups import list_found, list_look_ups
from xero_writer.domain.xero_dates import format_if_modified_since
from xero_writer.store import ledger_reads
from xero_writer.usecases.desk import Desk
from xero_writer.usecases.read_ledger import OVERLAP, name_read
from xero_writer.usecases.save_rows import list_rows

FEW: Final = 4
PAGE_SIZE: Final = LANES[Lane.CONTACTS].page_size
_LISTED: Final = frozenset({Lane.CONTACTS, Lane.ITEMS})
"""Lanes of which many are found cheaper in a list than one by one."""

Found = Mapping[str, Sequence[Mapping[str, Any]]]


async def find_in_xero(desk: Desk, lane: Lane, business_keys: Sequence[str]) -> Found:
    """Xero's rows by business key; a key without rows is not there. Raises SliceOverError, and OutOfCallsError also for
    an answer that cannot be read: it does not say that nothing is there."""
    if lane not in _LISTED or len(business_keys) <= FEW:
        return await _ask_by_key(desk, lane, business_keys)
    if lane is Lane.ITEMS:
        answer = await desk.read(XeroRequest("GET", "Items", {"unitdp": "4"}), settling=True)
        items = list_rows(desk, answer, "Items")
        return {key: list_found(lane, key, items) for key in business_keys}
    changed = await _list_changed_contacts(desk)
    if changed is None:
        return await _ask_by_key(desk, lane, business_keys)
    return {key: list_found(lane, key, changed) for key in business_keys}


async def _ask_by_key(desk: Desk, lane: Lane, business_keys: Sequence[str]) -> Found:
    found: dict[str, Sequence[Mapping[str, Any]]] = {}
    for look_up in list_look_ups(lane, business_keys):
        for key in look_up.business_keys:
            found[key] = []
        page = 1
        while True:
            query = {**look_up.query, **({"page": str(page)} if "page" in look_up.query else {})}
            answer = await desk.read(XeroRequest("GET", look_up.path, query), settling=True)
            if answer.status == 400:
                raise desk.trouble("Xero did not understand a look-up")
            if answer.status == 404:
                break
            rows = list_rows(desk, answer, LANES[lane].path)
            for key in look_up.business_keys:
                found[key] = [*found[key], *list_found(lane, key, rows)]
            if "page" not in look_up.query or len(rows) < LANES[lane].page_size:
                break
            page += 1
    return found


async def _list_changed_contacts(desk: Desk) -> list[Mapping[str, Any]] | None:
    async with desk.tools.store.reading() as session:
        reads: Mapping[str, RowMapping] = await ledger_reads.list_reads(session, desk.tenant_id)
    kinds = [name_read(Lane.CONTACTS, changes=changes) for changes in (True, False)]
    complete = [reads[kind] for kind in kinds if kind in reads and reads[kind]["complete"]]
    if not complete:
        return None
    read = complete[0]
    rows: list[Mapping[str, Any]] = []
    page = 1
    while True:
        answer = await desk.read(
            XeroRequest(
                "GET",
                "Contacts",
                {"includeArchived": "true", "page": str(page), "pageSize": str(PAGE_SIZE)},
                if_modified_since=format_if_modified_since(read["began_at"] - OVERLAP),
            ),
            settling=True,
        )
        if answer.status == 304:
            return rows
        found = list_rows(desk, answer, "Contacts")
        rows.extend(found)
        if len(found) < PAGE_SIZE:
            return rows
        page += 1
