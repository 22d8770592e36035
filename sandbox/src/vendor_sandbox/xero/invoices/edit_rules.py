"""What may still be changed once money is allocated. Source: Xero "Invoices", editing.

A bill that is paid, even in part, takes no edit. A sales invoice then takes only Reference, DueDate,
InvoiceNumber, BrandingThemeID, Contact (not with a credit note), Url, and on each line Description, account and
tracking.
"""

from __future__ import annotations

from vendor_sandbox.xero.records import Invoice, Line
from vendor_sandbox.xero.refusals import Problems

ALLOCATED = "This document cannot be edited as it has a payment or credit note allocated to it."
NOT_VALID_CURRENCY = "The currency of an approved document cannot be changed"
_FROZEN_HEAD = (
    "dated_on",
    "line_amount_types",
    "currency_code",
    "currency_rate",
    "expected_payment_date",
    "planned_payment_date",
)
_FROZEN_LINE = (
    "line_item_id",
    "quantity",
    "unit_amount",
    "item_code",
    "tax_type",
    "tax_amount",
    "line_amount",
    "discount_rate",
    "discount_amount",
)


def add_edit_problems(before: Invoice, after: Invoice, problems: Problems) -> None:
    """Compare what a document was with what it would become."""
    if after.type != before.type:
        problems.add("The type of a document cannot be changed")
    if before.status in {"AUTHORISED", "PAID"} and after.currency_code != before.currency_code:
        problems.add(NOT_VALID_CURRENCY)
    if not before.is_settled_in_part:
        return
    if before.type == "ACCPAY" or _differs(before, after):
        problems.add(ALLOCATED)


def bumps_updated_at(before: Invoice, after: Invoice) -> bool:
    """On a part-paid document a change of DueDate or SentToContact alone leaves UpdatedDateUTC as it was."""
    if not before.is_settled_in_part or before.status != "AUTHORISED":
        return True
    blind = before.due_date != after.due_date or before.sent_to_contact != after.sent_to_contact
    seen = (
        before.reference != after.reference
        or before.number != after.number
        or before.branding_theme_id != after.branding_theme_id
        or before.contact_id != after.contact_id
        or before.url != after.url
        or before.lines != after.lines
    )
    return seen or not blind


def _differs(before: Invoice, after: Invoice) -> bool:
    if any(getattr(before, name) != getattr(after, name) for name in _FROZEN_HEAD):
        return True
    credited = any(entry.kind == "CreditNote" for entry in before.allocations)
    if credited and before.contact_id != after.contact_id:
        return True
    if len(before.lines) != len(after.lines):
        return True
    return any(_line_differs(one, other) for one, other in zip(before.lines, after.lines, strict=True))


def _line_differs(before: Line, after: Line) -> bool:
    return any(getattr(before, name) != getattr(after, name) for name in _FROZEN_LINE)
