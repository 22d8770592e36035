"""Which Zoho modules feed which of ours, and the columns that every tenant's records carry.

A record of ours is a header row with its children: an invoice with its lines, an account with its people.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from sync_kit.contracts.vocabulary import MODULE_ORDER, Module


class Source(StrEnum):
    """A Zoho module that COQL can read; the value is its API name."""

    ACCOUNTS = "Accounts"
    CONTACTS = "Contacts"
    PRODUCTS = "Products"
    INVOICES = "Invoices"
    INVOICE_LINES = "Invoiced_Items"


SCAN_ORDER: Final = (
    Source.CONTACTS,
    Source.ACCOUNTS,
    Source.PRODUCTS,
    Source.INVOICE_LINES,
    Source.INVOICES,
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


SHAPES: Final[Mapping[Module, Shape]] = {
    Module.ACCOUNTS: Shape(Module.ACCOUNTS, Source.ACCOUNTS, Source.CONTACTS, "Account_Name", "Contacts"),
    Module.CONTACTS: Shape(Module.CONTACTS, Source.CONTACTS),
    Module.PRODUCTS: Shape(Module.PRODUCTS, Source.PRODUCTS),
    Module.INVOICES: Shape(
        Module.INVOICES, Source.INVOICES, Source.INVOICE_LINES, "Parent_Id", "Invoiced_Items", is_document=True
    ),
}

PARENT_FIELDS: Final[Mapping[Source, str]] = {
    Source.CONTACTS: "Account_Name",
    Source.INVOICE_LINES: "Parent_Id",
}

_TIMES = ("Created_Time", "Modified_Time")
_BILLING = ("Billing_Street", "Billing_City", "Billing_State", "Billing_Code", "Billing_Country")
_SHIPPING = ("Shipping_Street", "Shipping_City", "Shipping_State", "Shipping_Code", "Shipping_Country")

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
    Source.INVOICES: (
        *("id", "Subject", "Invoice_Number", "Invoice_Date", "Due_Date", "Status", "Account_Name", "Contact_Name"),
        *("Purchase_Order", "Sales_Order", "Currency", "Exchange_Rate", "Sub_Total", "Discount", "Tax"),
        *("Adjustment", "Grand_Total", "Description", "Terms_and_Conditions"),
        *_BILLING,
        *_SHIPPING,
        *_TIMES,
    ),
    Source.INVOICE_LINES: (
        *("id", "Parent_Id", "Product_Name", "Quantity", "List_Price", "Total", "Discount", "Total_After_Discount"),
        *("Tax", "Net_Total", "Description", "Line_Tax", "Sequence_Number", *_TIMES),
    ),
}

NEEDED_COLUMNS: Final = frozenset({"id", "Modified_Time", "Parent_Id"})
"""Without these a row cannot be placed; a CRM that lacks one cannot be read by COQL."""

LINE_TAX: Final = "Line_Tax"

NUMBER_COLUMNS: Final[Mapping[Source, frozenset[str]]] = {
    Source.ACCOUNTS: frozenset(),
    Source.CONTACTS: frozenset(),
    Source.PRODUCTS: frozenset({"Unit_Price"}),
    Source.INVOICES: frozenset({"Exchange_Rate", "Sub_Total", "Discount", "Tax", "Adjustment", "Grand_Total"}),
    Source.INVOICE_LINES: frozenset(
        {"Quantity", "List_Price", "Total", "Total_After_Discount", "Tax", "Net_Total"},
    ),
}
"""Columns that hold a JSON number or null. A line's Discount may be a text such as "5%" (Zoho: subform samples)."""

MOST_COLUMNS: Final = 50
"""Zoho: COQL limitations page."""


def list_sources(modules: Iterable[Module]) -> list[Source]:
    """The sources that these modules need, children first."""
    needed = {source for module in modules for source in SHAPES[module].sources}
    return [source for source in SCAN_ORDER if source in needed]


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
