"""Invoices as the API shows them: whole, in a page, in an unpaged list, as a summary, inside a payment."""

from __future__ import annotations

from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from vendor_sandbox.xero.contacts.rendering import render_contact, render_contact_stub
from vendor_sandbox.xero.dates import render_date, render_date_string, render_instant, render_instant_string
from vendor_sandbox.xero.organisation import Organisation
from vendor_sandbox.xero.records import Allocation, Invoice, Line, Payment
from vendor_sandbox.xero.writing import UNIT_STEPS


def render_invoice(organisation: Organisation, invoice: Invoice, unit_places: int) -> dict[str, Any]:
    """The whole document: single GET and answers to writes. Settlements are shown only if there are any."""
    shown = _render_head(invoice)
    _show_settlements(shown, organisation, invoice, always=False)
    shown["Contact"] = render_contact(organisation.contacts[invoice.contact_id])
    shown["LineItems"] = [render_line(organisation, line, unit_places) for line in invoice.lines]
    shown["HasAttachments"] = False
    return shown


def render_invoice_in_page(organisation: Organisation, invoice: Invoice, unit_places: int) -> dict[str, Any]:
    """Paged GET: lines, settlements, a stub of the contact."""
    shown = render_invoice_in_list(organisation, invoice)
    shown["LineItems"] = [render_line(organisation, line, unit_places) for line in invoice.lines]
    return shown


def render_invoice_in_list(organisation: Organisation, invoice: Invoice) -> dict[str, Any]:
    """Unpaged GET: no lines (Xero "Invoices": line items need paging or a single GET)."""
    shown = _render_head(invoice)
    _show_settlements(shown, organisation, invoice, always=True)
    shown["Contact"] = render_contact_stub(organisation.contacts[invoice.contact_id])
    shown["LineItems"] = []
    shown["HasAttachments"] = False
    return shown


def render_invoice_summary(organisation: Organisation, invoice: Invoice) -> dict[str, Any]:
    """summaryOnly=true: without Payments, HasAttachments and LineItems."""
    shown = _render_head(invoice)
    shown["AmountCredited"] = invoice.amount_credited
    shown["Contact"] = render_contact_stub(organisation.contacts[invoice.contact_id])
    return shown


def render_invoice_stub(organisation: Organisation, invoice: Invoice) -> dict[str, Any]:
    """The document inside a listed payment."""
    contact = organisation.contacts[invoice.contact_id]
    return {
        "Type": invoice.type,
        "InvoiceID": invoice.invoice_id,
        "InvoiceNumber": invoice.number,
        "Payments": [],
        "CreditNotes": [],
        "Prepayments": [],
        "Overpayments": [],
        "HasErrors": False,
        "IsDiscounted": False,
        "Contact": render_contact_stub(contact),
        "LineItems": [],
        "CurrencyCode": invoice.currency_code,
    }


def _render_head(invoice: Invoice) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "Type": invoice.type,
        "InvoiceID": invoice.invoice_id,
        "InvoiceNumber": invoice.number,
        "Reference": invoice.reference,
        "Prepayments": [],
        "Overpayments": [],
        "AmountDue": invoice.amount_due,
        "AmountPaid": invoice.amount_paid,
        "SentToContact": invoice.sent_to_contact,
        "CurrencyRate": invoice.currency_rate,
        "HasErrors": False,
        "IsDiscounted": bool(invoice.total_discount),
        "DateString": render_date_string(invoice.dated_on),
        "Date": render_date(invoice.dated_on),
        "Status": invoice.status,
        "LineAmountTypes": invoice.line_amount_types,
        "SubTotal": invoice.sub_total,
        "TotalTax": invoice.total_tax,
        "Total": invoice.total,
        "UpdatedDateUTC": render_instant(invoice.updated_at),
        "UpdatedDateUTCString": render_instant_string(invoice.updated_at),
        "CurrencyCode": invoice.currency_code,
    }
    if invoice.total_discount:
        shown["TotalDiscount"] = invoice.total_discount
    if invoice.due_date is not None:
        shown["DueDateString"] = render_date_string(invoice.due_date)
        shown["DueDate"] = render_date(invoice.due_date)
    if invoice.branding_theme_id is not None:
        shown["BrandingThemeID"] = invoice.branding_theme_id
    if invoice.url:
        shown["Url"] = invoice.url
    if invoice.expected_payment_date is not None:
        shown["ExpectedPaymentDate"] = render_date(invoice.expected_payment_date)
    if invoice.planned_payment_date is not None:
        shown["PlannedPaymentDate"] = render_date(invoice.planned_payment_date)
    if invoice.fully_paid_on is not None:
        shown["FullyPaidOnDate"] = render_date(invoice.fully_paid_on)
    return shown


