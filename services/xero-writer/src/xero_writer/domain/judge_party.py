"""What accounts, vendors and people have in common: how a party becomes a Xero contact, and when.

The owner of a contact writes what the CRM changed; another CRM record that shares the contact only fills its blanks,
and what belongs to the bookkeeper (tax number, terms, default accounts) is filled only while it is blank, whoever owns.
"""

from collections.abc import Collection
from dataclasses import replace
from typing import Any

from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import Module, Sending
from xero_writer.domain.contact import add_suffix, list_emails, list_people, list_towns
from xero_writer.domain.contact_blanks import pick_blank
from xero_writer.domain.counterparts import take_terms
from xero_writer.domain.field_digests import digest_whole, list_changed
from xero_writer.domain.gates import find_gate
from xero_writer.domain.holding import hold
from xero_writer.domain.keys import email_key, loose_name_key, name_key, number_key, town_key
from xero_writer.domain.lanes import CONTACT_MODULES
from xero_writer.domain.link_facts import LinkFacts
from xero_writer.domain.mappable_fields import drop_only_when_blank, list_only_when_blank
from xero_writer.domain.mapped import MappedRecord
from xero_writer.domain.mapping_model import NamePolicy
from xero_writer.domain.matching import (
    ContactKeys,
    FoundContact,
    Seeker,
    Undecided,
    find_other_with_name,
    follow_merges,
    match_contact,
    warn_of_merge,
)
from xero_writer.domain.rows import JudgeContext, JudgeInput, LedgerContact, Link, RecordKeys, StagedRecord
from xero_writer.domain.verdicts import Action, Held, Need, Needs, Ready, Skipped, Unchanged, Verdict


def judge_party(given: JudgeInput, context: JudgeContext, mapped: MappedRecord) -> Verdict:
    """A record that is a Xero contact of its own."""
    link = given.link
    if given.record.deleted:
        # A party deleted in the CRM stays in the books as it is.
        if link is not None:
            return Unchanged(
                link.agreed_digest or digest_whole(mapped.picked, context.digest_key)[1], link.facts, mapped.label
            )
        return Skipped((Reason(code="deleted_before_sync", facts={"record": mapped.text}),), mapped.label)
    if context.reference is None and context.mapping.fields.get(given.record.module):
        return Needs(frozenset({Need.REFERENCE}), mapped.label)
    if link is not None:
        return _judge_linked(given, context, mapped, link)
    skipped = skip_party(given, context, mapped)
    return skipped if skipped is not None else _judge_new(given, context, mapped)


def skip_party(given: JudgeInput, context: JudgeContext, mapped: MappedRecord) -> Skipped | Held | None:
    """Why a party without a counterpart does not go: its gate is closed, or nothing needs it."""
    gate = find_gate(given.record, context.mapping, mapped.text)
    if gate is not None and gate.code != "not_ticked":
        return hold((gate,), mapped.label)
    skips = [gate] if gate is not None else []
    if context.settings.sending is Sending.USED and not given.needed:
        skips.append(Reason(code="not_used_yet", facts={"record": mapped.text}))
    return Skipped(tuple(skips), mapped.label) if skips else None


def index_party(record: StagedRecord, mapped: MappedRecord, key: bytes) -> RecordKeys:
    """The digests that a staged party is found by."""
    name, email = mapped.element["Name"], mapped.element.get("EmailAddress")
    return RecordKeys(
        name=name_key(name, key) if name else None,
        email=email_key(email, key) if email else None,
        number=number_key(record.record_id, key),
        loose=loose_name_key(name, key) if name else None,
    )


def _judge_new(given: JudgeInput, context: JudgeContext, mapped: MappedRecord) -> Verdict:
    if mapped.faults:
        return hold(mapped.faults, mapped.label)
    if not context.ledger_read & CONTACT_MODULES:
        return Needs(frozenset({Need.LEDGER}), mapped.label)
    keys = _list_keys(given.record, mapped, context.digest_key)
    found = match_contact(keys, given.hits.contacts, given.email_holders, _seek(given, context, mapped))
    if isinstance(found, Undecided):
        return hold(found.reasons, mapped.label)
    digests, digest = digest_whole(mapped.picked, context.digest_key)
    facts = LinkFacts(field_digests=digests, people=list_people(given.record))
    number = given.record.record_id
    if isinstance(found, FoundContact):
        return Ready(
            Action.LINK,
            digest,
            take_terms(replace(facts, owner=found.owner), found.contact),
            mapped.label,
            number,
            xero_id=found.contact.xero_id,
            warnings=(*mapped.warnings, *found.warnings),
        )
    element, name = mapped.element, keys.name
    if found.name_taken:
        element = {**element, "Name": add_suffix(element["Name"], number)}
        name = name_key(element["Name"], context.digest_key)
    return Ready(
        Action.CREATE,
        digest,
        facts,
        mapped.label,
        number,
        element=element,
        uniqueness_keys=(keys.number, name),
        warnings=mapped.warnings,
    )


