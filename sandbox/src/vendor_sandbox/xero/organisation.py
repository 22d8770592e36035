"""One Xero organisation: its settings and its books, with the indexes that the rules need."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from zoneinfo import ZoneInfo

from vendor_sandbox.xero.orders.records import OrderBook, PurchaseOrder, Quote
from vendor_sandbox.xero.records import (
    Account,
    BrandingTheme,
    Contact,
    Invoice,
    Item,
    Payment,
    TaxRate,
    TrackingCategory,
)

# Key -> ids in the order of entering (a dict without values is an ordered set).
Index = dict[str, dict[str, None]]


@dataclass(slots=True)
class Member:
    """A person with access to the organisation, as GET /Users shows them; and what was taken from this person."""

    user_id: str
    first_name: str
    last_name: str
    email: str
    role: str
    updated_at: datetime
    denied_actions: set[str] = field(default_factory=set)


@dataclass(slots=True)
class Organisation:
    """Settings and books of one tenant."""

    tenant_id: str
    organisation_id: str
    name: str
    country_code: str
    base_currency: str
    created_at: datetime
    short_code: str
    pays_tax: bool = True
    timezone_name: str = "Europe/London"
    timezone_code: str = "GMTSTANDARDTIME"
    period_lock_date: date | None = None
    end_of_year_lock_date: date | None = None
    multi_currency: bool = True
    plan: str = "STANDARD"
    is_demo: bool = False
    tax_number: str = ""
    default_sales_tax: str = "Tax Exclusive"
    default_purchases_tax: str = "Tax Exclusive"
    day_limit: int | None = None
    approvals_a_month: int | None = None
    denied_actions: set[str] = field(default_factory=set)
    sales_term_days: int | None = None
    bills_term_days: int | None = None
    is_offline: bool = False
    number_prefix: str = "INV-"
    next_number: int = 1
    currencies: dict[str, str] = field(default_factory=dict)
    day_rates: dict[str, Decimal] = field(default_factory=dict)
    accounts: dict[str, Account] = field(default_factory=dict)
    tax_rates: dict[str, TaxRate] = field(default_factory=dict)
    tracking: dict[str, TrackingCategory] = field(default_factory=dict)
    branding: dict[str, BrandingTheme] = field(default_factory=dict)
    members: dict[str, Member] = field(default_factory=dict)
    contacts: dict[str, Contact] = field(default_factory=dict)
    items: dict[str, Item] = field(default_factory=dict)
    invoices: dict[str, Invoice] = field(default_factory=dict)
    payments: dict[str, Payment] = field(default_factory=dict)
    purchase_orders: OrderBook[PurchaseOrder] = field(default_factory=OrderBook)
    quotes: OrderBook[Quote] = field(default_factory=OrderBook)
    ids_by_name: Index = field(default_factory=dict)
    ids_by_contact_number: Index = field(default_factory=dict)
    ids_by_item_code: Index = field(default_factory=dict)
    ids_by_invoice_number: Index = field(default_factory=dict)
    invoice_ids_by_contact: Index = field(default_factory=dict)
    account_ids_by_code: dict[str, str] = field(default_factory=dict)

    def find_local_date(self, now: datetime) -> date:
        """Today as the organisation's calendar has it."""
        return now.astimezone(ZoneInfo(self.timezone_name)).date()

    def find_account_by_code(self, code: str) -> Account | None:
        """The account with this code, whatever its status."""
        account_id = self.account_ids_by_code.get(code.upper())
        return self.accounts[account_id] if account_id is not None else None

    def add_account(self, account: Account) -> None:
        """Add an account, or replace the one with its id."""
        before = self.accounts.get(account.account_id)
        if before is not None and before.code:
            self.account_ids_by_code.pop(before.code.upper(), None)
        self.accounts[account.account_id] = account
        if account.code:
            self.account_ids_by_code[account.code.upper()] = account.account_id


def add_to_index(index: Index, key: str, record_id: str) -> None:
    """Enter an id under a key; an empty key is not entered."""
    if key:
        index.setdefault(key, {})[record_id] = None


def remove_from_index(index: Index, key: str, record_id: str) -> None:
    """Take an id away from a key, if it is there."""
    entries = index.get(key)
    if entries is not None:
        entries.pop(record_id, None)
        if not entries:
            del index[key]
