"""What a request may say about an invoice. Read-only fields (totals, amounts, HasErrors ...) are ignored."""

from __future__ import annotations

from vendor_sandbox.xero.body_shapes import Many, One, Scalar, Shape, choice
from vendor_sandbox.xero.contacts.body import CONTACT_SHAPE

LINE_SHAPE: Shape = {
    "LineItemID": Scalar.GUID,
    "Description": Scalar.TEXT,
    "Quantity": Scalar.DECIMAL,
    "UnitAmount": Scalar.DECIMAL,
    "ItemCode": Scalar.TEXT,
    "AccountCode": Scalar.TEXT,
    "AccountID": Scalar.GUID,
    "TaxType": Scalar.TEXT,
    "TaxAmount": Scalar.DECIMAL,
    "LineAmount": Scalar.DECIMAL,
    "DiscountRate": Scalar.DECIMAL,
    "DiscountAmount": Scalar.DECIMAL,
    "Tracking": Many(
        {
            "TrackingCategoryID": Scalar.GUID,
            "TrackingOptionID": Scalar.GUID,
            "Name": Scalar.TEXT,
            "Option": Scalar.TEXT,
        }
    ),
}

INVOICE_SHAPE: Shape = {
    "InvoiceID": Scalar.GUID,
    "Type": choice("ACCREC", "ACCPAY"),
    "Contact": One(CONTACT_SHAPE),
    "LineItems": Many(LINE_SHAPE),
    "Date": Scalar.DATE,
    "DueDate": Scalar.DATE,
    "LineAmountTypes": choice("Exclusive", "Inclusive", "NoTax"),
    "InvoiceNumber": Scalar.TEXT,
    "Reference": Scalar.TEXT,
    "BrandingThemeID": Scalar.GUID,
    "Url": Scalar.TEXT,
    "CurrencyCode": Scalar.TEXT,
    "CurrencyRate": Scalar.DECIMAL,
    "Status": choice("DRAFT", "SUBMITTED", "DELETED", "AUTHORISED", "PAID", "VOIDED"),
    "SentToContact": Scalar.FLAG,
    "ExpectedPaymentDate": Scalar.DATE,
    "PlannedPaymentDate": Scalar.DATE,
}
