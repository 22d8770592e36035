"""The seeded company in a CRM alone."""

from collections import Counter
from typing import Any

import pytest
from tests.unit.vendor_sandbox.generator.conftest import make_writing, read_module

from vendor_sandbox.generator.company import Sizes, generate_company
from vendor_sandbox.zoho.record_checks import Writing

SMALL = Sizes(accounts=5, contacts=5, products=12, invoices=20, vendors=2, purchase_orders=6)


@pytest.fixture(scope="module")
def company() -> Writing:
    writing = make_writing()
    made = generate_company(writing, seed="7", sizes=Sizes(quotes=12, sales_orders=10))
    assert made.pop("Contacts") > 120
    assert made == {
        "Accounts": 114,
        "Products": 80,
        "Invoices": 300,
        "Vendors": 30,
        "Purchase_Orders": 80,
        "Quotes": 12,
        "Sales_Orders": 10,
    }
    return writing


def test_the_org_has_the_taxes_of_a_uk_wholesaler(company: Writing) -> None:
    assert {tax.name: tax.value for tax in company.org.taxes} == {
        "VAT 20%": 20,
        "VAT 5%": 5,
        "VAT 0%": 0,
        "VAT exempt": 0,
        "VAT 0% (export)": 0,
        "VAT 20% (capital)": 20,
    }


def test_names_codes_and_addresses_are_distinct(company: Writing) -> None:
    keys = {"Accounts": "Account_Name", "Contacts": "Email", "Products": "Product_Code", "Vendors": "Email"}
    for module, key in keys.items():
        values = [record[key] for record in read_module(company, module)]
        assert None not in values
        assert len({value.casefold() for value in values}) == len(values)


def test_every_sum_is_right(company: Writing) -> None:
    for invoice in read_module(company, "Invoices"):
        lines = invoice["Invoiced_Items"]
        assert lines
        for row in lines:
            assert row["Total"] == row["Quantity"] * row["List_Price"]
            assert row["Net_Total"] == row["Total"] - row["Discount"] + row["Tax"]
        expected = sum(row["Net_Total"] for row in lines) + invoice["Adjustment"] - invoice["Discount"]
        assert invoice["Grand_Total"] == expected > 0


def test_every_line_carries_the_rate_of_its_product_and_carriage_that_of_the_goods(company: Writing) -> None:
    rates = {record["id"]: (record["Tax"], record["Product_Code"]) for record in read_module(company, "Products")}
    for invoice in read_module(company, "Invoices"):
        taxes = [[tax["name"] for tax in row["Line_Tax"]] for row in invoice["Invoiced_Items"]]
        for row, named in zip(invoice["Invoiced_Items"], taxes, strict=True):
            tax, code = rates[row["Product_Name"]["id"]]
            assert named in taxes[:-1] or named == ["VAT 20%"] if code == "CARR" else named == (tax or [])


def test_documents_are_of_the_last_twelve_months_and_due_later(company: Writing) -> None:
    invoices = read_module(company, "Invoices")
    for invoice in invoices:
        assert "2025-11-23" < invoice["Invoice_Date"] <= "2026-11-23"
        assert invoice["Due_Date"] > invoice["Invoice_Date"]
        assert invoice["Created_Time"][:10] == invoice["Invoice_Date"] == invoice["Modified_Time"][:10]
    months = Counter(invoice["Invoice_Date"][:7] for invoice in invoices)
    assert months["2026-10"] > months["2026-01"]
    numbers = [invoice["Invoice_Number"] for invoice in sorted(invoices, key=lambda one: one["Invoice_Date"])]
    assert numbers == sorted(numbers)


def test_customers_come_again(company: Writing) -> None:
    buyers = Counter(
        invoice["Account_Name"]["id"] for invoice in read_module(company, "Invoices") if invoice["Account_Name"]
    )
    assert buyers.most_common(1)[0][1] >= 5


def test_terms_are_30_days_or_the_end_of_the_following_month(company: Writing) -> None:
    ends = Counter(invoice["Due_Date"][8:] in {"28", "30", "31"} for invoice in read_module(company, "Invoices"))
    assert ends[True] > 50
    assert ends[False] > 50


