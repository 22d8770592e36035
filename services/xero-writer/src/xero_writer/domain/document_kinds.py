"""The words of both vendors for every kind of document: where a CRM document's fields are, and what it is in Xero.

Zoho: standard field names of the inventory modules. Xero: Invoices (ACCREC and ACCPAY), PurchaseOrders, Quotes pages.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sync_kit.contracts.vocabulary import Module
from xero_writer.domain.mapping_model import PurchaseOrdersAs, Side, StatusChoice, TenantMapping


class XeroKind(StrEnum):
    """What a document is in Xero."""

    SALES_INVOICE = "sales_invoice"
    BILL = "bill"
    PURCHASE_ORDER = "purchase_order"
    QUOTE = "quote"


@dataclass(frozen=True)
class CrmWords:
    """Zoho's names for the parts of one document module. `party_fields` in the order of preference."""

    module: Module
    api_name: str
    lines_field: str
    status_field: str
    date_field: str | None
    due_field: str
    party_fields: tuple[tuple[Module, str], ...]
    side: Side
    singular: str
    """As people call it."""


@dataclass(frozen=True)
class XeroWords:
    """Xero's names for one kind. `type` is sent as Type where the path is shared; `path` also names the list."""

    kind: XeroKind
    path: str
    type: str | None
    id_field: str
    number_field: str
    number_is_unique: bool
    due_field: str
    takes_line_discounts: bool
    """DiscountAmount on a line (Xero: sales invoices and quotes only)."""


_CUSTOMER: Final = ((Module.ACCOUNTS, "Account_Name"), (Module.CONTACTS, "Contact_Name"))

CRM_WORDS: Final[Mapping[Module, CrmWords]] = {
    words.module: words
    for words in (
        CrmWords(
            Module.INVOICES,
            "Invoices",
            "Invoiced_Items",
            "Status",
            "Invoice_Date",
            "Due_Date",
            _CUSTOMER,
            Side.SALES,
            "Invoice",
        ),
        CrmWords(
            Module.PURCHASE_ORDERS,
            "Purchase_Orders",
            "Purchase_Items",
            "Status",
            "PO_Date",
            "Due_Date",
            ((Module.VENDORS, "Vendor_Name"),),
            Side.PURCHASES,
            "Purchase order",
        ),
        CrmWords(
            Module.QUOTES,
            "Quotes",
            "Quoted_Items",
            "Quote_Stage",
            None,
            "Valid_Till",
            _CUSTOMER,
            Side.SALES,
            "Quote",
        ),
        CrmWords(
            Module.SALES_ORDERS,
            "Sales_Orders",
            "Ordered_Items",
            "Status",
            None,
            "Due_Date",
            _CUSTOMER,
            Side.SALES,
            "Sales order",
        ),
    )
}
"""A quote and a sales order have no date field of their own in a standard CRM: the day of `Created_Time` stands in."""

XERO_WORDS: Final[Mapping[XeroKind, XeroWords]] = {
    words.kind: words
    for words in (
        XeroWords(XeroKind.SALES_INVOICE, "Invoices", "ACCREC", "InvoiceID", "InvoiceNumber", True, "DueDate", True),
        XeroWords(XeroKind.BILL, "Invoices", "ACCPAY", "InvoiceID", "InvoiceNumber", False, "DueDate", False),
        XeroWords(
            XeroKind.PURCHASE_ORDER,
            "PurchaseOrders",
            None,
            "PurchaseOrderID",
            "PurchaseOrderNumber",
            True,
            "DeliveryDate",
            False,
        ),
        XeroWords(XeroKind.QUOTE, "Quotes", None, "QuoteID", "QuoteNumber", True, "ExpiryDate", True),
    )
}


def choose_kind(module: Module, mapping: TenantMapping) -> XeroKind:
    """What a new document of the module becomes. Raises KeyError for a module that is no document."""
    if module is Module.PURCHASE_ORDERS:
        as_bill = mapping.policies.purchase_orders_as is PurchaseOrdersAs.BILL
        return XeroKind.BILL if as_bill else XeroKind.PURCHASE_ORDER
    return {
        Module.INVOICES: XeroKind.SALES_INVOICE,
        Module.SALES_ORDERS: XeroKind.SALES_INVOICE,
        Module.QUOTES: XeroKind.QUOTE,
    }[module]


def list_statuses(module: Module, mapping: TenantMapping) -> Mapping[str, StatusChoice]:
    """The status table of a document module."""
    tables: dict[Module, Mapping[str, StatusChoice]] = {
        Module.INVOICES: mapping.statuses.invoices,
        Module.PURCHASE_ORDERS: mapping.statuses.purchase_orders,
        Module.QUOTES: mapping.statuses.quotes,
        Module.SALES_ORDERS: mapping.statuses.sales_orders,
    }
    return tables[module]
