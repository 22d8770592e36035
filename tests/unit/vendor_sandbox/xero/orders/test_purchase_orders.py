"""What only purchase orders do."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.vendor_sandbox.xero.driver import XeroDriver, line, messages, purchase_order

NOT_VALID = "Purchase order not of valid status for modification"
DELIVERY = {
    "DeliveryDate": "2026-12-01",
    "ExpectedArrivalDate": "2026-12-02",
    "DeliveryAddress": "1 High St",
    "AttentionTo": "Al",
    "Telephone": "0113",
    "DeliveryInstructions": "Ring twice",
    "Reference": "R-1",
}


async def make(xero: XeroDriver, contact_id: str, **fields: object) -> dict[str, Any]:
    (made,) = await xero.put("PurchaseOrders", purchase_order(contact_id, **fields))
    assert made["StatusAttributeString"] == "OK", made
    return dict(made)


async def edit(xero: XeroDriver, made: dict[str, Any], **changes: object) -> dict[str, Any]:
    (changed,) = await xero.post("PurchaseOrders", {"PurchaseOrderID": made["PurchaseOrderID"], **changes})
    return dict(changed)


async def test_delivery_and_reference_come_back_and_a_sparse_edit_leaves_them(
    xero: XeroDriver, contact_id: str
) -> None:
    made = await make(xero, contact_id, **DELIVERY)
    changed = await edit(xero, made, AttentionTo="Bo", Contact={})
    for shown, attention in ((made, "Al"), (changed, "Bo")):
        assert shown["DeliveryDate"] == "/Date(1796083200000+0000)/"
        assert (shown["Telephone"], shown["Reference"], shown["AttentionTo"]) == ("0113", "R-1", attention)
        assert shown["DeliveryInstructions"] == "Ring twice"


async def test_instructions_and_numbers_have_a_length(xero: XeroDriver, contact_id: str) -> None:
    long = purchase_order(contact_id, DeliveryInstructions="x" * 501, PurchaseOrderNumber="9" * 256)
    (refused,) = await xero.put("PurchaseOrders", long)
    assert messages(refused) == [
        "The DeliveryInstructions field must not be longer than 500 characters",
        "The PurchaseOrderNumber field must not be longer than 255 characters",
    ]


@pytest.mark.parametrize(
    ("before", "after", "allowed"),
    [
        ("DRAFT", "SUBMITTED", True),
        ("DRAFT", "AUTHORISED", True),
        ("DRAFT", "BILLED", False),
        ("SUBMITTED", "DRAFT", True),
        ("AUTHORISED", "AUTHORISED", True),
        ("AUTHORISED", "BILLED", True),
        ("AUTHORISED", "DELETED", True),
        ("AUTHORISED", "DRAFT", False),
    ],
)
async def test_the_status_moves_forward_only(
    xero: XeroDriver, contact_id: str, before: str, after: str, allowed: bool
) -> None:
    changed = await edit(xero, await make(xero, contact_id, Status=before), Status=after)
    assert messages(changed) == ([] if allowed else [NOT_VALID])
    assert changed.get("Status") == after


async def test_a_billed_and_a_deleted_order_take_nothing_more(xero: XeroDriver, contact_id: str) -> None:
    for path in (("AUTHORISED", "BILLED"), ("DRAFT", "DELETED")):
        made = await make(xero, contact_id, Status=path[0])
        await edit(xero, made, Status=path[1])
        assert messages(await edit(xero, made, Reference="late")) == [NOT_VALID]
        assert messages(await edit(xero, made, Status="DRAFT")) == [NOT_VALID]


async def test_none_is_born_billed_unless_the_switch_is_loose(xero: XeroDriver, contact_id: str) -> None:
    (refused,) = await xero.put("PurchaseOrders", purchase_order(contact_id, Status="BILLED"))
    assert messages(refused) == [NOT_VALID]
    xero.sandbox.change_switches(purchase_order_statuses="loose")
    billed = await make(xero, contact_id, Status="BILLED")
    assert messages(await edit(xero, billed, Status="DRAFT")) == []


async def test_a_refused_element_still_says_that_it_has_no_errors(xero: XeroDriver, contact_id: str) -> None:
    (refused,) = await xero.put("PurchaseOrders", purchase_order(contact_id, LineItems=[]))
    assert (refused["HasErrors"], refused["StatusAttributeString"]) == (False, "ERROR")


async def test_marking_a_draft_as_sent_is_a_warning_and_changes_nothing(xero: XeroDriver, contact_id: str) -> None:
    draft, approved, again = await xero.put(
        "PurchaseOrders",
        purchase_order(contact_id, SentToContact=True),
        purchase_order(contact_id, SentToContact=True, Status="AUTHORISED"),
        purchase_order(contact_id),
    )
    assert [entry["Message"] for entry in draft["Warnings"]] == [
        "Only AUTHORISED and BILLED purchase orders may have SentToContact updated."
    ]
    assert (draft["StatusAttributeString"], draft["SentToContact"]) == ("OK", False)
    assert (approved["SentToContact"], "Warnings" in approved, "Warnings" in again) == (True, False, False)


async def test_approval_needs_accounts_and_taxes_by_switch(xero: XeroDriver, contact_id: str) -> None:
    bare = purchase_order(contact_id, Status="AUTHORISED", LineItems=[{"Description": "x", "Quantity": 1}])
    (refused,) = await xero.put("PurchaseOrders", bare)
    assert messages(refused) == ["Unit amount must be specified", "Account code must be specified"]
    xero.sandbox.change_switches(order_line_accounts="optional")
    (refused,) = await xero.put("PurchaseOrders", bare)
    assert messages(refused) == ["Unit amount must be specified"]


async def test_it_buys_items_at_purchase_prices_and_refuses_sales_taxes(xero: XeroDriver, contact_id: str) -> None:
    sides = {
        "SalesDetails": {"UnitPrice": 9, "AccountCode": "200", "TaxType": "OUTPUT2"},
        "PurchaseDetails": {"UnitPrice": 3, "AccountCode": "310", "TaxType": "INPUT2"},
    }
    await xero.person("Items", {"Code": "W", "PurchaseDescription": "Bought", **sides})
    made = await make(xero, contact_id, LineItems=[{"ItemCode": "W", "Quantity": 2}], Status="AUTHORISED")
    (bought,) = made["LineItems"]
    assert (bought["Description"], bought["UnitAmount"], bought["TaxType"]) == ("Bought", Decimal("3.00"), "INPUT2")
    wrong = [line(AccountCode="400", TaxType="OUTPUT2")]
    (refused,) = await xero.put("PurchaseOrders", purchase_order(contact_id, LineItems=wrong))
    assert messages(refused) == ["The TaxType code 'OUTPUT2' cannot be used with account code '400'."]


async def test_discounts_are_refused_or_taken_by_switch(xero: XeroDriver, contact_id: str) -> None:
    lines = [line(AccountCode="400", TaxType="INPUT2", DiscountRate=10)]
    (refused,) = await xero.put("PurchaseOrders", purchase_order(contact_id, LineItems=lines))
    assert messages(refused) == ["Discounts may not be applied to purchase orders."]
    xero.sandbox.change_switches(purchase_order_discounts="allowed")
    assert (await make(xero, contact_id, LineItems=lines))["TotalDiscount"] == Decimal("2.00")


async def test_a_sent_rate_is_ignored_by_switch(xero: XeroDriver, contact_id: str) -> None:
    await xero.settings(currencies=["USD"])
    xero.sandbox.change_switches(purchase_order_rate="ignored")
    made = await make(xero, contact_id, CurrencyCode="USD", CurrencyRate=Decimal("1.5"))
    assert made["CurrencyRate"] == Decimal("1.270000")


async def test_quote_spellings_of_amount_types_are_not_read(xero: XeroDriver, contact_id: str) -> None:
    body = {"PurchaseOrders": [purchase_order(contact_id, LineAmountTypes="EXCLUSIVE")]}
    answer = await xero.call("PUT", "/PurchaseOrders", body)
    assert (answer.status_code, answer.json()["ErrorNumber"]) == (400, 14)
    inclusive = await make(xero, contact_id, LineAmountTypes="Inclusive")
    assert (inclusive["Total"], inclusive["TotalTax"]) == (Decimal("20.00"), Decimal("3.33"))


async def test_unitdp_counts_or_not_by_switch(xero: XeroDriver, contact_id: str) -> None:
    fine = purchase_order(
        contact_id, LineItems=[line(AccountCode="400", TaxType="INPUT2", UnitAmount=Decimal("1.2345"))]
    )
    (taken,) = await xero.put("PurchaseOrders", fine, unitdp="4")
    assert (taken["LineItems"][0]["UnitAmount"], taken["SubTotal"]) == (Decimal("1.2345"), Decimal("2.47"))
    xero.sandbox.change_switches(purchase_order_unitdp="ignored")
    (cut,) = await xero.put("PurchaseOrders", fine, unitdp="4")
    assert (cut["LineItems"][0]["UnitAmount"], cut["SubTotal"]) == (Decimal("1.23"), Decimal("2.46"))
    read = await xero.get(f"/PurchaseOrders/{taken['PurchaseOrderID']}", unitdp="4")
    listed = await xero.get("/PurchaseOrders", unitdp="4")
    for answer in (read, listed):
        assert answer["PurchaseOrders"][0]["LineItems"][0]["UnitAmount"] == Decimal("1.23")
