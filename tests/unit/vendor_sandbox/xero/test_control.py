"""The control API: people at work in Xero, uncounted and under the same rules."""

from __future__ import annotations

from typing import Any

import httpx
import pytest
from tests.unit.vendor_sandbox.xero.driver import XeroDriver, bill, invoice, purchase_order, quote


async def ask(xero: XeroDriver, method: str, path: str, body: object = None) -> httpx.Response:
    return await xero.client.request(method, f"/_control/xero{path}", json=body)


async def test_a_persons_work_is_validated_recorded_and_not_a_vendor_call(xero: XeroDriver) -> None:
    before = xero.sandbox.ledger.count_calls()
    made = await xero.person("Invoices", {**invoice(InvoiceNumber="P-1", LineItems=[]), "Reference": "by hand"})
    again = await ask(xero, "POST", f"/{xero.tenant_id}/Invoices", {**invoice(InvoiceNumber="P-1", LineItems=[])})
    assert (again.status_code, again.json()["error"]) == (400, "Invoice # must be unique.")
    assert xero.sandbox.ledger.count_calls() == before
    (version,) = xero.sandbox.ledger.list_versions(vendor="xero", kind="Invoices", id=made["InvoiceID"])
    assert (version.action, version.call_seq) == ("created", 0)


async def test_a_person_can_pay_void_archive_and_lock(xero: XeroDriver) -> None:
    one, two = await xero.put("Invoices", invoice(Status="AUTHORISED"), invoice(Status="AUTHORISED"))
    payment = {"Invoice": {"InvoiceID": one["InvoiceID"]}, "Account": {"Code": "090"}, "Amount": 24}
    paid = await xero.person("Payments", {**payment, "Date": "2026-11-21"})
    deleted = await xero.control("PATCH", f"/{xero.tenant_id}/Payments/{paid['PaymentID']}", {"Status": "DELETED"})
    assert deleted["Status"] == "DELETED"
    voided = await xero.control("PATCH", f"/{xero.tenant_id}/Invoices/{two['InvoiceID']}", {"Status": "VOIDED"})
    assert voided["Status"] == "VOIDED"
    contact = one["Contact"]["ContactID"]
    archived = await xero.control("PATCH", f"/{xero.tenant_id}/Contacts/{contact}", {"ContactStatus": "ARCHIVED"})
    assert archived["ContactStatus"] == "ARCHIVED"
    locked = await xero.settings(period_lock_date="2026-11-30")
    assert "PeriodLockDate" in locked


async def test_the_summary_counts_what_stands(xero: XeroDriver) -> None:
    made, _, _ = await xero.put("Invoices", invoice(Status="AUTHORISED"), invoice(), bill())
    await xero.post("Invoices", {"InvoiceID": made["InvoiceID"], "Status": "VOIDED"})
    await xero.put("Items", {"Code": "a"})
    summary = await xero.control("GET", f"/{xero.tenant_id}/summary")
    assert (summary["invoices"], summary["total"], summary["bills"]) == (1, "24.00", 1)
    assert (summary["contacts"], summary["items"]) == (2, 1)


async def test_a_person_makes_and_edits_purchase_orders_and_quotes(xero: XeroDriver, contact_id: str) -> None:
    order = await xero.person("PurchaseOrders", purchase_order(contact_id, Status="AUTHORISED"))
    path = f"/{xero.tenant_id}/PurchaseOrders/{order['PurchaseOrderID']}"
    billed = await xero.control("PATCH", path, {"Status": "BILLED"})
    assert (billed["PurchaseOrderNumber"], billed["Status"]) == ("PO-0001", "BILLED")
    offer = await xero.person("Quotes", quote(contact_id, Status="SENT"))
    path = f"/{xero.tenant_id}/Quotes/{offer['QuoteID']}"
    accepted = await xero.control("PATCH", path, quote(contact_id, Status="ACCEPTED"))
    assert (accepted["QuoteNumber"], accepted["Status"]) == ("QU-0001", "ACCEPTED")
    listed = await xero.control("GET", f"/{xero.tenant_id}/Quotes")
    assert len(listed["Quotes"]) == 1
    history = xero.sandbox.ledger.list_versions(vendor="xero", kind="PurchaseOrders", id=order["PurchaseOrderID"])
    assert [(version.action, version.call_seq) for version in history] == [("created", 0), ("updated", 0)]


async def test_many_records_can_be_made_in_one_call(xero: XeroDriver) -> None:
    made = await xero.person("Contacts", {"Contacts": [{"Name": "A"}, {"Name": "B"}]})
    assert [one["Name"] for one in made["Contacts"]] == ["A", "B"]
    listed = await xero.control("GET", f"/{xero.tenant_id}/Contacts")
    assert len(listed["Contacts"]) == 2


@pytest.mark.parametrize(
    ("method", "path", "body"),
    [
        ("POST", "/organisations", {}),
        ("POST", "/organisations", {"name": "x", "country": "FR"}),
        ("POST", "/organisations", {"name": "x", "nonsense": 1}),
        ("POST", "/organisations", {"name": "x", "period_lock_date": "soon"}),
        ("POST", "/organisations", {"name": "x", "currencies": ["XXX"]}),
        ("PATCH", "/{tenant}/Organisation", {"denied_actions": ["Fly"]}),
        ("PATCH", "/{tenant}/Organisation", {"day_rates": {"EUR": 0}}),
        ("PATCH", "/{tenant}/Organisation", {"day_rates": {"XXX": 1}}),
        ("PUT", "/{tenant}/Users/nobody/rights", {"denied_actions": []}),
        ("POST", "/users", {"name": "x", "organisations": ["nowhere"]}),
        ("POST", "/consent", {"user_id": "nobody"}),
        ("POST", "/nowhere/Invoices", {}),
        ("POST", "/{tenant}/Nonsense", {}),
        ("POST", "/{tenant}/Invoices", {"Status": "WRONG"}),
        ("POST", "/{tenant}/Accounts", {"Name": "no type"}),
        ("PATCH", "/{tenant}/Payments/3ff6d40c-af9a-40a3-89ce-3c1556a25591", {"Status": "DELETED"}),
        ("POST", "/{tenant}/Allocations", {"InvoiceID": "3ff6d40c-af9a-40a3-89ce-3c1556a25591"}),
    ],
)
async def test_a_wrong_control_call_is_refused_with_a_reason(
    xero: XeroDriver, method: str, path: str, body: dict[str, Any]
) -> None:
    answer = await ask(xero, method, path.format(tenant=xero.tenant_id), body)
    assert answer.status_code in {400, 404}
    assert answer.json()["error"]


async def test_a_reset_forgets_organisations_users_and_tokens(xero: XeroDriver) -> None:
    await xero.client.post("/_control/reset")
    assert (await xero.control("GET", "/organisations"))["organisations"] == []
    assert (await xero.call("GET", "/Organisation")).status_code == 401
