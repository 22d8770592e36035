"""Fields of the tenant's choice reach the ledger; a change of one alone is sent; what people entered is left alone."""

from typing import Any

import pytest
from tests.unit.xero_writer.world import World

from sync_kit.contracts.vocabulary import Module

FIELDS: dict[str, dict[str, Any]] = {
    "accounts": {
        "TaxNumber": {"field": "VAT_No"},
        "AccountNumber": {"field": "Debtor_No"},
        "Phones.MOBILE": {"field": "Cell", "value": "none"},
        "Addresses.STREET.City": {"field": "Depot"},
    },
    "products": {"PurchaseDescription": {"field": "Buying_Text"}, "PurchaseDetails.UnitPrice": {"field": "Cost"}},
    "invoices": {"Reference": {"field": "Order_No"}, "Date": {"field": "Posted_On"}},
}
ACCOUNT = {"VAT_No": "GB123", "Debtor_No": "D-1", "Cell": None, "Depot": "Leeds"}
PRODUCT = {"Buying_Text": "Box of 12", "Cost": 3}
INVOICE = {"Order_No": "ON-77", "Posted_On": "2026-10-31"}


async def sync(world: World, **changes: Any) -> None:
    await world.sync(
        {
            Module.ACCOUNTS: [world.account("1000", **{**ACCOUNT, **changes.get("account", {})})],
            Module.PRODUCTS: [world.product("2000", **{**PRODUCT, **changes.get("product", {})})],
            Module.INVOICES: [
                world.invoice("3000", account="1000", product="2000", **{**INVOICE, **changes.get("invoice", {})})
            ],
        }
    )


def newest(world: World, kind: str) -> dict[str, Any]:
    [found] = world.list_documents(kind)
    return found


@pytest.fixture
async def mapped(world: World) -> World:
    await world.save_mapping(fields=FIELDS)
    await sync(world)
    return world


async def test_mapped_fields_stand_in_the_ledger(mapped: World) -> None:
    contact, item, invoice = newest(mapped, "contact"), newest(mapped, "item"), newest(mapped, "invoice")
    assert (contact["TaxNumber"], contact["AccountNumber"]) == ("GB123", "D-1")
    assert {phone["PhoneType"]: phone["PhoneNumber"] for phone in contact["Phones"]}["MOBILE"] == "none"
    assert {each["AddressType"]: each.get("City") for each in contact["Addresses"]}["STREET"] == "Leeds"
    assert (item["PurchaseDescription"], item["PurchaseDetails"]["UnitPrice"]) == ("Box of 12", 3)
    assert (invoice["Reference"], invoice["DateString"][:10]) == ("ON-77", "2026-10-31")


async def test_a_change_of_a_mapped_field_alone_is_sent(mapped: World) -> None:
    await sync(
        mapped,
        account={"Debtor_No": "D-2"},
        product={"Buying_Text": "Box of 24"},
        invoice={"Order_No": "ON-78"},
    )
    assert newest(mapped, "contact")["AccountNumber"] == "D-2"
    assert newest(mapped, "item")["PurchaseDescription"] == "Box of 24"
    assert newest(mapped, "invoice")["Reference"] == "ON-78"


async def test_a_field_that_xero_has_is_not_overwritten_where_it_is_filled_only_once(mapped: World) -> None:
    await sync(mapped, account={"VAT_No": "GB999", "Debtor_No": "D-3"})
    contact = newest(mapped, "contact")
    assert (contact["TaxNumber"], contact["AccountNumber"]) == ("GB123", "D-3")


async def test_a_blank_in_the_crm_erases_nothing_in_xero(mapped: World) -> None:
    await sync(mapped, account={"Debtor_No": None, "Depot": "York"}, invoice={"Order_No": None})
    contact = newest(mapped, "contact")
    assert contact["AccountNumber"] == "D-1"
    assert {each["AddressType"]: each.get("City") for each in contact["Addresses"]}["STREET"] == "York"