def render_line(organisation: Organisation, line: Line, unit_places: int) -> dict[str, Any]:
    """A line of any document."""
    shown: dict[str, Any] = {}
    if line.item_code:
        shown["ItemCode"] = line.item_code
        item = _render_item(organisation, line.item_code)
        if item is not None:
            shown["Item"] = item
    shown["Description"] = line.description
    if line.unit_amount is not None:
        shown["UnitAmount"] = _round_unit(line.unit_amount, unit_places)
    if line.tax_type:
        shown["TaxType"] = line.tax_type
    shown["TaxAmount"] = line.tax_amount
    shown["LineAmount"] = line.line_amount
    if line.account_code:
        shown["AccountCode"] = line.account_code
    if line.account_id:
        shown["AccountID"] = line.account_id
    shown["Tracking"] = [
        {
            "Name": tracking.name,
            "Option": tracking.option,
            "TrackingCategoryID": tracking.category_id,
            "TrackingOptionID": tracking.option_id,
        }
        for tracking in line.tracking
    ]
    if line.quantity is not None:
        shown["Quantity"] = line.quantity
    if line.discount_rate is not None:
        shown["DiscountRate"] = line.discount_rate
    if line.discount_amount is not None:
        shown["DiscountAmount"] = line.discount_amount
    shown["LineItemID"] = line.line_item_id
    shown["ValidationErrors"] = []
    return shown


def _render_item(organisation: Organisation, code: str) -> dict[str, Any] | None:
    """The `Item` of a shown line; None when it was deleted since."""
    for item_id in organisation.ids_by_item_code.get(code.casefold(), ()):
        item = organisation.items[item_id]
        if item.code == code:
            return {"ItemID": item.item_id, "Name": item.name, "Code": item.code}
    return None


def _round_unit(amount: Decimal, unit_places: int) -> Decimal:
    return amount.quantize(UNIT_STEPS[unit_places], rounding=ROUND_HALF_UP)


def _show_settlements(shown: dict[str, Any], organisation: Organisation, invoice: Invoice, *, always: bool) -> None:
    payments = [
        _render_payment(payment)
        for payment in (organisation.payments[payment_id] for payment_id in invoice.payment_ids)
        if payment.status == "AUTHORISED"
    ]
    notes = [_render_allocation(entry) for entry in invoice.allocations if entry.kind == "CreditNote"]
    if always or payments:
        shown["Payments"] = payments
    if always or notes:
        shown["CreditNotes"] = notes
    shown["Prepayments"] = [_render_allocation(entry) for entry in invoice.allocations if entry.kind == "Prepayment"]
    shown["Overpayments"] = [_render_allocation(entry) for entry in invoice.allocations if entry.kind == "Overpayment"]
    if always or invoice.amount_credited:
        shown["AmountCredited"] = invoice.amount_credited


def _render_payment(payment: Payment) -> dict[str, Any]:
    return {
        "PaymentID": payment.payment_id,
        "Date": render_date(payment.dated_on),
        "Amount": payment.amount,
        "Reference": payment.reference,
        "CurrencyRate": payment.currency_rate,
        "HasAccount": False,
        "HasValidationErrors": False,
    }


def _render_allocation(entry: Allocation) -> dict[str, Any]:
    shown: dict[str, Any] = {
        f"{entry.kind}ID": entry.allocation_id,
        "AppliedAmount": entry.amount,
        "Total": entry.amount,
        "Date": render_date(entry.day),
    }
    if entry.kind == "CreditNote":
        shown["CreditNoteNumber"] = entry.number
    return shown
