# ruff: noqa: E501 (a table has one row a line)
"""What is mended in Xero: told, then healed by a look at Xero alone, the CRM records untouched.

All of it happens in one world; every code has tests of its own over what was told there.
"""

import asyncio
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.factories import crm
from tests.fixtures.causes import WENT, Case, Told, expect_healed, expect_told, live_through
from tests.fixtures.shop import Shop, lay_over
from tests.fixtures.world import MAPPING, World, open_world

pytestmark = pytest.mark.thorough

CHANGES: dict[str, Any] = {
    "statuses": {
        "invoices": {"Created": "wait", "Approved": "DRAFT", "Delivered": "AUTHORISED", "Canceled": "not_created"}
    },
    "taxes": {"sales": {"VAT 15%": "TAX015", "VAT 12%": "TAX012"}},
    "accounts": {"by_product": {"OLD-1": {"sales": "260"}}},
    "tracking": {"invoices": [{"category": "Region", "field": "Region"}]},
}
TAXES = {"VAT 20%": 20, "VAT 5%": 5, "VAT 0%": 0, "VAT 15%": 15, "VAT 12%": 12}


async def furnish(world: World) -> None:
    org = f"/zoho/{world.zoho_org_id}"
    await world.control.call(
        "POST", f"{org}/fields", {"module": "Invoices", "field_label": "Region", "data_type": "text"}
    )
    for name, percent in TAXES.items():
        await world.control.call("POST", f"{org}/taxes", {"name": name, "value": percent})
    for currency, rate in (("EUR", "1.17"), ("USD", "1.27")):
        await world.control.call("POST", f"{org}/currencies", {"iso_code": currency, "exchange_rate": Decimal(rate)})
    await Shop(world).set_up_books(currencies=["USD"], multi_currency=True, period_lock_date="2025-09-30")
    for tax_type, percent in (("TAX015", 17), ("TAX012", 12)):
        await world.add_xero("TaxRates", TaxType=tax_type, Name=f"{percent}%", EffectiveRate=percent)
    await world.add_xero("TrackingCategories", Name="Region", Options=[{"Name": "North"}])


async def spoil_the_books(shop: Shop) -> None:
    """What a bookkeeper does between the check and the first sync."""
    await shop.world.edit_xero("TaxRates", "TAX012", Status="ARCHIVED")
    await change_account(shop, "ARCHIVED")


def invoice(**fields: Any):
    async def plant(shop: Shop) -> str:
        return await shop.invoice(**fields)

    return plant


def taxed_invoice(name: str, percent: Any, **fields: Any):
    async def plant(shop: Shop) -> str:
        return await shop.invoice(shop.line(10, **crm.taxed(name, percent)), **fields)

    return plant


def books(**settings: Any):
    async def act(shop: Shop, _: str) -> None:
        await shop.set_up_books(**settings)

    return act


async def change_account(shop: Shop, status: str) -> None:
    account = await shop.find_in_xero("Accounts", Code="260")
    await shop.world.edit_xero("Accounts", account["AccountID"], Status=status)


async def tracked_elsewhere(shop: Shop) -> str:
    return await shop.invoice(Region="South")


async def add_the_option(shop: Shop, _: str) -> None:
    (category,) = await shop.world.list_xero("TrackingCategories")
    await shop.world.edit_xero("TrackingCategories", category["TrackingCategoryID"], Options=[{"Name": "South"}])


async def sold_out(shop: Shop) -> str:
    world = shop.world
    await world.add_xero(
        "Items",
        Code="TRK-1",
        Name="Kettle",
        InventoryAssetAccountCode="630",
        PurchaseDetails={"UnitPrice": 20, "COGSAccountCode": "310"},
        SalesDetails={"UnitPrice": 38, "AccountCode": "200"},
    )
    goods = await shop.add("Products", crm.product("TRK-1", "Kettle"))
    return await shop.invoice(crm.line(goods), status="Delivered")


