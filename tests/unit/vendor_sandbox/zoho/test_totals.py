"""The sums that Zoho computes."""

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.vendor_sandbox.zoho.conftest import Zoho


def make(zoho: Zoho, *lines: dict[str, Any], **fields: Any) -> dict[str, Any]:
    product = zoho.make_product()
    rows = [{"Product_Name": {"id": product}, **line} for line in lines]
    (invoice,) = zoho.insert("Invoices", {"Subject": "S", "Invoiced_Items": rows, **fields})
    return zoho.read("Invoices", invoice)


@pytest.fixture
def vat(zoho: Zoho) -> dict[str, Any]:
    tax = zoho.org.add_tax("VAT 20%", Decimal(20))
    return {"name": tax.name, "percentage": 20}


def test_a_line_is_rounded_to_the_penny_halves_up(zoho: Zoho) -> None:
    (row,) = make(zoho, {"Quantity": 3, "List_Price": Decimal("0.335")})["Invoiced_Items"]
    assert row["Total"] == Decimal("1.01")


def test_tax_is_on_top_of_what_the_discount_left(zoho: Zoho, vat: dict[str, Any]) -> None:
    record = make(zoho, {"Quantity": 2, "List_Price": 50, "Discount": 10, "Line_Tax": [vat]})
    (row,) = record["Invoiced_Items"]
    assert (row["Total"], row["Discount"], row["Total_After_Discount"]) == (100, 10, 90)
    assert (row["Tax"], row["Net_Total"], row["Line_Tax"][0]["value"]) == (18, 108, 18)
    assert (record["Sub_Total"], record["Tax"], record["Grand_Total"]) == (90, 18, 108)


def test_sub_total_with_tax_is_a_switch_and_the_grand_total_the_same(zoho: Zoho, vat: dict[str, Any]) -> None:
    zoho.switch(zoho_sub_total="with_tax")
    record = make(zoho, {"Quantity": 2, "List_Price": 50, "Line_Tax": [vat]})
    assert (record["Sub_Total"], record["Tax"], record["Grand_Total"]) == (120, 0, 120)


def test_several_taxes_on_a_line_are_rounded_each(zoho: Zoho) -> None:
    for name in ("A", "B"):
        zoho.org.add_tax(name, Decimal("2.5"))
    (row,) = make(zoho, {"Quantity": 1, "List_Price": Decimal("10.20"), "Line_Tax": [{"name": "A"}, {"name": "B"}]})[
        "Invoiced_Items"
    ]
    assert [tax["value"] for tax in row["Line_Tax"]] == [Decimal("0.26"), Decimal("0.26")]
    assert row["Tax"] == Decimal("0.52")


def test_a_percent_discount_reads_back_as_an_amount_and_follows_the_line(zoho: Zoho) -> None:
    record = make(zoho, {"Quantity": 1, "List_Price": 80, "Discount": "5%"})
    (row,) = record["Invoiced_Items"]
    assert row["Discount"] == 4
    change = {"Invoiced_Items": [{"id": row["id"], "Quantity": 2}]}
    zoho.api("PUT", f"Invoices/{record['id']}", json={"data": [change]})
    assert zoho.read("Invoices", record["id"])["Invoiced_Items"][0]["Discount"] == 8
    change = {"Invoiced_Items": [{"id": row["id"], "Discount": 1}]}
    zoho.api("PUT", f"Invoices/{record['id']}", json={"data": [change]})
    assert zoho.read("Invoices", record["id"])["Invoiced_Items"][0]["Discount"] == 1


def test_header_discount_adjustment_and_header_tax_go_into_the_grand_total(zoho: Zoho, vat: dict[str, Any]) -> None:
    record = make(
        zoho,
        {"Quantity": 1, "List_Price": 100},
        **{"Discount": 10, "Adjustment": Decimal("-0.50"), "$line_tax": [vat]},
    )
    assert record["$line_tax"][0]["value"] == 18
    assert (record["Sub_Total"], record["Tax"], record["Grand_Total"]) == (100, 18, Decimal("107.50"))


def test_a_header_edit_recomputes_the_total(zoho: Zoho) -> None:
    record = make(zoho, {"Quantity": 1, "List_Price": 100}, Discount="10%")
    assert record["Grand_Total"] == 90
    zoho.api("PUT", f"Invoices/{record['id']}", json={"data": [{"Adjustment": 5}]})
    assert zoho.read("Invoices", record["id"])["Grand_Total"] == 95


def test_negative_quantities_and_zero_prices_are_kept(zoho: Zoho) -> None:
    record = make(zoho, {"Quantity": -2, "List_Price": Decimal("1.25")}, {"Quantity": 5, "List_Price": 0})
    assert [row["Total"] for row in record["Invoiced_Items"]] == [Decimal("-2.50"), 0]
    assert record["Grand_Total"] == Decimal("-2.50")


@pytest.mark.parametrize("taxes", [[{"name": "Nobody's"}], "VAT", [{"name": "VAT 20%", "percentage": "20"}]])
def test_a_tax_that_the_org_does_not_have_is_refused(zoho: Zoho, vat: dict[str, Any], taxes: object) -> None:
    row = {"Product_Name": {"id": zoho.make_product()}, "Line_Tax": taxes}
    reply = zoho.api("POST", "Invoices", json={"data": [{"Subject": "S", "Invoiced_Items": [row]}]})
    assert reply.json["data"][0]["details"]["api_name"] == "Line_Tax"


@pytest.mark.parametrize("discount", ["101%", "5", "-5%"])
def test_a_discount_that_is_no_percentage_is_refused(zoho: Zoho, discount: str) -> None:
    row = {"Product_Name": {"id": zoho.make_product()}, "Discount": discount}
    reply = zoho.api("POST", "Invoices", json={"data": [{"Subject": "S", "Invoiced_Items": [row]}]})
    assert reply.status == 400