def _judge_linked(given: JudgeInput, context: JudgeContext, mapped: MappedRecord, link: Link) -> Verdict:
    digests, digest = digest_whole(mapped.picked, context.digest_key)
    current = next((hit for hit in given.hits.contacts if hit.xero_id == link.xero_id), None)
    warnings = mapped.warnings
    left = follow_merges(current, given.hits.contacts) if current is not None else None
    if left is not None and left.xero_id != link.xero_id:
        others = any(other != given.ref for other in left.linked_to)
        link = replace(
            link,
            xero_id=left.xero_id,
            facts=take_terms(replace(link.facts, owner=link.facts.owner and not others), left),
        )
        warnings = (*warnings, warn_of_merge(mapped.text))
    people = list_people(given.record)
    facts = replace(link.facts, field_digests=digests, people=link.facts.people if people is None else people)
    present = [name for name in list_changed(link.facts.field_digests, digests) if name in mapped.element]
    if digest == link.agreed_digest:
        present = []
    if present and _asks_for_blanks(given.record.module, present, link) and not context.swept & CONTACT_MODULES:
        return Needs(frozenset({Need.SWEEP}), mapped.label)
    # What the CRM blanked is not erased in Xero.
    element = _pick_update(given.record.module, mapped, present, link, left)
    if not element:
        if given.link is not None and link.xero_id != given.link.xero_id:
            number = given.record.record_id
            return Ready(Action.LINK, digest, facts, mapped.label, number, xero_id=link.xero_id, warnings=warnings)
        return Unchanged(digest, facts, mapped.label)
    faults = list(mapped.faults)
    keys = _list_keys(given.record, mapped, context.digest_key)
    if left is not None and left.status != "ACTIVE":
        faults.append(Reason(code="contact_archived", facts={"record": mapped.text}))
    if "Name" in element and find_other_with_name(keys, given.hits.contacts, link.xero_id) is not None:
        seeker = _seek(given, context, mapped)
        if seeker.creates or seeker.takes_suffix:
            element["Name"] = add_suffix(element["Name"], given.record.record_id)
        else:
            difference = "a contact of that name is there already"
            faults.append(Reason(code="name_taken", facts={"record": mapped.text, "difference": difference}))
    if faults:
        return hold(faults, mapped.label)
    return Ready(
        Action.UPDATE,
        digest,
        facts,
        mapped.label,
        given.record.record_id,
        xero_id=link.xero_id,
        element={"ContactID": link.xero_id, **element},
        uniqueness_keys=(
            keys.number,
            name_key(str(element["Name"]), context.digest_key) if "Name" in element else keys.name,
        ),
        warnings=warnings,
        changed_fields=tuple(sorted(element)),
    )


def _asks_for_blanks(module: Module, present: Collection[str], link: Link) -> bool:
    """Whether Xero must show first what is blank there now."""
    heads = {name.split(".")[0] for name in list_only_when_blank(module)}
    return not link.facts.owner or not heads.isdisjoint(present)


def _pick_update(
    module: Module, mapped: MappedRecord, present: Collection[str], link: Link, current: LedgerContact | None
) -> dict[str, Any]:
    """What an update would send: POST is sparse, what is not sent keeps its value (Xero: Contacts page)."""
    if not present:
        return {}
    blanks = current.blanks if current is not None and current.blanks is not None else frozenset()
    if not link.facts.owner:
        return pick_blank(mapped.element, blanks)
    element = {name: mapped.element[name] for name in present}
    drop_only_when_blank(module, element, blanks)
    return element


def _list_keys(record: StagedRecord, mapped: MappedRecord, key: bytes) -> ContactKeys:
    indexed = index_party(record, mapped, key)
    return ContactKeys(
        number=number_key(record.record_id, key),
        name=name_key(mapped.element["Name"], key),
        loose=indexed.loose,
        main_email=indexed.email,
        emails=frozenset(email_key(text, key) for text in list_emails(record)),
        towns=frozenset(town_key(text, key) for text in list_towns(record)),
    )


def _seek(given: JudgeInput, context: JudgeContext, mapped: MappedRecord) -> Seeker:
    suffix = context.mapping.policies.names is NamePolicy.SUFFIX
    return Seeker(given.ref, mapped.text, given.decision, takes_suffix=suffix)
