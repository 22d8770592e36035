"""Which Zoho modules feed which of ours, and the columns that every tenant's records carry.

A record of ours is a header row with its children: an invoice with its lines, an account with its people.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sync_kit.contracts.vocabulary import MODULE_ORDER, Module


class Source(StrEnum):
    """A Zoho module that COQL can read; the value is its API name."""

    ACCOUNTS = "Accounts"
    CONTACTS = "Contacts"
    VENDORS = "Vendors"
    PRODUCTS = "Products"
    INVOICES = "Invoices"
    INVOICE_LINES = "Invoiced_Items"
    PURCHASE_ORDERS = "Purchase_Orders"
    PURCHASE_LINES = "Purchase_Items"
    QUOTES = "Quotes"
    QUOTE_LINES = "Quoted_Items"
    SALES_ORDERS = "Sales_Orders"
    SALES_ORDER_LINES = "Ordered_Items"

    @property
    def label(self) -> str:
        """As people read it in the CRM."""
        return self.value.replace("_", " ")


SCAN_ORDER: Final = (
    Source.CONTACTS,
    Source.ACCOUNTS,
    Source.VENDORS,
    Source.PRODUCTS,
    Source.INVOICE_LINES,
    Source.INVOICES,
    Source.PURCHASE_LINES,
    Source.PURCHASE_ORDERS,
    Source.QUOTE_LINES,
    Source.QUOTES,
    Source.SALES_ORDER_LINES,
    Source.SALES_ORDERS,
)
"""Children before the headers that they belong to, so that a header can be emitted when it is read."""


@dataclass(frozen=True)
class Shape:
    """How a module's records are put together.

    `children` rows name their header in `parent_field` and travel under `children_key`.
    """

    module: Module
    headers: Source
    children: Source | None = None
    parent_field: str | None = None
    children_key: str | None = None
    is_document: bool = False

    @property
    def sources(self) -> tuple[Source, ...]:
        """Every source that has a watermark of its own for this module."""
        return (self.headers,) if self.children is None else (self.headers, self.children)


def _describe_document(module: Module, headers: Source, lines: Source) -> Shape:
    """A document; the key of its lines is the name of their module (Zoho: modules metadata, subforms)."""
    return Shape(module, headers, lines, "Parent_Id", lines.value, is_document=True)


SHAPES: Final[Mapping[Module, Shape]] = {
    shape.module: shape
    for shape in (
        Shape(Module.ACCOUNTS, Source.ACCOUNTS, Source.CONTACTS, "Account_Name", "Contacts"),
        Shape(Module.CONTACTS, Source.CONTACTS),
        Shape(Module.VENDORS, Source.VENDORS),
        Shape(Module.PRODUCTS, Source.PRODUCTS),
        _describe_document(Module.INVOICES, Source.INVOICES, Source.INVOICE_LINES),
        _describe_document(Module.PURCHASE_ORDERS, Source.PURCHASE_ORDERS, Source.PURCHASE_LINES),
        _describe_document(Module.QUOTES, Source.QUOTES, Source.QUOTE_LINES),
        _describe_document(Module.SALES_ORDERS, Source.SALES_ORDERS, Source.SALES_ORDER_LINES),
    )
}

LINE_SOURCES: Final = frozenset(
    shape.children for shape in SHAPES.values() if shape.is_document and shape.children is not None
)
DOCUMENT_SOURCES: Final = LINE_SOURCES | {shape.headers for shape in SHAPES.values() if shape.is_document}

PARENT_FIELDS: Final[Mapping[Source, str]] = {
    Source.CONTACTS: "Account_Name",
    **dict.fromkeys(LINE_SOURCES, "Parent_Id"),
}

_TIMES = ("Created_Time", "Modified_Time")
_BILLING = ("Billing_Street", "Billing_City", "Billing_State", "Billing_Code", "Billing_Country")
_SHIPPING = ("Shipping_Street", "Shipping_City", "Shipping_State", "Shipping_Code", "Shipping_Country")

_DOCUMENT = (
    *("Record_Status__s", "Currency", "Exchange_Rate", "Sub_Total", "Discount", "Tax", "Adjustment", "Grand_Total"),
    *("Description", "Terms_and_Conditions", *_BILLING, *_SHIPPING, *_TIMES),
)
_LINE = (
    *("id", "Parent_Id", "Product_Name", "Quantity", "List_Price", "Total", "Discount", "Total_After_Discount"),
    *("Tax", "Net_Total", "Description", "Line_Tax", "Sequence_Number", *_TIMES),
)

STANDARD_COLUMNS: Final[Mapping[Source, tuple[str, ...]]] = {
    Source.ACCOUNTS: (
        *("id", "Account_Name", "Account_Number", "Phone", "Website", "Currency", "Description"),
        *_BILLING,
        *_SHIPPING,
        *_TIMES,
    ),
    Source.CONTACTS: (
        *("id", "First_Name", "Last_Name", "Full_Name", "Email", "Secondary_Email", "Phone", "Mobile"),
        *("Account_Name", "Currency", "Mailing_Street", "Mailing_City", "Mailing_State", "Mailing_Zip"),
        *("Mailing_Country", *_TIMES),
    ),
    Source.PRODUCTS: (
        *("id", "Product_Name", "Product_Code", "Unit_Price", "Tax", "Taxable", "Usage_Unit", "Product_Active"),
        *("Description", *_TIMES),
    ),
    Source.VENDORS: (
        *("id", "Vendor_Name", "Email", "Phone", "Website", "GL_Account", "Currency", "Description"),
        *("Street", "City", "State", "Zip_Code", "Country", *_TIMES),
    ),
    Source.INVOICES: (
        *("id", "Subject", "Invoice_Number", "Invoice_Date", "Due_Date", "Status", "Account_Name", "Contact_Name"),
        *("Purchase_Order", "Sales_Order", *_DOCUMENT),
    ),
    Source.PURCHASE_ORDERS: (
        *("id", "Subject", "PO_Number", "PO_Date", "Due_Date", "Status", "Vendor_Name", "Contact_Name"),
        *("Requisition_No", "Tracking_Number", *_DOCUMENT),
    ),
    Source.QUOTES: (
        *("id", "Subject", "Quote_Number", "Quote_Stage", "Valid_Till", "Account_Name", "Contact_Name", *_DOCUMENT),
    ),
    Source.SALES_ORDERS: (
        *("id", "Subject", "SO_Number", "Due_Date", "Status", "Account_Name", "Contact_Name", "Customer_No"),
        *("Purchase_Order", "Quote_Name", "Pending", *_DOCUMENT),
    ),
    **dict.fromkeys(LINE_SOURCES, _LINE),
}
"""A quote has no date of its own, and a sales order none but the one on which it is due (Zoho: field lists)."""

_SALE_NAMES = {"Account_Name": "Account_Name", "Contact_Name": "Full_Name"}

NAME_COLUMNS: Final[Mapping[Source, Mapping[str, str]]] = {
    source: {"Product_Name": "Product_Name"} for source in LINE_SOURCES
}
"""Lookups whose names people are told, with the field of the other module that holds the name.

