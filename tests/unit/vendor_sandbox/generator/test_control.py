"""POST /_control/company."""

from collections.abc import AsyncIterator

import httpx
import pytest
from tests.unit.vendor_sandbox.generator.conftest import NOW

from vendor_sandbox.app import create_sandbox
from vendor_sandbox.core.clock import VirtualClock


@pytest.fixture
async def http() -> AsyncIterator[httpx.AsyncClient]:
    sandbox = create_sandbox(clock=VirtualClock(NOW))
    transport = httpx.ASGITransport(app=sandbox.app)
    async with httpx.AsyncClient(transport=transport, base_url="http://sandbox.test/_control") as client:
        yield client


async def make_sides(http: httpx.AsyncClient) -> dict[str, str]:
    org = (await http.post("/zoho/orgs", json={"multi_currency": True})).json()["id"]
    tenant = (await http.post("/xero/organisations", json={"name": "Harbour Lane"})).json()["tenant_id"]
    return {"zoho_org_id": org, "xero_tenant_id": tenant}


async def test_a_company_fills_both_sides_and_tells_the_truth_about_it(http: httpx.AsyncClient) -> None:
    sides = await make_sides(http)
    reply = await http.post("/company", json={**sides, "seed": 7})
    assert reply.status_code == 201
    truth = reply.json()
    assert set(truth) == {
        "seed",
        "today",
        "lock_date",
        "books_start_date",
        "made",
        "planted",
        "already_there",
        "expected",
        "typed",
        "bookkeeper",
    }
    assert (truth["seed"], truth["today"]) == ("7", "2026-11-23")
    records = (await http.get(f"/zoho/{sides['zoho_org_id']}/Invoices")).json()["records"]
    assert len(records) == truth["made"]["zoho"]["Invoices"]
    summary = (await http.get(f"/xero/{sides['xero_tenant_id']}/summary")).json()
    assert (summary["invoices"], summary["bills"]) == (40, 3)
    assert (await http.get("/calls")).json() == {"calls": []}


async def test_the_edit_of_later_is_one_that_a_person_can_make(http: httpx.AsyncClient) -> None:
    sides = await make_sides(http)
    truth = (await http.post("/company", json=sides)).json()
    (then,) = (one["then"] for one in truth["planted"] if "then" in one)
    path = f"/zoho/{sides['zoho_org_id']}/{then['module']}/{then['record_id']}"
    before = (await http.get(path)).json()["Grand_Total"]
    assert (await http.patch(path, json=then["changes"])).status_code == 200
    assert (await http.get(path)).json()["Grand_Total"] == pytest.approx(before + 5)


async def test_a_company_needs_two_empty_sides(http: httpx.AsyncClient) -> None:
    sides = await make_sides(http)
    for wrong in ({"zoho_org_id": "1"}, {"xero_tenant_id": "1"}):
        assert (await http.post("/company", json={**sides, **wrong})).status_code == 404
    assert (await http.post("/company", json={**sides, "colour": "red"})).status_code == 400
    assert (await http.post("/company", json=sides)).status_code == 201
    refused = await http.post("/company", json=sides)
    assert (refused.status_code, refused.json()) == (400, {"error": "both sides must be empty"})
