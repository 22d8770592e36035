"""What a document's CRM status means in Xero, for each kind.

Quotes know DRAFT and SENT; the others DRAFT, SUBMITTED and AUTHORISED. A purchase order goes beyond DRAFT only with
the tenant's consent: what the mapping asks beyond that becomes a draft, never more.
"""

from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import Module
from xero_writer.domain.crm_values import find_text
from xero_writer.domain.document_kinds import CRM_WORDS, XeroKind, choose_kind, list_statuses
from xero_writer.domain.mapping_model import SENT_CHOICES, StatusChoice, TenantMapping
from xero_writer.domain.rows import Link, StagedRecord

APPROVING: frozenset[str] = frozenset({"SUBMITTED", "AUTHORISED"})
"""Statuses that Xero wants a whole document for: a due date, and a text on every line."""
_FIRST_KINDS = {
    Module.INVOICES: XeroKind.SALES_INVOICE,
    Module.SALES_ORDERS: XeroKind.SALES_INVOICE,
    Module.PURCHASE_ORDERS: XeroKind.BILL,
    Module.QUOTES: XeroKind.QUOTE,
}


def find_kind(record: StagedRecord, link: Link | None, mapping: TenantMapping) -> XeroKind:
    """What the document is in Xero: a linked one keeps the kind that it was made as."""
    if link is None:
        return choose_kind(record.module, mapping)
    return link.facts.kind or _FIRST_KINDS[record.module]


def find_status(record: StagedRecord) -> str | None:
    """The CRM's status; None when blank."""
    return find_text(record.fields, CRM_WORDS[record.module].status_field)


def find_status_choice(record: StagedRecord, mapping: TenantMapping) -> StatusChoice | None:
    """What the CRM status means in Xero; None when it is blank or not mapped."""
    status = find_status(record)
    return list_statuses(record.module, mapping).get(status) if status is not None else None


def find_xero_status(module: Module, kind: XeroKind, choice: StatusChoice | None, mapping: TenantMapping) -> str | None:
    """The status to send; None for a choice that sends nothing."""
    if choice is None or choice not in SENT_CHOICES:
        return None
    if kind is XeroKind.QUOTE:
        return "SENT" if choice is StatusChoice.SENT else "DRAFT"
    consented = module is not Module.PURCHASE_ORDERS or mapping.policies.bills_beyond_draft
    return choice.value if choice.value in APPROVING and consented else "DRAFT"


def explain_no_choice(record: StagedRecord, text: str) -> Reason:
    """Why a document without a choice is held."""
    status = find_status(record)
    if status is None:
        return Reason(code="status_blank", facts={"record": text})
    return Reason(code="status_unmapped", facts={"record": text, "status": status})


def find_pending_approval(record: StagedRecord, text: str) -> Reason | None:
    """`crm_approval_pending` for a record that the CRM itself does not count yet (Zoho: Record_Status__s)."""
    state = find_text(record.fields, "Record_Status__s")
    if state is None or state.casefold() == "available":
        return None
    return Reason(code="crm_approval_pending", facts={"record": text, "state": state})
