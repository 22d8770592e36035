"""Items: codes, sides, lengths, deletion."""

from __future__ import annotations

from decimal import Decimal

import pytest
from tests.unit.vendor_sandbox.xero.driver import XeroDriver, messages


async def test_put_refuses_an_existing_code_and_post_updates_it(xero: XeroDriver) -> None:
    (made,) = await xero.put("Items", {"Code": "abc", "Name": "One"})
    (again,) = await xero.put("Items", {"Code": "ABC"})
    assert messages(again) == ["Price List Item with Code 'ABC' already exists"]
    (changed,) = await xero.post("Items", {"Code": "abc", "Name": "Two"})
    assert (changed["ItemID"], changed["Name"]) == (made["ItemID"], "Two")


async def test_codes_that_differ_in_case_are_two_items_by_switch(xero: XeroDriver) -> None:
    xero.sandbox.change_switches(item_codes="sensitive")
    first, second = await xero.put("Items", {"Code": "abc"}, {"Code": "ABC"})
    assert first["ItemID"] != second["ItemID"]
    assert (await xero.get("/Items/ABC"))["Items"][0]["ItemID"] == second["ItemID"]


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"Code": "x" * 31}, "The Code field must not be longer than 30 characters"),
        ({"Code": ""}, "Price List Item Code must be supplied"),
        ({"Name": "x" * 51}, "The Name field must not be longer than 50 characters"),
        ({"Description": "x" * 4001}, "The Description field must not be longer than 4000 characters"),
        ({"SalesDetails": {"AccountCode": "999"}}, "Account code '999' is not a valid code for this document."),
        ({"SalesDetails": {"TaxType": "WHAT"}}, "Tax rate must be valid."),
        ({"InventoryAssetAccountCode": "200"}, "The inventory asset account must be of type INVENTORY"),
    ],
)
async def test_what_an_item_may_not_be(xero: XeroDriver, fields: dict[str, object], message: str) -> None:
    (refused,) = await xero.put("Items", {"Code": "abc", **fields})
    assert messages(refused) == [message]
    assert refused["StatusAttributeString"] == "ERROR"


async def test_a_side_that_is_switched_off_is_emptied(xero: XeroDriver) -> None:
    (made,) = await xero.put("Items", {"Code": "a", "SalesDetails": {"UnitPrice": 5, "AccountCode": "200"}})
    assert made["SalesDetails"] == {"UnitPrice": Decimal("5.00"), "AccountCode": "200"}
    (changed,) = await xero.post("Items", {"Code": "a", "IsSold": False})
    assert (changed["IsSold"], changed["SalesDetails"]) == (False, {})


async def test_unit_prices_keep_four_places_on_request(xero: XeroDriver) -> None:
    side = {"UnitPrice": Decimal("1.2345")}
    (two,) = await xero.put("Items", {"Code": "a", "SalesDetails": side})
    (four,) = await xero.put("Items", {"Code": "b", "SalesDetails": side}, unitdp="4")
    assert two["SalesDetails"]["UnitPrice"] == Decimal("1.23")
    assert four["SalesDetails"]["UnitPrice"] == Decimal("1.2345")


async def test_items_are_never_paged_and_can_be_deleted(xero: XeroDriver) -> None:
    await xero.put("Items", *[{"Code": f"c{at}"} for at in range(3)])
    listed = await xero.get("/Items", page="2", pageSize="1")
    assert len(listed["Items"]) == 3
    assert "pagination" not in listed
    gone = await xero.call("DELETE", f"/Items/{listed['Items'][0]['ItemID']}")
    # a read-only settings scope is enough, since the invoices scope writes items too
    assert (gone.status_code, gone.content) == (204, b"")
    assert len((await xero.get("/Items"))["Items"]) == 2


async def test_the_scope_that_writes_items_is_a_switch(xero: XeroDriver) -> None:
    xero.sandbox.change_switches(item_write_scope="settings")
    refused = await xero.call("PUT", "/Items", {"Code": "a"})
    assert (refused.status_code, refused.headers["www-authenticate"]) == (401, "insufficient_scope")
    assert (await xero.call("GET", "/Items")).status_code == 200
