"""The judge: one record and all that is known about it in, one verdict out.

Pure and total: the same rows give the same verdict, and every record gets one. All reasons are given at once, worst
first, so that nobody mends one fault to be shown the next.
"""

from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from sync_kit.contracts.vocabulary import DOCUMENT_MODULES, Module
from xero_writer.domain.document_kinds import XeroKind
from xero_writer.domain.documents.header import find_document_number
from xero_writer.domain.documents.judge_new import judge_document
from xero_writer.domain.documents.parties import list_document_parents
from xero_writer.domain.documents.status_words import find_kind, find_status_choice
from xero_writer.domain.judge_contact import find_party_keys, judge_account, judge_contact, list_contact_parents
from xero_writer.domain.judge_product import find_product_keys, judge_product
from xero_writer.domain.judge_vendor import judge_vendor
from xero_writer.domain.keys import number_key
from xero_writer.domain.mapping_model import SENT_CHOICES, TenantMapping
from xero_writer.domain.rows import JudgeContext, JudgeInput, Link, RecordKeys, StagedRecord
from xero_writer.domain.verdicts import ParentRef, Verdict

_JUDGES: Final[Mapping[Module, Callable[[JudgeInput, JudgeContext], Verdict]]] = {
    Module.ACCOUNTS: judge_account,
    Module.CONTACTS: judge_contact,
    Module.VENDORS: judge_vendor,
    Module.PRODUCTS: judge_product,
    **dict.fromkeys(DOCUMENT_MODULES, judge_document),
}


def judge(given: JudgeInput, context: JudgeContext) -> Verdict:
    """What becomes of one record now."""
    return _JUDGES[given.record.module](given, context)


def list_parents(record: StagedRecord) -> tuple[ParentRef, ...]:
    """The records that this one refers to: put their views into `JudgeInput.parents`."""
    if record.module in DOCUMENT_MODULES:
        return list_document_parents(record)
    if record.module is Module.CONTACTS:
        return list_contact_parents(record)
    return ()


def find_document_kind(record: StagedRecord, link: Link | None, mapping: TenantMapping) -> XeroKind | None:
    """What the record is (to be) in Xero; None for what is no document."""
    return find_kind(record, link, mapping) if record.module in DOCUMENT_MODULES else None


def find_record_keys(record: StagedRecord, mapping: TenantMapping, digest_key: bytes) -> RecordKeys:
    """The digests that a staged record is found by. They depend on the mapping: a new version means new keys."""
    if record.deleted:
        return RecordKeys()
    if record.module is Module.PRODUCTS:
        return find_product_keys(record, mapping, digest_key)
    if record.module in DOCUMENT_MODULES:
        number = find_document_number(record, mapping, find_kind(record, None, mapping))
        goes = find_status_choice(record, mapping) in SENT_CHOICES
        return RecordKeys(business=number_key(number, digest_key) if number and goes else None)
    return find_party_keys(record, mapping, digest_key)


def list_missing_fields(fields: Mapping[str, Any], asked: Iterable[str]) -> tuple[str, ...]:
    """Those of the CRM fields that the mapping asks for (`list_crm_fields`) that a record was extracted without: it
    was read before the reader knew the mapping.

    Such a record is wanted again before it is judged; when it still lacks them, the mapping is broken.
    """
    return tuple(name for name in asked if name not in fields) if fields else ()
