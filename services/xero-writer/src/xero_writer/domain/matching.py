"""Whether Xero has a record's counterpart already: link it, create it, or leave it to a person.

Two candidates are never guessed between. A name that e-mail or town contradicts belongs to somebody else. Where two
CRM records meet in one Xero record, the second one links and writes nothing to it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from sync_kit.contracts.reasons import Reason
from xero_writer.domain.locks import ENDED_STATUSES
from xero_writer.domain.reason_order import order_reasons
from xero_writer.domain.rows import LedgerContact, LedgerDocument, LedgerItem, Sibling
from xero_writer.domain.verdicts import ParentRef


@dataclass(frozen=True)
class FoundContact:
    """The counterpart. `owner` is False when another CRM record is linked to it already."""

    contact: LedgerContact
    owner: bool


@dataclass(frozen=True)
class FoundItem:
    """The counterpart. `owner` is False when another product is linked to it already."""

    item: LedgerItem
    owner: bool
    warnings: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class FoundInvoice:
    """The counterpart."""

    xero_id: str


@dataclass(frozen=True)
class NotThere:
    """Xero has no counterpart: it may be created."""

    warnings: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class Undecided:
    """A person must act first."""

    reasons: tuple[Reason, ...]


@dataclass(frozen=True)
class AsText:
    """A product that cannot have an item: its lines go as text and account."""

    warning: Reason


@dataclass(frozen=True)
class WaitsForSibling:
    """A product that shares the item of another product, which is to be created first."""

    sibling_id: str


@dataclass(frozen=True)
class ContactKeys:
    """What a contact is matched by; `emails` and `towns` are all that the CRM knows of it."""

    number: str
    name: str
    main_email: str | None = None
    emails: frozenset[str] = frozenset()
    towns: frozenset[str] = frozenset()


def match_contact(  # noqa: PLR0911 (a ladder: number, name, e-mail; each rung may decide)
    keys: ContactKeys, hits: Sequence[LedgerContact], email_holders: int, me: ParentRef, text: str
) -> FoundContact | NotThere | Undecided:
    """By ContactNumber, then by exact active name, then by an e-mail address that is unique on both sides."""
    by_number = [hit for hit in hits if hit.number_key == keys.number]
    if by_number:
        return _take_contact(by_number, me, text)
    by_name = [hit for hit in hits if hit.name_key == keys.name]
    active = [hit for hit in by_name if hit.status == "ACTIVE"]
    if len(active) > 1:
        return _refuse("ambiguous_match", record=text, count=len(active))
    if active:
        difference = _find_contradiction(keys, active[0], me)
        if difference is not None:
            return _refuse("name_taken", record=text, difference=difference)
        return _take_contact(active, me, text)
    archived = [hit for hit in by_name if _find_contradiction(keys, hit, me) is None]
    if archived:
        return _refuse("contact_archived", record=text)
    by_email = [hit for hit in hits if keys.main_email is not None and hit.email_key == keys.main_email]
    if len(by_email) == 1 and email_holders == 0 and by_email[0].status == "ACTIVE" and not by_email[0].linked_to:
        return _take_contact(by_email, me, text)
    return NotThere()


def find_other_with_name(keys: ContactKeys, hits: Sequence[LedgerContact], xero_id: str) -> LedgerContact | None:
    """Another active contact of that name, which a renamed contact would collide with."""
    others = (hit for hit in hits if hit.xero_id != xero_id and hit.name_key == keys.name)
    return next((hit for hit in others if hit.status == "ACTIVE"), None)


def match_item(  # noqa: PLR0911 (a ladder: what Xero has, then who owns the code)
    record_id: str,
    code: str,
    name_key: str,
    hits: Sequence[LedgerItem],
    siblings: Sequence[Sibling],
    me: ParentRef,
    text: str,
) -> FoundItem | NotThere | Undecided | AsText | WaitsForSibling:
    """By code. Codes that differ only by capitals share one item when the names are the same.

    Which of two products owns the code: the linked one, else the one with the lower CRM id.
    """
    exact = [hit for hit in hits if hit.code == code]
    if not exact and len(hits) > 1:
        return _refuse("ambiguous_match", record=text, count=len(hits))
    warnings = _warn_of_siblings(code, name_key, siblings, text)
    hit = next(iter(exact or hits), None)
    if hit is not None:
        others = tuple(other for other in hit.linked_to if other != me)
        partners = [sibling for sibling in siblings if any(other.record_id == sibling.record_id for other in others)]
        same_name = hit.name_key == name_key or any(partner.name_key == name_key for partner in partners)
        if (others or hit.code != code) and not same_name:
            return AsText(_clash(text, code, hit.code, "its lines go as text and account"))
        return FoundItem(hit, not others, warnings)
    leader = _find_leader(record_id, siblings)
    if leader is None:
        return NotThere(warnings)
    other_code = leader.code or code
    if leader.name_key != name_key:
        return AsText(_clash(text, code, other_code, "its lines go as text and account"))
    if leader.xero_id is None:
        return WaitsForSibling(leader.record_id)
    item = LedgerItem(leader.xero_id, other_code, code_key="", name_key=name_key)
    return FoundItem(item, False, warnings)


@dataclass(frozen=True)
class InvoiceFacts:
    """What must agree before an invoice that Xero has is taken for the CRM's. `contact_id` is None while unknown."""

    contact_id: str | None
    currency: str
    dated: date | None
    total: Decimal | None