def test_one_firm_buys_and_sells(company: Writing) -> None:
    accounts = {record["Account_Name"]: record for record in read_module(company, "Accounts")}
    (both,) = (record for record in read_module(company, "Vendors") if record["Vendor_Name"] in accounts)
    account = accounts[both["Vendor_Name"]]
    people = read_module(company, "Contacts")
    emails = {one["Email"] for one in people if (one["Account_Name"] or {}).get("id") == account["id"]}
    assert both["Email"] in emails
    assert both["City"] == account["Billing_City"]
    assert any(one["Vendor_Name"]["id"] == both["id"] for one in read_module(company, "Purchase_Orders"))
    assert any(
        one["Account_Name"] == {"id": account["id"], "name": account["Account_Name"]}
        for one in read_module(company, "Invoices")
    )


def test_purchase_orders_have_a_number_and_mostly_the_suppliers_too(company: Writing) -> None:
    orders = read_module(company, "Purchase_Orders")
    assert len({order["PO_Number"] for order in orders}) == len(orders)
    filled = [order["Supplier_Invoice_No"] for order in orders if order["Supplier_Invoice_No"]]
    assert len(orders) > len(filled) > len(orders) / 2


def test_there_are_private_customers_discounts_and_adjustments(company: Writing) -> None:
    people, invoices = read_module(company, "Contacts"), read_module(company, "Invoices")
    assert sum(one["Account_Name"] is None for one in people) == 6
    assert any(one["Account_Name"] is None and one["Contact_Name"] for one in invoices)
    assert any(one["Discount"] for one in invoices)
    assert any(one["Adjustment"] for one in invoices)
    assert any(row["Discount"] for one in invoices for row in one["Invoiced_Items"])


def test_most_old_documents_are_delivered(company: Writing) -> None:
    statuses = Counter(invoice["Status"] for invoice in read_module(company, "Invoices"))
    assert set(statuses) == {"Created", "Approved", "Delivered", "Canceled"}
    assert statuses["Delivered"] > 200


def test_counts_can_be_chosen(writing: Writing) -> None:
    made = generate_company(writing, seed="1", sizes=SMALL)
    assert {name: made[name] for name in ("Accounts", "Contacts", "Products", "Invoices", "Vendors")} == {
        "Accounts": 5,
        "Contacts": 5,
        "Products": 12,
        "Invoices": 20,
        "Vendors": 2,
    }


def test_more_products_than_the_catalogue_has_are_distinct(writing: Writing) -> None:
    generate_company(writing, seed="1", sizes=Sizes(accounts=400, contacts=0, products=300, invoices=5))
    for module, name in (("Products", "Product_Code"), ("Products", "Product_Name"), ("Accounts", "Account_Name")):
        values = [record[name] for record in read_module(writing, module)]
        assert len(set(values)) == len(values) >= 300


def test_the_same_seed_makes_the_same_company_and_another_makes_another() -> None:
    def describe(seed: str) -> list[Any]:
        writing = make_writing()
        generate_company(writing, seed=seed, sizes=SMALL, with_faults=True)
        return [read_module(writing, name) for name in writing.org.tables]

    assert describe("a") == describe("a")
    assert describe("a") != describe("b")


def test_with_faults_the_answer_tells_them_and_without_there_are_none(writing: Writing) -> None:
    assert "planted" not in generate_company(writing, seed="1", sizes=SMALL)
    made = generate_company(make_writing(), seed="1", sizes=SMALL, with_faults=True)
    kinds = [planted["kind"] for planted in made["planted"]]
    assert {"status_unmapped", "no_code", "no_customer", "zero_invoice", "negative_total"} <= set(kinds)
    assert "currency_not_enabled" not in kinds
    abroad = generate_company(make_writing(multi_currency=True), seed="1", sizes=SMALL, with_faults=True)
    assert "currency_not_enabled" in [planted["kind"] for planted in abroad["planted"]]


def test_no_products_or_nobody_to_sell_to_means_no_documents() -> None:
    nothing = Sizes(products=0, contacts=1, accounts=1)
    assert "Invoices" not in generate_company(make_writing(), seed="1", sizes=nothing, with_faults=True)
    alone = Sizes(products=5, contacts=0, accounts=0)
    assert "Invoices" not in generate_company(make_writing(), seed="1", sizes=alone, with_faults=True)
