# ruff: noqa: E501 (a table has one row a line)
"""What people in sales mend: each cause is brought about in the CRM, told in words, and heals when it is mended.

All of it happens in one world; every code has tests of its own over what was told there.
"""

import asyncio
from pathlib import Path

import pytest
from tests.factories import crm
from tests.fixtures.causes import WENT, Case, Told, expect_healed, expect_told, live_through
from tests.fixtures.shop import Shop, lay_over
from tests.fixtures.world import MAPPING, World, open_world

pytestmark = pytest.mark.thorough

CHANGES = {
    "number_fields": {"invoices": "Sales_Number"},
    "gates": {"sales_orders": "Add_to_Xero"},
    "primary_person_field": "Main_Contact",
    "statuses": {"invoices": {"Created": "wait", "Approved": "DRAFT", "Canceled": "not_created"}},
}
FIELDS = (
    {"module": "Invoices", "field_label": "Sales Number", "data_type": "text"},
    {"module": "Sales_Orders", "field_label": "Add to Xero", "data_type": "boolean"},
    {"module": "Contacts", "field_label": "Main Contact", "data_type": "boolean"},
)


async def furnish(world: World) -> None:
    for field in FIELDS:
        await world.control.call("POST", f"/zoho/{world.zoho_org_id}/fields", field)


def edit(module: str, **changes: object):
    """Mend in the CRM."""

    async def act(shop: Shop, record_id: str) -> None:
        await shop.world.edit_crm(module, record_id, **changes)

    return act


async def order_not_ticked(shop: Shop) -> str:
    return await shop.add("Sales_Orders", crm.sales_order(shop.customer, shop.line(), Add_to_Xero=False))


async def account_without_documents(shop: Shop) -> str:
    return await shop.add("Accounts", crm.account("Nobody Buys Ltd"))


async def invoice_it(shop: Shop, account: str) -> None:
    await shop.invoice(account=account)


async def person_elsewhere(shop: Shop) -> str:
    other = await shop.add("Accounts", crm.account("Elsewhere Ltd"))
    await shop.add("Contacts", crm.person("Settled", shop.customer, Email="settled@miller.example"))
    person = await shop.add("Contacts", crm.person("Stray", other))
    return await shop.invoice(Contact_Name={"id": person})


async def name_the_own_person(shop: Shop, invoice: str) -> None:
    own = await shop.find_person("settled@miller.example")
    await shop.world.edit_crm("Invoices", invoice, Contact_Name={"id": own}, Subject="Another")


async def nameless_person(shop: Shop) -> str:
    """Somebody made the last name mandatory after this contact was imported."""
    person = await shop.add("Contacts", crm.person("Vanishing"))
    org = shop.world.sandbox.zoho.state.orgs[shop.world.zoho_org_id]
    org.tables["Contacts"].records[person]["Last_Name"] = None
    await shop.invoice(account=None, Contact_Name={"id": person})
    return person


async def two_people(shop: Shop) -> str:
    account = await shop.add("Accounts", crm.account("Two Heads Ltd"))
    for name in ("First", "Second"):
        await shop.add("Contacts", crm.person(name, account, Email=f"{name.lower()}@heads.example"))
    await shop.invoice(account=account)
    return account


async def mark_one(shop: Shop, account: str) -> None:
    await shop.world.edit_crm("Contacts", await shop.find_person("second@heads.example"), Main_Contact=True)


async def invoice_that_lost_its_lines(shop: Shop) -> str:
    invoice = await shop.invoice()
    await shop.world.edit_crm("Invoices", invoice, Invoiced_Items=[])
    return invoice


async def give_a_line(shop: Shop, invoice: str) -> None:
    await shop.world.edit_crm("Invoices", invoice, Invoiced_Items=[shop.line()])


async def twin_numbers(shop: Shop) -> str:
    await shop.invoice(Sales_Number="S-9000")
    return await shop.invoice(Sales_Number="S-9000")


async def abroad(shop: Shop) -> str:
    account = await shop.add("Accounts", crm.account("Far Away Ltd", Billing_Country="Réunion 974"))
    await shop.invoice(account=account)
    return account


