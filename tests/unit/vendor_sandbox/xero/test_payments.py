"""Payments: what they need, what they do to the document, deletion."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.vendor_sandbox.xero.driver import XeroDriver, invoice, messages, parse


def payment(made: dict[str, Any], **fields: object) -> dict[str, object]:
    """A payment of 10.00 into the bank."""
    return {
        "Invoice": {"InvoiceID": made["InvoiceID"]},
        "Account": {"Code": "090"},
        "Date": "2026-11-21",
        "Amount": 10,
        **fields,
    }


async def make(xero: XeroDriver, status: str = "AUTHORISED") -> dict[str, Any]:
    (made,) = await xero.put("Invoices", invoice(Status=status))
    return dict(made)


async def read(xero: XeroDriver, made: dict[str, Any]) -> dict[str, Any]:
    return dict((await xero.get(f"/Invoices/{made['InvoiceID']}"))["Invoices"][0])


async def test_a_part_payment_then_the_rest_makes_it_paid(xero: XeroDriver) -> None:
    made = await make(xero)
    xero.advance(60)
    (first,) = await xero.put("Payments", payment(made))
    assert (first["PaymentType"], first["Status"]) == ("ACCRECPAYMENT", "AUTHORISED")
    part = await read(xero, made)
    assert (part["Status"], part["AmountDue"], part["AmountPaid"]) == ("AUTHORISED", Decimal("14.00"), Decimal("10.00"))
    assert part["UpdatedDateUTC"] != made["UpdatedDateUTC"]
    assert "FullyPaidOnDate" not in part
    await xero.put("Payments", payment(made, Amount=14, Date="2026-11-22"))
    paid = await read(xero, made)
    assert (paid["Status"], paid["AmountDue"]) == ("PAID", Decimal("0.00"))
    assert paid["FullyPaidOnDate"] == "/Date(1795305600000+0000)/"
    assert len(paid["Payments"]) == 2


async def test_deleting_a_payment_opens_the_document_again(xero: XeroDriver) -> None:
    made = await make(xero)
    (paid,) = await xero.put("Payments", payment(made, Amount=24))
    path = f"/Payments/{paid['PaymentID']}"
    refused = await xero.call("POST", path, {"Status": "AUTHORISED"})
    assert refused.status_code == 400
    gone = parse(await xero.call("POST", path, {"Payments": [{"Status": "DELETED"}]}))
    assert gone["Payments"][0]["Status"] == "DELETED"
    after = await read(xero, made)
    assert (after["Status"], after["AmountDue"], "FullyPaidOnDate" in after) == ("AUTHORISED", Decimal("24.00"), False)
    assert (await xero.call("POST", path, {"Status": "DELETED"})).status_code == 400
    assert [one["Status"] for one in (await xero.get("/Payments"))["Payments"]] == ["DELETED"]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"Amount": 25}, "Payment amount exceeds the amount outstanding on this document"),
        ({"Amount": 0}, "Payment amount must be greater than zero"),
        ({"Account": {"Code": "200"}}, "The account for this payment could not be found or takes no payments"),
        ({"Invoice": {}}, "The document that this payment is for could not be found"),
        (
            {"Date": "2026-10-31"},
            "The document date cannot be before the period lock date, currently set at 31-Oct-2026",
        ),
    ],
)
async def test_what_a_payment_may_not_be(xero: XeroDriver, fields: dict[str, object], message: str) -> None:
    await xero.settings(period_lock_date="2026-10-31")
    made = await make(xero)
    (refused,) = await xero.put("Payments", payment(made, **fields))
    assert messages(refused) == [message]
    assert refused["HasValidationErrors"] is True


async def test_only_approved_documents_can_be_paid(xero: XeroDriver) -> None:
    (refused,) = await xero.put("Payments", payment(await make(xero, "DRAFT")))
    assert messages(refused) == ["Payments can only be made against Authorised documents"]


async def test_an_account_open_to_payments_will_do(xero: XeroDriver) -> None:
    (made,) = await xero.put("Payments", payment(await make(xero), Account={"Code": "970"}))
    assert made["StatusAttributeString"] == "OK"


async def test_payments_are_paged_and_filtered(xero: XeroDriver) -> None:
    made = await make(xero)
    await xero.put("Payments", payment(made, Amount=1), payment(made, Amount=2))
    paged = await xero.get("/Payments", page="1", pageSize="1")
    assert paged["pagination"] == {"page": 1, "pageSize": 1, "pageCount": 2, "itemCount": 2}
    assert paged["Payments"][0]["Invoice"]["LineItems"] == []
    found = await xero.get("/Payments", where=f'Invoice.InvoiceID==guid("{made["InvoiceID"]}") AND Amount==2')
    assert len(found["Payments"]) == 1
