"""Bills: what is other than on sales invoices."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.vendor_sandbox.xero.driver import XeroDriver, bill, invoice, line, messages

ALLOCATED = "This document cannot be edited as it has a payment or credit note allocated to it."
URL = "https://crm.example.com/crm/tab/Purchase_Orders/5544"


async def make(xero: XeroDriver, **fields: object) -> dict[str, Any]:
    (made,) = await xero.put("Invoices", bill(**fields))
    assert made["StatusAttributeString"] == "OK", made
    return dict(made)


async def edit(xero: XeroDriver, made: dict[str, Any], **changes: object) -> dict[str, Any]:
    (changed,) = await xero.post("Invoices", {"InvoiceID": made["InvoiceID"], **changes})
    return dict(changed)


async def pay(xero: XeroDriver, made: dict[str, Any], amount: object) -> dict[str, Any]:
    body = {"Invoice": {"InvoiceID": made["InvoiceID"]}, "Account": {"Code": "090"}, "Date": "2026-11-21"}
    (paid,) = await xero.put("Payments", {**body, "Amount": amount})
    return dict(paid)


async def test_a_lost_bill_is_found_by_type_contact_and_number_and_told_apart_by_its_url(xero: XeroDriver) -> None:
    ours = await make(xero, InvoiceNumber="S-9", Url=URL)
    theirs = await make(xero, InvoiceNumber="s-9")
    await make(xero, InvoiceNumber="S-9", Contact={"Name": "Other supplier"})
    await xero.put("Invoices", invoice(InvoiceNumber="S-9", Contact={"Name": "Supplier"}))
    contact = ours["Contact"]["ContactID"]
    where = f'Type=="ACCPAY" AND Contact.ContactID==guid("{contact}") AND InvoiceNumber=="S-9"'
    for params in ({"where": where}, {"where": where, "page": "1"}):
        found = (await xero.get("/Invoices", **params))["Invoices"]
        assert {one["InvoiceID"] for one in found} == {ours["InvoiceID"], theirs["InvoiceID"]}
        assert [one["InvoiceID"] for one in found if one.get("Url") == URL] == [ours["InvoiceID"]]


async def test_a_bill_may_have_no_number_and_takes_none_of_the_sequence(xero: XeroDriver) -> None:
    assert (await make(xero))["InvoiceNumber"] == ""
    (sold,) = await xero.put("Invoices", invoice())
    assert sold["InvoiceNumber"] == "INV-0001"


@pytest.mark.parametrize("discount", [{"DiscountRate": 10}, {"DiscountAmount": 1}])
async def test_a_bill_takes_no_discount(xero: XeroDriver, discount: dict[str, int]) -> None:
    lines = [line(AccountCode="400", TaxType="INPUT2", **discount)]
    (refused,) = await xero.put("Invoices", bill(LineItems=lines))
    assert messages(refused) == ["Discounts may not be applied to ACCPAY invoices."]


async def test_approval_needs_a_due_date_and_a_draft_does_not(xero: XeroDriver) -> None:
    made = await make(xero, DueDate=None)
    assert messages(await edit(xero, made, Status="AUTHORISED")) == ["The DueDate field is mandatory"]
    approved = await edit(xero, made, Status="AUTHORISED", DueDate="2026-12-31")
    assert approved["Status"] == "AUTHORISED"


@pytest.mark.parametrize("amount", [1, 24])
async def test_a_bill_paid_in_part_or_whole_takes_no_edit_and_no_end(xero: XeroDriver, amount: int) -> None:
    made = await make(xero, Status="AUTHORISED")
    paid = await pay(xero, made, amount)
    assert paid["PaymentType"] == "ACCPAYPAYMENT"
    for change in ({"DueDate": "2027-01-01"}, {"InvoiceNumber": "x"}, {"Url": URL}):
        assert messages(await edit(xero, made, **change)) == [ALLOCATED]
    line_id = made["LineItems"][0]["LineItemID"]
    assert messages(await edit(xero, made, LineItems=[{"LineItemID": line_id, "Description": "x"}])) == [ALLOCATED]
    assert messages(await edit(xero, made, Status="VOIDED"))[0].startswith("The status VOIDED cannot be applied")
    assert messages(await edit(xero, made, Status="DELETED")) == ["Invoice not of valid status for modification"]
    await xero.call("POST", f"/Payments/{paid['PaymentID']}", {"Status": "DELETED"})
    assert (await edit(xero, made, Status="VOIDED"))["Status"] == "VOIDED"


async def test_the_supplier_is_marked_as_one_and_owed(xero: XeroDriver) -> None:
    made = await make(xero, Status="AUTHORISED")
    shown = (await xero.get(f"/Contacts/{made['Contact']['ContactID']}"))["Contacts"][0]
    assert (shown["IsSupplier"], shown["IsCustomer"]) == (True, False)
    assert shown["Balances"]["AccountsPayable"]["Outstanding"] == Decimal("24.00")


async def test_lines_carry_tracking_and_purchase_prices(xero: XeroDriver) -> None:
    await xero.person("TrackingCategories", {"Name": "Region", "Options": [{"Name": "East"}]})
    sides = {
        "SalesDetails": {"UnitPrice": 9, "AccountCode": "200", "TaxType": "OUTPUT2"},
        "PurchaseDetails": {"UnitPrice": 3, "AccountCode": "310", "TaxType": "INPUT2"},
    }
    await xero.person("Items", {"Code": "W", "PurchaseDescription": "Bought", **sides})
    entry = {"ItemCode": "W", "Quantity": 2, "Tracking": [{"Name": "Region", "Option": "East"}]}
    (bought,) = (await make(xero, LineItems=[entry], Status="AUTHORISED"))["LineItems"]
    assert (bought["UnitAmount"], bought["AccountCode"], bought["TaxType"]) == (Decimal("3.00"), "310", "INPUT2")
    assert bought["Tracking"][0]["Option"] == "East"


async def test_bills_and_invoices_are_limited_apart_by_the_plan_until_the_month_ends(xero: XeroDriver) -> None:
    await xero.settings(approvals_a_month=1)
    await make(xero, Status="AUTHORISED")
    waiting = await make(xero)
    assert messages(await edit(xero, waiting, Status="AUTHORISED")) == [
        "You have reached the limit of invoices you can approve."
    ]
    (sold,) = await xero.put("Invoices", invoice(Status="AUTHORISED"))
    assert sold["StatusAttributeString"] == "OK"
    xero.advance(10 * 86_400)
    await xero.connect()
    assert (await edit(xero, waiting, Status="AUTHORISED"))["Status"] == "AUTHORISED"
