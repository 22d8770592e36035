"""The judge: one record and all that is known about it in, one verdict out.

Pure and total: the same rows give the same verdict, and every record gets one. All reasons are given at once, worst
first, so that nobody mends one fault to be shown the next.
"""

from collections.abc import Callable, Mapping
from typing import Final

from sync_kit.contracts.vocabulary import Module
from xero_writer.domain.contact import map_account, map_contact
from xero_writer.domain.crm_values import find_text
from xero_writer.domain.invoice import (
    find_invoice_number,
    find_status_choice,
    list_invoice_parents,
)
from xero_writer.domain.item import map_product
from xero_writer.domain.judge_contact import judge_account, judge_contact, list_contact_parents
from xero_writer.domain.judge_invoice import judge_invoice
from xero_writer.domain.judge_product import judge_product
from xero_writer.domain.keys import code_key, email_key, name_key, number_key
from xero_writer.domain.mapping_model import SENT_CHOICES, TenantMapping, list_crm_fields
from xero_writer.domain.rows import JudgeContext, JudgeInput, RecordKeys, StagedRecord
from xero_writer.domain.verdicts import ParentRef, Verdict

_JUDGES: Final[Mapping[Module, Callable[[JudgeInput, JudgeContext], Verdict]]] = {
    Module.ACCOUNTS: judge_account,
    Module.CONTACTS: judge_contact,
    Module.PRODUCTS: judge_product,
    Module.INVOICES: judge_invoice,
}


def judge(given: JudgeInput, context: JudgeContext) -> Verdict:
    """What becomes of one record now."""
    return _JUDGES[given.record.module](given, context)


def list_parents(record: StagedRecord) -> tuple[ParentRef, ...]:
    """The records that this one refers to: put their views into `JudgeInput.parents`."""
    if record.module is Module.INVOICES:
        return list_invoice_parents(record)
    if record.module is Module.CONTACTS:
        return list_contact_parents(record)
    return ()


def find_record_keys(record: StagedRecord, mapping: TenantMapping, digest_key: bytes) -> RecordKeys:
    """The digests that a staged record is found by. They depend on the mapping: a new version means new keys."""
    if record.deleted:
        return RecordKeys()
    if record.module is Module.PRODUCTS:
        code = find_text(record.fields, "Product_Code")
        name = map_product(record, mapping, None).element["Name"]
        return RecordKeys(
            business=code_key(code, digest_key) if code else None,
            name=name_key(name, digest_key) if name else None,
        )
    if record.module is Module.INVOICES:
        number = find_invoice_number(record, mapping)
        goes = find_status_choice(record, mapping) in SENT_CHOICES
        return RecordKeys(business=number_key(number, digest_key) if number and goes else None)
    mapped = map_contact(record) if record.module is Module.CONTACTS else map_account(record)
    name, email = mapped.element["Name"], mapped.element.get("EmailAddress")
    return RecordKeys(
        name=name_key(name, digest_key) if name else None,
        email=email_key(email, digest_key) if email else None,
        number=number_key(record.record_id, digest_key),
    )


def list_missing_fields(record: StagedRecord, mapping: TenantMapping) -> tuple[str, ...]:
    """Fields that the mapping names and the record was extracted without: read before the reader knew the mapping.

    Such a record is wanted again before it is judged; when it still lacks them, the mapping is broken.
    """
    if record.deleted or not record.fields:
        return ()
    return tuple(name for name in list_crm_fields(mapping).get(record.module, ()) if name not in record.fields)
