"""A year of trade: invoices and purchase orders with their lines, and a few quotes and sales orders."""

from __future__ import annotations

import random
from datetime import date
from decimal import Decimal
from typing import Final

from vendor_sandbox.generator.catalogue import EXPORT, REDUCED, STANDARD, ZERO_RATED, Product, find_carriage, list_pool
from vendor_sandbox.generator.parties import EURO
from vendor_sandbox.generator.plan import Customer, Document, Line, Supplier
from vendor_sandbox.generator.trading_year import find_due_date, plan_dates

CENT = Decimal("0.01")
NEW_DAYS = 9
BULK = 100
EURO_PRICES = Decimal("1.17")
"""What a price in the home currency is asked in euros."""
_LINES: Final = ((1, 2, 3, 4, 5), (20, 30, 27, 14, 9))
_OLD_INVOICE: Final = (("Delivered", "Approved", "Canceled"), (86, 10, 4))
_NEW_INVOICE: Final = (("Created", "Approved", "Delivered"), (35, 40, 25))
_OLD_ORDER: Final = (("Delivered", "Approved", "Cancelled"), (90, 6, 4))
_NEW_ORDER: Final = (("Created", "Approved", "Delivered"), (40, 40, 20))
_QUOTES: Final = ("Draft", "Negotiation", "Delivered", "Confirmed", "Closed Won", "Closed Lost")


