"""What a person does in Xero's own pages, for the control API: the same validation, no token, no counted call."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

from vendor_sandbox.core.control_errors import ControlRefusedError
from vendor_sandbox.xero.body_shapes import Many, Scalar, Sent, Shape, choice, read_object
from vendor_sandbox.xero.contacts.body import CONTACT_SHAPE
from vendor_sandbox.xero.contacts.rendering import render_contact_with_balances
from vendor_sandbox.xero.contacts.write import post_contact, put_contact
from vendor_sandbox.xero.invoices.body import INVOICE_SHAPE
from vendor_sandbox.xero.invoices.rendering import render_invoice_in_page
from vendor_sandbox.xero.invoices.write import create_invoice, post_invoice
from vendor_sandbox.xero.items.body import ITEM_SHAPE
from vendor_sandbox.xero.items.rendering import render_item
from vendor_sandbox.xero.items.write import post_item, put_item
from vendor_sandbox.xero.orders.body import PURCHASE_ORDER_SHAPE, QUOTE_SHAPE
from vendor_sandbox.xero.orders.endpoint import post_purchase_order, post_quote, put_purchase_order, put_quote
from vendor_sandbox.xero.orders.rendering import render_purchase_order, render_quote
from vendor_sandbox.xero.payments import PAYMENT_SHAPE, apply_credit, create_payment, delete_payment, render_payment
from vendor_sandbox.xero.records import Account, Allocation, TaxRate, TrackingCategory, TrackingOption
from vendor_sandbox.xero.reference_data import render_account, render_tax_rate, render_tracking_category
from vendor_sandbox.xero.refusals import ElementRefusedError, RequestRefusedError
from vendor_sandbox.xero.writing import WriteContext

Write = Callable[[WriteContext, Sent], Any]
Json = dict[str, Any]

_ACCOUNT_TYPES = {
    "BANK": "ASSET",
    "CURRENT": "ASSET",
    "FIXED": "ASSET",
    "INVENTORY": "ASSET",
    "NONCURRENT": "ASSET",
    "PREPAYMENT": "ASSET",
    "EQUITY": "EQUITY",
    "DEPRECIATN": "EXPENSE",
    "DIRECTCOSTS": "EXPENSE",
    "EXPENSE": "EXPENSE",
    "OVERHEADS": "EXPENSE",
    "CURRLIAB": "LIABILITY",
    "LIABILITY": "LIABILITY",
    "TERMLIAB": "LIABILITY",
    "PAYG": "LIABILITY",
    "OTHERINCOME": "REVENUE",
    "REVENUE": "REVENUE",
    "SALES": "REVENUE",
}
_ACCOUNT_SHAPE: Shape = {
    "AccountID": Scalar.GUID,
    "Code": Scalar.TEXT,
    "Name": Scalar.TEXT,
    "Type": choice(*_ACCOUNT_TYPES),
    "TaxType": Scalar.TEXT,
    "Status": choice("ACTIVE", "ARCHIVED", "DELETED"),
    "SystemAccount": Scalar.TEXT,
    "EnablePaymentsToAccount": Scalar.FLAG,
}
_TAX_RATE_SHAPE: Shape = {
    "TaxType": Scalar.TEXT,
    "Name": Scalar.TEXT,
    "EffectiveRate": Scalar.DECIMAL,
    "Status": choice("ACTIVE", "DELETED", "ARCHIVED", "PENDING"),
    "CanApplyToRevenue": Scalar.FLAG,
    "CanApplyToExpenses": Scalar.FLAG,
}
_TRACKING_SHAPE: Shape = {
    "Name": Scalar.TEXT,
    "Status": choice("ACTIVE", "ARCHIVED", "DELETED"),
    "Options": Many({"Name": Scalar.TEXT, "Status": choice("ACTIVE", "ARCHIVED", "DELETED")}),
}
_ALLOCATION_SHAPE: Shape = {
    "InvoiceID": Scalar.GUID,
    "Kind": choice("CreditNote", "Prepayment", "Overpayment"),
    "Amount": Scalar.DECIMAL,
    "Date": Scalar.DATE,
}


def write_as_person(context: WriteContext, kind: str, raw: Json, record_id: str | None) -> Json:
    """Create (`record_id` None) or change one record. Raises ControlRefusedError with Xero's messages."""
    entry = _KINDS.get(kind)
    if entry is None:
        raise ControlRefusedError(f"kind is one of {', '.join(_KINDS)}", status=404)
    shape, create, update, id_name = entry
    try:
        sent = read_object(raw, shape)
        if record_id is None:
            return _show(context, kind, create(context, sent))
        return _show(context, kind, update(context, sent.with_value(id_name, record_id)))
    except RequestRefusedError as refusal:
        raise ControlRefusedError(str(refusal.body or refusal.text)) from refusal
    except ElementRefusedError as refusal:
        messages = refusal.problems.list_messages()
        raise ControlRefusedError(messages[0], details=messages) from refusal


