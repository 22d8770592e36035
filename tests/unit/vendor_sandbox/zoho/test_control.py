"""The control API of the simulated Zoho: orgs, consent, and people who edit records."""

from collections.abc import AsyncIterator
from typing import Any

import httpx
import pytest
from tests.unit.vendor_sandbox.zoho.conftest import Zoho

from vendor_sandbox.control.app import create_control_app
from vendor_sandbox.zoho.control import control_routes


@pytest.fixture
async def http(zoho: Zoho) -> AsyncIterator[httpx.AsyncClient]:
    app = create_control_app(zoho.core, [zoho.mount], {"zoho": control_routes(zoho.mount)})
    transport = httpx.ASGITransport(app=app)
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox.test/_control/zoho/") as client:
        yield client


async def test_an_org_is_made_as_described(http: httpx.AsyncClient) -> None:
    wanted = {
        "company_name": "Leeds Ltd",
        "dc": "uk",
        "edition": "standard",
        "users": 2,
        "iso_code": "GBP",
        "country_code": "GB",
        "time_zone": "Europe/London",
        "allowed_credits": 7,
    }
    reply = await http.post("orgs", json=wanted)
    assert reply.status_code == 201
    assert wanted.items() <= reply.json().items()
    assert reply.json()["id"] in [org["id"] for org in (await http.get("orgs")).json()["orgs"]]


@pytest.mark.parametrize(
    "wanted", [{"dc": "mars"}, {"users": "2"}, {"colour": "red"}, {"time_zone": "x"}, {"users": True}]
)
async def test_an_org_that_cannot_be_is_refused(http: httpx.AsyncClient, wanted: dict[str, Any]) -> None:
    assert (await http.post("orgs", json=wanted)).status_code == 400


async def test_consent_goes_to_the_chosen_org(http: httpx.AsyncClient, zoho: Zoho) -> None:
    other = (await http.post("orgs", json={"dc": "eu"})).json()["id"]
    assert (await http.post("consent", json={"org_id": zoho.org.id})).json() == {"org_id": zoho.org.id, "via": "eu"}
    assert zoho.consent()["location"] == "eu"
    assert zoho.core.ledger.list_calls()[-1].org == zoho.org.id
    await http.post("consent", json={"org_id": other})
    zoho.consent()
    assert zoho.core.ledger.list_calls()[-1].org == other


async def test_consent_to_nobody_is_refused(http: httpx.AsyncClient, zoho: Zoho) -> None:
    assert (await http.post("consent", json={"org_id": "1"})).status_code == 404
    assert (await http.post("consent", json={"org_id": zoho.org.id, "via": "mars"})).status_code == 400


async def test_a_person_makes_edits_and_deletes_records_without_a_call(http: httpx.AsyncClient, zoho: Zoho) -> None:
    made = await http.post(f"{zoho.org.id}/Accounts", json={"records": [{"Account_Name": "A"}, {"Account_Name": "B"}]})
    assert made.status_code == 201
    first, second = (each["details"]["id"] for each in made.json()["data"])
    zoho.core.clock.advance(5)
    assert (await http.patch(f"{zoho.org.id}/Accounts/{first}", json={"Phone": "1"})).status_code == 200
    assert (await http.delete(f"{zoho.org.id}/Accounts/{second}")).status_code == 200
    (left,) = (await http.get(f"{zoho.org.id}/Accounts")).json()["records"]
    assert (left["id"], left["Phone"], left["Modified_Time"]) == (first, "1", "2026-11-02T09:30:05+00:00")
    assert (await http.get(f"{zoho.org.id}/Accounts/{first}")).json() == left
    assert zoho.core.ledger.list_calls() == []
    assert zoho.api("GET", "Accounts/deleted").json["data"][0]["id"] == second


async def test_a_person_is_validated_as_strictly_as_a_program(http: httpx.AsyncClient, zoho: Zoho) -> None:
    reply = await http.post(f"{zoho.org.id}/Accounts", json={"records": [{"Phone": "1"}]})
    assert reply.status_code == 400
    assert reply.json()["data"][0]["code"] == "MANDATORY_NOT_FOUND"
    assert (await http.post(f"{zoho.org.id}/Accounts", json={"records": "x"})).status_code == 400


async def test_only_a_person_can_lock_a_record(http: httpx.AsyncClient, zoho: Zoho) -> None:
    (account,) = zoho.insert("Accounts", {"Account_Name": "A"})
    zoho.api("PUT", f"Accounts/{account}", json={"data": [{"Locked__s": True}]})
    assert zoho.api("PUT", f"Accounts/{account}", json={"data": [{}]}).status == 200
    await http.patch(f"{zoho.org.id}/Accounts/{account}", json={"Locked__s": True})
    assert zoho.api("PUT", f"Accounts/{account}", json={"data": [{}]}).json["data"][0]["code"] == "RECORD_LOCKED"
    assert (await http.patch(f"{zoho.org.id}/Accounts/{account}", json={"Locked__s": False})).status_code == 200


