"""Applies the fields of a document's head and checks them."""

from __future__ import annotations

from urllib.parse import urlsplit

from vendor_sandbox.xero.body_shapes import Sent
from vendor_sandbox.xero.document_head import apply_branding, apply_currency, check_length
from vendor_sandbox.xero.invoices.numbering import NOT_UNIQUE, is_number_taken, make_number
from vendor_sandbox.xero.invoices.status_machine import COMPLETE_STATUSES
from vendor_sandbox.xero.records import Invoice
from vendor_sandbox.xero.refusals import Problems
from vendor_sandbox.xero.writing import WriteContext

MAX_TEXT = 255


def apply_header(context: WriteContext, invoice: Invoice, sent: Sent, problems: Problems) -> None:
    """Set the sent fields, except Contact, LineItems, Status and totals. Currency comes last."""
    day = sent.find_date("Date")
    if day is not None:
        invoice.dated_on = day
    due = sent.find_date("DueDate")
    if due is not None:
        invoice.due_date = due
    invoice.line_amount_types = sent.find_text("LineAmountTypes") or invoice.line_amount_types
    reference = sent.find_text("Reference")
    if reference is not None and invoice.type == "ACCREC":
        invoice.reference = reference
    url = sent.find_text("Url")
    if url is not None:
        invoice.url = url
        if url and not _is_absolute_url(url):
            problems.add("Url must be a valid absolute URL")
    apply_branding(context, invoice, sent, problems)
    if invoice.type == "ACCREC":
        invoice.expected_payment_date = sent.find_date("ExpectedPaymentDate") or invoice.expected_payment_date
    else:
        invoice.planned_payment_date = sent.find_date("PlannedPaymentDate") or invoice.planned_payment_date
    apply_currency(context, invoice, sent, problems)
    check_length("Reference", invoice.reference, MAX_TEXT, problems)


def apply_number(context: WriteContext, invoice: Invoice, sent: Sent, problems: Problems, *, creating: bool) -> None:
    """Set the number; sales invoices need a free one and get the next of the sequence if none is sent."""
    number = sent.find_text("InvoiceNumber")
    if number is not None:
        number = number.strip()
        check_length("InvoiceNumber", number, MAX_TEXT, problems)
    if invoice.type == "ACCPAY":
        invoice.number = number if number is not None else invoice.number
        return
    if number:
        if is_number_taken(context.organisation, number, context.switches, except_id=invoice.invoice_id):
            problems.add(NOT_UNIQUE)
        invoice.number = number
    elif creating:
        invoice.number = make_number(context.organisation, context.switches)


def check_header(invoice: Invoice, sent: Sent, problems: Problems) -> None:
    """What approval needs of the head, and what only approved documents may say."""
    if invoice.status in COMPLETE_STATUSES and invoice.due_date is None:
        problems.add("The DueDate field is mandatory")
    flag = sent.find_flag("SentToContact")
    if flag is not None:
        if flag and invoice.status not in {"AUTHORISED", "PAID"}:
            problems.add("Only AUTHORISED and PAID invoices may have SentToContact updated.")
        invoice.sent_to_contact = flag
    if invoice.total < 0:
        problems.add("The document total must be greater than or equal to zero")


def _is_absolute_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)
