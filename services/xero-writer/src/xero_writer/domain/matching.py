"""Whether Xero has a party's or a product's counterpart already: link it, create it, or leave it to a person.

Two candidates are never guessed between. A name that e-mail or town contradicts belongs to somebody else. A name that
is only near (another legal form, other punctuation) is never enough: together with the same e-mail address or town it
becomes a question. Where CRM records meet in one Xero record, the first owns it; the others only fill its blanks.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import Module
from xero_writer.domain.candidates import offer_contacts, offer_items
from xero_writer.domain.reason_order import order_reasons
from xero_writer.domain.rows import Decision, DecisionKind, LedgerContact, LedgerItem, Sibling
from xero_writer.domain.verdicts import ParentRef

_BUYS_AND_SELLS: Final = frozenset({Module.ACCOUNTS, Module.VENDORS})
"""A customer and a supplier of one name are one firm unless something speaks against it."""


@dataclass(frozen=True)
class FoundContact:
    """The counterpart. `owner` is False when another CRM record is linked to it already."""

    contact: LedgerContact
    owner: bool
    warnings: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class FoundItem:
    """The counterpart. `owner` is False when another product is linked to it already."""

    item: LedgerItem
    owner: bool
    warnings: tuple[Reason, ...] = ()


@dataclass(frozen=True)
class NotThere:
    """Xero has no counterpart: it may be created."""

    warnings: tuple[Reason, ...] = ()
    name_taken: bool = False
    """Its name is another contact's, so that it needs a suffix."""


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
    loose: str | None = None
    main_email: str | None = None
    emails: frozenset[str] = frozenset()
    towns: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Seeker:
    """Whose counterpart is looked for: the CRM record, its words, and what a person has decided about it."""

    me: ParentRef
    text: str
    decision: Decision | None = None
    takes_suffix: bool = False
    """The mapping says that a new contact is made under another name where its own is taken."""

    @property
    def creates(self) -> bool:
        """A person has said that it is none of the candidates."""
        return self.decision is not None and self.decision.kind is DecisionKind.CREATE_NEW

    @property
    def chosen_id(self) -> str | None:
        """The Xero record that a person has chosen."""
        return self.decision.xero_id if self.decision is not None and self.decision.kind is DecisionKind.LINK else None


def match_contact(
    keys: ContactKeys, hits: Sequence[LedgerContact], email_holders: int, seeker: Seeker
) -> FoundContact | NotThere | Undecided:
    """A person's choice, then ContactNumber, exact active name, an e-mail address unique on both sides, near names."""
    chosen = [hit for hit in hits if hit.xero_id == seeker.chosen_id]
    by_number = chosen or [hit for hit in hits if hit.number_key == keys.number]
    if by_number:
        return _take_contact(by_number, hits, seeker)
    by_name = _match_name(keys, hits, seeker)
    if by_name is not None:
        return by_name
    if seeker.creates:
        return NotThere()
    by_email = [hit for hit in hits if keys.main_email is not None and hit.email_key == keys.main_email]
    if len(by_email) == 1 and email_holders == 0 and by_email[0].status == "ACTIVE" and not by_email[0].linked_to:
        return _take_contact(by_email, hits, seeker)
    near = [hit for hit in hits if hit.status == "ACTIVE" and _is_near(keys, hit)]
    return _ask(near, seeker) if near else NotThere()


def _match_name(  # noqa: PLR0911 (a ladder)
    keys: ContactKeys, hits: Sequence[LedgerContact], seeker: Seeker
) -> FoundContact | NotThere | Undecided | None:
    by_name = [hit for hit in hits if hit.name_key == keys.name]
    active = [hit for hit in by_name if hit.status == "ACTIVE"]
    if active and seeker.creates:
        return NotThere(name_taken=True)
    if len(active) > 1:
        return _ask(active, seeker)
    if active:
        difference = _find_contradiction(keys, active[0], seeker.me)
        if difference is None:
            return _take_contact(active, hits, seeker)
        if seeker.takes_suffix:
            return NotThere(name_taken=True)
        return _refuse("name_taken", record=seeker.text, difference=difference, **offer_contacts(active))
    if seeker.creates:
        return None
    gone = [hit for hit in by_name if _find_contradiction(keys, hit, seeker.me) is None]
    merged = [hit for hit in gone if hit.merged_to is not None]
    if merged:
        return _take_contact(merged, hits, seeker)
    return _refuse("contact_archived", record=seeker.text) if gone else None