@pytest.mark.parametrize(
    ("method", "path", "status"),
    [
        ("GET", "1/Accounts", 404),
        ("GET", "{org}/Nope", 404),
        ("PATCH", "{org}/Accounts/1", 404),
        ("POST", "{org}/Invoiced_Items", 400),
    ],
)
async def test_what_does_not_exist_is_not_found(
    http: httpx.AsyncClient, zoho: Zoho, method: str, path: str, status: int
) -> None:
    reply = await http.request(method, path.format(org=zoho.org.id), json={"records": []})
    assert reply.status_code == status


async def test_taxes_and_currencies_can_be_added(http: httpx.AsyncClient, zoho: Zoho) -> None:
    assert (await http.post(f"{zoho.org.id}/taxes", json={"name": "VAT", "value": 20})).status_code == 201
    assert (await http.post(f"{zoho.org.id}/taxes", json={"name": "VAT", "value": "20"})).status_code == 400
    euro = {"iso_code": "EUR", "exchange_rate": 1.15}
    assert (await http.post(f"{zoho.org.id}/currencies", json=euro)).status_code == 400
    zoho.org.multi_currency = True
    assert (await http.post(f"{zoho.org.id}/currencies", json=euro)).status_code == 201
    assert zoho.insert("Accounts", {"Account_Name": "A", "Currency": "EUR"})


async def test_a_csv_of_sales_is_imported_past_the_line_cap(http: httpx.AsyncClient, zoho: Zoho) -> None:
    zoho.switch(zoho_line_cap=1)
    csv = (
        "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
        "1,A,Thing,2,2010-12-01 08:26:00,2.50,7.0,France\n"
        "1,B,,1,2010-12-01 08:26:00,1.00,7.0,France\n"
    )
    reply = await http.post(f"{zoho.org.id}/import/online-retail", content=csv.encode())
    assert reply.json() == {"accounts": 1, "products": 2, "invoices": 1, "cancellations": 0, "lines": 2}
    assert zoho.core.ledger.list_calls() == []
    assert (await http.post(f"{zoho.org.id}/import/online-retail", content=b"a,b\n")).status_code == 400


async def test_a_company_is_generated_in_the_numbers_asked_for(http: httpx.AsyncClient, zoho: Zoho) -> None:
    counts = {"accounts": 3, "contacts": 2, "products": 4, "invoices": 5, "vendors": 0, "purchase_orders": 0}
    reply = await http.post(f"{zoho.org.id}/generate", json={"seed": 7, **counts})
    assert reply.json() == {"Accounts": 3, "Contacts": 2, "Products": 4, "Invoices": 5}
    assert (await http.post(f"{zoho.org.id}/generate", json={"accounts": -1})).status_code == 400
    assert (await http.post(f"{zoho.org.id}/generate", json={"dogs": 1})).status_code == 400


async def test_a_person_adds_custom_fields_to_any_module(http: httpx.AsyncClient, zoho: Zoho) -> None:
    wanted: list[dict[str, Any]] = [
        {"module": "Purchase_Orders", "field_label": "Supplier Ref", "data_type": "text", "length": 40},
        {"module": "Accounts", "field_label": "Add to Xero", "data_type": "boolean"},
        {
            "module": "Invoices",
            "field_label": "Region",
            "data_type": "picklist",
            "pick_list_values": [{"display_value": "North"}, {"display_value": "South"}],
        },
    ]
    for field in wanted:
        reply = await http.post(f"{zoho.org.id}/fields", json=field)
        assert reply.status_code == 201
        made = zoho.org.tables[field["module"]].fields[reply.json()["details"]["api_name"]]
        assert (made.custom, made.data_type) == (True, field["data_type"])
    assert zoho.org.tables["Invoices"].fields["Region"].choices == ("North", "South")
    assert zoho.org.tables["Purchase_Orders"].fields["Supplier_Ref"].length == 40
    again = await http.post(f"{zoho.org.id}/fields", json=wanted[0])
    assert (again.status_code, again.json()["code"]) == (400, "DUPLICATE_DATA")
    assert (await http.post(f"{zoho.org.id}/fields", json={"field_label": "X"})).status_code == 404


async def test_only_a_person_sends_a_record_for_approval(http: httpx.AsyncClient, zoho: Zoho) -> None:
    (account,) = zoho.insert("Accounts", {"Account_Name": "A", "Record_Status__s": "Draft"})
    assert zoho.read("Accounts", account)["Record_Status__s"] == "Available"
    path = f"{zoho.org.id}/Accounts/{account}"
    assert (await http.patch(path, json={"Record_Status__s": "Pending Approval"})).status_code == 200
    assert zoho.read("Accounts", account)["Record_Status__s"] == "Pending Approval"
    zoho.api("PUT", f"Accounts/{account}", json={"data": [{"Record_Status__s": "Available"}]})
    assert zoho.read("Accounts", account)["Record_Status__s"] == "Pending Approval"
    made = await http.post(
        f"{zoho.org.id}/Accounts", json={"records": [{"Account_Name": "B", "Record_Status__s": "Draft"}]}
    )
    assert zoho.read("Accounts", made.json()["data"][0]["details"]["id"])["Record_Status__s"] == "Draft"
