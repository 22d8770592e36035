"""What the connected person may do: told by /Organisation/Actions, and held against every write."""

from __future__ import annotations

from typing import Any

import pytest
from tests.unit.vendor_sandbox.xero.driver import XeroDriver, bill, invoice, messages, purchase_order, quote


async def take(xero: XeroDriver, *actions: str) -> dict[str, Any]:
    """An administrator takes these rights, and no others, from the connected person."""
    path = f"/{xero.tenant_id}/Users/{xero.user_id}/rights"
    return dict(await xero.control("PUT", path, {"denied_actions": list(actions)}))


async def read_actions(xero: XeroDriver) -> dict[str, str]:
    return {one["Name"]: one["Status"] for one in (await xero.get("/Organisation/Actions"))["Actions"]}


async def test_rights_are_taken_from_one_person_and_given_back(xero: XeroDriver) -> None:
    answer = await take(xero, "CreateDraftBill", "CreateApprovedBill")
    assert answer == {"user_id": xero.user_id, "denied_actions": ["CreateApprovedBill", "CreateDraftBill"]}
    actions = await read_actions(xero)
    assert actions["CreateDraftBill"] == actions["CreateApprovedBill"] == "NOT-ALLOWED"
    assert actions["CreateDraftInvoice"] == "ALLOWED"
    made = await xero.control("POST", "/users", {"name": "Eve May", "organisations": [xero.tenant_id]})
    await xero.control("POST", "/consent", {"user_id": made["user_id"]})
    await xero.connect()
    assert set((await read_actions(xero)).values()) == {"ALLOWED"}
    await xero.control("POST", "/consent", {"user_id": xero.user_id})
    await xero.connect()
    await take(xero)
    assert set((await read_actions(xero)).values()) == {"ALLOWED"}


@pytest.mark.parametrize(
    ("action", "document", "message"),
    [
        ("CreateDraftInvoice", invoice(), "create this invoice"),
        ("CreateApprovedInvoice", invoice(Status="AUTHORISED"), "approve this invoice"),
        ("CreateDraftBill", bill(Status="SUBMITTED"), "create this bill"),
        ("CreateApprovedBill", bill(Status="AUTHORISED"), "approve this bill"),
    ],
)
async def test_an_invoice_or_bill_needs_the_right_of_its_status(
    xero: XeroDriver, action: str, document: dict[str, object], message: str
) -> None:
    await take(xero, action)
    (refused,) = await xero.put("Invoices", document)
    assert messages(refused) == [f"You do not have permission to {message}"]
    await xero.person("Invoices", document)
    everything = {"CreateDraftInvoice", "CreateApprovedInvoice", "CreateDraftBill", "CreateApprovedBill"}
    await take(xero, *(everything - {action}))
    (made,) = await xero.put("Invoices", document)
    assert made["StatusAttributeString"] == "OK"


async def test_an_approved_document_is_edited_and_voided_with_the_right_to_approve_alone(xero: XeroDriver) -> None:
    (made,) = await xero.put("Invoices", invoice(Status="AUTHORISED", InvoiceNumber="A-1"))
    await take(xero, "CreateApprovedInvoice")
    named = {"InvoiceID": made["InvoiceID"]}
    by_id, by_number, ended = await xero.post(
        "Invoices", {**named, "Reference": "x"}, invoice(InvoiceNumber="A-1"), {**named, "Status": "VOIDED"}
    )
    for refused in (by_id, by_number, ended):
        assert messages(refused) == ["You do not have permission to approve this invoice"]


async def test_orders_quotes_and_payments_have_rights_of_their_own(xero: XeroDriver, contact_id: str) -> None:
    (sold, bought) = await xero.put("Invoices", invoice(Status="AUTHORISED"), bill(Status="AUTHORISED"))
    await take(xero, "CreateApprovedPurchaseOrder", "CreateSentQuote", "CreateBillPayment")
    draft, approved = await xero.put(
        "PurchaseOrders", purchase_order(contact_id), purchase_order(contact_id, Status="AUTHORISED")
    )
    assert (messages(draft), messages(approved)) == ([], ["You do not have permission to approve this purchase order"])
    offer, sent = await xero.put("Quotes", quote(contact_id), quote(contact_id, Status="SENT"))
    assert (messages(offer), messages(sent)) == ([], ["You do not have permission to send this quote"])
    money = {"Account": {"Code": "090"}, "Date": "2026-11-21", "Amount": 5}
    received, paid = await xero.put(
        "Payments",
        {**money, "Invoice": {"InvoiceID": sold["InvoiceID"]}},
        {**money, "Invoice": {"InvoiceID": bought["InvoiceID"]}},
    )
    assert (messages(received), messages(paid)) == ([], ["You do not have permission to enter payments of bills"])
    await take(xero, "CreateDraftPurchaseOrder", "CreateDraftQuote")
    again = [
        *await xero.put("PurchaseOrders", purchase_order(contact_id)),
        *await xero.put("Quotes", quote(contact_id)),
    ]
    assert [messages(one) for one in again] == [
        ["You do not have permission to create this purchase order"],
        ["You do not have permission to create this quote"],
    ]


async def test_the_switch_forbids_the_whole_request_and_nothing_is_written(xero: XeroDriver) -> None:
    xero.sandbox.change_switches(missing_right="forbidden")
    await take(xero, "CreateApprovedInvoice")
    body = {"Invoices": [invoice(), invoice(Status="AUTHORISED")]}
    answer = await xero.call("PUT", "/Invoices", body, params={"summarizeErrors": "false"})
    assert (answer.status_code, answer.json()["Detail"]) == (403, "You are not permitted to access this resource")
    assert (await xero.get("/Invoices"))["Invoices"] == []
    assert (await xero.call("PUT", "/Invoices", {"Invoices": [invoice()]})).status_code == 200


@pytest.mark.parametrize("by_plan", [True, False])
async def test_other_currencies_need_the_plan_and_the_right(xero: XeroDriver, by_plan: bool) -> None:
    await xero.settings(currencies=["USD"])
    if by_plan:
        await xero.settings(multi_currency=False)
    else:
        await take(xero, "UseMulticurrency")
    assert (await read_actions(xero))["UseMulticurrency"] == "NOT-ALLOWED"
    foreign, own = await xero.put("Invoices", invoice(CurrencyCode="USD"), invoice(CurrencyCode="GBP"))
    assert messages(foreign) == ["Organisation is not subscribed to currency USD"]
    assert messages(own) == []
