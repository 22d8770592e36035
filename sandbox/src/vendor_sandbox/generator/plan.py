"""A company as it is planned, before either vendor knows of it: parties, documents, and what is wrong on purpose.

Keys are the generator's own names; the vendors' ids come when the plan is carried out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any

from vendor_sandbox.generator.catalogue import Product
from vendor_sandbox.generator.trading_year import Terms

HOME_CURRENCY = "GBP"


@dataclass(frozen=True, slots=True)
class Address:
    """Where a party is."""

    street: str
    town: str
    county: str
    code: str
    country: str = "United Kingdom"


@dataclass(slots=True)
class Person:
    """Somebody at a customer's, or a private customer. `is_main` is ticked in the CRM."""

    key: str
    first: str
    last: str
    email: str
    phone: str
    title: str = ""
    is_main: bool = False

    @property
    def name(self) -> str:
        """First and last name."""
        return f"{self.first} {self.last}"


@dataclass(slots=True)
class Customer:
    """A firm with its people, or (`private`) one person without a firm, who is then `people[0]`."""

    key: str
    name: str
    number: str
    address: Address
    people: list[Person]
    terms: Terms
    kind: str = "shop"
    currency: str = HOME_CURRENCY
    weight: float = 1.0
    private: bool = False

    @property
    def module(self) -> str:
        """Where the CRM keeps this customer."""
        return "Contacts" if self.private else "Accounts"

    @property
    def main_email(self) -> str | None:
        """The address of the main person."""
        marked = [person for person in self.people if person.is_main] or self.people
        return marked[0].email if marked else None


@dataclass(slots=True)
class Supplier:
    """Somebody who is bought from."""

    key: str
    name: str
    email: str
    address: Address
    terms: Terms
    currency: str = HOME_CURRENCY


@dataclass(slots=True)
class Line:
    """One line. `discount` is an amount, or a percentage such as "5%"; `tax` a CRM tax, None: none."""

    product: Product
    quantity: int
    price: Decimal
    tax: str | None
    discount: Decimal | str | None = None


@dataclass(slots=True)
class Document:
    """A document of any module. `rate` is units of its currency for one of the home currency."""

    key: str
    module: str
    subject: str
    party: str | None
    dated: date
    due: date | None
    status: str | None
    lines: list[Line]
    person: str | None = None
    currency: str = HOME_CURRENCY
    rate: Decimal | None = None
    discount: Decimal | None = None
    adjustment: Decimal | None = None
    number: str | None = None
    supplier_number: str | None = None
    their_order: str | None = None
    record_status: str | None = None


@dataclass(slots=True)
class Planted:
    """Something wrong on purpose. `goes` says whether the document is to stand in the ledger all the same.

    `holds` are documents that cannot go because of it; `then` is an edit that brings it about once everything else
    has been written.
    """

    kind: str
    module: str
    key: str
    about: str
    goes: bool = False
    holds: list[str] = field(default_factory=list)
    then: Mapping[str, Any] | None = None


@dataclass(slots=True)
class Company:
    """The whole plan. `lock_date` is the last day of the locked quarter, `start_date` the first of interest."""

    seed: str
    today: date
    lock_date: date
    start_date: date
    customers: list[Customer]
    suppliers: list[Supplier]
    products: list[Product]
    documents: list[Document]
    planted: list[Planted] = field(default_factory=list)

    def get_customer(self, key: str | None) -> Customer:
        """A customer by key. Raises KeyError."""
        for customer in self.customers:
            if customer.key == key:
                return customer
        raise KeyError(key)

    def get_document(self, key: str) -> Document:
        """A document by key. Raises KeyError."""
        for document in self.documents:
            if document.key == key:
                return document
        raise KeyError(key)

    def list_held_keys(self) -> set[str]:
        """Documents that do not go because of something planted."""
        held = {planted.key for planted in self.planted if not planted.goes}
        return held.union(*(planted.holds for planted in self.planted if not planted.goes))
