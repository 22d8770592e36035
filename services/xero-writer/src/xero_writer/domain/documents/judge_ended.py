"""Documents that ended in the CRM, canceled or deleted, and still stand in Xero.

By default nothing is written: it is told until Xero shows the document gone or credited. With the policy `end`, what
nobody has approved is deleted and what is approved, unpaid and in an open period is voided; the rest is told.
"""

from dataclasses import replace
from datetime import date

from sync_kit.contracts.reasons import Reason
from xero_writer.domain.documents.header import POSTING_KINDS
from xero_writer.domain.documents.linked_case import LinkedCase
from xero_writer.domain.documents.status_words import find_status
from xero_writer.domain.documents.update import start_element
from xero_writer.domain.locks import ENDED_STATUSES, find_end_status, find_period_lock, say_state
from xero_writer.domain.mapping_model import EndPolicy
from xero_writer.domain.verdicts import Action, Need, Needs, Ready, Unchanged, Verdict


def judge_ended(case: LinkedCase, ended: str) -> Verdict:
    """`ended` is how the CRM ended it: "canceled" or "deleted"."""
    link = case.link
    if case.record.module not in case.context.swept and link.status not in ENDED_STATUSES:
        return Needs(frozenset({Need.SWEEP}), case.label)
    if _is_gone(case):
        return Unchanged(link.agreed_digest or "", case.facts, case.label)
    document = case.document
    due = document.amount_due if document is not None else None
    facts = {
        "record": case.text,
        "ended": ended,
        "state": say_state(case.status, case.paid, case.credited),
        "due": str(due) if due is not None else None,
    }
    told = [Reason(code="ended_in_crm", facts=facts)]
    end_status = find_end_status(case.kind, case.status, case.paid, case.credited)
    wants = case.context.mapping.policies.ended_in_crm is EndPolicy.END
    if not wants or document is None or end_status is None:
        return case.hold(told)
    reference = case.context.reference
    if reference is None:
        return Needs(frozenset({Need.REFERENCE}), case.label)
    dates: list[date | None] = [document.dated, link.facts.dated]
    if case.kind in POSTING_KINDS:
        lock = find_period_lock(reference.organisation, dates, case.text)
        if lock is not None:
            return case.hold([*told, lock])
    return Ready(
        Action.UPDATE,
        link.agreed_digest or "",
        replace(case.facts, crm_status=find_status(case.record) or link.facts.crm_status),
        case.label,
        case.label.number or "",
        xero_id=link.xero_id,
        element={**start_element(case), "Status": end_status},
        uniqueness_keys=(link.xero_id,),
        changed_fields=("Status",),
        kind=case.kind,
        status=end_status,
    )


def _is_gone(case: LinkedCase) -> bool:
    document = case.document
    credited = document is not None and document.amount_credited > 0 and document.amount_due == 0
    paid = document is not None and document.amount_paid > 0
    return case.status in ENDED_STATUSES or (credited and not paid)