async def receive_stock(shop: Shop, _: str) -> None:
    contact = await shop.world.add_xero("Contacts", Name="Kettle makers")
    await shop.world.add_xero(
        "Invoices",
        Type="ACCPAY",
        Contact={"ContactID": contact["ContactID"]},
        Date="2026-01-03",
        DueDate="2026-02-03",
        InvoiceNumber="STOCK-1",
        Status="AUTHORISED",
        LineItems=[{"Description": "Kettles", "ItemCode": "TRK-1", "Quantity": 10, "UnitAmount": 20, "AccountCode": "630", "TaxType": "NONE"}],
    )  # fmt: skip


async def item_will_go(shop: Shop) -> str:
    """Another invoice of the product has gone already when somebody deletes the item in Xero."""
    goods = await shop.add("Products", crm.product("GONE-1", "Gone"))
    await shop.invoice(crm.line(goods))
    return await shop.invoice(crm.line(goods), status="Created")


async def delete_the_item(shop: Shop, invoice: str) -> None:
    item = await shop.find_in_xero("Items", Code="GONE-1")
    await shop.world.control.call("DELETE", f"/xero/{shop.world.xero_tenant_id}/Items/{item['ItemID']}")
    await shop.world.edit_crm("Invoices", invoice, Status="Approved")


async def make_the_item_again(shop: Shop, _: str) -> None:
    await shop.world.add_xero("Items", Code="GONE-1", Name="Gone", SalesDetails={"UnitPrice": 10})


async def taxed_twice(shop: Shop) -> str:
    tax = {"$line_tax": [{"name": "VAT 5%", "percentage": 5}]}
    return await shop.invoice(shop.line(10, **crm.taxed("VAT 20%", 20)), **tax)


async def tax_once(shop: Shop, invoice: str) -> None:
    await shop.world.edit_crm("Invoices", invoice, **{"$line_tax": []})


async def mend_the_rate(shop: Shop, _: str) -> None:
    await shop.world.edit_xero("TaxRates", "TAX015", EffectiveRate=15)


async def restore_the_rate(shop: Shop, _: str) -> None:
    await shop.world.edit_xero("TaxRates", "TAX012", Status="ACTIVE")


async def product_of_an_archived_account(shop: Shop) -> str:
    goods = await shop.add("Products", crm.product("OLD-1", "Old"))
    await shop.invoice(crm.line(goods))
    return goods


async def restore_the_account(shop: Shop, _: str) -> None:
    await change_account(shop, "ACTIVE")


async def archived_customer(shop: Shop) -> str:
    contact = await shop.world.add_xero("Contacts", Name="Long Gone Ltd")
    await shop.world.edit_xero("Contacts", contact["ContactID"], ContactStatus="ARCHIVED")
    account = await shop.add("Accounts", crm.account("Long Gone Ltd"))
    await shop.invoice(account=account)
    return account


async def restore_the_contact(shop: Shop, _: str) -> None:
    contact = await shop.find_in_xero("Contacts", Name="Long Gone Ltd")
    await shop.world.edit_xero("Contacts", contact["ContactID"], ContactStatus="ACTIVE")


async def find_invoice(shop: Shop, invoice: str) -> dict[str, Any]:
    number = (await shop.read("Invoices", invoice))["Invoice_Number"]
    return await shop.find_in_xero("Invoices", InvoiceNumber=number)


async def cancel_in_crm(shop: Shop, invoice: str) -> None:
    await shop.world.edit_crm("Invoices", invoice, Status="Canceled")


async def delete_in_xero(shop: Shop, invoice: str) -> None:
    await shop.world.edit_xero("Invoices", (await find_invoice(shop, invoice))["InvoiceID"], Status="DELETED")


async def end_in_xero(shop: Shop, invoice: str) -> None:
    await delete_in_xero(shop, invoice)
    await shop.reprice("Invoices", invoice, "14.00")


async def approve_and_edit(shop: Shop, invoice: str) -> None:
    row = await find_invoice(shop, invoice)
    await shop.world.edit_xero("Invoices", row["InvoiceID"], Status="AUTHORISED")
    await shop.reprice("Invoices", invoice, "14.00")


