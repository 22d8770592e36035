"""Asking Xero for a record by its business key: after a lost answer, and when a key is said to be taken.

Contacts by ContactNumber, items by code, sales invoices by number (Xero: single records by natural key;
InvoiceNumbers takes a list).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import Module
from xero_writer.domain.batches import XERO_LISTS
from xero_writer.domain.xero_dates import find_xero_date

MAX_NUMBERS: Final = 40
MAX_NUMBER_CHARACTERS: Final = 1500
_KEY_FIELDS: Final[Mapping[Module, str]] = {
    Module.ACCOUNTS: "ContactNumber",
    Module.CONTACTS: "ContactNumber",
    Module.PRODUCTS: "Code",
    Module.INVOICES: "InvoiceNumber",
}


@dataclass(frozen=True)
class LookUp:
    """One GET below the API's base. `path` is percent-encoded; a 404 on it means: not there."""

    path: str
    query: Mapping[str, str]
    business_keys: tuple[str, ...]


def list_look_ups(module: Module, business_keys: Sequence[str]) -> list[LookUp]:
    """The calls that ask for these keys: one each, invoices up to 40 numbers at once."""
    path = XERO_LISTS[module]
    if module is not Module.INVOICES:
        query = {"unitdp": "4"} if module is Module.PRODUCTS else {}
        return [LookUp(f"{path}/{quote(key, safe='')}", query, (key,)) for key in business_keys]
    look_ups = [_ask_numbers(group) for group in _group([key for key in business_keys if "," not in key])]
    # A comma would part the number in two: such a number is asked for by a filter.
    for key in business_keys:
        if "," in key:
            where = f'InvoiceNumber=="{_escape(key)}"'
            look_ups.append(LookUp(path, {"where": where, "page": "1", "pageSize": "100", "unitdp": "4"}, (key,)))
    return look_ups


def list_found(module: Module, business_key: str, body: object) -> list[Mapping[str, Any]]:
    """The rows of an answer that carry this key; bills are passed over, their numbers are not unique."""
    rows = body.get(XERO_LISTS[module]) if isinstance(body, Mapping) else None
    wanted = business_key.strip().casefold()
    return [
        row
        for row in (rows if isinstance(rows, list) else [])
        if isinstance(row, Mapping)
        and str(row.get(_KEY_FIELDS[module]) or "").strip().casefold() == wanted
        and (module is not Module.INVOICES or row.get("Type", "ACCREC") == "ACCREC")
    ]


def is_ours(module: Module, sent: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    """Whether what was found is what our own creation made: an invoice by its number and our link in `Url`."""
    field = _KEY_FIELDS[module]
    if found.get(field) != sent.get(field):
        return False
    if module is not Module.INVOICES:
        return True
    if found.get("Status") in ("VOIDED", "DELETED"):
        return False
    if sent.get("Url") is not None:
        return bool(found.get("Url") == sent["Url"])
    return _contact_id(found) == _contact_id(sent) and find_xero_date(found.get("Date")) == find_xero_date(
        sent.get("Date")
    )


def explain_not_ours(
    module: Module, sent: Mapping[str, Any], found: Sequence[Mapping[str, Any]], record_text: str
) -> Reason:
    """Why a refused or found key does not belong to the record. `found` is empty when only the name is taken."""
    if len(found) > 1:
        return Reason(code="ambiguous_match", facts={"record": record_text, "count": len(found)})
    if module is Module.INVOICES:
        difference = "being another document" if found else "a way that the look-up did not show"
        if found and found[0].get("Status") in ("VOIDED", "DELETED"):
            difference = f"its status ({str(found[0]['Status']).lower()})"
        facts = {"record": record_text, "number": sent.get("InvoiceNumber"), "difference": difference}
        return Reason(code="number_taken_in_xero", facts=facts)
    if module is Module.PRODUCTS:
        return Reason(code="item_code_taken", facts={"record": record_text, "code": sent.get("Code")})
    difference = "it was made there since the last look"
    return Reason(code="name_taken", facts={"record": record_text, "difference": difference})


def _ask_numbers(numbers: tuple[str, ...]) -> LookUp:
    # Without paging the answer has no lines (Xero: invoices, unpaged).
    query = {"InvoiceNumbers": ",".join(numbers), "page": "1", "pageSize": "1000", "unitdp": "4"}
    return LookUp(XERO_LISTS[Module.INVOICES], query, numbers)


def _group(numbers: Sequence[str]) -> list[tuple[str, ...]]:
    groups: list[list[str]] = []
    for number in numbers:
        last = groups[-1] if groups else None
        size = sum(len(quote(text)) + 1 for text in last) if last is not None else 0
        if last is None or len(last) == MAX_NUMBERS or size + len(quote(number)) > MAX_NUMBER_CHARACTERS:
            groups.append([number])
        else:
            last.append(number)
    return [tuple(group) for group in groups]


def _escape(text: str) -> str:
    return text.replace("\\", "\\\\").replace('"', '\\"')


def _contact_id(element: Mapping[str, Any]) -> object:
    contact = element.get("Contact")
    return contact.get("ContactID") if isinstance(contact, Mapping) else None
