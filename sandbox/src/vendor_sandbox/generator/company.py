"""Fills an org with a believable UK wholesaler: taxes, customers, suppliers, products and 90 days of documents.

The same seed on the same day makes the same company. With faults, a few records are wrong on purpose, one of each
kind that sales people really make.
"""

from __future__ import annotations

import random
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal

from vendor_sandbox.core.wire import JsonObject
from vendor_sandbox.generator import names
from vendor_sandbox.zoho.record_checks import Writing
from vendor_sandbox.zoho.writing import insert_record

TAXES = {"20": "VAT 20%", "5": "VAT 5%", "0": "VAT 0%"}
INVOICE_STATUSES = ("Approved", "Delivered", "Created", "Canceled")
ORDER_STATUSES = ("Delivered", "Approved", "Created", "Cancelled")
WEIGHTS = (45, 35, 12, 8)
DAYS = 90


@dataclass(frozen=True, slots=True)
class Product:
    """What a line needs to know of a product."""

    id: str
    price: Decimal
    rate: str


def generate_company(
    writing: Writing,
    *,
    seed: str,
    accounts: int = 40,
    contacts: int = 60,
    products: int = 30,
    invoices: int = 150,
    vendors: int = 8,
    purchase_orders: int = 20,
    with_faults: bool = False,
) -> dict[str, int]:
    """Insert the company; how many records of each module were made. Raises ValueError if Zoho refuses one."""
    return _Company(writing, seed).fill(
        accounts, contacts, products, invoices, vendors, purchase_orders, with_faults=with_faults
    )