async def undo_the_edit(shop: Shop, invoice: str) -> None:
    await shop.reprice("Invoices", invoice, "10.00")


async def merged_customer(shop: Shop) -> str:
    account = await shop.add("Accounts", crm.account("Swallowed Ltd"))
    await shop.invoice(account=account)
    return account


async def merge_it(shop: Shop, account: str) -> None:
    """Two contacts become one in Xero; then sales change the account."""
    survivor = await shop.world.add_xero("Contacts", Name="Swallower Ltd")
    lost = await shop.find_in_xero("Contacts", Name="Swallowed Ltd")
    path = f"/xero/{shop.world.xero_tenant_id}/Contacts/{lost['ContactID']}/merge"
    await shop.world.control.call("POST", path, {"into": survivor["ContactID"]})
    await shop.world.edit_crm("Accounts", account, Phone="020 7946 0958")
    await shop.invoice(account=account)


AGREED = {"becomes": frozenset({"unchanged"})}
CASES = (
    Case("due_date_missing", "Invoices", ("due_date_missing",), invoice(status="Delivered", Due_Date=None), books(sales_term_days=30)),
    Case("tax_percent_differs", "Invoices", ("tax_percent_differs",), taxed_invoice("VAT 15%", 15), mend_the_rate),
    Case("tax_not_allowed_here", "Invoices", ("tax_not_allowed_here",), taxed_invoice("VAT 12%", 12), restore_the_rate),
    Case("account_unusable", "Products", ("account_unusable",), product_of_an_archived_account, restore_the_account),
    Case("currency_not_enabled", "Invoices", ("currency_not_enabled",), invoice(Currency="EUR", Exchange_Rate=Decimal("1.17")), books(currencies=["USD", "EUR"])),
    Case("tracking_unknown", "Invoices", ("tracking_unknown",), tracked_elsewhere, add_the_option),
    Case("stock_short", "Invoices", ("stock_short",), sold_out, receive_stock),
    Case("item_unknown", "Invoices", ("item_unknown",), item_will_go, make_the_item_again, spoil=delete_the_item),
    Case("contact_archived", "Accounts", ("contact_archived",), archived_customer, restore_the_contact),
    Case("contact_merged", "Accounts", ("contact_merged",), merged_customer, None, spoil=merge_it, outcome="updated"),
    Case("period_locked", "Invoices", ("period_locked",), invoice(Invoice_Date="2025-09-30"), books(period_lock_date="2025-06-30")),
    Case("total_differs", "Invoices", ("total_differs",), taxed_twice, tax_once, mended_in_crm=True),
    Case("locked_in_xero", "Invoices", ("locked_in_xero",), invoice(), undo_the_edit, spoil=approve_and_edit, outcome="locked", mended_in_crm=True, **AGREED),
    Case("ended_in_crm", "Invoices", ("ended_in_crm",), invoice(), delete_in_xero, spoil=cancel_in_crm, outcome="locked", **AGREED),
    Case("ended_in_xero", "Invoices", ("ended_in_xero",), invoice(), cancel_in_crm, spoil=end_in_xero, outcome="locked", mended_in_crm=True, **AGREED),
)  # fmt: skip


async def live(folder: Path) -> Told:
    async with open_world(folder) as world:
        await world.connect(lay_over(MAPPING, CHANGES), furnish=furnish, multi_currency=True)
        shop = await Shop(world).open()
        await spoil_the_books(shop)
        return await live_through(shop, CASES)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    return asyncio.run(live(tmp_path_factory.mktemp("accounts")))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_cause_is_told_alone_and_in_words(case: Case, told: Told) -> None:
    expect_told(case, told)


@pytest.mark.parametrize("case", [case for case in CASES if case.mend], ids=lambda case: case.name)
def test_it_goes_by_itself_once_the_cause_is_gone(case: Case, told: Told) -> None:
    expect_healed(case, told)


def test_what_went_stays_as_it_is(told: Told) -> None:
    assert told.writes_after_all == 0
    assert not [entry for entry in told.last.values() if entry["outcome"] in WENT]