class Trade:
    """Plans documents between these parties, over these products."""

    def __init__(self, seed: str, today: date, products: list[Product]) -> None:
        self._rng = random.Random(f"{seed}:trade")  # noqa: S311 - a repeatable company, no secret
        self._today = today
        self._products = products
        self._pools: dict[str, list[Product]] = {}

    def plan_invoices(self, customers: list[Customer], count: int) -> list[Document]:
        """Invoices of the last twelve months, the oldest first."""
        if not customers or not list_pool(self._products, ""):
            return []
        buyers = self._rng.choices(customers, [customer.weight for customer in customers], k=count)
        days = plan_dates(self._rng, self._today, count)
        return [
            self.plan_invoice(f"invoice:{number + 1}", buyer, day)
            for number, (buyer, day) in enumerate(zip(buyers, days, strict=True))
        ]

    def plan_invoice(self, key: str, customer: Customer, day: date) -> Document:
        """One invoice, with carriage on most and a discount or an adjustment on a few."""
        rng = self._rng
        due = find_due_date(day, customer.terms)
        status = self._choose(day, _OLD_INVOICE, _NEW_INVOICE)
        goods = self.pick_lines(customer)
        invoice = Document(
            key, "Invoices", f"Order {rng.randrange(10_000, 99_999)}", customer.key, day, due, status, goods
        )
        invoice.currency = customer.currency
        if customer.currency == EURO:
            invoice.rate = plan_rate(day)
        if customer.people and rng.random() < 0.6:
            invoice.person = rng.choice(customer.people).key
        carriage = find_carriage(self._products)
        if carriage is not None and rng.random() < 0.6:
            tax = STANDARD if any(line.tax == STANDARD for line in goods) else goods[0].tax
            goods.append(Line(carriage, 1, self._price(carriage, customer.currency), tax or STANDARD))
        for line in goods:
            if rng.random() < 0.07 and line.product is not carriage:
                line.discount = rng.choice(("5%", "10%", "2.5%"))
        if len({line.tax for line in goods}) == 1 and goods[0].tax in {EXPORT, ZERO_RATED} and rng.random() < 0.3:
            # Zoho takes it off after tax, Xero before: where no tax is charged the two are the same.
            invoice.discount = Decimal(rng.randrange(200, 1_500)) / 100
            if invoice.discount * 2 >= add_up_goods(goods):
                invoice.discount = None
        if rng.random() < 0.04:
            invoice.adjustment = Decimal(rng.choice((-35, -12, -5, 8, 20, 150))) / 100
        if rng.random() < 0.4:
            invoice.their_order = f"PO{rng.randrange(1_000, 9_999)}"
        return invoice

    def plan_orders(self, suppliers: list[Supplier], count: int) -> list[Document]:
        """Purchase orders of the last twelve months; people fill in the supplier's invoice number on most."""
        stock = [one for one in self._products if one.category not in {"carriage", "deposits", "services"}]
        if not suppliers or not stock:
            return []
        rng = self._rng
        made = []
        weights = [1 / (rank + 3) for rank in range(len(suppliers))]
        weights[-1] = weights[0]
        for number, day in enumerate(plan_dates(rng, self._today, count)):
            supplier = rng.choices(suppliers, weights)[0]
            status = self._choose(day, _OLD_ORDER, _NEW_ORDER)
            goods = rng.sample(stock, min(len(stock), rng.choices(*_LINES)[0]))
            due = find_due_date(day, supplier.terms)
            lines = [self._plan_purchase(product, supplier.currency) for product in goods]
            order = Document(
                f"order:{number + 1}",
                "Purchase_Orders",
                f"Restock {500 + number}",
                supplier.key,
                day,
                due,
                status,
                lines,
            )
            order.number, order.currency = f"PO-{500 + number}", supplier.currency
            order.rate = plan_rate(day) if supplier.currency == EURO else None
            if rng.random() < 0.8:
                order.supplier_number = f"{supplier.name[:2].upper()}{2_000 + 13 * number}"
            made.append(order)
        return made

    def plan_offers(self, customers: list[Customer], quotes: int, sales_orders: int) -> list[Document]:
        """Quotes and sales orders."""
        if not customers or not list_pool(self._products, ""):
            return []
        made = []
        for number, day in enumerate(plan_dates(self._rng, self._today, quotes)):
            stage = self._rng.choice(_QUOTES)
            made.append(self._plan_offer(f"quote:{number + 1}", "Quotes", customers, day, stage))
        for number, day in enumerate(plan_dates(self._rng, self._today, sales_orders)):
            stage = self._rng.choice(("Created", "Approved", "Delivered"))
            made.append(self._plan_offer(f"sales_order:{number + 1}", "Sales_Orders", customers, day, stage))
        return made

    def pick_lines(self, customer: Customer) -> list[Line]:
        """What a customer of this kind buys at once."""
        pool = self._pools.setdefault(customer.kind, list_pool(self._products, customer.kind))
        picked = self._rng.sample(pool, min(len(pool), self._rng.choices(*_LINES)[0]))
        return [
            Line(
                product,
                self._rng.randrange(1, 25),
                self._price(product, customer.currency),
                EXPORT if customer.kind == "export" else product.tax,
            )
            for product in picked
        ]

    def _plan_offer(self, key: str, module: str, customers: list[Customer], day: date, stage: str) -> Document:
        customer = self._rng.choice([one for one in customers if one.currency != EURO] or customers)
        due = find_due_date(day, customer.terms)
        subject = f"Enquiry {self._rng.randrange(100, 999)}"
        return Document(key, module, subject, customer.key, day, due, stage, self.pick_lines(customer))

    def _plan_purchase(self, product: Product, currency: str) -> Line:
        cost = (self._price(product, currency) * Decimal(self._rng.randrange(45, 65)) / 100).quantize(CENT)
        tax = ZERO_RATED if currency == EURO else product.tax
        quantity = self._rng.randrange(10, 120)
        if self._rng.random() < 0.06 and tax != REDUCED:
            # At a hundred pieces the tax of the discount alone comes out in whole cents, like that of the rest.
            return Line(product, BULK, cost, tax, "5%")
        return Line(product, quantity, cost, tax)

    def _price(self, product: Product, currency: str) -> Decimal:
        return (product.price * EURO_PRICES).quantize(CENT) if currency == EURO else product.price

    def _choose(
        self, day: date, old: tuple[tuple[str, ...], tuple[int, ...]], new: tuple[tuple[str, ...], tuple[int, ...]]
    ) -> str:
        statuses, weights = new if (self._today - day).days <= NEW_DAYS else old
        return self._rng.choices(statuses, weights)[0]


def plan_rate(day: date) -> Decimal:
    """Euros for a pound on a day: it drifts a little from month to month."""
    return Decimal("1.150") + Decimal(day.month % 4) / 200


def add_up_goods(lines: list[Line]) -> Decimal:
    """What lines come to before discounts."""
    return sum((line.quantity * line.price for line in lines), Decimal(0))
