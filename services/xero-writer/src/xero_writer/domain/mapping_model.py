"""A tenant's mapping: how CRM statuses, taxes, numbers, fields and money become Xero's, chosen once per tenant.

The defaults post nothing by surprise: documents become drafts, and without a default account and a word on untaxed
lines nothing goes.
"""

from collections.abc import Mapping
from enum import StrEnum
from typing import Annotated, Final

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from sync_kit.contracts.texts import NO_NULL_BYTE
from sync_kit.contracts.vocabulary import Module

FieldName = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9_]{0,99}$")]
"""A Zoho field's API name."""
XeroField = Annotated[str, StringConstraints(pattern=r"^[A-Za-z][A-Za-z0-9.]{0,59}$")]
"""A Xero field that may be mapped; the closed list is in `mappable_fields`."""
CrmValue = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=255), NO_NULL_BYTE]
StatusName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=120), NO_NULL_BYTE]
TaxName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=400), NO_NULL_BYTE]
TaxType = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=50), NO_NULL_BYTE]
AccountCode = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10), NO_NULL_BYTE]
TrackingName = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=100), NO_NULL_BYTE]


class StatusChoice(StrEnum):
    """What a CRM status means in Xero. SENT is for quotes alone, SUBMITTED and AUTHORISED never for them."""

    WAIT = "wait"
    DRAFT = "DRAFT"
    SUBMITTED = "SUBMITTED"
    AUTHORISED = "AUTHORISED"
    SENT = "SENT"
    NOT_CREATED = "not_created"


SENT_CHOICES: Final = frozenset(
    {StatusChoice.DRAFT, StatusChoice.SUBMITTED, StatusChoice.AUTHORISED, StatusChoice.SENT}
)
"""Choices that put a document into Xero."""


class Side(StrEnum):
    """Whether money comes in or goes out: taxes and accounts are chosen for each."""

    SALES = "sales"
    PURCHASES = "purchases"


class PurchaseOrdersAs(StrEnum):
    """What a CRM purchase order becomes."""

    BILL = "bill"
    PURCHASE_ORDER = "purchase_order"


class Amounts(StrEnum):
    """Whether CRM line amounts are before tax, with tax, or know no tax."""

    EXCLUSIVE = "exclusive"
    INCLUSIVE = "inclusive"
    NONE = "none"


class LockPolicy(StrEnum):
    """SEED: approved documents never change from the CRM. XERO: what Xero itself allows."""

    SEED = "seed"
    XERO = "xero"


class ZeroTotal(StrEnum):
    """What happens to documents that add up to nothing."""

    SKIP = "skip"
    SEND = "send"


class CentPolicy(StrEnum):
    """What happens when Xero's rounding and the CRM's are cents apart."""

    ROUNDING_LINE = "rounding_line"
    ACCEPT = "accept"
    HOLD = "hold"


class CurrencyRate(StrEnum):
    """Whose exchange rate a document in a foreign currency gets: Xero's of the day, or the CRM's."""

    XERO = "xero"
    CRM = "crm"


class NamePolicy(StrEnum):
    """What happens when a name belongs to somebody else in Xero: ask a person, or make ours under "Name (CRM id)"."""

    ASK = "ask"
    SUFFIX = "suffix"


class HeaderDiscount(StrEnum):
    """How a discount on a whole document is meant: it lowers the tax, it does not, or the document is held where the
    two differ from the CRM's total."""

    BEFORE_TAX = "before_tax"
    AFTER_TAX = "after_tax"


class Uncoded(StrEnum):
    """What happens to products without a code: the product and its documents wait, or its lines go as text."""

    HOLD = "hold"
    AS_TEXT = "as_text"


class EndPolicy(StrEnum):
    """What happens in Xero when a document is canceled or deleted in the CRM: a person is told, or drafts are deleted
    and what is approved, unpaid and not in a locked period is voided."""

    TELL = "tell"
    END = "end"


