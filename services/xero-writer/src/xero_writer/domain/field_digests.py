"""Comparing what was agreed with what is now, field by field, through keyed digests.

The same functions read our element and Xero's answer, so a value that both sides hold has one digest. Account, tax,
tracking and branding are not compared: they belong to Xero once a document is created.
"""

import hashlib
import hmac
from collections.abc import Mapping
from decimal import Decimal
from typing import Any, Final

from sync_kit.contracts.codec import dumps_canonical
from xero_writer.domain.xero_dates import find_xero_date

CONTACT_FIELDS: Final = ("Name", "FirstName", "LastName", "EmailAddress", "Phones", "Addresses", "ContactPersons")
ITEM_FIELDS: Final = ("Code", "Name", "Description")
LINE_FIELDS: Final = ("LineAmounts", "LineTexts")


def pick_contact_fields(element: Mapping[str, Any]) -> dict[str, object]:
    """What is compared of a contact."""
    return {name: element[name] for name in CONTACT_FIELDS if element.get(name) not in (None, "", [])}


def pick_item_fields(element: Mapping[str, Any]) -> dict[str, object]:
    """What is compared of an item."""
    picked: dict[str, object] = {name: element[name] for name in ITEM_FIELDS if element.get(name) not in (None, "")}
    price = _part(element.get("SalesDetails")).get("UnitPrice")
    if price is not None:
        picked["UnitPrice"] = price
    return picked


def pick_invoice_fields(element: Mapping[str, Any]) -> dict[str, object]:
    """What is compared of a sales invoice; a date is the same in each of Xero's spellings."""
    picked: dict[str, object] = {
        "Contact": _part(element.get("Contact")).get("ContactID"),
        "Date": find_xero_date(element.get("Date")),
        "DueDate": find_xero_date(element.get("DueDate")),
        "InvoiceNumber": element.get("InvoiceNumber"),
        "Reference": element.get("Reference"),
        "CurrencyCode": element.get("CurrencyCode"),
        "LineAmountTypes": element.get("LineAmountTypes"),
    }
    lines = element.get("LineItems")
    if isinstance(lines, list) and lines:
        picked["LineAmounts"] = [_line_amounts(line) for line in lines]
        picked["LineTexts"] = [line.get("Description") or "" for line in lines]
    return {name: value for name, value in picked.items() if value not in (None, "")}


def digest_fields(picked: Mapping[str, object], key: bytes) -> dict[str, str]:
    """A keyed digest for each field."""
    return {name: _digest(name, value, key) for name, value in picked.items()}


def combine_digests(digests: Mapping[str, str], key: bytes) -> str:
    """One digest for all fields together."""
    return _digest("all", dict(digests), key)


def list_changed(old: Mapping[str, str], new: Mapping[str, str]) -> tuple[str, ...]:
    """The fields that differ, or that only one side has, in order of name."""
    return tuple(sorted(name for name in old.keys() | new.keys() if old.get(name) != new.get(name)))


def _line_amounts(line: Mapping[str, Any]) -> list[object]:
    return [
        line.get("ItemCode") or "",
        _number(line.get("Quantity")),
        _number(line.get("UnitAmount")),
        _number(line.get("DiscountAmount")),
    ]


def _number(value: object) -> Decimal:
    return Decimal(value) if isinstance(value, Decimal | int) else Decimal(0)


def _part(value: object) -> Mapping[str, Any]:
    return value if isinstance(value, Mapping) else {}


def _digest(name: str, value: object, key: bytes) -> str:
    return hmac.new(key, name.encode() + b"=" + dumps_canonical(value), hashlib.sha256).hexdigest()[:32]