async def uncoded_product(shop: Shop) -> str:
    goods = await shop.add("Products", crm.product(None, "Reindeer garland"))
    await shop.invoice(crm.line(goods))
    return goods


async def long_code(shop: Shop) -> str:
    goods = await shop.add("Products", crm.product("L" * 31, "Long code"))
    await shop.invoice(crm.line(goods))
    return goods


async def waits_for_a_product(shop: Shop) -> str:
    goods = await shop.add("Products", crm.product(None, "Paper star"))
    return await shop.invoice(crm.line(goods))


async def code_the_star(shop: Shop, invoice: str) -> None:
    row = (await shop.read("Invoices", invoice))["Invoiced_Items"][0]
    await shop.world.edit_crm("Products", row["Product_Name"]["id"], Product_Code="STAR-1")


async def same_code_other_case(shop: Shop) -> str:
    upper = await shop.add("Products", crm.product("XMS-7", "Paper star, large"))
    lower = await shop.add("Products", crm.product("xms-7", "Tin star"))
    await shop.invoice(crm.line(upper), crm.line(lower))
    return lower


async def pending(shop: Shop) -> str:
    return await shop.invoice(Record_Status__s="Pending Approval")


async def deleted_while_held(shop: Shop) -> str:
    return await shop.invoice(status="Shipped")


async def delete_it(shop: Shop, invoice: str) -> None:
    await shop.delete("Invoices", invoice)


def invoice(**fields: object):
    async def plant(shop: Shop) -> str:
        return await shop.invoice(**fields)

    return plant


async def free_of_charge(shop: Shop) -> str:
    return await shop.invoice(shop.line(2, "0.00"))


async def charge_it(shop: Shop, invoice: str) -> None:
    await shop.reprice("Invoices", invoice, "4.00")


async def returned(shop: Shop) -> str:
    return await shop.invoice(shop.line(-3))


async def bring_back(shop: Shop, invoice: str) -> None:
    (row,) = (await shop.read("Invoices", invoice))["Invoiced_Items"]
    await shop.world.edit_crm("Invoices", invoice, Invoiced_Items=[{"id": row["id"], "Quantity": 3}])


async def order_without_supplier(shop: Shop) -> str:
    """A layout without the field let it through."""
    order = await shop.order()
    org = shop.world.sandbox.zoho.state.orgs[shop.world.zoho_org_id]
    org.tables["Purchase_Orders"].records[order]["Vendor_Name"] = None
    return order


async def name_the_supplier(shop: Shop, order: str) -> None:
    await shop.world.edit_crm("Purchase_Orders", order, Vendor_Name={"id": shop.supplier})


async def lines_that_do_not_add_up(shop: Shop) -> str:
    """A line that the connected user may not see."""
    invoice = await shop.invoice()
    org = shop.world.sandbox.zoho.state.orgs[shop.world.zoho_org_id]
    org.tables["Invoices"].records[invoice]["Sub_Total"] += 5
    org.tables["Invoices"].records[invoice]["Grand_Total"] += 5
    return invoice


