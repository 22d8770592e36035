"""Line items inside a written document."""

from typing import Any

import pytest
from tests.unit.vendor_sandbox.zoho.conftest import Zoho


def line(product: str, **fields: Any) -> dict[str, Any]:
    return {"Product_Name": {"id": product}, "Quantity": 1, "List_Price": 10, **fields}


def change(zoho: Zoho, invoice: str, rows: list[dict[str, Any]], **fields: Any) -> Any:
    return zoho.api("PUT", f"Invoices/{invoice}", json={"data": [{"Invoiced_Items": rows, **fields}]})


def test_a_row_without_id_is_appended_and_the_others_stay(zoho: Zoho) -> None:
    product = zoho.make_product()
    invoice = zoho.make_invoice(product)
    before = zoho.read("Invoices", invoice)["Invoiced_Items"]
    assert change(zoho, invoice, [line(product, Quantity=3)]).status == 200
    after = zoho.read("Invoices", invoice)
    assert [row["id"] for row in after["Invoiced_Items"]][:1] == [before[0]["id"]]
    assert [row["Quantity"] for row in after["Invoiced_Items"]] == [2, 3]
    assert [row["Sequence_Number"] for row in after["Invoiced_Items"]] == [1, 2]
    assert after["Grand_Total"] == 50


def test_a_row_with_id_is_changed_and_keeps_its_id(zoho: Zoho) -> None:
    invoice = zoho.make_invoice(zoho.make_product())
    (row,) = zoho.read("Invoices", invoice)["Invoiced_Items"]
    zoho.core.clock.advance(5)
    change(zoho, invoice, [{"id": row["id"], "Quantity": 7}])
    after = zoho.read("Invoices", invoice)
    assert [(each["id"], each["Quantity"], each["Total"]) for each in after["Invoiced_Items"]] == [(row["id"], 7, 70)]
    assert after["Invoiced_Items"][0]["Modified_Time"] == "2026-11-02T09:30:05+00:00"
    assert after["Sub_Total"] == 70


def test_a_row_marked_for_deletion_goes(zoho: Zoho) -> None:
    product = zoho.make_product()
    (invoice,) = zoho.insert("Invoices", {"Subject": "S", "Invoiced_Items": [line(product), line(product)]})
    first, second = zoho.read("Invoices", invoice)["Invoiced_Items"]
    change(zoho, invoice, [{"id": first["id"], "_delete": None}])
    (left,) = zoho.read("Invoices", invoice)["Invoiced_Items"]
    assert (left["id"], left["Sequence_Number"]) == (second["id"], 1)
    assert zoho.query("id", "Invoiced_Items", f"id = '{first['id']}'").status == 204


def test_an_empty_list_deletes_all_lines(zoho: Zoho) -> None:
    invoice = zoho.make_invoice(zoho.make_product())
    change(zoho, invoice, [])
    record = zoho.read("Invoices", invoice)
    assert (record["Invoiced_Items"], record["Grand_Total"]) == ([], 0)


def test_an_update_without_lines_leaves_them_alone(zoho: Zoho) -> None:
    invoice = zoho.make_invoice(zoho.make_product())
    zoho.api("PUT", f"Invoices/{invoice}", json={"data": [{"Subject": "New"}]})
    assert len(zoho.read("Invoices", invoice)["Invoiced_Items"]) == 1


def test_a_row_of_another_document_is_refused(zoho: Zoho) -> None:
    product = zoho.make_product()
    first, second = zoho.make_invoice(product), zoho.make_invoice(product)
    (row,) = zoho.read("Invoices", first)["Invoiced_Items"]
    reply = change(zoho, second, [{"id": row["id"], "Quantity": 1}])
    assert (reply.status, reply.json["data"][0]["code"]) == (400, "INVALID_DATA")
    assert reply.json["data"][0]["details"]["json_path"] == "$.data[0].Invoiced_Items[0].id"


