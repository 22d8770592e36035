"""Whether Xero has a document already: what a person chose, what carries our link, what has the number, and what
somebody may have typed in by hand.

A document is adopted by its number only if contact, currency, date and total agree. Numbers of bills are their
suppliers': they mean something together with the contact alone, and nothing in Xero makes them unique.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any, Final

from sync_kit.contracts.reasons import Reason
from xero_writer.domain.candidates import offer_documents
from xero_writer.domain.document_kinds import XERO_WORDS, XeroKind
from xero_writer.domain.locks import ENDED_STATUSES
from xero_writer.domain.matching import NotThere, Undecided
from xero_writer.domain.rows import Decision, DecisionKind, LedgerDocument
from xero_writer.domain.verdicts import ParentRef

LOOKALIKE_DAYS: Final = 14
LOOKALIKE_KINDS: Final = frozenset({XeroKind.SALES_INVOICE, XeroKind.BILL})
"""Orders and quotes of one total for one party are no sign of anything."""


@dataclass(frozen=True)
class WantedDocument:
    """What is looked for. `contact_id` is None while the party has no counterpart yet: then only the number counts."""

    kind: XeroKind
    number: str
    number_key: str
    currency: str
    contact_id: str | None = None
    dated: date | None = None
    total: Decimal | None = None
    url_key: str | None = None
    """Digest of our link to the CRM record (`keys.url_key`)."""


@dataclass(frozen=True)
class FoundDocument:
    """The counterpart."""

    xero_id: str


def match_document(
    wanted: WantedDocument,
    hits: Sequence[LedgerDocument],
    me: ParentRef,
    text: str,
    decision: Decision | None = None,
) -> FoundDocument | NotThere | Undecided:
    """The counterpart, that there is none, or what a person must say first. `hits` may hold other kinds, too."""
    same_kind = [hit for hit in hits if hit.kind is wanted.kind]
    if decision is not None and decision.kind is DecisionKind.LINK:
        chosen = next((hit for hit in same_kind if hit.xero_id == decision.xero_id), None)
        if chosen is not None and is_free(chosen, me):
            return FoundDocument(chosen.xero_id)
    ours = _match_url(wanted, same_kind, text)
    if ours is not None:
        return ours
    creates = decision is not None and decision.kind is DecisionKind.CREATE_NEW
    unique = XERO_WORDS[wanted.kind].number_is_unique
    found = _match_number(wanted, same_kind, me, text)
    if found is not None and (unique or not creates):
        return found
    lookalikes = [] if creates else find_lookalikes(wanted, same_kind, me)
    return _ask_about(wanted, lookalikes, text) if lookalikes else NotThere()


def is_free(hit: LedgerDocument, me: ParentRef) -> bool:
    """Whether a document may become the record's: it has not ended and belongs to no other CRM record."""
    return hit.status not in ENDED_STATUSES and all(other == me for other in hit.linked_to)


def find_lookalikes(
    wanted: WantedDocument, hits: Sequence[LedgerDocument], me: ParentRef
) -> tuple[LedgerDocument, ...]:
    """Free documents of the same kind, contact, currency and total within 14 days, under another number, nearest
    first."""
    if wanted.kind not in LOOKALIKE_KINDS or wanted.contact_id is None or wanted.dated is None or not wanted.total:
        return ()
    dated = wanted.dated
    near = [
        (abs((hit.dated - dated).days), hit.xero_id, hit)
        for hit in hits
        if hit.kind is wanted.kind
        and hit.dated is not None
        and hit.number_key != wanted.number_key
        and (hit.contact_id, hit.currency, hit.total) == (wanted.contact_id, wanted.currency, wanted.total)
        and is_free(hit, me)
    ]
    return tuple(hit for days, _, hit in sorted(near, key=lambda each: each[:2]) if days <= LOOKALIKE_DAYS)


def _match_url(wanted: WantedDocument, hits: Sequence[LedgerDocument], text: str) -> FoundDocument | Undecided | None:
    """What carries our link was made for this record, whatever else has become of it."""
    ours = [hit for hit in hits if wanted.url_key is not None and hit.url_key == wanted.url_key]
    live = [hit for hit in ours if hit.status not in ENDED_STATUSES]
    if len(live) > 1:
        offer = offer_documents(wanted.kind, live)
        return _refuse("two_in_xero", record=text, documents=offer["candidates"], **offer)
    if live:
        return FoundDocument(live[0].xero_id)
    if ours:
        return _refuse("ended_in_xero", record=text, state=ours[0].status.lower())
    return None


def _match_number(
    wanted: WantedDocument, hits: Sequence[LedgerDocument], me: ParentRef, text: str
) -> FoundDocument | Undecided | None:
    same = [hit for hit in hits if hit.number_key == wanted.number_key]
    if not XERO_WORDS[wanted.kind].number_is_unique:
        same = [hit for hit in same if hit.contact_id == wanted.contact_id and hit.status not in ENDED_STATUSES]
        agreeing = [hit for hit in same if not _list_differences(wanted, hit, me)]
        same = agreeing or same
    if not same:
        return None
    offer = offer_documents(wanted.kind, same, wanted.number)
    if len(same) > 1:
        return _refuse("ambiguous_match", record=text, **offer)
    differences = _list_differences(wanted, same[0], me)
    if not differences:
        return FoundDocument(same[0].xero_id)
    facts = {"record": text, "number": wanted.number, "difference": ", ".join(differences)}
    return _refuse("number_taken_in_xero", **facts, **offer)


def _list_differences(wanted: WantedDocument, hit: LedgerDocument, me: ParentRef) -> list[str]:
    differences = []
    if hit.status in ENDED_STATUSES:
        differences.append(f"its status ({hit.status.lower()})")
    if any(other != me for other in hit.linked_to):
        differences.append("the CRM record that it belongs to")
    if wanted.contact_id is not None and hit.contact_id != wanted.contact_id:
        differences.append("the contact")
    if hit.currency != wanted.currency:
        differences.append(f"the currency ({hit.currency}, the CRM says {wanted.currency})")
    if hit.dated != wanted.dated:
        differences.append(f"the date ({hit.dated}, the CRM says {wanted.dated})")
    if hit.total is None or hit.total != wanted.total:
        differences.append(f"the total ({hit.total}, the CRM says {wanted.total})")
    return differences


def _ask_about(wanted: WantedDocument, lookalikes: Sequence[LedgerDocument], text: str) -> Undecided:
    nearest = lookalikes[0]
    days = abs((nearest.dated - wanted.dated).days) if nearest.dated is not None and wanted.dated is not None else 0
    facts = {"record": text, "number": "a document", "date": str(nearest.dated), "days": days}
    return _refuse("looks_already_entered", **facts, **offer_documents(wanted.kind, lookalikes))


def _refuse(code: str, **facts: Any) -> Undecided:
    return Undecided((Reason(code=code, facts=facts),))
