"""Purchase orders and quotes as the API shows them, with lines everywhere (OpenAPI, examples)."""

from __future__ import annotations

from typing import Any

from vendor_sandbox.xero.contacts.rendering import render_contact, render_contact_stub
from vendor_sandbox.xero.dates import render_date, render_date_string, render_instant
from vendor_sandbox.xero.invoices.rendering import render_line
from vendor_sandbox.xero.orders.records import Order, PurchaseOrder, Quote
from vendor_sandbox.xero.organisation import Organisation

QUOTE_AMOUNT_TYPES = {"Exclusive": "EXCLUSIVE", "Inclusive": "INCLUSIVE", "NoTax": "NOTAX"}
_ORDER_TEXTS = (
    ("DeliveryAddress", "delivery_address"),
    ("AttentionTo", "attention_to"),
    ("Telephone", "telephone"),
    ("DeliveryInstructions", "delivery_instructions"),
)


def render_purchase_order(organisation: Organisation, order: PurchaseOrder, unit_places: int) -> dict[str, Any]:
    """The whole document: single GET and answers to writes."""
    shown = render_purchase_order_in_list(organisation, order, unit_places)
    shown["Contact"] = render_contact(organisation.contacts[order.contact_id])
    return shown


def render_purchase_order_in_list(organisation: Organisation, order: PurchaseOrder, unit_places: int) -> dict[str, Any]:
    """In a list: a stub of the contact. HasErrors stays false whatever happens (OpenAPI, createPurchaseOrders)."""
    shown: dict[str, Any] = {
        "PurchaseOrderID": order.order_id,
        "PurchaseOrderNumber": order.number,
        "Reference": order.reference,
        "HasErrors": False,
        "IsDiscounted": bool(order.total_discount),
        "SentToContact": order.sent_to_contact,
        "Type": "PURCHASEORDER",
        "LineAmountTypes": order.line_amount_types,
        "HasAttachments": False,
        **_render_shared(organisation, order, unit_places),
    }
    for name, attribute in _ORDER_TEXTS:
        if getattr(order, attribute):
            shown[name] = getattr(order, attribute)
    if order.delivery_date is not None:
        shown["DeliveryDate"] = render_date(order.delivery_date)
    if order.expected_arrival_date is not None:
        shown["ExpectedArrivalDate"] = render_date(order.expected_arrival_date)
    return shown


def render_quote(organisation: Organisation, quote: Quote, unit_places: int) -> dict[str, Any]:
    """A quote, everywhere the same: id, name and e-mail address of the contact."""
    contact = organisation.contacts[quote.contact_id]
    shown: dict[str, Any] = {
        "QuoteID": quote.order_id,
        "QuoteNumber": quote.number,
        "Reference": quote.reference,
        "Terms": quote.terms,
        "LineAmountTypes": QUOTE_AMOUNT_TYPES[quote.line_amount_types],
        **_render_shared(organisation, quote, unit_places),
    }
    shown["Contact"] = {"ContactID": contact.contact_id, "Name": contact.name, "EmailAddress": contact.email}
    if quote.title:
        shown["Title"] = quote.title
    if quote.summary:
        shown["Summary"] = quote.summary
    if quote.expiry_date is not None:
        shown["ExpiryDate"] = render_date(quote.expiry_date)
        shown["ExpiryDateString"] = render_date_string(quote.expiry_date)
    return shown


def _render_shared(organisation: Organisation, order: Order, unit_places: int) -> dict[str, Any]:
    shown: dict[str, Any] = {
        "Date": render_date(order.dated_on),
        "DateString": render_date_string(order.dated_on),
        "Status": order.status,
        "CurrencyCode": order.currency_code,
        "CurrencyRate": order.currency_rate,
        "SubTotal": order.sub_total,
        "TotalTax": order.total_tax,
        "Total": order.total,
        "TotalDiscount": order.total_discount,
        "UpdatedDateUTC": render_instant(order.updated_at),
        "Contact": render_contact_stub(organisation.contacts[order.contact_id]),
        "LineItems": [render_line(organisation, line, unit_places) for line in order.lines],
    }
    if order.branding_theme_id is not None:
        shown["BrandingThemeID"] = order.branding_theme_id
    return shown