COQL gives a lookup as its id; its name is a joined column, such as `Product_Name.Product_Name` (Zoho: COQL joins page).
Whether a join drops rows whose lookup is empty is documented nowhere. A line that is missing shows in the sums and is
read with its document; a document that is missing would show nowhere, so headers are asked without joins.
"""

NEEDED_COLUMNS: Final = frozenset({"id", "Modified_Time", "Parent_Id"})
"""Without these a row cannot be placed; a CRM that lacks one cannot be read by COQL."""

LINE_TAX: Final = "Line_Tax"

_DOCUMENT_NUMBERS = frozenset({"Exchange_Rate", "Sub_Total", "Discount", "Tax", "Adjustment", "Grand_Total"})
_LINE_NUMBERS = frozenset({"Quantity", "List_Price", "Total", "Total_After_Discount", "Tax", "Net_Total"})

NUMBER_COLUMNS: Final[Mapping[Source, frozenset[str]]] = {
    **dict.fromkeys((Source.ACCOUNTS, Source.CONTACTS, Source.VENDORS), frozenset[str]()),
    Source.PRODUCTS: frozenset({"Unit_Price"}),
    **{shape.headers: _DOCUMENT_NUMBERS for shape in SHAPES.values() if shape.is_document},
    **dict.fromkeys(LINE_SOURCES, _LINE_NUMBERS),
}
"""Columns that hold a JSON number or null. A line's Discount may be a text such as "5%" (Zoho: subform samples)."""

MOST_COLUMNS: Final = 50
"""Zoho: COQL limitations page."""


def list_sources(modules: Iterable[Module]) -> list[Source]:
    """The sources that these modules need, children first."""
    needed = {source for module in modules for source in SHAPES[module].sources}
    return [source for source in SCAN_ORDER if source in needed]


def list_deletable(modules: Iterable[Module]) -> list[Source]:
    """The sources whose deletions concern these modules: lines go with their document, people with their account."""
    return [source for source in list_sources(modules) if source not in LINE_SOURCES]


def list_modules_fed(source: Source, modules: Iterable[Module]) -> list[Module]:
    """Those of `modules` that `source` is read for."""
    chosen = set(modules)
    return [module for module in MODULE_ORDER if module in chosen and source in SHAPES[module].sources]


def choose_columns(source: Source, extra: Iterable[str], left_out: Iterable[str]) -> tuple[str, ...]:
    """The standard columns and the mapping's, without those that this CRM does not have; at most 50.

    Where that is too much the last of the standard ones give way: they stand in the order of their weight.
    """
    absent = set(left_out) - NEEDED_COLUMNS
    standard = [column for column in STANDARD_COLUMNS[source] if column not in absent]
    needed = [column for column in standard if column in NEEDED_COLUMNS]
    own = [column for column in extra if column not in absent]
    by_weight = list(dict.fromkeys((*needed, *own, *standard)))[:MOST_COLUMNS]
    return tuple(column for column in dict.fromkeys((*standard, *own)) if column in by_weight)


def choose_names(source: Source, columns: Collection[str], left_out: Collection[str]) -> tuple[str, ...]:
    """The joined columns with the names of lookups among `columns`, as many as a query still has room for."""
    joined = [f"{lookup}.{name}" for lookup, name in NAME_COLUMNS.get(source, {}).items() if lookup in columns]
    wished = [column for column in joined if column not in left_out and column not in columns]
    return tuple(wished[: max(MOST_COLUMNS - len(columns), 0)])
