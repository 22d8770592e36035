"""Judging accounts and people: what becomes a Xero contact, and when."""

from collections.abc import Callable, Mapping
from typing import Final

from sync_kit.contracts.vocabulary import Module
from xero_writer.domain.contact import find_account_id, map_account, map_contact, map_vendor
from xero_writer.domain.field_digests import digest_whole
from xero_writer.domain.holding import hold
from xero_writer.domain.judge_party import index_party, judge_party, skip_party
from xero_writer.domain.link_facts import LinkFacts
from xero_writer.domain.mapped import Faults, MappedRecord
from xero_writer.domain.mapping_model import TenantMapping
from xero_writer.domain.parents import judge_parents
from xero_writer.domain.rows import JudgeContext, JudgeInput, RecordKeys, StagedRecord
from xero_writer.domain.verdicts import Action, ParentRef, Ready, Unchanged, Verdict, WaitsFor

_MAPPERS: Final[Mapping[Module, Callable[[StagedRecord, TenantMapping], MappedRecord]]] = {
    Module.ACCOUNTS: map_account,
    Module.CONTACTS: map_contact,
    Module.VENDORS: map_vendor,
}


def judge_account(given: JudgeInput, context: JudgeContext) -> Verdict:
    """An account with its people."""
    return judge_party(given, context, map_account(given.record, context.mapping, context.reference))


def judge_contact(given: JudgeInput, context: JudgeContext) -> Verdict:
    """A person. One who belongs to an account has the account's Xero contact: it is linked and nothing is written."""
    mapped = map_contact(given.record, context.mapping, context.reference)
    parents = list_contact_parents(given.record)
    if not parents or given.record.deleted or (given.link is not None and given.link.facts.owner):
        return judge_party(given, context, mapped)
    if given.link is None:
        skipped = skip_party(given, context, mapped)
        if skipped is not None:
            return skipped
    faults = Faults(mapped.text)
    waits_for = judge_parents(parents, given.parents, faults)
    if faults.found:
        return hold(faults.found, mapped.label)
    if waits_for:
        return WaitsFor(waits_for, mapped.label)
    digests, digest = digest_whole(mapped.picked, context.digest_key)
    facts = LinkFacts(field_digests=digests, owner=False)
    account = given.parents[parents[0]]
    if account.xero_id is None or (given.link is not None and given.link.xero_id == account.xero_id):
        return Unchanged(digest, facts, mapped.label)
    return Ready(Action.LINK, digest, facts, mapped.label, given.record.record_id, xero_id=account.xero_id)


def list_contact_parents(record: StagedRecord) -> tuple[ParentRef, ...]:
    """The account that a person belongs to."""
    account_id = find_account_id(record)
    return () if account_id is None else (ParentRef(Module.ACCOUNTS, account_id),)


def find_party_keys(record: StagedRecord, mapping: TenantMapping, digest_key: bytes) -> RecordKeys:
    """The digests that a staged account, contact or vendor is found by. Raises KeyError for other modules."""
    return index_party(record, _MAPPERS[record.module](record, mapping), digest_key)