def match_invoice(
    number: str, facts: InvoiceFacts, hits: Sequence[LedgerDocument], me: ParentRef, text: str
) -> FoundInvoice | NotThere | Undecided:
    """By number, and only when contact, currency, date and total agree and it neither ended nor belongs to another."""
    if not hits:
        return NotThere()
    if len(hits) > 1:
        return _refuse("ambiguous_match", record=text, count=len(hits))
    hit = hits[0]
    differences = []
    if hit.status in ENDED_STATUSES:
        differences.append(f"its status ({hit.status.lower()})")
    if any(other != me for other in hit.linked_to):
        differences.append("the CRM invoice that it belongs to")
    if facts.contact_id is not None and hit.contact_id != facts.contact_id:
        differences.append("the contact")
    if hit.currency != facts.currency:
        differences.append(f"the currency ({hit.currency}, the CRM says {facts.currency})")
    if hit.dated != facts.dated:
        differences.append(f"the date ({hit.dated}, the CRM says {facts.dated})")
    if hit.total is None or hit.total != facts.total:
        differences.append(f"the total ({hit.total}, the CRM says {facts.total})")
    if differences:
        return _refuse("number_taken_in_xero", record=text, number=number, difference=", ".join(differences))
    return FoundInvoice(hit.xero_id)


def _take_contact(hits: Sequence[LedgerContact], me: ParentRef, text: str) -> FoundContact | Undecided:
    if len(hits) > 1:
        return _refuse("ambiguous_match", record=text, count=len(hits))
    hit = hits[0]
    if hit.status != "ACTIVE":
        return _refuse("contact_archived", record=text)
    return FoundContact(hit, not any(other != me for other in hit.linked_to))


def _find_contradiction(keys: ContactKeys, hit: LedgerContact, me: ParentRef) -> str | None:
    """What speaks against a contact of the same name; None when nothing does.

    A contact that another CRM record is linked to needs something that speaks for it: two people may share a name.
    """
    if hit.email_key is not None and hit.email_key in keys.emails:
        return None
    if hit.email_key is not None and keys.emails:
        return "the e-mail address differs"
    if hit.town_key is not None and hit.town_key in keys.towns:
        return None
    if hit.town_key is not None and keys.towns:
        return "the town differs"
    if any(other != me for other in hit.linked_to):
        return "it is linked to another CRM record, and neither e-mail address nor town shows that they are the same"
    return None


def _find_leader(record_id: str, siblings: Iterable[Sibling]) -> Sibling | None:
    """The sibling that owns the code; None when this record does itself."""
    ordered = sorted(siblings, key=lambda sibling: (not sibling.linked, len(sibling.record_id), sibling.record_id))
    if not ordered:
        return None
    first = ordered[0]
    mine = (len(record_id), record_id) < (len(first.record_id), first.record_id)
    return None if mine and not first.linked else first


def _warn_of_siblings(code: str, name_key: str, siblings: Sequence[Sibling], text: str) -> tuple[Reason, ...]:
    warnings = []
    for sibling in siblings:
        same = sibling.name_key == name_key
        effect = "both are the same item" if same else "the lines of the other product go as text and account"
        warnings.append(_clash(text, code, sibling.code or code, effect))
    return order_reasons(warnings)


def _clash(text: str, code: str, other: str, effect: str) -> Reason:
    return Reason(code="product_code_clash", facts={"record": text, "code": code, "other": other, "effect": effect})


def _refuse(code: str, **facts: object) -> Undecided:
    return Undecided((Reason(code=code, facts=facts),))
