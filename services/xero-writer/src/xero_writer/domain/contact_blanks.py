"""Which fields of a Xero contact hold nothing, so that they may be filled without erasing what somebody entered.

Only names of fields are kept, never their values; they are spelled as in `mappable_fields`.
"""

from collections.abc import Mapping
from typing import Any, Final

_PLAIN: Final = (
    *("FirstName", "LastName", "EmailAddress", "AccountNumber", "TaxNumber", "CompanyNumber"),
    *("DefaultCurrency", "SalesDefaultAccountCode", "PurchasesDefaultAccountCode"),
    *("AccountsReceivableTaxType", "AccountsPayableTaxType"),
)
_TERMS: Final = tuple(f"PaymentTerms.{side}.{part}" for side in ("Sales", "Bills") for part in ("Day", "Type"))
_ADDRESS_KEYS: Final = frozenset({"AddressType", "AttentionTo"})
_PHONE_KEYS: Final = frozenset({"PhoneType", "PhoneCountryCode", "PhoneAreaCode"})
_FILLABLE: Final = frozenset(
    {*_PLAIN, "Phones", "Addresses", "ContactPersons"},
)


def find_blanks(row: Mapping[str, Any]) -> frozenset[str]:
    """The blank fields of one of Xero's Contacts as paged and single reads show it.

    Payment terms count as blank only when neither side has any: Xero may replace them whole, and half of them would
    be lost.
    """
    blanks = {name for name in _PLAIN if not row.get(name)}
    if not _has_content(row.get("Addresses"), _ADDRESS_KEYS):
        blanks.add("Addresses")
    if not _has_content(row.get("Phones"), _PHONE_KEYS):
        blanks.add("Phones")
    if not row.get("ContactPersons"):
        blanks.add("ContactPersons")
    terms = row.get("PaymentTerms")
    if not isinstance(terms, Mapping) or not any(terms.get(side) for side in ("Sales", "Bills")):
        blanks.update(_TERMS)
    return frozenset(blanks)


def pick_blank(element: Mapping[str, Any], blanks: frozenset[str]) -> dict[str, Any]:
    """The fields of an element that would fill a blank of the contact, and no others."""
    picked = {name: value for name, value in element.items() if name in blanks & _FILLABLE}
    if "PaymentTerms" in element and blanks.issuperset(_TERMS):
        picked["PaymentTerms"] = element["PaymentTerms"]
    return picked


def _has_content(rows: object, passed_over: frozenset[str]) -> bool:
    return isinstance(rows, list) and any(
        isinstance(row, Mapping) and any(value for name, value in row.items() if name not in passed_over)
        for row in rows
    )
