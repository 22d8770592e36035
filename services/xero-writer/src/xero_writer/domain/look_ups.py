"""Asking Xero for a record by its business key: after a lost answer, and when a key is said to be taken.

Contacts by ContactNumber, items by code, orders by number, quotes by a filter, sales invoices and bills by a list of
numbers (Xero: single records by natural key; InvoiceNumbers takes a list). A bill's number is not unique: what comes
back is told apart by contact, number and our link in `Url`.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final
from urllib.parse import quote

from sync_kit.contracts.reasons import Reason
from xero_writer.domain.lanes import LANES, Lane
from xero_writer.domain.xero_dates import find_xero_date

MAX_NUMBERS: Final = 40
MAX_NUMBER_CHARACTERS: Final = 1500
ENDED: Final = ("VOIDED", "DELETED")
_INVOICES: Final = frozenset({Lane.SALES_INVOICES, Lane.BILLS})


@dataclass(frozen=True)
class LookUp:
    """One GET below the API's base. `path` is percent-encoded; a 404 on it means: not there."""

    path: str
    query: Mapping[str, str]
    business_keys: tuple[str, ...]


def list_look_ups(lane: Lane, business_keys: Sequence[str]) -> list[LookUp]:
    """The calls that ask for these keys: one each, sales invoices and bills up to 40 numbers at once."""
    path = LANES[lane].path
    if lane is Lane.QUOTES:
        return [LookUp(path, {"QuoteNumber": key, "page": "1"}, (key,)) for key in business_keys]
    if lane not in _INVOICES:
        query = {} if lane is Lane.CONTACTS else {"unitdp": "4"}
        return [LookUp(f"{path}/{quote(key, safe='')}", query, (key,)) for key in business_keys]
    look_ups = [_ask_numbers(lane, group) for group in _group([key for key in business_keys if "," not in key])]
    # A comma would part the number in two: such a number is asked for by a filter.
    for key in business_keys:
        if "," in key:
            where = f'{LANES[lane].where} AND InvoiceNumber=="{_escape(key)}"'
            look_ups.append(LookUp(path, {"where": where, "page": "1", "pageSize": "1000", "unitdp": "4"}, (key,)))
    return look_ups


def list_found(lane: Lane, business_key: str, rows: Sequence[Mapping[str, Any]]) -> list[Mapping[str, Any]]:
    """Those of an answer's rows that carry this key; what shares the path and is of another kind is passed over."""
    words = LANES[lane]
    wanted = business_key.strip().casefold()
    return [
        row
        for row in rows
        if str(row.get(words.key_field) or "").strip().casefold() == wanted
        and (words.type is None or row.get("Type", words.type) == words.type)
    ]


def is_ours(lane: Lane, sent: Mapping[str, Any], found: Mapping[str, Any]) -> bool:
    """Whether what was found is what our own creation made: a document by its number and our link in `Url`, or where
    a document carries no link (orders, quotes), by contact, date and reference. A bill also by its contact."""
    words = LANES[lane]
    if found.get(words.key_field) != sent.get(words.key_field):
        return False
    if words.kind is None:
        return True
    if found.get("Status") in ENDED:
        return False
    if lane is Lane.BILLS and _contact_id(found) != _contact_id(sent):
        return False
    if sent.get("Url") is not None:
        return bool(found.get("Url") == sent["Url"])
    return (
        _contact_id(found) == _contact_id(sent)
        and find_xero_date(found.get("Date")) == find_xero_date(sent.get("Date"))
        and (found.get("Reference") or None) == (sent.get("Reference") or None)
    )


def explain_two(found: Sequence[Mapping[str, Any]], record_text: str) -> Reason:
    """Several live documents carry our link: a person leaves one."""
    documents = [
        {
            "xero_id": row.get("InvoiceID"),
            "number": row.get("InvoiceNumber"),
            "status": row.get("Status"),
            "total": str(row.get("Total")),
        }
        for row in found
    ]
    shown = [f"{each['number']} ({str(each['status']).lower()}, {each['total']})" for each in documents]
    facts = {"record": record_text, "count": len(documents), "documents": shown, "choices": documents}
    return Reason(code="two_in_xero", facts=facts)


def explain_not_ours(
    lane: Lane, sent: Mapping[str, Any], found: Sequence[Mapping[str, Any]], record_text: str
) -> Reason:
    """Why a refused or found key does not belong to the record. `found` is empty when only the name is taken."""
    words = LANES[lane]
    if words.kind is not None:
        difference = "being another document" if found else "a way that the look-up did not show"
        if len(found) > 1:
            difference = f"being one of {len(found)} others"
        elif found and found[0].get("Status") in ENDED:
            difference = f"its status ({str(found[0]['Status']).lower()})"
        facts = {"record": record_text, "number": sent.get(words.key_field), "difference": difference}
        return Reason(code="number_taken_in_xero", facts=facts)
    if len(found) > 1:
        ids = [str(row.get(words.id_field)) for row in found]
        facts = {"record": record_text, "count": len(found), "candidates": ids}
        return Reason(code="ambiguous_match", facts=facts)
    if lane is Lane.ITEMS:
        return Reason(code="item_code_taken", facts={"record": record_text, "code": sent.get("Code")})
    difference = "it was made there since the last look"
    return Reason(code="name_taken", facts={"record": record_text, "difference": difference})


def _ask_numbers(lane: Lane, numbers: tuple[str, ...]) -> LookUp:
    # Without paging the answer has no lines (Xero: invoices, unpaged). Sales numbers are unique; a bill's may be many.
    query = {"InvoiceNumbers": ",".join(numbers), "page": "1", "pageSize": "1000", "unitdp": "4"}
    where = LANES[lane].where
    if lane is Lane.BILLS and where is not None:
        query["where"] = where
    return LookUp(LANES[lane].path, query, numbers)


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
