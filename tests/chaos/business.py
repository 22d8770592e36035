"""A small believable business in the CRM: who buys, who sells, what, and the documents; different for each seed."""

import random
from collections.abc import Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import count
from typing import Any, Final

from tests.factories import crm

Json = dict[str, Any]

TOWNS: Final = ("Leeds", "York", "Bath", "Truro", "Wells", "Ripon", "Ely", "Derby", "Luton", "Hove")
TRADES: Final = ("Bakery", "Books", "Cafe", "Garage", "Florist", "Dairy", "Tailor", "Brewery", "Joinery", "Press")
GOODS: Final = ("tea", "flour", "paper", "rope", "paint", "soap", "glass", "honey", "wool", "nails")
PRICES: Final = tuple(Decimal(cents) / 100 for cents in (250, 495, 1000, 1200, 1250, 2000, 4035, 12500))
"""Multiples of five cents: 20 % of them is exact, so totals have no rounding to argue about."""
SALES_STATUSES: Final = ("Approved", "Approved", "Approved", "Delivered", "Created", "Canceled")
ORDER_STATUSES: Final = ("Delivered", "Delivered", "Delivered", "Created", "Cancelled")


@dataclass
class Names:
    """Names, codes and numbers that are used once."""

    dice: random.Random
    numbers: "count[int]" = field(default_factory=lambda: count(1))

    def invent_firm(self) -> str:
        return f"{self.dice.choice(TOWNS)} {self.dice.choice(TRADES)} {next(self.numbers)} Ltd"

    def invent_goods(self) -> tuple[str, str]:
        number = next(self.numbers)
        return f"SKU-{number}", f"{self.dice.choice(GOODS).title()}, box {number}"

    def invent_number(self, prefix: str) -> str:
        return f"{prefix}-{next(self.numbers):04d}"


@dataclass
class Ids:
    """CRM ids by kind, as people know them; deleted ones are taken out."""

    accounts: list[str] = field(default_factory=list)
    people: list[str] = field(default_factory=list)
    vendors: list[str] = field(default_factory=list)
    products: list[str] = field(default_factory=list)
    invoices: list[str] = field(default_factory=list)
    orders: list[str] = field(default_factory=list)


def draw_account(names: Names) -> Json:
    return crm.account(names.invent_firm())


def draw_person(names: Names, account: str | None) -> Json:
    number = next(names.numbers)
    return crm.person(f"Hopper{number}", account, First_Name="Grace", Email=f"grace{number}@example.com")


def draw_vendor(names: Names) -> Json:
    return crm.vendor(names.invent_firm())


def draw_product(names: Names) -> Json:
    code, name = names.invent_goods()
    return crm.product(code, name, str(names.dice.choice(PRICES)))


def draw_invoice(names: Names, ids: Ids) -> Json:
    """A sale to an account, sometimes to a person without one. Some cannot go: nobody mapped their tax."""
    dice = names.dice
    lines = _draw_lines(dice, ids.products)
    status = dice.choice(SALES_STATUSES)
    record = crm.invoice(dice.choice(ids.accounts), *lines, status=status, Subject=names.invent_number("Sale"))
    return {**record, "Invoice_Date": _draw_date(dice)}


def draw_order(names: Names, ids: Ids) -> Json:
    dice = names.dice
    lines = _draw_lines(dice, ids.products)
    # Suppliers number as they please: the same number on several bills is nothing strange.
    number = dice.choice((names.invent_number("PO"), names.invent_number("PO"), "7"))
    status = dice.choice(ORDER_STATUSES)
    record = crm.purchase_order(dice.choice(ids.vendors), *lines, number=number, status=status)
    return {**record, "PO_Date": _draw_date(dice)}


def _draw_lines(dice: random.Random, products: Sequence[str]) -> list[Json]:
    return [
        crm.line(
            dice.choice(products),
            dice.randint(1, 9),
            str(dice.choice(PRICES)),
            Description=dice.choice(("As agreed", None)),
            **_draw_tax(dice),
        )
        for _ in range(dice.choice((1, 1, 2, 3)))
    ]


def _draw_tax(dice: random.Random) -> Json:
    throw = dice.random()
    if throw < 0.05:
        return crm.taxed("VAT 12%", 12)  # nobody has mapped it
    return crm.taxed("VAT 20%", 20) if throw < 0.6 else {}


def _draw_date(dice: random.Random) -> str:
    return f"2026-01-{dice.randint(1, 5):02d}"
