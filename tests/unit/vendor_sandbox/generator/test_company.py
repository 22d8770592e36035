"""The seeded company."""

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest

from vendor_sandbox.generator.company import generate_company
from vendor_sandbox.zoho.record_checks import Writing
from vendor_sandbox.zoho.rendering import render_whole


def read(writing: Writing, module: str) -> list[dict[str, Any]]:
    table = writing.org.tables[module]
    return [render_whole(writing.org, table, record) for record in table.records.values()]


@pytest.fixture
def company(writing: Writing) -> Writing:
    made = generate_company(writing, seed="7")
    assert made == {
        "Accounts": 40,
        "Contacts": 60,
        "Products": 30,
        "Invoices": 150,
        "Vendors": 8,
        "Purchase_Orders": 20,
    }
    return writing


def test_the_org_has_the_three_uk_rates(company: Writing) -> None:
    assert {tax.name: tax.value for tax in company.org.taxes} == {"VAT 20%": 20, "VAT 5%": 5, "VAT 0%": 0}


def test_names_codes_and_addresses_are_distinct(company: Writing) -> None:
    for module, key in (("Accounts", "Account_Name"), ("Contacts", "Email"), ("Products", "Product_Code")):
        values = [record[key] for record in read(company, module)]
        assert None not in values
        assert len(set(values)) == len(values)


def test_every_sum_is_right(company: Writing) -> None:
    for invoice in read(company, "Invoices"):
        lines = invoice["Invoiced_Items"]
        assert lines
        for row in lines:
            assert row["Total"] == row["Quantity"] * row["List_Price"]
            assert row["Net_Total"] == row["Total"] - row["Discount"] + row["Tax"]
        expected = sum(row["Net_Total"] for row in lines) + invoice["Adjustment"]
        assert invoice["Grand_Total"] == expected
        assert invoice["Sub_Total"] + invoice["Tax"] + invoice["Adjustment"] == invoice["Grand_Total"]


def test_every_line_carries_the_rate_of_its_product(company: Writing) -> None:
    rates = {record["id"]: record["Tax"] for record in read(company, "Products")}
    for invoice in read(company, "Invoices"):
        for row in invoice["Invoiced_Items"]:
            assert [tax["name"] for tax in row["Line_Tax"]] == rates[row["Product_Name"]["id"]]


def test_documents_are_of_the_last_90_days_and_due_later(company: Writing) -> None:
    for invoice in read(company, "Invoices"):
        assert "2026-08-04" < invoice["Invoice_Date"] <= "2026-11-02"
        assert invoice["Due_Date"] > invoice["Invoice_Date"]


def test_most_documents_are_approved_or_delivered(company: Writing) -> None:
    statuses = Counter(invoice["Status"] for invoice in read(company, "Invoices"))
    assert set(statuses) == {"Created", "Approved", "Delivered", "Canceled"}
    assert statuses["Approved"] + statuses["Delivered"] > 100


def test_purchase_orders_have_vendor_number_and_lines(company: Writing) -> None:
    orders = read(company, "Purchase_Orders")
    assert len({order["PO_Number"] for order in orders}) == len(orders)
    assert all(order["Vendor_Name"] and order["Purchase_Items"] for order in orders)


def test_the_same_seed_makes_the_same_company_and_another_makes_another(writing: Writing) -> None:
    def describe(seed: str) -> list[Any]:
        before = len(writing.org.tables["Invoices"].records)
        generate_company(writing, seed=seed, accounts=5, contacts=5, products=5, invoices=10)
        made = list(writing.org.tables["Invoices"].records.values())[before:]
        return [(record["Subject"], record["Grand_Total"], record.get("Status")) for record in made]

    assert describe("a") == describe("a")
    assert describe("a") != describe("b")


def test_without_faults_nothing_is_wrong_and_with_them_one_of_each_kind_is(writing: Writing) -> None:
    generate_company(writing, seed="1", accounts=5, contacts=5, products=5, invoices=20)
    assert find_faults(writing) == {}
    made = generate_company(writing, seed="2", accounts=5, contacts=5, products=5, invoices=20, with_faults=True)
    assert (made["Invoices"], made["Products"]) == (26, 6)
    assert find_faults(writing) == {
        "unmapped status": 1,
        "blank status": 1,
        "no account": 1,
        "zero": 1,
        "negative": 1,
        "product without code": 1,
    }


def find_faults(writing: Writing) -> dict[str, int]:
    found: Counter[str] = Counter()
    for invoice in read(writing, "Invoices"):
        found["unmapped status"] += invoice["Status"] == "Shipped"
        found["blank status"] += invoice["Status"] is None
        found["no account"] += invoice["Account_Name"] is None
        found["zero"] += invoice["Grand_Total"] == 0
        found["negative"] += invoice["Grand_Total"] < Decimal(0)
    found["product without code"] += sum(record["Product_Code"] is None for record in read(writing, "Products"))
    return {name: count for name, count in found.items() if count}


def test_no_products_means_no_documents(writing: Writing) -> None:
    assert "Invoices" not in generate_company(writing, seed="1", products=0, contacts=1, accounts=1)
