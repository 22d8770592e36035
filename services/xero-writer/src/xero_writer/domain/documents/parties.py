"""Whom a document is for or from, and the records that it refers to."""

from collections.abc import Mapping
from typing import Any

from sync_kit.contracts.vocabulary import Module
from xero_writer.domain.crm_values import Lookup, find_lookup
from xero_writer.domain.document_kinds import CRM_WORDS
from xero_writer.domain.documents.crm_lines import list_line_products
from xero_writer.domain.link_facts import LinkFacts
from xero_writer.domain.mapping_model import Side
from xero_writer.domain.reference import Terms
from xero_writer.domain.rows import StagedRecord
from xero_writer.domain.verdicts import ParentRef


def find_party(record: StagedRecord) -> ParentRef | None:
    """The customer (its account, else its contact) or the supplier."""
    for module, name in CRM_WORDS[record.module].party_fields:
        lookup = find_lookup(record.fields, name)
        if lookup is not None:
            return ParentRef(module, lookup.record_id)
    return None


def find_party_name(record: StagedRecord) -> str | None:
    """The first name that the CRM sent with the lookups."""
    lookups = (find_lookup(record.fields, name) for _, name in CRM_WORDS[record.module].party_fields)
    return next((lookup.name for lookup in lookups if lookup is not None and lookup.name), None)


def name_party(record: StagedRecord, party: ParentRef, name: str) -> dict[str, Any]:
    """The record's fields with the party's name beside its id."""
    fields = dict(record.fields)
    for module, field in CRM_WORDS[record.module].party_fields:
        if module is party.module and isinstance(fields.get(field), Mapping):
            fields[field] = {**fields[field], "name": name}
    return fields


def find_person_of_account(record: StagedRecord) -> tuple[Lookup | None, Lookup | None]:
    """The person and the account on a sales document; (None, None) where it is for one party alone."""
    names = dict(CRM_WORDS[record.module].party_fields)
    if not {Module.ACCOUNTS, Module.CONTACTS} <= names.keys():
        return None, None
    return find_lookup(record.fields, names[Module.CONTACTS]), find_lookup(record.fields, names[Module.ACCOUNTS])


def list_document_parents(record: StagedRecord) -> tuple[ParentRef, ...]:
    """The party first, then the products of the lines."""
    party = find_party(record)
    return ((party,) if party is not None else ()) + list_line_products(record)


def find_party_terms(facts: LinkFacts | None, side: Side) -> Terms | None:
    """Xero's payment terms of the party, for sales or for bills."""
    if facts is None:
        return None
    day, kind = facts.terms_day, facts.terms_type
    if side is Side.PURCHASES:
        day, kind = facts.bill_terms_day, facts.bill_terms_type
    return None if day is None or kind is None else Terms(day, kind)
