"""What people typed into Xero before anything was synced: contacts, a few items, forty invoices and a few bills.

Some of the contacts are customers of the CRM, by the same name, in other capitals, or with another legal form; some of
the invoices are invoices of the CRM, under its numbers. The rest is Xero's own.
"""

from __future__ import annotations

import random
from dataclasses import dataclass, field
from datetime import date, timedelta
from decimal import Decimal
from typing import Final

from vendor_sandbox.generator.bookkeeper import (
    APPROVED,
    CARRIAGE_SALES_ACCOUNT,
    PURCHASE_TAXES,
    SALES_ACCOUNT,
    SALES_TAXES,
    STATUSES,
    UNTAXED,
)
from vendor_sandbox.generator.catalogue import STANDARD, Product
from vendor_sandbox.generator.oracle import list_written
from vendor_sandbox.generator.parties import BOTH_AT, Directory
from vendor_sandbox.generator.plan import HOME_CURRENCY, Address, Company, Customer, Document, Line, Supplier
from vendor_sandbox.generator.trading_year import find_due_date, find_working_day

TYPED_INVOICES = 40
ADOPTABLE = 8
RECENT_OF_OTHERS = 8
FIRST_OWN_NUMBER = 301
SAME_NAME, OTHER_CASE, SAME_EMAIL = "same_name", "other_case", "same_email"
_KNOWN: Final = ((SAME_NAME, 20), (OTHER_CASE, 2), (SAME_EMAIL, 3))
_WITHOUT_EMAIL = 4
_SUPPLIERS = 4
_FORMS: Final = {" Ltd": " Limited", " Limited": " Ltd"}
_OWN_SUPPLIERS: Final = ("Rivermouth Estates", "Townend Garage")
_OTHERS: Final = (
    "Parish Fete Committee",
    "Cash Sales",
    "Tidewater Events",
    "Saltmarsh Hotel",
    "Old Mill Nursery School",
)


@dataclass(slots=True)
class LedgerContact:
    """A contact that somebody typed in. `customer` is the key of its customer or supplier in the CRM, if any."""

    key: str
    name: str
    email: str | None
    address: Address | None
    number: str | None = None
    customer: str | None = None
    how: str | None = None
    is_archived: bool = False
    has_terms: bool = False


@dataclass(slots=True)
class TypedLine:
    """One line as typed: no discount in percent, no CRM."""

    text: str
    quantity: int
    price: Decimal
    tax_type: str
    account: str
    discount: Decimal | None = None
    item: str | None = None


@dataclass(slots=True)
class TypedDocument:
    """An invoice or a bill that somebody typed in. It has a number, or that of the CRM document `numbered_as`.

    `stands_for` is the CRM document that it is; None: Xero's own.
    """

    type: str
    contact: str
    dated: date
    due: date
    lines: list[TypedLine]
    number: str | None = None
    numbered_as: str | None = None
    stands_for: str | None = None
    status: str = "AUTHORISED"
    paid_percent: int = 0


@dataclass(slots=True)
class LedgerPlan:
    """Everything that people typed in. `tracked` are items with stock kept, and how many were bought."""

    contacts: list[LedgerContact] = field(default_factory=list)
    documents: list[TypedDocument] = field(default_factory=list)
    items: list[Product] = field(default_factory=list)
    tracked: list[tuple[Product, int]] = field(default_factory=list)


