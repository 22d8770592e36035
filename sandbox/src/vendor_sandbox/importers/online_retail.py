"""Fills a CRM from "Online Retail": real sales of a UK wholesaler.

The file is by D. Chen, UCI Machine Learning Repository, CC BY 4.0.

Customers become Accounts, stock codes Products, documents Invoices; cancellations (numbers that begin with C)
come in as Canceled. Everything goes through the code that serves POST /crm/v8/{Module}.
"""

from __future__ import annotations

import csv
import io
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from datetime import datetime
from decimal import Decimal, InvalidOperation
from itertools import islice
from typing import Any

from vendor_sandbox.core.wire import JsonObject
from vendor_sandbox.zoho.custom_fields import add_custom_field
from vendor_sandbox.zoho.record_checks import Writing
from vendor_sandbox.zoho.writing import insert_record

COLUMNS = ("InvoiceNo", "StockCode", "Description", "Quantity", "InvoiceDate", "UnitPrice", "CustomerID", "Country")
NUMBER_FIELD = "Sales_Number"
WALK_IN = "Walk-in"
BATCH = 100


@dataclass(slots=True)
class Document:
    """One sale or cancellation with its lines."""

    number: str
    date: str
    customer: str
    lines: list[JsonObject] = field(default_factory=list)


@dataclass(slots=True)
class Sales:
    """The file, sorted out."""

    documents: dict[str, Document] = field(default_factory=dict)
    countries: dict[str, str] = field(default_factory=dict)
    descriptions: defaultdict[str, Counter[str]] = field(default_factory=lambda: defaultdict(Counter))
    prices: defaultdict[str, Counter[Decimal]] = field(default_factory=lambda: defaultdict(Counter))


def import_online_retail(writing: Writing, text: str) -> dict[str, int]:
    """Import a CSV; how many accounts, products, invoices, cancellations and lines came in.

    Raises ValueError, before anything is written, if the file is not of this kind.
    """
    sales = read_sales(text)
    _create_number_field(writing)
    accounts = _insert_all(writing, "Accounts", sales.countries, _describe_accounts(sales))
    codes = sales.prices
    products = _insert_all(writing, "Products", codes, _describe_products(sales))
    documents = sales.documents.values()
    _insert_all(writing, "Invoices", sales.documents, (_describe(each, accounts, products) for each in documents))
    cancellations = sum(document.number.startswith("C") for document in documents)
    return {
        "accounts": len(accounts),
        "products": len(products),
        "invoices": len(documents) - cancellations,
        "cancellations": cancellations,
        "lines": sum(len(document.lines) for document in documents),
    }


def read_sales(text: str) -> Sales:
    """Group the rows by document. Raises ValueError."""
    reader = csv.DictReader(io.StringIO(text))
    if reader.fieldnames is None or tuple(reader.fieldnames) != COLUMNS:
        raise ValueError(f"the columns must be {','.join(COLUMNS)}")
    sales = Sales()
    for number, row in enumerate(reader, 2):
        try:
            _take_row(sales, row)
        except (ValueError, InvalidOperation, AttributeError, TypeError) as problem:
            raise ValueError(f"line {number} cannot be read") from problem
    return sales


def _take_row(sales: Sales, row: dict[str, Any]) -> None:
    code, description = row["StockCode"], row["Description"].strip()
    customer = row["CustomerID"].strip().removesuffix(".0")
    name = f"Customer {customer}" if customer else WALK_IN
    price = Decimal(row["UnitPrice"])
    day = datetime.fromisoformat(row["InvoiceDate"]).date().isoformat()
    document = sales.documents.setdefault(row["InvoiceNo"], Document(row["InvoiceNo"], day, name))
    document.lines.append(
        {"code": code, "Quantity": Decimal(row["Quantity"]), "List_Price": price, "Description": description or None}
    )
    sales.countries.setdefault(name, row["Country"])
    sales.prices[code][price] += 1
    if description:
        sales.descriptions[code][description] += 1


def _create_number_field(writing: Writing) -> None:
    table = writing.org.tables["Invoices"]
    if NUMBER_FIELD not in table.fields:
        wanted = {"field_label": NUMBER_FIELD.replace("_", " "), "data_type": "text", "length": 50}
        add_custom_field(writing.org, table, wanted, "$.fields[0]")


def _describe_accounts(sales: Sales) -> Iterator[JsonObject]:
    for name, country in sales.countries.items():
        yield {"Account_Name": name, "Billing_Country": country}


def _describe_products(sales: Sales) -> Iterator[JsonObject]:
    for code, prices in sales.prices.items():
        names = sales.descriptions.get(code)
        yield {
            "Product_Name": names.most_common(1)[0][0] if names else code,
            "Product_Code": code,
            "Unit_Price": prices.most_common(1)[0][0],
        }


def _describe(document: Document, accounts: dict[str, str], products: dict[str, str]) -> JsonObject:
    return {
        "Subject": f"Sale {document.number}",
        NUMBER_FIELD: document.number,
        "Account_Name": {"id": accounts[document.customer]},
        "Invoice_Date": document.date,
        "Status": "Canceled" if document.number.startswith("C") else "Approved",
        "Invoiced_Items": [
            {
                "Product_Name": {"id": products[line["code"]]},
                "Quantity": line["Quantity"],
                "List_Price": line["List_Price"],
                "Description": line["Description"],
            }
            for line in document.lines
        ],
    }


def _insert_all(writing: Writing, module: str, keys: Iterable[str], records: Iterable[JsonObject]) -> dict[str, str]:
    """Insert in batches as an API client would; ids by key. Raises ValueError if Zoho refuses a record."""
    table = writing.org.tables[module]
    ids: dict[str, str] = {}
    pairs = zip(keys, records, strict=True)
    while batch := list(islice(pairs, BATCH)):
        for index, (key, record) in enumerate(batch):
            result = insert_record(writing, table, record, index)
            if result["status"] != "success":
                raise ValueError(f"{module} {key}: {result['code']} {result['details']}")
            ids[key] = result["details"]["id"]
    return ids