@pytest.mark.parametrize(
    ("rows", "code"),
    [
        ([], "MANDATORY_NOT_FOUND"),
        ([{"Quantity": 1}], "MANDATORY_NOT_FOUND"),
        ([{"Product_Name": {"id": "1"}}], "INVALID_DATA"),
        ([{"Product_Name": "x", "quantity": 1}], "MULTIPLE_OR_MULTI_ERRORS"),
    ],
)
def test_a_new_document_needs_good_lines(zoho: Zoho, rows: list[Any], code: str) -> None:
    reply = zoho.api("POST", "Invoices", json={"data": [{"Subject": "S", "Invoiced_Items": rows}]})
    assert (reply.status, reply.json["data"][0]["code"]) == (400, code)


def test_the_cap_on_lines_is_a_switch(zoho: Zoho) -> None:
    product = zoho.make_product()
    zoho.switch(zoho_line_cap=2)
    record = {"Subject": "S", "Invoiced_Items": [line(product)] * 3}
    reply = zoho.api("POST", "Invoices", json={"data": [record]})
    assert reply.json["data"][0]["details"]["maximum_length"] == 2
    zoho.switch(zoho_line_cap=0)
    assert zoho.api("POST", "Invoices", json={"data": [record]}).status == 201


def test_a_refused_document_leaves_nothing_behind(zoho: Zoho) -> None:
    product = zoho.make_product()
    bad = [line(product), {"Quantity": 1}]
    zoho.api("POST", "Invoices", json={"data": [{"Subject": "S", "Invoiced_Items": bad}]})
    assert zoho.org.tables["Invoiced_Items"].records == {}
    assert zoho.org.tables["Invoices"].records == {}


@pytest.mark.parametrize(("bumps", "second"), [(True, "05"), (False, "00")])
def test_whether_a_line_edit_moves_the_parents_time_is_a_switch(zoho: Zoho, bumps: bool, second: str) -> None:
    zoho.switch(line_edit_bumps_parent=bumps)
    invoice = zoho.make_invoice(zoho.make_product())
    (row,) = zoho.read("Invoices", invoice)["Invoiced_Items"]
    zoho.core.clock.advance(5)
    change(zoho, invoice, [{"id": row["id"], "Quantity": 7}])
    after = zoho.read("Invoices", invoice)
    assert after["Modified_Time"] == f"2026-11-02T09:30:{second}+00:00"
    assert after["Grand_Total"] == 70
    change(zoho, invoice, [{"id": row["id"], "Quantity": 8}], Subject="New")
    assert zoho.read("Invoices", invoice)["Modified_Time"] == "2026-11-02T09:30:05+00:00"


def test_a_line_without_price_takes_the_products(zoho: Zoho) -> None:
    product = zoho.make_product(price=12)
    (invoice,) = zoho.insert("Invoices", {"Subject": "S", "Invoiced_Items": [{"Product_Name": {"id": product}}]})
    (row,) = zoho.read("Invoices", invoice)["Invoiced_Items"]
    assert (row["Quantity"], row["List_Price"], row["Total"]) == (1, 12, 12)


@pytest.mark.parametrize(
    ("module", "lines", "fields"),
    [
        ("Quotes", "Quoted_Items", {}),
        ("Sales_Orders", "Ordered_Items", {}),
        ("Purchase_Orders", "Purchase_Items", {"Vendor_Name": "vendor"}),
    ],
)
def test_every_document_module_has_its_lines(zoho: Zoho, module: str, lines: str, fields: dict[str, str]) -> None:
    (vendor,) = zoho.insert("Vendors", {"Vendor_Name": "V"})
    record = {name: {"id": vendor} for name in fields} | {"Subject": "S", lines: [line(zoho.make_product())]}
    (document,) = zoho.insert(module, record)
    assert zoho.read(module, document)["Grand_Total"] == 10
    assert zoho.query("id", lines, f"Parent_Id = '{document}'").json["info"]["count"] == 1


def test_a_purchase_order_needs_its_vendor(zoho: Zoho) -> None:
    record = {"Subject": "S", "Purchase_Items": [line(zoho.make_product())]}
    reply = zoho.api("POST", "Purchase_Orders", json={"data": [record]})
    assert reply.json["data"][0]["details"]["api_name"] == "Vendor_Name"