def follow_merges(hit: LedgerContact, hits: Sequence[LedgerContact]) -> LedgerContact:
    """The contact that is left of it: itself, or the last that it was merged into, as far as they are known."""
    by_id = {each.xero_id: each for each in hits}
    seen = {hit.xero_id}
    while hit.merged_to is not None and hit.merged_to in by_id and hit.merged_to not in seen:
        hit = by_id[hit.merged_to]
        seen.add(hit.xero_id)
    return hit


def warn_of_merge(text: str) -> Reason:
    """`contact_merged`."""
    return Reason(code="contact_merged", facts={"record": text})


def find_other_with_name(keys: ContactKeys, hits: Sequence[LedgerContact], xero_id: str) -> LedgerContact | None:
    """Another active contact of that name, which a renamed contact would collide with."""
    others = (hit for hit in hits if hit.xero_id != xero_id and hit.name_key == keys.name)
    return next((hit for hit in others if hit.status == "ACTIVE"), None)


def match_item(  # noqa: PLR0911 (a ladder: what Xero has, then who owns the code)
    code: str,
    name_key: str,
    hits: Sequence[LedgerItem],
    siblings: Sequence[Sibling],
    seeker: Seeker,
) -> FoundItem | NotThere | Undecided | AsText | WaitsForSibling:
    """By code. Codes that differ only by capitals share one item when the names are the same.

    Which of two products owns the code: the linked one, else the one with the lower CRM id.
    """
    text = seeker.text
    chosen = [hit for hit in hits if hit.xero_id == seeker.chosen_id]
    exact = chosen or [hit for hit in hits if hit.code == code]
    if not exact and len(hits) > 1:
        return _refuse("ambiguous_match", record=text, **offer_items(hits))
    warnings = _warn_of_siblings(code, name_key, siblings, text)
    hit = next(iter(exact or hits), None)
    if hit is not None:
        others = tuple(other for other in hit.linked_to if other != seeker.me)
        partners = [sibling for sibling in siblings if any(other.record_id == sibling.record_id for other in others)]
        same_name = hit.name_key == name_key or any(partner.name_key == name_key for partner in partners)
        if (others or hit.code != code) and not same_name and not chosen:
            return AsText(_clash(text, code, hit.code, "its lines go as text and account"))
        return FoundItem(hit, not others, warnings)
    leader = _find_leader(seeker.me.record_id, siblings)
    if leader is None:
        return NotThere(warnings)
    other_code = leader.code or code
    if leader.name_key != name_key:
        return AsText(_clash(text, code, other_code, "its lines go as text and account"))
    if leader.xero_id is None:
        return WaitsForSibling(leader.record_id)
    item = LedgerItem(leader.xero_id, other_code, code_key="", name_key=name_key)
    return FoundItem(item, False, warnings)


def _take_contact(
    found: Sequence[LedgerContact], hits: Sequence[LedgerContact], seeker: Seeker
) -> FoundContact | Undecided:
    left = {survivor.xero_id: survivor for hit in found for survivor in [follow_merges(hit, hits)]}
    if len(left) > 1:
        return _ask(list(left.values()), seeker)
    [hit] = left.values()
    if hit.status != "ACTIVE":
        return _refuse("contact_archived", record=seeker.text)
    merged = hit not in found
    warnings = (warn_of_merge(seeker.text),) if merged else ()
    return FoundContact(hit, not any(other != seeker.me for other in hit.linked_to), warnings)


def _is_near(keys: ContactKeys, hit: LedgerContact) -> bool:
    if keys.loose is None or hit.loose_key != keys.loose:
        return False
    same_email = hit.email_key is not None and hit.email_key in keys.emails
    return same_email or (hit.town_key is not None and hit.town_key in keys.towns)


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
    others = {other.module for other in hit.linked_to if other != me}
    if Module.ACCOUNTS in others:
        others.discard(Module.CONTACTS)  # people of the account are linked to its contact too
    if any({me.module, other} != _BUYS_AND_SELLS for other in others):
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


def _ask(candidates: Sequence[LedgerContact], seeker: Seeker) -> Undecided:
    return _refuse("ambiguous_match", record=seeker.text, **offer_contacts(candidates))


def _refuse(code: str, **facts: Any) -> Undecided:
    return Undecided((Reason(code=code, facts=facts),))
