"""Limits of approving: the plan's approvals in a month, and what the connected person may do."""

from __future__ import annotations

from vendor_sandbox.xero.records import Invoice
from vendor_sandbox.xero.refusals import Problems
from vendor_sandbox.xero.writing import WriteContext

PLAN_LIMIT = "You have reached the limit of invoices you can approve."


def add_approval_problems(context: WriteContext, invoice: Invoice, problems: Problems) -> None:
    """Called when a document is about to become AUTHORISED."""
    organisation = context.organisation
    action = "CreateApprovedInvoice" if invoice.type == "ACCREC" else "CreateApprovedBill"
    if context.app_id is not None and action in organisation.denied_actions:
        problems.add("You do not have permission to approve this document")
    limit = organisation.approvals_a_month
    if limit is None:
        return
    today = organisation.find_local_date(context.at)
    approved = 0
    for other in organisation.invoices.values():
        if other.type != invoice.type or other.approved_at is None:
            continue
        day = organisation.find_local_date(other.approved_at)
        approved += (day.year, day.month) == (today.year, today.month)
    if approved >= limit:
        problems.add(PLAN_LIMIT)
