"""One record, its lines, counts, and the deleted ones."""

from decimal import Decimal

import pytest
from tests.unit.vendor_sandbox.zoho.conftest import Zoho


def test_a_get_by_id_brings_lines_and_says_whether_all(zoho: Zoho) -> None:
    product = zoho.make_product()
    record = zoho.read("Invoices", zoho.make_invoice(product))
    (line,) = record["Invoiced_Items"]
    assert line["Product_Name"] == {"name": "Product A1", "id": product, "Product_Code": "A1"}
    assert line["Parent_Id"]["id"] == record["id"]
    assert line["Sequence_Number"] == 1
    assert record["$has_more"] == {"Invoiced_Items": False}
    assert record["$currency_symbol"] == "£"
    assert record["Invoice_Number"] == "INV-00001"


def test_a_long_document_is_cut_and_says_so(zoho: Zoho) -> None:
    product = zoho.make_product()
    line = {"Product_Name": {"id": product}, "Quantity": 1, "List_Price": 1}
    (invoice,) = zoho.insert("Invoices", {"Subject": "Long", "Invoiced_Items": [line] * 5})
    zoho.switch(zoho_rows_in_get=3)
    record = zoho.read("Invoices", invoice)
    assert len(record["Invoiced_Items"]) == 3
    assert record["$has_more"] == {"Invoiced_Items": True}
    assert record["Grand_Total"] == 5


def test_ids_are_strings_of_18_digits(zoho: Zoho) -> None:
    product = zoho.make_product()
    assert len(product) == 18
    assert product.isdigit()
    assert f'"id":"{product}"' in zoho.api("GET", f"Products/{product}").text


def test_prices_keep_their_digits(zoho: Zoho) -> None:
    product = zoho.make_product(price=Decimal("2.50"))
    assert '"Unit_Price":2.50' in zoho.api("GET", f"Products/{product}").text


@pytest.mark.parametrize(("switch", "status"), [(204, 204), (400, 400)])
def test_a_missing_id_is_204_or_400_by_switch(zoho: Zoho, switch: int, status: int) -> None:
    zoho.switch(zoho_missing_id=switch)
    assert zoho.api("GET", "Products/550001000000999999").status == status


def test_what_is_no_id_is_always_400(zoho: Zoho) -> None:
    reply = zoho.api("GET", "Products/abc")
    assert (reply.status, reply.json["code"]) == (400, "INVALID_DATA")


def test_fields_narrow_a_get_by_id(zoho: Zoho) -> None:
    product = zoho.make_product()
    (record,) = zoho.api("GET", f"Products/{product}", query={"fields": "Unit_Price"}).json["data"]
    assert {name for name in record if not name.startswith("$")} == {"id", "Unit_Price"}


def test_the_count_is_of_the_whole_module(zoho: Zoho) -> None:
    zoho.make_product("A")
    zoho.make_product("B")
    assert zoho.api("GET", "Products/actions/count").json == {"count": 2}


def make_external(zoho: Zoho) -> str:
    wanted = {
        "field_label": "Xero Id",
        "data_type": "text",
        "external": {"type": "org"},
        "unique": {"case_sensitive": False},
    }
    reply = zoho.api("POST", "settings/fields", query={"module": "Accounts"}, json={"fields": [wanted]})
    assert reply.json["fields"][0]["details"]["api_name"] == "Xero_Id"
    return zoho.insert("Accounts", {"Account_Name": "A", "Xero_Id": "guid-1"})[0]


def test_a_record_is_found_changed_and_deleted_by_its_external_value(zoho: Zoho) -> None:
    account = make_external(zoho)
    headers = {"x-external": "Accounts.Xero_Id"}
    assert zoho.api("GET", "Accounts/guid-1", headers=headers).json["data"][0]["id"] == account
    reply = zoho.api("PUT", "Accounts/guid-1", headers=headers, json={"data": [{"Phone": "1"}]})
    assert reply.json["data"][0]["details"]["id"] == account
    assert zoho.api("DELETE", "Accounts/guid-1", headers=headers).status == 200
    assert zoho.api("GET", f"Accounts/{account}").status == 204


@pytest.mark.parametrize("header", ["Accounts.Phone", "Contacts.Xero_Id", "Xero_Id"])
def test_only_an_external_field_of_the_module_finds_records(zoho: Zoho, header: str) -> None:
    make_external(zoho)
    reply = zoho.api("GET", "Accounts/guid-1", headers={"x-external": header})
    assert (reply.status, reply.json["code"]) == (400, "INVALID_DATA")


def test_deleted_records_go_from_the_bin_to_permanent_and_then_from_memory(zoho: Zoho) -> None:
    product = zoho.make_product()
    zoho.api("DELETE", f"Products/{product}")
    days = 24 * 3600

    def types(kind: str = "all") -> list[str]:
        zoho.renew()
        reply = zoho.api("GET", "Products/deleted", query={"type": kind})
        return [] if reply.status == 204 else [row["type"] for row in reply.json["data"]]

    assert types() == ["recycle"]
    zoho.core.clock.advance(60 * days)
    assert (types(), types("recycle"), types("permanent")) == (["permanent"], [], ["permanent"])
    zoho.core.clock.advance(120 * days)
    assert types() == []


def test_a_deleted_row_says_what_it_was(zoho: Zoho) -> None:
    product = zoho.make_product()
    zoho.api("DELETE", f"Products/{product}")
    (row,) = zoho.api("GET", "Products/deleted").json["data"]
    assert (row["id"], row["display_name"]) == (product, "Product A1")
    assert row["deleted_time"] == "2026-11-02T09:30:00+00:00"


def test_deleted_since_and_pages(zoho: Zoho) -> None:
    for code in ("A", "B", "C"):
        zoho.api("DELETE", f"Products/{zoho.make_product(code)}")
        zoho.core.clock.advance(10)
    since = {"if-modified-since": "2026-11-02T09:30:10+00:00"}
    assert len(zoho.api("GET", "Products/deleted", headers=since).json["data"]) == 2
    page = zoho.api("GET", "Products/deleted", query={"per_page": "2"}).json
    assert (len(page["data"]), page["info"]["more_records"]) == (2, True)
    page = zoho.api("GET", "Products/deleted", query={"per_page": "2", "page": "2"}).json
    assert (len(page["data"]), page["info"]["more_records"]) == (1, False)


@pytest.mark.parametrize("status", [204, 304])
def test_nothing_deleted_since_is_a_switch(zoho: Zoho, status: int) -> None:
    zoho.switch(zoho_deleted_empty=status)
    headers = {"if-modified-since": "2026-11-02T09:30:10+00:00"}
    assert zoho.api("GET", "Products/deleted", headers=headers).status == status


def test_an_unknown_type_of_deletion_is_refused(zoho: Zoho) -> None:
    assert zoho.api("GET", "Products/deleted", query={"type": "some"}).status == 400
