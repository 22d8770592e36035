# ruff: noqa: E501 (a table has one row a line)
"""What only a person's word, or one side giving way, ends: conflicts, doubles, codes that are taken, broken mappings."""

from decimal import Decimal
from pathlib import Path

import pytest
from tests.factories import crm
from tests.fixtures.causes import expect_words
from tests.fixtures.shop import Json, Shop, lay_over, list_codes
from tests.fixtures.world import MAPPING, World, open_world

pytestmark = pytest.mark.thorough


def expect_held(entry: Json, code: str, outcome: str = "blocked") -> None:
    assert (list_codes(entry), entry["outcome"]) == ([code], outcome), entry["reasons"]
    expect_words(entry)


async def find_document(shop: Shop, module: str, record_id: str) -> Json:
    field = {"Invoices": "Invoice_Number", "Purchase_Orders": "PO_Number"}[module]
    return await shop.find_in_xero("Invoices", InvoiceNumber=(await shop.read(module, record_id))[field])


async def retype_line(shop: Shop, document: Json, amount: str) -> None:
    """Somebody types another price over the line in Xero."""
    (line,) = document["LineItems"]
    kept = {name: line[name] for name in ("LineItemID", "Description", "Quantity", "AccountCode", "TaxType")}
    lines = [{**kept, "UnitAmount": Decimal(amount)}]
    await shop.world.edit_xero("Invoices", document["InvoiceID"], LineItems=lines)


async def test_a_change_on_both_sides_is_kept_as_a_person_says(world: World) -> None:
    shop = await Shop(world).open()
    sales = [await shop.invoice(shop.line(1)) for _ in range(3)]
    orders = [await shop.order(shop.line(1)) for _ in range(2)]
    both = [("Invoices", each) for each in sales] + [("Purchase_Orders", each) for each in orders]
    await shop.sync()
    for module, record_id in both:
        await retype_line(shop, await find_document(shop, module, record_id), "17.00")
        await shop.reprice(module, record_id, "15.00")
    log = await shop.sync()
    for _, record_id in both:
        expect_held(log[record_id], "changed_in_xero")
        assert (await shop.ask(record_id))["decisions"] == ["keep_crm", "keep_xero"]
    await shop.decide(sales[0], "keep_crm")
    await shop.decide(orders[0], "keep_crm")
    await shop.decide(sales[1], "keep_xero")
    await shop.decide(orders[1], "keep_xero")
    await retype_line(shop, await find_document(shop, "Invoices", sales[2]), "15.00")  # the two agree again
    log = await shop.sync()
    totals = [Decimal(str((await find_document(shop, module, each))["Total"])) for module, each in both]
    assert totals == [Decimal(each) for each in (15, 17, 15, 15, 17)]
    outcomes = [log[record_id]["outcome"] for _, record_id in both]
    assert [outcomes[place] for place in (0, 1, 3, 4)] == ["updated", "unchanged", "updated", "unchanged"]
    assert not log[sales[2]]["reasons"]
    assert not [entry for entry in (await shop.sync()).values() if entry["outcome"] == "updated"]


async def test_two_documents_with_our_link_are_told_and_neither_is_written_to(world: World) -> None:
    shop = await Shop(world).open()
    order = await shop.order(shop.line(1))
    await shop.sync()
    ours = await find_document(shop, "Purchase_Orders", order)
    copied = {name: ours[name] for name in ("Url", "InvoiceNumber", "Type")}
    line = {"Description": "Copy", "Quantity": 1, "UnitAmount": 10, "AccountCode": "310", "TaxType": "NONE"}
    copy = await world.add_xero(
        "Invoices", **copied, Contact={"ContactID": ours["Contact"]["ContactID"]}, Date="2026-01-02", LineItems=[line]
    )
    await shop.reprice("Purchase_Orders", order, "12.00")
    expect_held((await shop.sync())[order], "two_in_xero")
    assert {Decimal(str(row["Total"])) for row in await world.list_xero("Invoices")} == {Decimal(10)}
    await world.edit_xero("Invoices", copy["InvoiceID"], Status="DELETED")
    log = await shop.sync()
    assert log[order]["outcome"] == "updated", log[order]["reasons"]
    living = [row for row in await world.list_xero("Invoices") if row["Status"] != "DELETED"]
    assert [Decimal(str(row["Total"])) for row in living] == [Decimal(12)]


async def test_a_code_that_another_item_has_is_told_and_goes_once_it_is_free(world: World) -> None:
    shop = await Shop(world).open()
    await shop.invoice()
    await shop.sync()
    other = await world.add_xero("Items", Code="TEA-2", Name="Green tea")
    stamp = await world.edit_crm("Products", shop.goods, Product_Code="TEA-2")
    expect_held((await shop.sync())[shop.goods], "item_code_taken")
    await world.edit_xero("Items", other["ItemID"], Code="TEA-3")
    assert (await shop.sync())[shop.goods]["outcome"] == "updated"
    assert stamp is None
    assert {row["Code"] for row in await world.list_xero("Items")} == {"TEA-2", "TEA-3"}


async def test_a_field_of_the_mapping_that_the_crm_lost_is_told_and_heals_by_another(tmp_path: Path) -> None:
    async def furnish(world: World) -> None:
        field = {"module": "Invoices", "field_label": "Sales Number", "data_type": "text"}
        await world.control.call("POST", f"/zoho/{world.zoho_org_id}/fields", field)

    async with open_world(tmp_path) as world:
        mapping = lay_over(MAPPING, {"number_fields": {"invoices": "Sales_Number"}})
        await world.connect(mapping, furnish=furnish)
        shop = await Shop(world).open()
        sale = await shop.invoice(Sales_Number="S-1")
        org = world.sandbox.zoho.state.orgs[world.zoho_org_id]
        org.tables["Invoices"].fields.pop("Sales_Number")  # somebody deletes the field
        expect_held((await shop.sync())[sale], "mapping_broken")
        await shop.change_mapping(number_fields={"invoices": "Invoice_Number"})
        assert (await shop.sync())[sale]["outcome"] == "created"


async def test_a_name_that_is_taken_twice_over_never_loops(world: World) -> None:
    """Two people of one name, and Xero has a third: each is asked about, and each answer is its own."""
    shop = await Shop(world).open()
    await world.add_xero("Contacts", Name="John Smith", EmailAddress="third@smith.example")
    people = [
        await shop.add("Contacts", crm.person("Smith", First_Name="John", Email=f"{word}@smith.example"))
        for word in ("first", "second")
    ]
    sales = [await shop.invoice(account=None, Contact_Name={"id": person}) for person in people]
    log = await shop.sync()
    for person, sale in zip(people, sales, strict=True):
        expect_held(log[person], "name_taken")
        expect_held(log[sale], "waits_for")
        await shop.decide(person, "create_new")
    log = await shop.sync()
    assert [log[each]["outcome"] for each in (*people, *sales)] == ["created"] * 4
    assert len({log[person]["xero_id"] for person in people}) == 2
    assert len(await world.list_xero("Contacts")) == 3
