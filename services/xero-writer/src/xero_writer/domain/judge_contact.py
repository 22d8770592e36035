"""Judging accounts and people: what becomes a Xero contact, and when."""

from dataclasses import replace
from typing import Any, Final

from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import Module, Sending
from xero_writer.domain.contact import (
    find_account_id,
    list_emails,
    list_towns,
    map_account,
    map_contact,
)
from xero_writer.domain.field_digests import combine_digests, digest_fields, list_changed
from xero_writer.domain.keys import email_key, name_key, number_key, town_key
from xero_writer.domain.link_facts import LinkFacts
from xero_writer.domain.mapped import Faults, MappedRecord
from xero_writer.domain.matching import ContactKeys, FoundContact, Undecided, find_other_with_name, match_contact
from xero_writer.domain.parents import judge_parents
from xero_writer.domain.reason_order import order_reasons, outcome_of
from xero_writer.domain.rows import JudgeContext, JudgeInput, Link, StagedRecord
from xero_writer.domain.verdicts import (
    Action,
    Held,
    Need,
    Needs,
    ParentRef,
    Ready,
    Skipped,
    Unchanged,
    Verdict,
    WaitsFor,
)

_LEDGERS: Final = frozenset({Module.ACCOUNTS, Module.CONTACTS})


def judge_account(given: JudgeInput, context: JudgeContext) -> Verdict:
    """An account with its people."""
    return _judge_party(given, context, map_account(given.record, context.mapping.primary_person_field))


def judge_contact(given: JudgeInput, context: JudgeContext) -> Verdict:
    """A person. One who belongs to an account has the account's Xero contact: it is linked and nothing is written."""
    mapped = map_contact(given.record)
    parents = list_contact_parents(given.record)
    if not parents or given.record.deleted or (given.link is not None and given.link.facts.owner):
        return _judge_party(given, context, mapped)
    if given.link is None and _is_unused(given, context):
        return Skipped((Reason(code="not_used_yet", facts={"record": mapped.text}),), mapped.label)
    faults = Faults(mapped.text)
    waits_for = judge_parents(parents, given.parents, faults)
    if faults.found:
        return _hold(tuple(faults.found), mapped)
    if waits_for:
        return WaitsFor(waits_for, mapped.label)
    digests, digest = _digest(mapped, context)
    facts = LinkFacts(field_digests=digests, owner=False)
    account = given.parents[parents[0]]
    if account.xero_id is None or (given.link is not None and given.link.xero_id == account.xero_id):
        return Unchanged(digest, facts, mapped.label)
    return Ready(Action.LINK, digest, facts, mapped.label, given.record.record_id, xero_id=account.xero_id)


def list_contact_parents(record: StagedRecord) -> tuple[ParentRef, ...]:
    """The account that a person belongs to."""
    account_id = find_account_id(record)
    return () if account_id is None else (ParentRef(Module.ACCOUNTS, account_id),)


def _judge_party(given: JudgeInput, context: JudgeContext, mapped: MappedRecord) -> Verdict:
    digests, digest = _digest(mapped, context)
    link = given.link
    if given.record.deleted:
        # A customer deleted in the CRM stays in the books as it is.
        if link is not None:
            return Unchanged(link.agreed_digest or digest, link.facts, mapped.label)
        return Skipped((Reason(code="deleted_before_sync", facts={"record": mapped.text}),), mapped.label)
    if link is not None:
        return _judge_linked(given, context, mapped, link, digests, digest)
    if _is_unused(given, context):
        return Skipped((Reason(code="not_used_yet", facts={"record": mapped.text}),), mapped.label)
    return _judge_new(given, context, mapped, digests, digest)


