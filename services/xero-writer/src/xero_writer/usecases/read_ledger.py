"""Read what Xero has already, once per tenant in pages of 1,000, and later only what it changed.

A page that shifts while it is read could hide a row; Xero's own uniqueness of names, numbers and codes catches the
record that would be made twice because of it, and the look-up after such a refusal adopts it.
"""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import RowMapping

from sync_kit.contracts.vocabulary import Module
from sync_kit.errors import BadAnswerError
from sync_kit.store import Session
from xero_writer.clients.xero_accounting import XeroAnswer, XeroRequest
from xero_writer.domain.ledger import read_contact, read_invoice, read_item
from xero_writer.domain.xero_dates import format_if_modified_since
from xero_writer.store import ledger
from xero_writer.usecases.desk import Desk
from xero_writer.usecases.ledger_rows import from_ledger_contact, from_ledger_invoice, from_ledger_item

CONTACTS: Final = "contacts"
ITEMS: Final = "items"
INVOICES: Final = "invoices"
CONTACT_CHANGES: Final = "contact_changes"
INVOICE_CHANGES: Final = "invoice_changes"
WHOLE: Final[Mapping[str, str]] = {CONTACT_CHANGES: CONTACTS, INVOICE_CHANGES: INVOICES}
"""What was read whole before its changes were."""
CHANGES: Final[Mapping[str, str]] = {CONTACTS: CONTACT_CHANGES, ITEMS: ITEMS, INVOICES: INVOICE_CHANGES}
KINDS: Final[Mapping[Module, str]] = {
    Module.ACCOUNTS: CONTACTS,
    Module.CONTACTS: CONTACTS,
    Module.PRODUCTS: ITEMS,
    Module.INVOICES: INVOICES,
}
LISTS: Final[Mapping[str, str]] = {
    CONTACTS: "Contacts",
    CONTACT_CHANGES: "Contacts",
    ITEMS: "Items",
    INVOICES: "Invoices",
    INVOICE_CHANGES: "Invoices",
}
PAGE_SIZE: Final = 1000
IDS_PER_CALL: Final = 50
"""About 52 fit into Xero's longest address."""
OVERLAP: Final = timedelta(seconds=300)
SALES_ONLY: Final = 'Type=="ACCREC"'


async def read_ledger(desk: Desk, kind: str) -> None:
    """Go on reading this kind from the page that is due until it is complete. Raises SliceOverError in between."""
    params = {"where": SALES_ONLY, "summaryOnly": "true"} if kind == INVOICES else {}
    if kind == CONTACTS:
        params["includeArchived"] = "true"
    await _read_pages(desk, kind, params, since=None)


async def sweep_changes(desk: Desk, kind: str) -> None:
    """Read what Xero changed since contacts or invoices were read last; items are one list and read whole."""
    if kind == ITEMS:
        await read_ledger(desk, ITEMS)
        return
    async with desk.tools.store.reading() as session:
        reads = await ledger.list_reads(session, desk.tenant_id)
    params = {"includeArchived": "true"} if kind == CONTACT_CHANGES else {"where": SALES_ONLY, "unitdp": "4"}
    await _read_pages(desk, kind, params, since=_find_since(reads, kind))


def _find_since(reads: Mapping[str, RowMapping], kind: str) -> datetime | None:
    """When the last complete reading began, by Xero's clock; one that was broken off covers nothing."""
    before = reads.get(kind)
    if before is not None and not before["complete"]:
        broken_off: datetime | None = before["since_at"]
        return broken_off
    before = before or reads.get(WHOLE[kind])
    return before["began_at"] - OVERLAP if before is not None else None


async def read_invoices_by_id(desk: Desk, xero_ids: Sequence[str]) -> None:
    """Read these invoices with their lines; they count as seen in this run, also one that Xero no longer shows."""
    for start in range(0, len(xero_ids), IDS_PER_CALL):
        asked = list(xero_ids[start : start + IDS_PER_CALL])
        params = {"IDs": ",".join(asked), "page": "1", "pageSize": str(PAGE_SIZE), "unitdp": "4"}
        answer = await desk.read(XeroRequest("GET", "Invoices", params))
        rows = list_rows(desk, answer, "Invoices")
        async with desk.writing() as session:
            await save_rows(desk, session, INVOICES, rows)
            if desk.run_id is not None:
                await ledger.note_seen(session, desk.tenant_id, asked, desk.run_id)


async def _read_pages(desk: Desk, kind: str, params: Mapping[str, str], *, since: datetime | None) -> None:
    async with desk.tools.store.reading() as session:
        read = (await ledger.list_reads(session, desk.tenant_id)).get(kind)
    going_on = read is not None and not read["complete"] and (since is None or read["run_id"] == desk.run_id)
    page = read["next_page"] if read is not None and going_on else 1
    began_at: datetime | None = read["began_at"] if read is not None and going_on else None
    shown = read["rows"] if read is not None and going_on else 0
    modified_since = format_if_modified_since(since) if since is not None else None
    complete = False
    while not complete:
        paging = {} if kind == ITEMS else {"page": str(page), "pageSize": str(PAGE_SIZE)}
        answer = await desk.read(
            XeroRequest("GET", LISTS[kind], {**params, **paging}, if_modified_since=modified_since)
        )
        rows = [] if answer.status == 304 else list_rows(desk, answer, LISTS[kind])
        began_at = began_at or answer.vendor_at or desk.now() - OVERLAP
        complete = kind == ITEMS or _is_last(answer, page, len(rows))
        page += 1
        shown += len(rows)
        async with desk.writing() as session:
            await save_rows(desk, session, kind, rows)
            await ledger.save_read(
                session,
                desk.tenant_id,
                kind,
                complete=complete,
                next_page=page,
                rows=shown,
                since_at=since,
                began_at=began_at,
                run_id=desk.run_id,
            )


def _is_last(answer: XeroAnswer, page: int, rows: int) -> bool:
    body = answer.body
    pagination = body.get("pagination") if isinstance(body, dict) else None
    pages = pagination.get("pageCount") if isinstance(pagination, dict) else None
    return page >= pages if isinstance(pages, int) else rows < PAGE_SIZE


def list_rows(desk: Desk, answer: XeroAnswer, name: str) -> list[Mapping[str, Any]]:
    """The elements of an answer. Raises OutOfCallsError for one of another shape."""
    rows = answer.body.get(name) if isinstance(answer.body, dict) else None
    if answer.status >= 400 or not isinstance(rows, list) or not all(isinstance(row, dict) for row in rows):
        raise desk.trouble(f"an answer without {name}")
    return rows


async def save_rows(desk: Desk, session: Session, kind: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep what Xero has shown, by digested keys. Raises OutOfCallsError for rows that cannot be read."""
    key = desk.digest_key
    try:
        if kind in (CONTACTS, CONTACT_CHANGES):
            contacts = [from_ledger_contact(read_contact(row, key)) for row in rows]
            await ledger.save_contacts(session, desk.tenant_id, contacts)
        elif kind == ITEMS:
            items = [from_ledger_item(read_item(row, key)) for row in rows]
            await ledger.save_items(session, desk.tenant_id, items)
        else:
            seen_run = desk.run_id if kind == INVOICE_CHANGES else None
            invoices = [read_invoice(row, key) for row in rows if row.get("Type") == "ACCREC"]
            await ledger.save_invoices(
                session,
                desk.tenant_id,
                [from_ledger_invoice(each, seen_run=seen_run) for each in invoices],
            )
    except BadAnswerError as error:
        raise desk.trouble(f"Xero's {kind} cannot be read") from error