class LedgerPlanner:
    """Plans the ledger of a company whose trade is planned already."""

    def __init__(self, company: Company, directory: Directory) -> None:
        self.company = company
        self.directory = directory
        self.plan = LedgerPlan()
        self.adopted: list[Document] = []
        """The CRM's invoices that somebody typed in, once the contacts are planned."""
        self._rng = random.Random(f"{company.seed}:ledger")  # noqa: S311 - a repeatable company, no secret
        self._own_number = FIRST_OWN_NUMBER - 1

    def plan_contacts(self) -> None:
        """Customers, suppliers, and people whom the CRM does not know."""
        adoptable = {document.party for document in self._list_adoptable()}
        busy = {document.party for document in list_written(self.company, "Invoices")}
        known = [one for one in self._list_candidates() if one.key in busy]
        known.sort(key=lambda one: one.key not in adoptable)
        swapped = [one for one in known if one.name.endswith(tuple(_FORMS))]
        for how, count in reversed(_KNOWN):
            # Those whose invoices may be adopted are kept for the plain case.
            pool = {SAME_EMAIL: swapped[::-1], OTHER_CASE: known[::-1]}.get(how, known)
            for customer in pool[:count]:
                known.remove(customer)
                self._add_customer(customer, how)
        for supplier in self._choose_suppliers():
            contact = LedgerContact(f"in-xero:{supplier.key}", supplier.name, supplier.email, supplier.address)
            contact.customer, contact.how = supplier.key, SAME_NAME
            self.plan.contacts.append(contact)
        for number, name in enumerate(_OTHERS):
            contact = LedgerContact(f"other:{number}", name, f"office@other-{number + 1}.example", None)
            self.plan.contacts.append(contact)
        for number, name in enumerate(_OWN_SUPPLIERS):
            contact = LedgerContact(f"paid:{number}", name, f"office@paid-{number + 1}.example", None)
            self.plan.contacts.append(contact)
        self.adopted = self._choose_adopted()

    def plan_items(self) -> None:
        """Carriage and a few goods, by the CRM's codes."""
        goods = [one for one in self.company.products if one.category in {"home", "books", "food"}]
        carriage = [one for one in self.company.products if one.category == "carriage"]
        self.plan.items = [*carriage, *goods[:4]]

    def plan_documents(self) -> None:
        """Invoices that stand for some of the CRM's, and enough of Xero's own to make forty; two bills."""
        for number, document in enumerate(self.adopted):
            typed = self.type_invoice(document, f"in-xero:{document.party}")
            typed.numbered_as = typed.stands_for = document.key
            typed.paid_percent = (0, 100, 0, 40, 100, 0, 0, 0)[number]
            self.plan.documents.append(typed)
        own = TYPED_INVOICES - sum(document.type == "ACCREC" for document in self.plan.documents)
        days = sorted(self._plan_own_days(own))
        for day in days:
            self.plan.documents.append(self._plan_own_invoice(day))
        bills = (("Rent of the warehouse", "469", "1450.00"), ("Van repair", "429", "318.40"))
        for number, (what, account, amount) in enumerate(bills):
            line = TypedLine(what, 1, Decimal(amount), PURCHASE_TAXES[STANDARD], account)
            day = find_working_day(self.company.lock_date - timedelta(days=40))
            due = day + timedelta(days=14)
            bill = TypedDocument("ACCPAY", f"paid:{number}", day, due, [line], number=f"{4_410 + number * 73}")
            self.plan.documents.append(bill)

    def type_invoice(self, document: Document, contact: str) -> TypedDocument:
        """An invoice of the CRM as somebody types it: the same lines without item codes."""
        lines = [_type_line(line) for line in document.lines]
        due = document.due or document.dated
        return TypedDocument("ACCREC", contact, document.dated, due, lines)

    def _make_own_number(self) -> str:
        """The next of Xero's own numbers; they have four digits, the CRM's five."""
        self._own_number += 1
        return f"INV-{self._own_number:04d}"

    def make_last_number(self) -> str:
        """A number behind all others of Xero's own."""
        return f"INV-{FIRST_OWN_NUMBER + TYPED_INVOICES:04d}"

    def _list_candidates(self) -> list[Customer]:
        """Firms at home with people, on which nothing was planted; not the one that is a supplier too."""
        touched = {one.party for one in self.company.documents if one.key.startswith("extra:")}
        suppliers = {one.name for one in self.company.suppliers}
        return [
            one
            for one in self.company.customers
            if not one.private
            and one.people
            and one.currency == HOME_CURRENCY
            and one.kind != "special"
            and one.key not in touched
            and one.name not in suppliers
        ]

    def _list_adoptable(self) -> list[Document]:
        """Delivered invoices with neither a discount on the whole nor an adjustment."""
        keys = {one.key for one in self._list_candidates()}
        return [
            one
            for one in list_written(self.company, "Invoices")
            if one.party in keys
            and not one.discount
            and not one.adjustment
            and STATUSES["Invoices"][one.status or ""] == APPROVED
        ]

    def _choose_adopted(self) -> list[Document]:
        """Invoices of customers that Xero has by the same name: one of each, then more of the same."""
        same = {one.customer for one in self.plan.contacts if one.how == SAME_NAME}
        first: dict[str | None, Document] = {}
        more: list[Document] = []
        for document in self._list_adoptable():
            if document.party in same and first.setdefault(document.party, document) is not document:
                more.append(document)
        return [*first.values(), *more][:ADOPTABLE]

    def _choose_suppliers(self) -> list[Supplier]:
        """A few at home with bills that will be written; not the one that is a customer too."""
        busy = {one.party for one in list_written(self.company, "Purchase_Orders") if one.currency == HOME_CURRENCY}
        return [one for one in self.company.suppliers[:-1] if one.key in busy][:_SUPPLIERS]

    def _add_customer(self, customer: Customer, how: str) -> None:
        name = customer.name
        if how == OTHER_CASE:
            name = name.upper()
        elif how == SAME_EMAIL:
            form = next(form for form in _FORMS if name.endswith(form))
            name = name.removesuffix(form) + _FORMS[form]
        count = sum(one.how == how for one in self.plan.contacts)
        blank = how == SAME_NAME and count < _WITHOUT_EMAIL
        contact = LedgerContact(
            f"in-xero:{customer.key}", name, None if blank else customer.main_email, customer.address
        )
        contact.number = f"C{1000 + count}" if how == SAME_NAME and count % 3 == 0 else None
        contact.customer, contact.how, contact.has_terms = customer.key, how, count % 7 == 1
        self.plan.contacts.append(contact)

    def _plan_own_days(self, count: int) -> list[date]:
        """A few in the last weeks; the others before the locked quarter's end, well apart from what is written."""
        today, lock = self.company.today, self.company.lock_date
        recent = [today - timedelta(days=self._rng.randrange(5, 50)) for _ in range(min(RECENT_OF_OTHERS, count))]
        older = [lock - timedelta(days=self._rng.randrange(20, 150)) for _ in range(count - len(recent))]
        return [find_working_day(day) for day in (*recent, *older)]

    def _plan_own_invoice(self, day: date) -> TypedDocument:
        is_old = day <= self.company.lock_date
        pool = [one for one in self.plan.contacts if one.how == SAME_NAME and one.key.startswith("in-xero:customer")]
        others = [one for one in self.plan.contacts if one.key.startswith("other:")]
        contact = self._rng.choice(pool if is_old and pool else others)
        goods = self._rng.sample([one for one in self.company.products if one.category in {"home", "books"}], 2)
        lines = [_type_line(Line(one, self._rng.randrange(1, 15), one.price, one.tax)) for one in goods]
        due = find_due_date(day, self.company.customers[BOTH_AT].terms)
        typed = TypedDocument("ACCREC", contact.key, day, due, lines, number=self._make_own_number())
        if is_old:
            typed.paid_percent = 100 if self._rng.random() < 0.8 else 0
        elif self._rng.random() < 0.2:
            typed.status = "DRAFT"
        return typed


def plan_stock_bill(company: Company, supplier: str, product: Product, quantity: int) -> TypedDocument:
    """The bill by which stock of a tracked item came in from a supplier that Xero knows."""
    cost = (product.price / 2).quantize(Decimal("0.01"))
    tax_type = PURCHASE_TAXES[product.tax or STANDARD]
    line = TypedLine(product.name, quantity, cost, tax_type, "630", item=product.code)
    day = find_working_day(company.lock_date - timedelta(days=60))
    return TypedDocument("ACCPAY", supplier, day, day + timedelta(days=30), [line], number="KT-2291")


def _type_line(line: Line) -> TypedLine:
    """Percentages become amounts, the CRM's tax Xero's rate, carriage goes to its own account."""
    account = CARRIAGE_SALES_ACCOUNT if line.product.category == "carriage" else SALES_ACCOUNT
    tax_type = SALES_TAXES[line.tax] if line.tax is not None else UNTAXED
    discount = line.discount
    if isinstance(discount, str):
        gross = line.quantity * line.price
        discount = (gross * Decimal(discount.rstrip("%")) / 100).quantize(Decimal("0.01"), "ROUND_HALF_UP")
    return TypedLine(line.product.name, line.quantity, line.price, tax_type, account, discount)
