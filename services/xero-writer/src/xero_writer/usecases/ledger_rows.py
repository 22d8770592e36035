"""Between the ledger's rows in the store and the domain's views of them."""

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from sqlalchemy import RowMapping

from xero_writer.domain.document_kinds import XeroKind
from xero_writer.domain.link_facts import line_to_json, read_linked_line
from xero_writer.domain.rows import LedgerContact, LedgerDocument, LedgerItem

_CONTACT = (
    "xero_id",
    "status",
    "name_key",
    "loose_key",
    "number_key",
    "email_key",
    "town_key",
    "terms_day",
    "terms_type",
    "bill_terms_day",
    "bill_terms_type",
    "merged_to",
)
_ITEM = (
    "xero_id",
    "code",
    "code_key",
    "name_key",
    "tracked",
    "account_code",
    "tax_type",
    "purchase_account_code",
    "purchase_tax_type",
)
_DOCUMENT = (
    "xero_id",
    "number_key",
    "url_key",
    "sale_key",
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
    blanks = frozenset(row["blanks"]) if row["blanks"] is not None else None
    return LedgerContact(**{name: row[name] for name in _CONTACT}, blanks=blanks)


def to_ledger_item(row: RowMapping) -> LedgerItem:
    """An item from the store."""
    return LedgerItem(**{name: row[name] for name in _ITEM})


def to_ledger_document(row: RowMapping) -> LedgerDocument:
    """A document from the store, with what its lines told if it was read with them."""
    details: Mapping[str, Any] = row["details"] or {}
    lines = details.get("lines")
    return LedgerDocument(
        **{name: row[name] for name in _DOCUMENT},
        kind=XeroKind(row["kind"]),
        field_digests=details.get("field_digests"),
        lines=None if lines is None else tuple(read_linked_line(line) for line in lines),
    )


def from_ledger_contact(contact: LedgerContact) -> dict[str, Any]:
    """The store's columns of a contact."""
    blanks = sorted(contact.blanks) if contact.blanks is not None else None
    return {**{name: getattr(contact, name) for name in _CONTACT}, "blanks": blanks}


def from_ledger_item(item: LedgerItem) -> dict[str, Any]:
    """The store's columns of an item."""
    return {name: getattr(item, name) for name in _ITEM}


def from_ledger_document(
    document: LedgerDocument, *, currency_rate: Decimal | None, seen_run: str | None
) -> dict[str, Any]:
    """The store's columns of a document that Xero has just shown."""
    details = None
    if document.field_digests is not None:
        lines = [line_to_json(line) for line in document.lines or ()]
        details = {"field_digests": dict(document.field_digests), "lines": lines}
    return {
        **{name: getattr(document, name) for name in _DOCUMENT},
        "kind": document.kind.value,
        "currency_rate": currency_rate,
        "details": details,
        "seen_run": seen_run,
    }
