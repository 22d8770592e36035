"""Between the ledger's rows in the store and the domain's views of them."""

from collections.abc import Mapping
from dataclasses import asdict
from typing import Any

from sqlalchemy import RowMapping

from xero_writer.domain.link_facts import LinkedLine
from xero_writer.domain.rows import LedgerContact, LedgerDocument, LedgerItem

_CONTACT = ("xero_id", "status", "name_key", "number_key", "email_key", "town_key", "terms_day", "terms_type")
_ITEM = ("xero_id", "code", "code_key", "name_key", "tracked", "account_code", "tax_type")
_INVOICE = (
    "xero_id",
    "number_key",
    "status",
    "contact_id",
    "currency",
    "dated",
    "total",
    "amount_due",
    "amount_paid",
    "amount_credited",
    "updated_at",
)


def to_ledger_contact(row: RowMapping) -> LedgerContact:
    """A contact from the store; who is linked to it is not known here."""
    return LedgerContact(**{name: row[name] for name in _CONTACT})


def to_ledger_item(row: RowMapping) -> LedgerItem:
    """An item from the store."""
    return LedgerItem(**{name: row[name] for name in _ITEM})


def to_ledger_invoice(row: RowMapping) -> LedgerDocument:
    """An invoice from the store, with what its lines told if it was read with them."""
    details: Mapping[str, Any] = row["details"] or {}
    lines = details.get("lines")
    return LedgerDocument(
        **{name: row[name] for name in _INVOICE},
        field_digests=details.get("field_digests"),
        lines=None if lines is None else tuple(LinkedLine(**line) for line in lines),
    )


def from_ledger_contact(contact: LedgerContact) -> dict[str, Any]:
    """The store's columns of a contact."""
    return {name: getattr(contact, name) for name in _CONTACT}


def from_ledger_item(item: LedgerItem) -> dict[str, Any]:
    """The store's columns of an item."""
    return {name: getattr(item, name) for name in _ITEM}


def from_ledger_invoice(invoice: LedgerDocument, *, seen_run: str | None) -> dict[str, Any]:
    """The store's columns of an invoice that Xero has just shown."""
    details = None
    if invoice.field_digests is not None:
        lines = [asdict(line) for line in invoice.lines or ()]
        details = {"field_digests": dict(invoice.field_digests), "lines": lines}
    return {**{name: getattr(invoice, name) for name in _INVOICE}, "details": details, "seen_run": seen_run}