class _Company:
    def __init__(self, writing: Writing, seed: str) -> None:
        self._writing = writing
        self._random = random.Random(seed)  # noqa: S311 - a repeatable company, no secret
        self._made: dict[str, int] = {}
        for rate, name in TAXES.items():
            if writing.org.find_tax(name) is None:
                writing.org.add_tax(name, Decimal(rate))

    def fill(
        self,
        accounts: int,
        contacts: int,
        products: int,
        invoices: int,
        vendors: int,
        purchase_orders: int,
        *,
        with_faults: bool,
    ) -> dict[str, int]:
        account_ids = [self._insert("Accounts", self._describe_account(n)) for n in range(accounts)]
        people = [(self._random.choice([*account_ids, None]), n) for n in range(contacts)]
        contact_ids: dict[str | None, list[str]] = {}
        for account_id, number in people:
            contact = self._insert("Contacts", self._describe_contact(number, account_id))
            contact_ids.setdefault(account_id, []).append(contact)
        goods = [self._insert_product(n) for n in range(products)]
        vendor_ids = [self._insert("Vendors", self._describe_vendor(n)) for n in range(vendors)]
        if account_ids and goods:
            for number in range(invoices):
                account_id = self._random.choice(account_ids)
                invoice = self._describe_invoice(number, account_id, contact_ids.get(account_id, []), goods)
                self._insert("Invoices", invoice)
            if with_faults:
                self._insert_faults(account_ids[0], goods)
        if vendor_ids and goods:
            for number in range(purchase_orders):
                self._insert("Purchase_Orders", self._describe_order(number, vendor_ids, goods))
        return self._made

    def _insert(self, module: str, record: JsonObject) -> str:
        result = insert_record(self._writing, self._writing.org.tables[module], record)
        if result["status"] != "success":
            raise ValueError(f"{module}: {result['code']} {result['details']}")
        self._made[module] = self._made.get(module, 0) + 1
        record_id: str = result["details"]["id"]
        return record_id

    def _describe_account(self, number: int) -> JsonObject:
        town, county, code = self._random.choice(names.TOWNS)
        first = names.FIRST_WORDS[number % len(names.FIRST_WORDS)]
        trade = names.TRADES[(number // len(names.FIRST_WORDS)) % len(names.TRADES)]
        suffix = f" {number}" if number >= len(names.FIRST_WORDS) * len(names.TRADES) else ""
        return {
            "Account_Name": f"{first} {trade}{suffix} {self._random.choice(names.FORMS)}",
            "Account_Number": f"CUST-{number + 1:04d}",
            "Phone": f"01632 960{self._random.randrange(1000):03d}",
            "Website": f"https://www.{first.lower()}-{number + 1}.example",
            "Account_Type": "Customer",
            "Billing_Street": f"{self._random.randrange(1, 120)} {self._random.choice(names.STREETS)}",
            "Billing_City": town,
            "Billing_State": county,
            "Billing_Code": f"{code} {self._random.randrange(1, 9)}AA",
            "Billing_Country": "United Kingdom",
        }

    def _describe_contact(self, number: int, account_id: str | None) -> JsonObject:
        first, last = self._random.choice(names.FIRST_NAMES), self._random.choice(names.LAST_NAMES)
        contact: JsonObject = {
            "First_Name": first,
            "Last_Name": last,
            "Email": f"{first}.{last}.{number + 1}@customers.example".lower(),
            "Phone": f"01632 961{self._random.randrange(1000):03d}",
        }
        if account_id is not None:
            contact["Account_Name"] = {"id": account_id}
        return contact

    def _describe_vendor(self, number: int) -> JsonObject:
        town, county, code = self._random.choice(names.TOWNS)
        word = names.FIRST_WORDS[-1 - number % len(names.FIRST_WORDS)]
        suffix = f" {number}" if number >= len(names.FIRST_WORDS) else ""
        return {
            "Vendor_Name": f"{word} Manufacturing{suffix} Ltd",
            "Email": f"sales@{word.lower()}-{number + 1}.example",
            "Street": f"{self._random.randrange(1, 120)} {self._random.choice(names.STREETS)}",
            "City": town,
            "State": county,
            "Zip_Code": f"{code} {self._random.randrange(1, 9)}BB",
            "Country": "United Kingdom",
        }

    def _insert_product(self, number: int, *, with_code: bool = True) -> Product:
        good, rate = names.GOODS[number % len(names.GOODS)]
        material = names.MATERIALS[(number // len(names.GOODS)) % len(names.MATERIALS)]
        price = Decimal(self._random.randrange(95, 4995)) / 100
        record: JsonObject = {
            "Product_Name": f"{material} {good} {number + 1}",
            "Unit_Price": price,
            "Tax": [TAXES[rate]],
            "Usage_Unit": self._random.choice(("Each", "Box", "Pack")),
            "Description": f"{material} {good.lower()}, sold by the piece.",
        }
        if with_code:
            record["Product_Code"] = f"SKU-{number + 1:04d}"
        return Product(self._insert("Products", record), price, rate)

    def _describe_invoice(
        self, number: int, account_id: str, contact_ids: list[str], goods: list[Product]
    ) -> JsonObject:
        issued = self._writing.at.date() - timedelta(days=self._random.randrange(DAYS))
        invoice: JsonObject = {
            "Subject": f"Order {10_000 + number}",
            "Account_Name": {"id": account_id},
            "Invoice_Date": issued.isoformat(),
            "Due_Date": (issued + timedelta(days=self._random.choice((14, 30, 30, 60)))).isoformat(),
            "Status": self._random.choices(INVOICE_STATUSES, WEIGHTS)[0],
            "Invoiced_Items": self._describe_lines(goods),
        }
        if contact_ids and self._random.random() < 0.6:
            invoice["Contact_Name"] = {"id": self._random.choice(contact_ids)}
        if self._random.random() < 0.05:
            invoice["Adjustment"] = Decimal(self._random.randrange(-50, 50)) / 100
        return invoice

    def _describe_order(self, number: int, vendor_ids: list[str], goods: list[Product]) -> JsonObject:
        issued = self._writing.at.date() - timedelta(days=self._random.randrange(DAYS))
        return {
            "Subject": f"Restock {500 + number}",
            "PO_Number": f"PO-{500 + number}",
            "Vendor_Name": {"id": self._random.choice(vendor_ids)},
            "PO_Date": issued.isoformat(),
            "Due_Date": (issued + timedelta(days=30)).isoformat(),
            "Status": self._random.choices(ORDER_STATUSES, WEIGHTS)[0],
            "Purchase_Items": self._describe_lines(goods),
        }

    def _describe_lines(self, goods: list[Product]) -> list[JsonObject]:
        count = min(len(goods), self._random.choices((1, 2, 3, 4, 5), (25, 30, 25, 12, 8))[0])
        return [self._describe_line(product) for product in self._random.sample(goods, count)]

    def _describe_line(self, product: Product) -> JsonObject:
        line: JsonObject = {
            "Product_Name": {"id": product.id},
            "Quantity": self._random.randrange(1, 25),
            "List_Price": product.price,
            "Line_Tax": [{"name": TAXES[product.rate], "percentage": int(product.rate)}],
        }
        if self._random.random() < 0.08:
            line["Discount"] = self._random.choice(("5%", "10%"))
        return line

    def _insert_faults(self, account_id: str, goods: list[Product]) -> None:
        """Unmapped and blank status, a product without code, no customer, totals of zero and below."""
        codeless = self._insert_product(len(goods), with_code=False)
        first = goods[0]
        for number, (change, product) in enumerate(self._list_faults(first, codeless)):
            invoice = self._describe_invoice(9_000 + number, account_id, [], [product])
            invoice |= {"Status": "Approved", "Adjustment": None, **change}
            self._insert("Invoices", {name: value for name, value in invoice.items() if value is not None})

    def _list_faults(self, first: Product, codeless: Product) -> Iterable[tuple[JsonObject, Product]]:
        free = {**self._describe_line(first), "List_Price": 0, "Discount": 0}
        returned = {**self._describe_line(first), "Quantity": -3, "Discount": 0}
        yield {"Status": "Shipped"}, first
        yield {"Status": None}, first
        yield {}, codeless
        yield {"Account_Name": None}, first
        yield {"Invoiced_Items": [free]}, first
        yield {"Invoiced_Items": [returned]}, first