def list_as_person(context: WriteContext, kind: str) -> list[Json]:
    """All records of a kind, whatever their status, in the order of their making."""
    organisation = context.organisation
    books: dict[str, Any] = {
        "Invoices": organisation.invoices,
        "PurchaseOrders": organisation.purchase_orders.records,
        "Quotes": organisation.quotes.records,
        "Contacts": organisation.contacts,
        "Items": organisation.items,
        "Payments": organisation.payments,
        "Accounts": organisation.accounts,
        "TaxRates": organisation.tax_rates,
        "TrackingCategories": organisation.tracking,
    }
    if kind not in books:
        raise ControlRefusedError(f"kind is one of {', '.join(books)}", status=404)
    return [_show(context, kind, record) for record in books[kind].values()]


def _show(context: WriteContext, kind: str, record: Any) -> Json:
    organisation = context.organisation
    shows: dict[str, Callable[[], Json]] = {
        "Invoices": lambda: render_invoice_in_page(organisation, record, 4),
        "Allocations": lambda: render_invoice_in_page(organisation, record, 4),
        "PurchaseOrders": lambda: render_purchase_order(organisation, record, 4),
        "Quotes": lambda: render_quote(organisation, record, 4),
        "Contacts": lambda: render_contact_with_balances(organisation, record, context.at),
        "Items": lambda: render_item(record, 4),
        "Payments": lambda: render_payment(organisation, record, whole=False),
        "Accounts": lambda: render_account(record),
        "TaxRates": lambda: render_tax_rate(record),
        "TrackingCategories": lambda: render_tracking_category(record),
    }
    return shows[kind]()


def _delete_payment(context: WriteContext, sent: Sent) -> Any:
    payment = context.organisation.payments.get(sent.find_text("PaymentID") or "")
    if payment is None:
        raise ControlRefusedError("there is no such payment", status=404)
    return delete_payment(context, payment, sent)


def _allocate(context: WriteContext, sent: Sent) -> Any:
    invoice = context.organisation.invoices.get(sent.find_text("InvoiceID") or "")
    if invoice is None:
        raise ControlRefusedError("there is no such invoice", status=404)
    kind = sent.find_text("Kind") or "CreditNote"
    count = len(invoice.allocations) + 1
    allocation = Allocation(
        kind=kind,
        allocation_id=context.make_id(),
        number=f"CN-{invoice.number}-{count}",
        amount=(sent.find_decimal("Amount") or Decimal(0)).quantize(Decimal("0.01")),
        day=sent.find_date("Date") or context.organisation.find_local_date(context.at),
    )
    apply_credit(context, invoice, allocation)
    return invoice


def _refuse_change(_: WriteContext, __: Sent) -> Any:
    raise ControlRefusedError("an allocation is taken back by DELETE")


