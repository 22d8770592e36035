"""What the company's bookkeeper would choose, in the words of the two vendors alone.

CRM taxes become Xero's TaxTypes for each side, CRM statuses what people mean by them, and carriage has an account of
its own. One entry is wrong on purpose and kept apart.
"""

from __future__ import annotations

from datetime import date
from typing import Final

from vendor_sandbox.core.wire import JsonObject
from vendor_sandbox.generator.catalogue import (
    CAPITAL,
    CARRIAGE_CODE,
    EXEMPT,
    EXPORT,
    REDUCED,
    STANDARD,
    ZERO_RATED,
)
from vendor_sandbox.generator.crm_filling import MAIN_PERSON_FIELD, SUPPLIER_NUMBER_FIELD

SALES_TAXES: Final = {
    STANDARD: "OUTPUT2",
    REDUCED: "RROUTPUT",
    ZERO_RATED: "ZERORATEDOUTPUT",
    EXEMPT: "EXEMPTOUTPUT",
    EXPORT: "ECZROUTPUT",
    CAPITAL: "SROUTPUT2",
}
PURCHASE_TAXES: Final = {
    STANDARD: "INPUT2",
    REDUCED: "RRINPUT",
    ZERO_RATED: "ZERORATEDINPUT",
    EXEMPT: "EXEMPTINPUT",
    CAPITAL: "CAPEXINPUT2",
}
UNTAXED = "NONE"
SALES_ACCOUNT, PURCHASES_ACCOUNT, ROUNDING_ACCOUNT = "200", "310", "860"
CARRIAGE_SALES_ACCOUNT, CARRIAGE_PURCHASES_ACCOUNT = "205", "425"
WAIT, DRAFT, APPROVED, NOT_CREATED = "wait", "draft", "approved", "not_created"
STATUSES: Final = {
    "Invoices": {"Created": WAIT, "Approved": DRAFT, "Delivered": APPROVED, "Canceled": NOT_CREATED},
    "Purchase_Orders": {
        "Created": WAIT,
        "Approved": WAIT,
        "Delivered": DRAFT,
        "Canceled": NOT_CREATED,
        "Cancelled": NOT_CREATED,
    },
    "Quotes": {
        "Draft": WAIT,
        "Negotiation": WAIT,
        "On Hold": WAIT,
        "Delivered": DRAFT,
        "Confirmed": DRAFT,
        "Closed Won": DRAFT,
        "Closed Lost": NOT_CREATED,
    },
    "Sales_Orders": {"Created": WAIT, "Approved": DRAFT, "Delivered": DRAFT, "Cancelled": NOT_CREATED},
}
"""CRM status -> "wait" (not yet), "draft", "approved" (awaiting payment), "not_created" (never)."""


def describe_bookkeeper(start_date: date) -> JsonObject:
    """The choices as JSON."""
    return {
        "books_start_date": start_date.isoformat(),
        "amounts": "exclusive",
        "statuses": STATUSES,
        "taxes": {
            "sales": SALES_TAXES,
            "purchases": PURCHASE_TAXES,
            "untaxed_sales": UNTAXED,
            "untaxed_purchases": UNTAXED,
        },
        "wrong_on_purpose": {"taxes": {"sales": {CAPITAL: PURCHASE_TAXES[CAPITAL]}}},
        "accounts": {
            "sales": SALES_ACCOUNT,
            "purchases": PURCHASES_ACCOUNT,
            "rounding": ROUNDING_ACCOUNT,
            "by_product": {
                CARRIAGE_CODE: {"sales": CARRIAGE_SALES_ACCOUNT, "purchases": CARRIAGE_PURCHASES_ACCOUNT},
            },
        },
        "number_fields": {
            "Invoices": "Invoice_Number",
            "Purchase_Orders": "PO_Number",
            "supplier_number": SUPPLIER_NUMBER_FIELD,
            "Quotes": "Quote_Number",
            "Sales_Orders": "SO_Number",
        },
        "main_person_field": MAIN_PERSON_FIELD,
        "currency_rate": "crm",
    }