class _Part(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class NumberFields(_Part):
    """Which CRM field holds the document's number."""

    invoices: FieldName = "Invoice_Number"
    purchase_orders: FieldName = "PO_Number"
    supplier_number: FieldName | None = None
    """Field of purchase orders with the supplier's own invoice number, which a bill is known by; where it is blank or
    not chosen, the purchase order's number stands in."""
    quotes: FieldName = "Quote_Number"
    sales_orders: FieldName = "SO_Number"


_Statuses = Annotated[Mapping[StatusName, StatusChoice], Field(max_length=100)]


class Statuses(_Part):
    """CRM status -> choice. A status that does not stand here blocks its documents."""

    invoices: _Statuses = Field(
        default_factory=lambda: {
            "Created": StatusChoice.WAIT,
            "Approved": StatusChoice.DRAFT,
            "Delivered": StatusChoice.DRAFT,
            "Canceled": StatusChoice.NOT_CREATED,
        }
    )
    purchase_orders: _Statuses = Field(
        default_factory=lambda: {
            "Created": StatusChoice.WAIT,
            "Approved": StatusChoice.WAIT,
            "Delivered": StatusChoice.DRAFT,
            "Canceled": StatusChoice.NOT_CREATED,
            "Cancelled": StatusChoice.NOT_CREATED,
        }
    )
    quotes: _Statuses = Field(
        default_factory=lambda: {
            "Draft": StatusChoice.WAIT,
            "Negotiation": StatusChoice.WAIT,
            "On Hold": StatusChoice.WAIT,
            "Delivered": StatusChoice.DRAFT,
            "Confirmed": StatusChoice.DRAFT,
            "Closed Won": StatusChoice.DRAFT,
            "Closed Lost": StatusChoice.NOT_CREATED,
        }
    )
    sales_orders: _Statuses = Field(
        default_factory=lambda: {
            "Created": StatusChoice.WAIT,
            "Approved": StatusChoice.DRAFT,
            "Delivered": StatusChoice.DRAFT,
            "Canceled": StatusChoice.NOT_CREATED,
            "Cancelled": StatusChoice.NOT_CREATED,
        }
    )


_TaxTable = Annotated[Mapping[TaxName, TaxType], Field(max_length=200)]


class Taxes(_Part):
    """The CRM taxes of a line, their names sorted and joined by " + " -> Xero's TaxType, for each side.

    "No tax" is said by hand: zero-rated, exempt and outside the scope are three things.
    """

    sales: _TaxTable = Field(default_factory=dict)
    purchases: _TaxTable = Field(default_factory=dict)
    untaxed_sales: TaxType | None = None
    untaxed_purchases: TaxType | None = None

    def get_table(self, side: Side) -> Mapping[str, str]:
        """The table of one side."""
        return self.sales if side is Side.SALES else self.purchases

    def find_untaxed(self, side: Side) -> str | None:
        """The TaxType of lines without a CRM tax; None: nobody has said."""
        return self.untaxed_sales if side is Side.SALES else self.untaxed_purchases


class ProductAccounts(_Part):
    """The accounts of one product's lines, such as carriage; None: the default."""

    sales: AccountCode | None = None
    purchases: AccountCode | None = None


class Accounts(_Part):
    """Xero account codes that lines are posted to. `by_product` is keyed by product code and wins over what the item
    in Xero names."""

    sales: AccountCode | None = None
    purchases: AccountCode | None = None
    rounding: AccountCode | None = None
    """The rounding line's; None: the side's default."""
    by_product: Annotated[Mapping[CrmValue, ProductAccounts], Field(max_length=1_000)] = Field(default_factory=dict)

    def find_default(self, side: Side) -> str | None:
        """The default account of one side."""
        return self.sales if side is Side.SALES else self.purchases

    def find_for_product(self, side: Side, code: str | None) -> str | None:
        """The account chosen for a product code; None when there is none."""
        chosen = self.by_product.get(code) if code is not None else None
        if chosen is None:
            return None
        return chosen.sales if side is Side.SALES else chosen.purchases


class FieldSource(_Part):
    """Where a Xero field comes from: a CRM field, a fixed value, or the value where the CRM field is blank."""

    field: FieldName | None = None
    value: Annotated[str, StringConstraints(min_length=1, max_length=4_000), NO_NULL_BYTE] | None = None


class TrackingChoice(_Part):
    """A tracking category that every line of a document gets an option of.

    `values` translates CRM values into option names; a value that does not stand there is taken as the option's name.
    `default` serves where the CRM field is blank.
    """

    category: TrackingName
    field: FieldName | None = None
    values: Annotated[Mapping[CrmValue, TrackingName], Field(max_length=200)] = Field(default_factory=dict)
    default: TrackingName | None = None


_Tracking = Annotated[tuple[TrackingChoice, ...], Field(max_length=2)]


class Tracking(_Part):
    """Tracking by document; Xero has at most two active categories (Xero: TrackingCategories)."""

    invoices: _Tracking = ()
    purchase_orders: _Tracking = ()
    quotes: _Tracking = ()
    sales_orders: _Tracking = ()


class Policies(_Part):
    """Decisions that have no table."""

    lock: LockPolicy = LockPolicy.SEED
    zero_total: ZeroTotal = ZeroTotal.SKIP
    cent: CentPolicy = CentPolicy.ROUNDING_LINE
    currency_rate: CurrencyRate = CurrencyRate.XERO
    names: NamePolicy = NamePolicy.ASK
    header_discount: HeaderDiscount = HeaderDiscount.BEFORE_TAX
    uncoded_products: Uncoded = Uncoded.HOLD
    ended_in_crm: EndPolicy = EndPolicy.TELL
    purchase_orders_as: PurchaseOrdersAs = PurchaseOrdersAs.BILL
    bills_beyond_draft: bool = False
    """A consent of its own: without it no status of purchase orders may mean SUBMITTED or AUTHORISED."""
    due_days: int | None = Field(default=None, ge=0, le=730)
    """Days until due where neither the CRM nor Xero's payment terms say it."""


class TenantMapping(_Part):
    """The whole mapping of a tenant; it is replaced whole, its version is kept beside it."""

    number_fields: NumberFields = NumberFields()
    statuses: Statuses = Statuses()
    taxes: Taxes = Taxes()
    accounts: Accounts = Accounts()
    fields: Annotated[
        Mapping[Module, Annotated[Mapping[XeroField, FieldSource], Field(max_length=40)]], Field(max_length=len(Module))
    ] = Field(default_factory=dict)
    """By module: Xero field -> where it comes from, beyond and above what a standard CRM needs."""
    tracking: Tracking = Tracking()
    gates: Annotated[Mapping[Module, FieldName], Field(max_length=len(Module))] = Field(default_factory=dict)
    """By module: the CRM checkbox ("Add to Xero") that must be ticked before a record goes for the first time."""
    amounts: Amounts = Amounts.EXCLUSIVE
    amounts_field: FieldName | None = None
    """CRM field of documents that says it for each of them, by `amounts_values`; blank: `amounts`."""
    amounts_values: Annotated[Mapping[CrmValue, Amounts], Field(max_length=20)] = Field(default_factory=dict)
    primary_person_field: FieldName | None = None
    """CRM checkbox on Contacts that marks an account's main person; None: the oldest with an e-mail address."""
    policies: Policies = Policies()


def default_mapping() -> TenantMapping:
    """The mapping of a tenant that has chosen nothing."""
    return TenantMapping()


STANDARD_FIELDS: Final[Mapping[Module, frozenset[str]]] = {
    Module.ACCOUNTS: frozenset(),
    Module.CONTACTS: frozenset(),
    Module.VENDORS: frozenset(),
    Module.PRODUCTS: frozenset(),
    Module.INVOICES: frozenset({"Invoice_Number", "Subject", "Status", "Invoice_Date", "Due_Date", "Purchase_Order"}),
    Module.PURCHASE_ORDERS: frozenset({"PO_Number", "Subject", "Status", "PO_Date", "Due_Date"}),
    Module.QUOTES: frozenset({"Quote_Number", "Subject", "Quote_Stage", "Valid_Till"}),
    Module.SALES_ORDERS: frozenset({"SO_Number", "Subject", "Status", "Due_Date", "Purchase_Order"}),
}
"""Fields that are read without being asked for."""


def list_crm_fields(mapping: TenantMapping) -> dict[Module, tuple[str, ...]]:
    """The CRM fields that the mapping needs beyond the standard ones, by module; modules without any are left out."""
    asked = {module: set(names) for module, names in _list_named_fields(mapping).items()}
    extra = {module: sorted(names - STANDARD_FIELDS[module]) for module, names in asked.items()}
    return {module: tuple(names) for module, names in extra.items() if names}


def _list_named_fields(mapping: TenantMapping) -> dict[Module, list[str]]:
    numbers = mapping.number_fields
    named: dict[Module, list[str]] = {module: [] for module in Module}
    named[Module.INVOICES].append(numbers.invoices)
    named[Module.PURCHASE_ORDERS] += [numbers.purchase_orders, *filter(None, [numbers.supplier_number])]
    named[Module.QUOTES].append(numbers.quotes)
    named[Module.SALES_ORDERS].append(numbers.sales_orders)
    for module, sources in mapping.fields.items():
        named[module] += [source.field for source in sources.values() if source.field is not None]
    for module, field in mapping.gates.items():
        named[module].append(field)
    for module, choices in list_tracking(mapping).items():
        named[module] += [choice.field for choice in choices if choice.field is not None]
        named[module] += filter(None, [mapping.amounts_field])
    if mapping.primary_person_field is not None:
        named[Module.CONTACTS].append(mapping.primary_person_field)
    return named


def list_tracking(mapping: TenantMapping) -> dict[Module, tuple[TrackingChoice, ...]]:
    """The tracking choices of every document module."""
    return {
        Module.INVOICES: mapping.tracking.invoices,
        Module.PURCHASE_ORDERS: mapping.tracking.purchase_orders,
        Module.QUOTES: mapping.tracking.quotes,
        Module.SALES_ORDERS: mapping.tracking.sales_orders,
    }
