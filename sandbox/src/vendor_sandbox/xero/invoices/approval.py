"""The plan's limit of approvals in a month (Starter: "you have reached the limit of invoices you can approve").

Invoices and bills are counted apart, by the organisation's calendar; what was voided since stays counted.
"""

from __future__ import annotations

from vendor_sandbox.xero.records import Invoice
from vendor_sandbox.xero.refusals import Problems
from vendor_sandbox.xero.writing import WriteContext

PLAN_LIMIT = "You have reached the limit of invoices you can approve."


def add_approval_problems(context: WriteContext, invoice: Invoice, problems: Problems) -> None:
    """Called when a document is about to become AUTHORISED."""
    organisation = context.organisation
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
