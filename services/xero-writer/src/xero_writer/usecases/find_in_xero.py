"""Ask Xero whether records of an intent are there, by their business keys, in as few calls as is safe.

A few contacts or items are asked for one by one. Many items are one unpaged list. Many contacts are found among what
Xero changed since the ledger was read: that reading began, by Xero's own clock, before the intent was sent.
"""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import RowMapping

from sync_kit.contracts.vocabulary import Module
from xero_writer.clients.xero_accounting import XeroRequest
from xero_writer.domain.look_ups import list_found, list_look_ups
from xero_writer.domain.xero_dates import format_if_modified_since
from xero_writer.store import ledger
from xero_writer.usecases.desk import Desk
from xero_writer.usecases.read_ledger import CONTACT_CHANGES, CONTACTS, OVERLAP, PAGE_SIZE, list_rows

FEW: Final = 4

Found = Mapping[str, Sequence[Mapping[str, Any]]]


async def find_in_xero(desk: Desk, module: Module, business_keys: Sequence[str]) -> Found:
    """Xero's rows by business key; a key without rows is not there. Raises SliceOverError, OutOfCallsError."""
    if module is Module.INVOICES or len(business_keys) <= FEW:
        return await _ask_by_key(desk, module, business_keys)
    if module is Module.PRODUCTS:
        answer = await desk.read(XeroRequest("GET", "Items", {"unitdp": "4"}), settling=True)
        body: object = {"Items": list_rows(desk, answer, "Items")}
        return {key: list_found(module, key, body) for key in business_keys}
    changed = await _list_changed_contacts(desk)
    if changed is None:
        return await _ask_by_key(desk, module, business_keys)
    return {key: list_found(module, key, {"Contacts": changed}) for key in business_keys}


async def _ask_by_key(desk: Desk, module: Module, business_keys: Sequence[str]) -> Found:
    found: dict[str, Sequence[Mapping[str, Any]]] = {}
    for look_up in list_look_ups(module, business_keys):
        answer = await desk.read(XeroRequest("GET", look_up.path, look_up.query), settling=True)
        if answer.status == 400:
            raise desk.trouble("Xero did not understand a look-up")
        for key in look_up.business_keys:
            found[key] = list_found(module, key, answer.body) if answer.status == 200 else []
    return found


async def _list_changed_contacts(desk: Desk) -> list[Mapping[str, Any]] | None:
    async with desk.tools.store.reading() as session:
        reads: Mapping[str, RowMapping] = await ledger.list_reads(session, desk.tenant_id)
    complete = [reads[kind] for kind in (CONTACT_CHANGES, CONTACTS) if kind in reads and reads[kind]["complete"]]
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
