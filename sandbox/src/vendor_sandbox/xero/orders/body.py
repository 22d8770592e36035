"""What a request may say about a purchase order or a quote. Read-only fields (totals ...) are ignored.

Quotes spell LineAmountTypes in capitals, purchase orders as invoices do (OpenAPI).
"""

from __future__ import annotations

from vendor_sandbox.xero.body_shapes import Many, One, Scalar, Shape, choice
from vendor_sandbox.xero.contacts.body import CONTACT_SHAPE
from vendor_sandbox.xero.invoices.body import LINE_SHAPE

_SHARED: Shape = {
    "Contact": One(CONTACT_SHAPE),
    "LineItems": Many(LINE_SHAPE),
    "Date": Scalar.DATE,
    "Reference": Scalar.TEXT,
    "BrandingThemeID": Scalar.GUID,
    "CurrencyCode": Scalar.TEXT,
    "CurrencyRate": Scalar.DECIMAL,
}
PURCHASE_ORDER_SHAPE: Shape = {
    **_SHARED,
    "PurchaseOrderID": Scalar.GUID,
    "PurchaseOrderNumber": Scalar.TEXT,
    "LineAmountTypes": choice("Exclusive", "Inclusive", "NoTax"),
    "Status": choice("DRAFT", "SUBMITTED", "AUTHORISED", "BILLED", "DELETED"),
    "DeliveryDate": Scalar.DATE,
    "ExpectedArrivalDate": Scalar.DATE,
    "DeliveryAddress": Scalar.TEXT,
    "AttentionTo": Scalar.TEXT,
    "Telephone": Scalar.TEXT,
    "DeliveryInstructions": Scalar.TEXT,
    "SentToContact": Scalar.FLAG,
}
QUOTE_SHAPE: Shape = {
    **_SHARED,
    "QuoteID": Scalar.GUID,
    "QuoteNumber": Scalar.TEXT,
    "LineAmountTypes": choice("EXCLUSIVE", "INCLUSIVE", "NOTAX"),
    "Status": choice("DRAFT", "SENT", "DECLINED", "ACCEPTED", "INVOICED", "DELETED"),
    "ExpiryDate": Scalar.DATE,
    "Title": Scalar.TEXT,
    "Summary": Scalar.TEXT,
    "Terms": Scalar.TEXT,
}
