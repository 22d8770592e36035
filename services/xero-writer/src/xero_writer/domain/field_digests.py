"""Comparing what was agreed with what is now, field by field, through keyed digests.

The same functions read our element and Xero's answer, so a value that both sides hold has one digest. Account, tax,
tracking, exchange rate and branding are not compared: they belong to Xero once a document is created. The branding of a
quote alone is looked at, since an update of ours would undo a person's choice.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from hashlib import blake2s
from typing import Any, Final

from sync_kit.contracts.codec import dumps_canonical
from xero_writer.domain.xero_dates import find_xero_date

CONTACT_FIELDS: Final = (
    *("Name", "FirstName", "LastName", "EmailAddress", "Phones", "Addresses", "ContactPersons"),
    *("AccountNumber", "CompanyNumber", "TaxNumber", "DefaultCurrency", "PaymentTerms"),
    *("SalesDefaultAccountCode", "PurchasesDefaultAccountCode"),
    *("AccountsReceivableTaxType", "AccountsPayableTaxType"),
)
ITEM_FIELDS: Final = ("Code", "Name", "Description", "PurchaseDescription")
DOCUMENT_DATES: Final = ("Date", "DueDate", "DeliveryDate", "ExpiryDate")
DOCUMENT_TEXTS: Final = (
    *("InvoiceNumber", "PurchaseOrderNumber", "QuoteNumber", "Reference", "CurrencyCode"),
    *("Title", "Summary", "Terms", "DeliveryAddress", "AttentionTo", "Telephone", "DeliveryInstructions"),
)
LINE_FIELDS: Final = ("LineAmounts", "LineTexts")
QUOTE_HEADER: Final = ("Reference", "Title", "Summary", "Terms", "ExpiryDate", "BrandingThemeID", "LineAmountTypes")
"""What an update of a quote clears when it leaves it out (field report: xero-mcp-server#309)."""
_AMOUNT_TYPES: Final = {"EXCLUSIVE": "Exclusive", "INCLUSIVE": "Inclusive", "NOTAX": "NoTax"}


def pick_contact_fields(element: Mapping[str, Any]) -> dict[str, object]:
    """What is compared of a contact."""
    return {name: element[name] for name in CONTACT_FIELDS if element.get(name) not in (None, "", [])}


def pick_item_fields(element: Mapping[str, Any]) -> dict[str, object]:
    """What is compared of an item."""
    picked: dict[str, object] = {name: element[name] for name in ITEM_FIELDS if element.get(name) not in (None, "")}
    for name, details in (("UnitPrice", "SalesDetails"), ("PurchaseUnitPrice", "PurchaseDetails")):
        price = _part(element.get(details)).get("UnitPrice")
        if price is not None:
            picked[name] = price
    return picked


def pick_document_fields(element: Mapping[str, Any]) -> dict[str, object]:
    """What is compared of a document of any kind; a date is the same in each of Xero's spellings.

    Fields that a kind does not have are simply not there. Xero spells a quote's LineAmountTypes in capitals.
    """
    picked: dict[str, object] = {
        "Contact": _part(element.get("Contact")).get("ContactID"),
        "LineAmountTypes": _AMOUNT_TYPES.get(str(element.get("LineAmountTypes")).upper()),
        **{name: find_xero_date(element.get(name)) for name in DOCUMENT_DATES},
        **{name: element.get(name) for name in DOCUMENT_TEXTS},
    }
    if "QuoteNumber" in element:
        picked["BrandingThemeID"] = element.get("BrandingThemeID")
    lines = element.get("LineItems")
    if isinstance(lines, list) and lines:
        picked["LineAmounts"] = [_line_amounts(line) for line in lines]
        picked["LineTexts"] = [line.get("Description") or "" for line in lines]
    return {name: value for name, value in picked.items() if value not in (None, "")}


def digest_fields(picked: Mapping[str, object], key: bytes) -> dict[str, str]:
    """A keyed digest for each field."""
    return {name: _digest(name, value, key) for name, value in picked.items()}


def digest_own_texts(texts: Sequence[str], key: bytes) -> str:
    """One keyed digest of what a document's lines say themselves."""
    return _digest("OwnTexts", list(texts), key)


def combine_digests(digests: Mapping[str, str], key: bytes) -> str:
    """One digest for all fields together."""
    return _digest("all", dict(digests), key)


def digest_whole(picked: Mapping[str, object], key: bytes) -> tuple[dict[str, str], str]:
    """The digests by field, and the one of all of them."""
    digests = digest_fields(picked, key)
    return digests, combine_digests(digests, key)


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
    return blake2s(name.encode() + b"=" + dumps_canonical(value), key=key, digest_size=16).hexdigest()
