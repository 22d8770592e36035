"""Which status an invoice may take. Source: Xero "Invoices", status codes.

PAID is set by the system alone. DELETED and VOIDED are ends.
"""

from __future__ import annotations

from vendor_sandbox.xero.records import Invoice

NOT_VALID_FOR_MODIFICATION = "Invoice not of valid status for modification"
VOID_WHILE_ALLOCATED = (
    "The status VOIDED cannot be applied to the invoice because it has payments or credit notes allocated to it."
)
CREATE_STATUSES = frozenset({"DRAFT", "SUBMITTED", "AUTHORISED"})
ENDED = frozenset({"VOIDED", "DELETED"})
COMPLETE_STATUSES = frozenset({"SUBMITTED", "AUTHORISED"})
_ALLOWED: dict[str, frozenset[str]] = {
    "DRAFT": frozenset({"DRAFT", "SUBMITTED", "AUTHORISED", "DELETED"}),
    "SUBMITTED": frozenset({"SUBMITTED", "AUTHORISED", "DRAFT", "DELETED"}),
    "AUTHORISED": frozenset({"AUTHORISED", "VOIDED"}),
    "PAID": frozenset({"PAID"}),
    "VOIDED": frozenset(),
    "DELETED": frozenset(),
}


def find_status_problem(invoice: Invoice, wanted: str) -> str | None:
    """Why this invoice may not take this status (or be edited while it keeps it); None if it may."""
    if invoice.status in ENDED:
        return NOT_VALID_FOR_MODIFICATION
    if wanted == "VOIDED" and invoice.is_settled_in_part:
        return VOID_WHILE_ALLOCATED
    if invoice.status == "PAID" and wanted == "AUTHORISED":
        return None  # the status that an older copy of the document carries; it stays PAID
    if wanted not in _ALLOWED[invoice.status]:
        return NOT_VALID_FOR_MODIFICATION
    return None


def find_settled_status(invoice: Invoice) -> str:
    """AUTHORISED or PAID, by what is still due; the other statuses stay."""
    if invoice.status not in {"AUTHORISED", "PAID"}:
        return invoice.status
    is_settled = invoice.is_settled_in_part and invoice.total == invoice.amount_paid + invoice.amount_credited
    return "PAID" if is_settled else "AUTHORISED"
