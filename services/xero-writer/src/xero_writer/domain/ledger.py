"""Rows of Xero's ledger as they are kept for matching: ids, keys, amounts; no names and no addresses.

Readers take one element of Xero's answers. They raise BadAnswerError where what is needed is not there.
"""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sync_kit.errors import BadAnswerError
from xero_writer.domain.contact_blanks import find_blanks
from xero_writer.domain.document_kinds import XeroKind
from xero_writer.domain.field_digests import digest_fields, pick_document_fields
from xero_writer.domain.keys import (
    code_key,
    email_key,
    loose_name_key,
    name_key,
    number_key,
    sale_key,
    town_key,
    url_key,
)
from xero_writer.domain.lanes import LANES, Lane
from xero_writer.domain.link_facts import LinkedLine
from xero_writer.domain.reference import find_bill_terms, find_sales_terms
from xero_writer.domain.rows import LedgerContact, LedgerDocument, LedgerItem
from xero_writer.domain.xero_dates import find_xero_date, find_xero_time


def read_contact(row: Mapping[str, Any], key: bytes) -> LedgerContact:
    """One of Xero's Contacts. The billing town is the first address's that names one."""
    number, email = _find_text(row, "ContactNumber"), _find_text(row, "EmailAddress")
    addresses = row.get("Addresses")
    towns = [
        town
        for address in (addresses if isinstance(addresses, list) else [])
        if isinstance(address, Mapping) and (town := _find_text(address, "City"))
    ]
    terms, bill_terms = find_sales_terms(row.get("PaymentTerms")), find_bill_terms(row.get("PaymentTerms"))
    return LedgerContact(
        xero_id=_text(row, "ContactID"),
        status=_find_text(row, "ContactStatus") or "ACTIVE",
        name_key=name_key(_text(row, "Name"), key),
        loose_key=loose_name_key(_text(row, "Name"), key),
        number_key=number_key(number, key) if number else None,
        email_key=email_key(email, key) if email else None,
        town_key=town_key(towns[0], key) if towns else None,
        terms_day=terms.day if terms is not None else None,
        terms_type=terms.type if terms is not None else None,
        bill_terms_day=bill_terms.day if bill_terms is not None else None,
        bill_terms_type=bill_terms.type if bill_terms is not None else None,
        merged_to=_find_text(row, "MergedToContactID"),
        blanks=find_blanks(row),
    )


def read_item(row: Mapping[str, Any], key: bytes) -> LedgerItem:
    """One of Xero's Items. Without a name its code stands for it, as in Xero's own lists."""
    code = _text(row, "Code")
    sales, purchases = _part(row, "SalesDetails"), _part(row, "PurchaseDetails")
    return LedgerItem(
        xero_id=_text(row, "ItemID"),
        code=code,
        code_key=code_key(code, key),
        name_key=name_key(_find_text(row, "Name") or code, key),
        tracked=row.get("IsTrackedAsInventory") is True,
        account_code=_find_text(sales, "AccountCode"),
        tax_type=_find_text(sales, "TaxType"),
        purchase_account_code=_find_text(purchases, "AccountCode") or _find_text(purchases, "COGSAccountCode"),
        purchase_tax_type=_find_text(purchases, "TaxType"),
    )


def read_document(lane: Lane, row: Mapping[str, Any], key: bytes) -> LedgerDocument:
    """One of Xero's documents; with its lines where the answer carried them (paged and single reads do)."""
    words = LANES[lane]
    contact = row.get("Contact")
    contact_id = _find_text(contact, "ContactID") if isinstance(contact, Mapping) else None
    lines = row.get("LineItems")
    with_lines = isinstance(lines, list) and bool(lines)
    total, url = find_money(row, "Total"), _find_text(row, "Url")
    return LedgerDocument(
        xero_id=_text(row, words.id_field),
        number_key=number_key(_find_text(row, words.key_field) or "", key),
        status=_text(row, "Status"),
        kind=words.kind or XeroKind.SALES_INVOICE,
        contact_id=contact_id,
        currency=_find_text(row, "CurrencyCode"),
        dated=find_xero_date(row.get("Date")),
        total=total,
        amount_due=find_money(row, "AmountDue"),
        amount_paid=find_money(row, "AmountPaid") or Decimal(0),
        amount_credited=find_money(row, "AmountCredited") or Decimal(0),
        updated_at=find_xero_time(row.get("UpdatedDateUTC")),
        url_key=url_key(url, key) if url is not None else None,
        sale_key=sale_key(contact_id, total) if contact_id is not None and total is not None else None,
        field_digests=digest_fields(pick_document_fields(row), key) if with_lines else None,
        lines=read_lines(row) if with_lines else None,
    )


def read_lines(row: Mapping[str, Any]) -> tuple[LinkedLine, ...]:
    """The line ids of a document in Xero's order, with the accounts, taxes and tracking that Xero has. `key` is the
    id."""
    lines = row.get("LineItems")
    found = []
    for line in lines if isinstance(lines, list) else []:
        line_id = _find_text(line, "LineItemID") if isinstance(line, Mapping) else None
        if line_id is None:
            raise BadAnswerError("a line without LineItemID")
        found.append(
            LinkedLine(
                line_id,
                line_id,
                _find_text(line, "AccountCode"),
                _find_text(line, "TaxType"),
                _read_tracking(line.get("Tracking")),
            )
        )
    return tuple(found)


def _read_tracking(value: object) -> tuple[tuple[str, str], ...]:
    pairs = [
        (_find_text(option, "TrackingCategoryID"), _find_text(option, "TrackingOptionID"))
        for option in (value if isinstance(value, list) else [])
        if isinstance(option, Mapping)
    ]
    return tuple((category, option) for category, option in pairs if category is not None and option is not None)


def find_money(row: Mapping[str, Any], name: str) -> Decimal | None:
    """An amount; None when absent. Raises BadAnswerError for what is no exact number."""
    value = row.get(name)
    if value is None:
        return None
    if isinstance(value, bool) or not isinstance(value, Decimal | int):
        raise BadAnswerError(f"{name} is no number")
    return Decimal(value)


def _part(row: Mapping[str, Any], name: str) -> Mapping[str, Any]:
    value = row.get(name)
    return value if isinstance(value, Mapping) else {}


def _find_text(row: Mapping[str, Any], name: str) -> str | None:
    value = row.get(name)
    return value if isinstance(value, str) and value else None


def _text(row: Mapping[str, Any], name: str) -> str:
    value = _find_text(row, name)
    if value is None:
        raise BadAnswerError(f"an answer without {name}")
    return value