SKIPPED = {"outcome": "skipped"}
IN_CRM = {"mended_in_crm": True}
CASES = (
    Case("not_ticked", "Sales_Orders", ("not_ticked",), order_not_ticked, edit("Sales_Orders", Add_to_Xero=True), **SKIPPED, **IN_CRM),
    Case("status_waits", "Invoices", ("status_waits",), invoice(status="Created"), edit("Invoices", Status="Approved"), **SKIPPED, **IN_CRM),
    Case("canceled_before_sync", "Invoices", ("canceled_before_sync",), invoice(status="Canceled"), edit("Invoices", Status="Approved"), **SKIPPED, **IN_CRM),
    Case("deleted_before_sync", "Invoices", ("deleted_before_sync",), deleted_while_held, spoil=delete_it, **SKIPPED),
    Case("not_used_yet", "Accounts", ("not_used_yet",), account_without_documents, invoice_it, **SKIPPED),
    Case("zero_total", "Invoices", ("zero_total",), free_of_charge, charge_it, **SKIPPED, **IN_CRM),
    Case("crm_approval_pending", "Invoices", ("crm_approval_pending",), pending, edit("Invoices", Record_Status__s="Available"), **SKIPPED, **IN_CRM),
    Case("before_start_date", "Invoices", ("before_start_date",), invoice(Invoice_Date="2019-12-31"), edit("Invoices", Invoice_Date="2026-01-03"), **SKIPPED, **IN_CRM),
    Case("customer_missing", "Invoices", ("customer_missing",), invoice(account=None), None, **IN_CRM),
    Case("supplier_missing", "Purchase_Orders", ("supplier_missing",), order_without_supplier, name_the_supplier, **IN_CRM),
    Case("person_not_of_account", "Invoices", ("person_not_of_account",), person_elsewhere, name_the_own_person, outcome="created", **IN_CRM),
    Case("person_name_missing", "Contacts", ("person_name_missing",), nameless_person, edit("Contacts", Last_Name="Found"), **IN_CRM),
    Case("primary_person_unclear", "Accounts", ("primary_person_unclear",), two_people, mark_one, outcome="created"),
    Case("lines_missing", "Invoices", ("lines_missing",), invoice_that_lost_its_lines, give_a_line, **IN_CRM),
    Case("lines_incomplete", "Invoices", ("lines_incomplete",), lines_that_do_not_add_up, edit("Invoices", Subject="Read again", Adjustment=0), **IN_CRM),
    Case("number_missing", "Invoices", ("number_missing",), invoice(Sales_Number=None), edit("Invoices", Sales_Number="S-9100"), **IN_CRM),
    Case("number_twice_in_crm", "Invoices", ("number_twice_in_crm",), twin_numbers, edit("Invoices", Sales_Number="S-9001"), **IN_CRM),
    Case("date_missing", "Invoices", ("date_missing",), invoice(Invoice_Date=None), edit("Invoices", Invoice_Date="2026-01-03"), **IN_CRM),
    Case("value_unusable", "Products", ("value_unusable",), long_code, edit("Products", Product_Code="SHORT"), **IN_CRM),
    Case("value_left_out", "Accounts", ("value_left_out",), abroad, edit("Accounts", Billing_Country="France"), outcome="created", **IN_CRM),
    Case("product_code_missing", "Products", ("product_code_missing",), uncoded_product, edit("Products", Product_Code="DEER-1"), **IN_CRM),
    Case("product_code_clash", "Products", ("product_code_clash",), same_code_other_case, edit("Products", Product_Code="TIN-7"), **SKIPPED, **IN_CRM),
    Case("waits_for", "Invoices", ("waits_for",), waits_for_a_product, code_the_star),
    Case("status_blank", "Invoices", ("status_blank",), invoice(status=None), edit("Invoices", Status="Approved"), **IN_CRM),
    Case("negative_total", "Invoices", ("negative_total",), returned, bring_back, **IN_CRM),
)  # fmt: skip


async def live(folder: Path) -> Told:
    async with open_world(folder) as world:
        await world.connect(lay_over(MAPPING, CHANGES), furnish=furnish, directions={"sales_orders": "to_xero"})
        shop = await Shop(world, number_field="Sales_Number").open()
        return await live_through(shop, CASES)


@pytest.fixture(scope="module")
def told(tmp_path_factory: pytest.TempPathFactory) -> Told:
    return asyncio.run(live(tmp_path_factory.mktemp("sales")))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_the_cause_is_told_alone_and_in_words(case: Case, told: Told) -> None:
    expect_told(case, told)


@pytest.mark.parametrize("case", [case for case in CASES if case.mend], ids=lambda case: case.name)
def test_it_goes_by_itself_once_the_cause_is_gone(case: Case, told: Told) -> None:
    expect_healed(case, told)


def test_what_went_stays_as_it_is(told: Told) -> None:
    assert told.writes_after_all == 0
    assert not [entry for entry in told.last.values() if entry["outcome"] in WENT]
