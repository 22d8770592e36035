"""What an organisation's books hold, as plain typed records.

Field names follow Xero's in snake case. Dates are calendar dates, instants are aware UTC, money is
Decimal with two places (units with up to four).
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal

ZERO = Decimal("0.00")
NO_ID = "00000000-0000-0000-0000-000000000000"


@dataclass(slots=True)
class Account:
    """One account of the chart. `code` may be empty: not every account has one."""

    account_id: str
    code: str
    name: str
    type: str
    tax_type: str
    updated_at: datetime
    status: str = "ACTIVE"
    account_class: str = "EXPENSE"
    system_account: str = ""
    enable_payments: bool = False
    description: str = ""
    bank_account_number: str = ""
    currency_code: str = ""


@dataclass(slots=True)
class TaxRate:
    """One tax rate. `rate` is the effective percentage."""

    tax_type: str
    name: str
    rate: Decimal
    report_tax_type: str
    applies_to_assets: bool
    applies_to_equity: bool
    applies_to_expenses: bool
    applies_to_liabilities: bool
    applies_to_revenue: bool
    status: str = "ACTIVE"


@dataclass(slots=True)
class TrackingOption:
    """One option of a tracking category."""

    option_id: str
    name: str
    status: str = "ACTIVE"


@dataclass(slots=True)
class TrackingCategory:
    """One tracking category with its options."""

    category_id: str
    name: str
    options: list[TrackingOption] = field(default_factory=list)
    status: str = "ACTIVE"


@dataclass(slots=True)
class BrandingTheme:
    """One branding theme; sort order 0 is the default."""

    theme_id: str
    name: str
    sort_order: int
    created_at: datetime


@dataclass(frozen=True, slots=True)
class Tracking:
    """A line's choice in one tracking category."""

    category_id: str
    option_id: str
    name: str
    option: str


@dataclass(frozen=True, slots=True)
class PaymentTerm:
    """`Day` and `Type` of one side of PaymentTerms."""

    day: int
    type: str


@dataclass(slots=True)
class Contact:
    """A customer, a supplier, or both. Sub-collections are kept as Xero writes them."""

    contact_id: str
    name: str
    updated_at: datetime
    status: str = "ACTIVE"
    contact_number: str = ""
    account_number: str = ""
    first_name: str = ""
    last_name: str = ""
    company_number: str = ""
    email: str = ""
    bank_account_details: str = ""
    tax_number: str = ""
    receivable_tax_type: str = ""
    payable_tax_type: str = ""
    default_currency: str = ""
    sales_account_code: str = ""
    purchases_account_code: str = ""
    sales_line_amount_type: str = ""
    purchases_line_amount_type: str = ""
    addresses: dict[str, dict[str, str]] = field(default_factory=dict)
    phones: dict[str, dict[str, str]] = field(default_factory=dict)
    persons: list[dict[str, str | bool]] = field(default_factory=list)
    bills_term: PaymentTerm | None = None
    sales_term: PaymentTerm | None = None
    is_customer: bool = False
    is_supplier: bool = False
    merged_to: str | None = None


@dataclass(slots=True)
class ItemSide:
    """Sales or purchase details of an item."""

    unit_price: Decimal | None = None
    account_code: str = ""
    cogs_account_code: str = ""
    tax_type: str = ""


@dataclass(slots=True)
class Item:
    """A product or service. Tracked when it has an inventory asset account."""

    item_id: str
    code: str
    updated_at: datetime
    name: str = ""
    description: str = ""
    purchase_description: str = ""
    is_sold: bool = True
    is_purchased: bool = True
    sales: ItemSide = field(default_factory=ItemSide)
    purchase: ItemSide = field(default_factory=ItemSide)
    inventory_account_code: str = ""
    quantity_on_hand: Decimal = Decimal("0.0000")
    total_cost_pool: Decimal = ZERO

    @property
    def is_tracked(self) -> bool:
        """Is stock kept for it?"""
        return bool(self.inventory_account_code)


@dataclass(slots=True)
class Line:
    """One line of a document. Quantity and amount are None on a line that only describes."""

    line_item_id: str = ""
    description: str = ""
    quantity: Decimal | None = None
    unit_amount: Decimal | None = None
    item_code: str = ""
    account_code: str = ""
    account_id: str = ""
    tax_type: str = ""
    tax_amount: Decimal = ZERO
    line_amount: Decimal = ZERO
    discount_rate: Decimal | None = None
    discount_amount: Decimal | None = None
    tracking: tuple[Tracking, ...] = ()


@dataclass(frozen=True, slots=True)
class Allocation:
    """Credit applied to an invoice without a payment row: CreditNote, Prepayment or Overpayment."""

    kind: str
    allocation_id: str
    number: str
    amount: Decimal
    day: date


@dataclass(slots=True, kw_only=True)
class Document(ABC):
    """What invoices, bills, purchase orders and quotes have in common."""

    contact_id: str
    dated_on: date
    updated_at: datetime
    number: str = ""
    reference: str = ""
    status: str = "DRAFT"
    line_amount_types: str = "Exclusive"
    lines: list[Line] = field(default_factory=list)
    currency_code: str = ""
    currency_rate: Decimal = Decimal(1)
    branding_theme_id: str | None = None
    sub_total: Decimal = ZERO
    total_tax: Decimal = ZERO
    total: Decimal = ZERO
    total_discount: Decimal = ZERO
    created_by: str | None = None

    @property
    @abstractmethod
    def is_sale(self) -> bool:
        """Does it sell (sales prices, sales taxes), or buy?"""


@dataclass(slots=True, kw_only=True)
class Invoice(Document):
    """A sales invoice (ACCREC) or a bill (ACCPAY)."""

    invoice_id: str
    type: str
    due_date: date | None = None
    url: str = ""
    sent_to_contact: bool = False
    expected_payment_date: date | None = None
    planned_payment_date: date | None = None
    amount_paid: Decimal = ZERO
    amount_credited: Decimal = ZERO
    fully_paid_on: date | None = None
    payment_ids: list[str] = field(default_factory=list)
    allocations: list[Allocation] = field(default_factory=list)
    approved_at: datetime | None = None

    @property
    def is_sale(self) -> bool:
        """A bill buys."""
        return self.type == "ACCREC"

    @property
    def amount_due(self) -> Decimal:
        """What is still to be paid; nothing on a document that ended."""
        if self.status in {"VOIDED", "DELETED"}:
            return ZERO
        return self.total - self.amount_paid - self.amount_credited

    @property
    def is_settled_in_part(self) -> bool:
        """Does it carry a payment or a credit?"""
        return bool(self.amount_paid or self.amount_credited)


@dataclass(slots=True)
class Payment:
    """Money applied to one invoice. It is never edited, only deleted."""

    payment_id: str
    invoice_id: str
    account_id: str
    dated_on: date
    amount: Decimal
    bank_amount: Decimal
    updated_at: datetime
    currency_rate: Decimal = Decimal(1)
    reference: str = ""
    status: str = "AUTHORISED"
    is_reconciled: bool = False