def _write_account(context: WriteContext, sent: Sent) -> Account:
    organisation = context.organisation
    account_id = sent.find_text("AccountID")
    known = organisation.accounts.get(account_id) if account_id is not None else None
    if account_id is not None and known is None:
        raise ControlRefusedError("there is no such account", status=404)
    if known is None:
        name, kind = sent.find_text("Name"), sent.find_text("Type")
        if not name or not kind:
            raise ControlRefusedError("an account needs Name and Type")
        known = Account(context.make_id(), "", name, kind, "NONE", context.updated_at)
        known.account_class = _ACCOUNT_TYPES[kind]
    code = sent.find_text("Code")
    holder = organisation.find_account_by_code(code) if code else None
    if holder is not None and holder.account_id != known.account_id:
        raise ControlRefusedError("Please enter a unique Code.")
    is_open = sent.find_flag("EnablePaymentsToAccount")
    account = replace(
        known,
        code=known.code if code is None else code,
        name=sent.find_text("Name") or known.name,
        tax_type=sent.find_text("TaxType") or known.tax_type,
        status=sent.find_text("Status") or known.status,
        system_account=sent.find_text("SystemAccount") or known.system_account,
        enable_payments=known.enable_payments if is_open is None else is_open,
        updated_at=context.updated_at,
    )
    organisation.add_account(account)
    return account


def _write_tax_rate(context: WriteContext, sent: Sent) -> TaxRate:
    organisation = context.organisation
    tax_type = sent.find_text("TaxType") or f"TAX{len(organisation.tax_rates) + 1:03d}"
    known = organisation.tax_rates.get(tax_type)
    if known is None:
        rate = sent.find_decimal("EffectiveRate")
        if rate is None:
            raise ControlRefusedError("a tax rate needs an EffectiveRate")
        known = TaxRate(tax_type, tax_type, rate, "OUTPUT", True, True, True, True, True)
    for name, attribute in (("CanApplyToRevenue", "applies_to_revenue"), ("CanApplyToExpenses", "applies_to_expenses")):
        flag = sent.find_flag(name)
        if flag is not None:
            setattr(known, attribute, flag)
    known.name = sent.find_text("Name") or known.name
    known.status = sent.find_text("Status") or known.status
    known.rate = (sent.find_decimal("EffectiveRate") or known.rate).quantize(Decimal("0.0001"))
    organisation.tax_rates[tax_type] = known
    return known


def _write_tracking(context: WriteContext, sent: Sent) -> TrackingCategory:
    organisation = context.organisation
    category_id = sent.find_text("TrackingCategoryID")
    known = organisation.tracking.get(category_id) if category_id is not None else None
    if known is None:
        known = TrackingCategory(category_id or context.make_id(), sent.find_text("Name") or "")
    known.name = sent.find_text("Name") or known.name
    known.status = sent.find_text("Status") or known.status
    for option in sent.find_list("Options") or ():
        name, status = option.find_text("Name") or "", option.find_text("Status") or "ACTIVE"
        same = next((entry for entry in known.options if entry.name == name), None)
        if same is None:
            known.options.append(TrackingOption(context.make_id(), name, status))
        else:
            same.status = status
    organisation.tracking[known.category_id] = known
    return known


_KINDS: dict[str, tuple[Shape, Write, Write, str]] = {
    "Invoices": (INVOICE_SHAPE, create_invoice, post_invoice, "InvoiceID"),
    "PurchaseOrders": (PURCHASE_ORDER_SHAPE, put_purchase_order, post_purchase_order, "PurchaseOrderID"),
    "Quotes": (QUOTE_SHAPE, put_quote, post_quote, "QuoteID"),
    "Contacts": (CONTACT_SHAPE, put_contact, post_contact, "ContactID"),
    "Items": (ITEM_SHAPE, put_item, post_item, "ItemID"),
    "Payments": (PAYMENT_SHAPE, create_payment, _delete_payment, "PaymentID"),
    "Allocations": (_ALLOCATION_SHAPE, _allocate, _refuse_change, "InvoiceID"),
    "Accounts": (_ACCOUNT_SHAPE, _write_account, _write_account, "AccountID"),
    "TaxRates": (_TAX_RATE_SHAPE, _write_tax_rate, _write_tax_rate, "TaxType"),
    "TrackingCategories": (_TRACKING_SHAPE, _write_tracking, _write_tracking, "TrackingCategoryID"),
}
