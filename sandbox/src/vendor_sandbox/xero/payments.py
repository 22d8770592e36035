"""Payments: applied to one approved document each, never edited, only deleted. Source: Xero "Payments"."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from vendor_sandbox.xero.body_shapes import One, Scalar, Sent, Shape, choice
from vendor_sandbox.xero.dates import render_date, render_instant, render_instant_string
from vendor_sandbox.xero.invoices.numbering import find_sales_invoice
from vendor_sandbox.xero.invoices.rendering import render_invoice, render_invoice_stub
from vendor_sandbox.xero.invoices.status_machine import find_settled_status
from vendor_sandbox.xero.invoices.write import record_invoice
from vendor_sandbox.xero.lock_dates import add_lock_problems
from vendor_sandbox.xero.organisation import Organisation
from vendor_sandbox.xero.records import ZERO, Account, Allocation, Invoice, Payment
from vendor_sandbox.xero.refusals import Problems, refuse_element
from vendor_sandbox.xero.writing import WriteContext

PAYMENT_SHAPE: Shape = {
    "PaymentID": Scalar.GUID,
    "Invoice": One({"InvoiceID": Scalar.GUID, "InvoiceNumber": Scalar.TEXT}),
    "InvoiceNumber": Scalar.TEXT,
    "Account": One({"AccountID": Scalar.GUID, "Code": Scalar.TEXT}),
    "Code": Scalar.TEXT,
    "Date": Scalar.DATE,
    "CurrencyRate": Scalar.DECIMAL,
    "Amount": Scalar.DECIMAL,
    "Reference": Scalar.TEXT,
    "IsReconciled": Scalar.FLAG,
    "Status": choice("AUTHORISED", "DELETED"),
}
EXCEEDS = "Payment amount exceeds the amount outstanding on this document"
NOT_AUTHORISED = "Payments can only be made against Authorised documents"
CENT = Decimal("0.01")


def create_payment(context: WriteContext, sent: Sent) -> Payment:
    """Pay an invoice or a bill, in whole or in part. Raises ElementRefusedError."""
    problems = Problems()
    invoice = _find_invoice(context, sent)
    account = _find_account(context.organisation, sent)
    amount, day = sent.find_decimal("Amount"), sent.find_date("Date")
    if account is None:
        problems.add("The account for this payment could not be found or takes no payments")
    if amount is None or amount <= 0:
        problems.add("Payment amount must be greater than zero")
    if day is None:
        problems.add("The Date field is mandatory")
    else:
        add_lock_problems(context.organisation, day, problems)
    if invoice is None:
        problems.add("The document that this payment is for could not be found")
    elif invoice.status != "AUTHORISED":
        problems.add(EXCEEDS if invoice.status == "PAID" else NOT_AUTHORISED)
    elif amount is not None and amount > invoice.amount_due:
        problems.add(EXCEEDS)
    problems.raise_if_any()
    assert invoice is not None and account is not None and amount is not None and day is not None  # noqa: S101, PT018
    amount = amount.quantize(CENT)
    rate = sent.find_decimal("CurrencyRate") or invoice.currency_rate
    payment = Payment(
        payment_id=context.make_id(),
        invoice_id=invoice.invoice_id,
        account_id=account.account_id,
        dated_on=day,
        amount=amount,
        bank_amount=_compute_bank_amount(context, invoice, amount, rate),
        updated_at=context.updated_at,
        currency_rate=rate,
        reference=sent.find_text("Reference") or "",
        is_reconciled=sent.find_flag("IsReconciled") or False,
    )
    context.organisation.payments[payment.payment_id] = payment
    invoice.payment_ids.append(payment.payment_id)
    _record(context, payment, "created")
    settle_invoice(context, invoice)
    return payment


def delete_payment(context: WriteContext, payment: Payment, sent: Sent) -> Payment:
    """POST /Payments/{id} {"Status": "DELETED"}: the only change. Raises ElementRefusedError."""
    if sent.find_text("Status") != "DELETED":
        raise refuse_element("A payment cannot be changed, only deleted")
    if payment.status == "DELETED":
        raise refuse_element("The payment has already been deleted")
    problems = Problems()
    add_lock_problems(context.organisation, payment.dated_on, problems)
    problems.raise_if_any()
    payment.status = "DELETED"
    payment.updated_at = context.updated_at
    _record(context, payment, "deleted")
    settle_invoice(context, context.organisation.invoices[payment.invoice_id])
    return payment


def apply_credit(context: WriteContext, invoice: Invoice, allocation: Allocation) -> None:
    """A person applies a credit note, prepayment or overpayment. No payment row appears."""
    if invoice.status != "AUTHORISED" or not ZERO < allocation.amount <= invoice.amount_due:
        raise refuse_element("The allocation does not fit the amount outstanding on this document")
    invoice.allocations.append(allocation)
    settle_invoice(context, invoice)


def remove_credit(context: WriteContext, invoice: Invoice, allocation_id: str) -> None:
    """A person takes an allocation back."""
    kept = [entry for entry in invoice.allocations if entry.allocation_id != allocation_id]
    if len(kept) == len(invoice.allocations):
        raise refuse_element("The allocation could not be found")
    invoice.allocations = kept
    settle_invoice(context, invoice)


def find_payment_action(context: WriteContext, sent: Sent) -> str | None:
    """The right that this payment needs; None where no document is found."""
    payment = context.organisation.payments.get(sent.find_text("PaymentID") or "")
    if payment is not None:
        invoice: Invoice | None = context.organisation.invoices[payment.invoice_id]
    else:
        invoice = _find_invoice(context, sent)
    if invoice is None:
        return None
    return "CreateInvoicePayment" if invoice.is_sale else "CreateBillPayment"


def settle_invoice(context: WriteContext, invoice: Invoice) -> None:
    """Compute what is paid and credited, and the status that follows; UpdatedDateUTC moves."""
    payments = [context.organisation.payments[payment_id] for payment_id in invoice.payment_ids]
    living = [payment for payment in payments if payment.status == "AUTHORISED"]
    invoice.amount_paid = sum((payment.amount for payment in living), ZERO)
    invoice.amount_credited = sum((entry.amount for entry in invoice.allocations), ZERO)
    before = invoice.status
    invoice.status = find_settled_status(invoice)
    days = [payment.dated_on for payment in living] + [entry.day for entry in invoice.allocations]
    invoice.fully_paid_on = max(days) if invoice.status == "PAID" and days else None
    invoice.updated_at = context.updated_at
    became_paid = invoice.status == "PAID" and before != "PAID"
    record_invoice(context, invoice, "paid" if became_paid else "updated")


def render_payment(
    organisation: Organisation, payment: Payment, *, whole: bool, unit_places: int = 2
) -> dict[str, Any]:
    """A payment; `whole` (single GET and writes) shows the document with its lines, a list a stub."""
    invoice = organisation.invoices[payment.invoice_id]
    account = organisation.accounts[payment.account_id]
    shown_account = {"AccountID": account.account_id, "Code": account.code}
    if whole:
        shown_account["Name"] = account.name
    return {
        "PaymentID": payment.payment_id,
        "Date": render_date(payment.dated_on),
        "BankAmount": payment.bank_amount,
        "Amount": payment.amount,
        "Reference": payment.reference,
        "CurrencyRate": payment.currency_rate,
        "PaymentType": "ACCRECPAYMENT" if invoice.type == "ACCREC" else "ACCPAYPAYMENT",
        "Status": payment.status,
        "UpdatedDateUTC": render_instant(payment.updated_at),
        "UpdatedDateUTCString": render_instant_string(payment.updated_at),
        "HasAccount": True,
        "IsReconciled": payment.is_reconciled,
        "Account": shown_account,
        "Invoice": render_invoice(organisation, invoice, unit_places)
        if whole
        else render_invoice_stub(organisation, invoice),
        "HasValidationErrors": False,
    }


def _compute_bank_amount(context: WriteContext, invoice: Invoice, amount: Decimal, rate: Decimal) -> Decimal:
    """The amount in the bank account's currency (switch `currency_rate_direction`)."""
    if invoice.currency_code == context.organisation.base_currency:
        return amount
    per_base = context.switches.currency_rate_direction == "foreign_per_base"
    return (amount / rate if per_base else amount * rate).quantize(CENT)


def _find_invoice(context: WriteContext, sent: Sent) -> Invoice | None:
    named = sent.find_object("Invoice")
    invoice_id = named.find_text("InvoiceID") if named is not None else None
    if invoice_id is not None:
        return context.organisation.invoices.get(invoice_id)
    number = (named.find_text("InvoiceNumber") if named is not None else None) or sent.find_text("InvoiceNumber")
    return find_sales_invoice(context.organisation, number, context.switches) if number else None


def _find_account(organisation: Organisation, sent: Sent) -> Account | None:
    """The paying account: type BANK, or open to payments."""
    named = sent.find_object("Account")
    account_id = named.find_text("AccountID") if named is not None else None
    code = (named.find_text("Code") if named is not None else None) or sent.find_text("Code")
    found = organisation.accounts.get(account_id) if account_id is not None else None
    if account_id is None and code:
        found = organisation.find_account_by_code(code)
    usable = found is not None and found.status == "ACTIVE" and (found.type == "BANK" or found.enable_payments)
    return found if usable else None


def _record(context: WriteContext, payment: Payment, action: str) -> None:
    shown = render_payment(context.organisation, payment, whole=False)
    context.record("Payments", payment.payment_id, action, shown)
