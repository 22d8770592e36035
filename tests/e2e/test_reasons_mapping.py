# ruff: noqa: E501 (a table has one row a line)
"""What is mended in the mapping: told, then healed by a new version of it, the CRM records untouched.

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
    "taxes": {"untaxed_purchases": None},
    "accounts": {"by_product": {"TEA-1": {"purchases": "310"}}},
    "policies": {"currency_rate": "crm"},
    "amounts_field": "Amounts_Are",
    "amounts_values": {"gross": "inclusive"},
    "number_fields": {"sales_orders": "Order_Reference"},
    "gates": {"vendors": "Add_to_Xero"},
}
DOCUMENTS = ("Invoices", "Purchase_Orders", "Quotes", "Sales_Orders")
TAXES = {"VAT 20%": "20", "VAT 5%": "5", "VAT 0%": "0", "VAT 17.5%": "17.5"}


async def furnish(world: World) -> None:
    org = f"/zoho/{world.zoho_org_id}"
    for module in DOCUMENTS:
        field = {"module": module, "field_label": "Amounts Are", "data_type": "text"}
        await world.control.call("POST", f"{org}/fields", field)
    for module, label, kind in (("Sales_Orders", "Order Reference", "text"), ("Vendors", "Add to Xero", "boolean")):
        await world.control.call("POST", f"{org}/fields", {"module": module, "field_label": label, "data_type": kind})
    for name, percent in TAXES.items():
        await world.control.call("POST", f"{org}/taxes", {"name": name, "value": Decimal(percent)})
    await world.control.call("POST", f"{org}/currencies", {"iso_code": "USD", "exchange_rate": Decimal("1.27")})
    await Shop(world).set_up_books(currencies=["USD"], multi_currency=True)
    await world.add_xero("TaxRates", TaxType="TAX175", Name="17.5% of old", EffectiveRate=Decimal("17.5"))


def invoice(**fields: Any):
    async def plant(shop: Shop) -> str:
        return await shop.invoice(**fields)

    return plant


def taxed_invoice(name: str, percent: Any, **fields: Any):
    async def plant(shop: Shop) -> str:
        return await shop.invoice(shop.line(10, **crm.taxed(name, percent)), **fields)

    return plant


def mapping(**changes: Any):
    async def act(shop: Shop, _: str) -> None:
        await shop.change_mapping(**changes)

    return act


async def untaxed_order(shop: Shop) -> str:
    return await shop.order()


async def order_without_account(shop: Shop) -> str:
    goods = await shop.add("Products", crm.product("BARE-1", "Bare"))
    return await shop.order(crm.line(goods, **crm.taxed("VAT 20%", 20)))


async def in_dollars(shop: Shop) -> str:
    """Three of the usual rate, and one upside down."""
    for _ in range(3):
        await shop.invoice(Currency="USD", Exchange_Rate=Decimal("1.27"))
    return await shop.invoice(Currency="USD", Exchange_Rate=Decimal("0.7874"))


async def discounted(shop: Shop) -> str:
    return await shop.invoice(shop.line(20, **crm.taxed("VAT 20%", 20)), Discount=Decimal("10.00"))


async def cents_apart(shop: Shop) -> str:
    """Zoho takes 5 % of the whole, Xero of each line."""
    lines = [shop.line(1, price) for price in ("25.06", "25.61", "25.63")]
    return await shop.invoice(*lines, **{"$line_tax": [{"name": "VAT 5%", "percentage": 5}]})


async def order_without_reference(shop: Shop) -> str:
    return await shop.add("Sales_Orders", crm.sales_order(shop.customer, shop.line()))


async def uncoded_product(shop: Shop) -> str:
    goods = await shop.add("Products", crm.product(None, "Reindeer garland"))
    return await shop.invoice(crm.line(goods))


async def unticked_vendor(shop: Shop) -> str:
    vendor = await shop.add("Vendors", crm.vendor("Unticked Ltd", Add_to_Xero=False))
    await shop.order(shop.line(**crm.taxed("VAT 20%", 20)), supplier=vendor)
    return vendor


async def open_the_gate(shop: Shop, _: str) -> None:
    path = f"/v1/mappings/{shop.world.tenant_id}"
    now = (await shop.world.api.get(path))["mapping"]
    await shop.world.api.put(path, {**now, "gates": {}})


async def before_the_start(shop: Shop) -> str:
    return await shop.invoice(Invoice_Date="2019-12-30")


async def start_earlier(shop: Shop, _: str) -> None:
    await shop.world.change_settings(books_start_date="2019-12-01")


async def account_without_documents(shop: Shop) -> str:
    return await shop.add("Accounts", crm.account("Nobody Buys Ltd"))


async def send_all(shop: Shop, _: str) -> None:
    await shop.world.change_settings(sending="all")


async def locked(shop: Shop) -> str:
    return await shop.invoice()


async def approve_and_edit(shop: Shop, invoice: str) -> None:
    row = await shop.find_in_xero("Invoices", InvoiceNumber=(await shop.read("Invoices", invoice))["Invoice_Number"])
    await shop.world.edit_xero("Invoices", row["InvoiceID"], Status="AUTHORISED", DueDate="2026-02-01")
    await shop.reprice("Invoices", invoice, "14.00")


SKIPPED = {"outcome": "skipped"}
CASES = (
    Case("status_unmapped", "Invoices", ("status_unmapped",), invoice(status="Shipped"), mapping(statuses={"invoices": {"Shipped": "DRAFT"}})),
    Case("status_waits", "Invoices", ("status_waits",), invoice(status="Created"), mapping(statuses={"invoices": {"Created": "DRAFT"}}), **SKIPPED),
    Case("zero_total", "Invoices", ("zero_total",), invoice(Discount=Decimal("10.00")), mapping(policies={"zero_total": "send"}), **SKIPPED),
    Case("account_missing", "Purchase_Orders", ("account_missing",), order_without_account, mapping(accounts={"purchases": "310"})),
    Case("tax_unmapped", "Invoices", ("tax_unmapped",), taxed_invoice("VAT 17.5%", Decimal("17.5")), mapping(taxes={"sales": {"VAT 17.5%": "TAX175"}})),
    Case("tax_not_said", "Purchase_Orders", ("tax_not_said",), untaxed_order, mapping(taxes={"untaxed_purchases": "NONE"})),
    Case("tax_basis_unclear", "Invoices", ("tax_basis_unclear",), taxed_invoice("VAT 20%", 20, Amounts_Are="gross"), mapping(amounts_values={"gross": "exclusive"})),
    Case("rate_doubtful", "Invoices", ("rate_doubtful",), in_dollars, mapping(policies={"currency_rate": "xero"})),
    Case("cent_difference", "Invoices", ("cent_difference",), cents_apart, None, outcome="created"),
    Case("discount_alters_tax", "Invoices", ("discount_alters_tax",), discounted, mapping(policies={"header_discount": "after_tax"})),
    Case("number_missing", "Sales_Orders", ("number_missing",), order_without_reference, mapping(number_fields={"sales_orders": "SO_Number"})),
    Case("product_code_missing", "Invoices", ("waits_for",), uncoded_product, mapping(policies={"uncoded_products": "as_text"})),
    Case("not_ticked", "Vendors", ("not_ticked",), unticked_vendor, open_the_gate, **SKIPPED),
    Case("before_start_date", "Invoices", ("before_start_date",), before_the_start, start_earlier, **SKIPPED),
    Case("not_used_yet", "Accounts", ("not_used_yet",), account_without_documents, send_all, **SKIPPED),
    Case("locked_in_xero", "Invoices", ("locked_in_xero",), locked, mapping(policies={"lock": "xero"}), spoil=approve_and_edit, outcome="locked"),
)  # fmt: skip


async def live(folder: Path) -> Told:
    async with open_world(folder) as world:
        directions = {"sales_orders": "to_xero"}
        await world.connect(lay_over(MAPPING, CHANGES), furnish=furnish, directions=directions, multi_currency=True)
        shop = await Shop(world).open()
        await world.edit_crm("Vendors", shop.supplier, Add_to_Xero=True)
        await shop.change_mapping(accounts={"purchases": None})
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