def _judge_new(
    given: JudgeInput, context: JudgeContext, mapped: MappedRecord, digests: dict[str, str], digest: str
) -> Verdict:
    if mapped.faults:
        return _hold(mapped.faults, mapped)
    if not context.ledger_read & _LEDGERS:
        return Needs(frozenset({Need.LEDGER}), mapped.label)
    keys = _list_keys(given.record, mapped, context.digest_key)
    found = match_contact(keys, given.hits.contacts, given.email_holders, _me(given), mapped.text)
    if isinstance(found, Undecided):
        return _hold(found.reasons, mapped)
    if isinstance(found, FoundContact):
        hit = found.contact
        facts = LinkFacts(field_digests=digests, owner=found.owner, terms_day=hit.terms_day, terms_type=hit.terms_type)
        return Ready(
            Action.LINK, digest, facts, mapped.label, _number(given), xero_id=hit.xero_id, warnings=mapped.warnings
        )
    facts = LinkFacts(field_digests=digests)
    return Ready(
        Action.CREATE,
        digest,
        facts,
        mapped.label,
        _number(given),
        element=mapped.element,
        uniqueness_keys=(keys.number, keys.name),
        warnings=mapped.warnings,
    )


def _judge_linked(
    given: JudgeInput,
    context: JudgeContext,
    mapped: MappedRecord,
    link: Link,
    digests: dict[str, str],
    digest: str,
) -> Verdict:
    changed = list_changed(link.facts.field_digests, digests)
    present = tuple(name for name in changed if name in mapped.element)
    facts = replace(link.facts, field_digests=digests)
    if digest == link.agreed_digest or not link.facts.owner or not present:
        # What the CRM blanked is not erased in Xero, and a shared contact is written by its owner alone.
        return Unchanged(digest, facts, mapped.label)
    keys = _list_keys(given.record, mapped, context.digest_key)
    faults = list(mapped.faults)
    hit = next((hit for hit in given.hits.contacts if hit.xero_id == link.xero_id), None)
    if hit is not None and hit.status != "ACTIVE":
        faults.append(Reason(code="contact_archived", facts={"record": mapped.text}))
    if "Name" in present and find_other_with_name(keys, given.hits.contacts, link.xero_id) is not None:
        difference = "a contact of that name is there already"
        faults.append(Reason(code="name_taken", facts={"record": mapped.text, "difference": difference}))
    if faults:
        return _hold(tuple(faults), mapped)
    # POST is sparse: what is not sent keeps its value (Xero: Contacts page), so only what the CRM changed goes.
    element: dict[str, Any] = {"ContactID": link.xero_id, **{name: mapped.element[name] for name in present}}
    return Ready(
        Action.UPDATE,
        digest,
        facts,
        mapped.label,
        _number(given),
        xero_id=link.xero_id,
        element=element,
        uniqueness_keys=(keys.number, keys.name),
        warnings=mapped.warnings,
        changed_fields=present,
    )


def _digest(mapped: MappedRecord, context: JudgeContext) -> tuple[dict[str, str], str]:
    digests = digest_fields(mapped.picked, context.digest_key)
    return digests, combine_digests(digests, context.digest_key)


def _list_keys(record: StagedRecord, mapped: MappedRecord, key: bytes) -> ContactKeys:
    email = mapped.element.get("EmailAddress")
    return ContactKeys(
        number=number_key(record.record_id, key),
        name=name_key(mapped.element["Name"], key),
        main_email=email_key(email, key) if email else None,
        emails=frozenset(email_key(text, key) for text in list_emails(record)),
        towns=frozenset(town_key(text, key) for text in list_towns(record)),
    )


def _hold(reasons: tuple[Reason, ...], mapped: MappedRecord) -> Held:
    ordered = order_reasons(reasons)
    return Held(outcome_of(ordered), ordered, mapped.label)


def _is_unused(given: JudgeInput, context: JudgeContext) -> bool:
    return context.settings.sending is Sending.USED and not given.needed


def _number(given: JudgeInput) -> str:
    return given.record.record_id


def _me(given: JudgeInput) -> ParentRef:
    return ParentRef(given.record.module, given.record.record_id)
