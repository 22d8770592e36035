"""Applies the fields of a document's head and checks them."""

from __future__ import annotations

from decimal import Decimal
from urllib.parse import urlsplit

from vendor_sandbox.xero.body_shapes import Sent
from vendor_sandbox.xero.invoices.numbering import NOT_UNIQUE, is_number_taken, make_number
from vendor_sandbox.xero.invoices.status_machine import COMPLETE_STATUSES
from vendor_sandbox.xero.records import Invoice
from vendor_sandbox.xero.refusals import Problems
from vendor_sandbox.xero.writing import WriteContext

MAX_TEXT = 255
RATE_STEP = Decimal("0.000001")


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
    _apply_branding(context, invoice, sent, problems)
    if invoice.type == "ACCREC":
        invoice.expected_payment_date = sent.find_date("ExpectedPaymentDate") or invoice.expected_payment_date
    else:
        invoice.planned_payment_date = sent.find_date("PlannedPaymentDate") or invoice.planned_payment_date
    _apply_currency(context, invoice, sent, problems)
    if len(invoice.reference) > MAX_TEXT:
        problems.add(f"The Reference field must not be longer than {MAX_TEXT} characters")


def apply_number(context: WriteContext, invoice: Invoice, sent: Sent, problems: Problems, *, creating: bool) -> None:
    """Set the number; sales invoices need a free one and get the next of the sequence if none is sent."""
    number = sent.find_text("InvoiceNumber")
    if number is not None:
        number = number.strip()
        if len(number) > MAX_TEXT:
            problems.add(f"The InvoiceNumber field must not be longer than {MAX_TEXT} characters")
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


def _apply_branding(context: WriteContext, invoice: Invoice, sent: Sent, problems: Problems) -> None:
    theme_id = sent.find_text("BrandingThemeID")
    if theme_id is None:
        return
    if theme_id not in context.organisation.branding:
        problems.add("The BrandingThemeID is not valid")
    invoice.branding_theme_id = theme_id


def _apply_currency(context: WriteContext, invoice: Invoice, sent: Sent, problems: Problems) -> None:
    organisation = context.organisation
    code = sent.find_text("CurrencyCode")
    changed = bool(code) and code != invoice.currency_code
    if code and changed:
        if code not in organisation.currencies:
            problems.add(f"Organisation is not subscribed to currency {code}")
            return
        invoice.currency_code = code
        invoice.currency_rate = organisation.day_rates.get(code, Decimal(1))
    rate = sent.find_decimal("CurrencyRate")
    if rate is None:
        return
    if rate <= 0:
        problems.add("The CurrencyRate must be greater than zero")
    elif invoice.currency_code == organisation.base_currency:
        invoice.currency_rate = Decimal("1.000000")
    else:
        invoice.currency_rate = rate.quantize(RATE_STEP)


def _is_absolute_url(url: str) -> bool:
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    return parts.scheme in {"http", "https"} and bool(parts.netloc)
