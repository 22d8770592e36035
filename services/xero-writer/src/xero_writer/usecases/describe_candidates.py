"""Put words to the candidates of a question: the ledger keeps none, so Xero is asked for up to 50 of a kind at once.

The words are part of a held record's reasons and go with its payload. A question without words is still a question:
limits and troubles of Xero never cost a verdict.
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any, Final

from sqlalchemy import RowMapping

from sync_kit.contracts.reasons import Reason
from sync_kit.errors import NeedsReauthorisationError, TryLaterError
from xero_writer.domain.candidates import list_choices, put_words
from xero_writer.domain.lanes import LANES, Lane
from xero_writer.domain.verdicts import Held, Verdict
from xero_writer.domain.xero_dates import find_xero_date
from xero_writer.errors import OutOfCallsError
from xero_writer.usecases.desk import Desk
from xero_writer.usecases.read_by_id import IDS_PER_CALL, fetch_by_id

Words = Mapping[str, Mapping[str, Any]]
_LANES: Final[Mapping[str, Lane]] = {
    "contact": Lane.CONTACTS,
    **{lane.value: lane for lane, words in LANES.items() if words.kind is not None and words.asked_by_ids},
}
"""Where candidates can be asked for many at once; of items the code says enough, of orders and quotes the figures."""
_TOLD_BY: Final = ("name", "contact")
"""A choice that has one of these was described before."""
_ID_CHARACTERS: Final = 36


async def describe_candidates(desk: Desk, rows: Sequence[RowMapping], verdicts: Sequence[Verdict]) -> list[Verdict]:
    """The verdicts of these staged records, the held ones with their candidates in words as far as those can be had.

    What was told before is told again without asking. Raises SliceOverError: the page is judged again.
    """
    held = [(row, each) for row, each in zip(rows, verdicts, strict=True) if isinstance(each, Held)]
    words: dict[str, Mapping[str, Any]] = {}
    for row, _ in held:
        words |= _find_told(row)
    wanted: dict[Lane, dict[str, None]] = {}
    for _, verdict in held:
        for reason in verdict.reasons:
            lane = _LANES.get(str(reason.facts.get("candidate_kind")))
            if lane is not None:
                new = [choice["xero_id"] for choice in list_choices(reason) if choice["xero_id"] not in words]
                # What a rehearsal has only imagined has no id of Xero's.
                wanted.setdefault(lane, {}).update(dict.fromkeys(each for each in new if len(each) == _ID_CHARACTERS))
    for lane, ids in wanted.items():
        words |= await _ask(desk, lane, list(ids)[:IDS_PER_CALL])
    return [_tell(each, words) if isinstance(each, Held) else each for each in verdicts]


async def _ask(desk: Desk, lane: Lane, xero_ids: Sequence[str]) -> Words:
    if not xero_ids:
        return {}
    try:
        found = await fetch_by_id(desk, lane, xero_ids)
    except (OutOfCallsError, NeedsReauthorisationError, TryLaterError):
        return {}
    read = _read_contact if lane is Lane.CONTACTS else _read_document
    id_field = LANES[lane].id_field
    return {str(row[id_field]): read(row) for row in found if isinstance(row.get(id_field), str)}


def _find_told(row: RowMapping) -> Words:
    reasons = [Reason.model_validate(reason) for reason in row["reasons"] or ()]
    choices = [choice for reason in reasons for choice in list_choices(reason)]
    return {choice["xero_id"]: choice for choice in choices if any(choice.get(name) for name in _TOLD_BY)}


def _tell(verdict: Held, words: Words) -> Held:
    return replace(verdict, reasons=tuple(put_words(reason, words) for reason in verdict.reasons))


def _read_contact(row: Mapping[str, Any]) -> dict[str, Any]:
    addresses = row.get("Addresses")
    towns = [
        address.get("City")
        for address in (addresses if isinstance(addresses, list) else [])
        if isinstance(address, Mapping) and address.get("City")
    ]
    return _known(name=row.get("Name"), email=row.get("EmailAddress"), town=next(iter(towns), None))


def _read_document(row: Mapping[str, Any]) -> dict[str, Any]:
    contact, dated = row.get("Contact"), find_xero_date(row.get("Date"))
    return _known(
        number=row.get("InvoiceNumber"),
        contact=contact.get("Name") if isinstance(contact, Mapping) else None,
        dated=dated.isoformat() if dated is not None else None,
        status=row.get("Status"),
    )


def _known(**texts: object) -> dict[str, Any]:
    return {name: text for name, text in texts.items() if isinstance(text, str) and text}
