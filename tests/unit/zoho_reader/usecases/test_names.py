"""Lines say how their products are called, where Zoho tells it in the same call."""

from typing import Any

import pytest
from tests.unit.zoho_reader.crm import FIRST_LOAD, QUIET, fill_crm
from tests.unit.zoho_reader.world import World

from sync_kit.contracts.vocabulary import Module
from zoho_reader.domain.sources import MOST_COLUMNS, NAME_COLUMNS, STANDARD_COLUMNS, choose_names

REFUSAL = '{"code":"INVALID_QUERY","details":%s,"message":"no","status":"error"}'
NO_PERMISSION = '{"code":"NO_PERMISSION","details":{},"message":"permission denied","status":"error"}'


def find_names(world: World, invoice_id: str) -> list[str | None]:
    lines = world.state()[Module.INVOICES][invoice_id].fields["Invoiced_Items"]
    return [line["Product_Name"].get("name") for line in lines]


async def test_lines_tell_the_names_of_their_products(world: World) -> None:
    ids = fill_crm(world)
    run_id = await world.run()
    assert find_names(world, ids["Invoices"][0]) == ["Thing 0", "Thing 1"]
    assert world.report(run_id).calls == FIRST_LOAD
    world.advance(900)
    world.edit("Invoices", ids["Invoices"][0], Subject="Newer")
    await world.run()
    assert find_names(world, ids["Invoices"][0]) == ["Thing 0", "Thing 1"]


async def test_a_customer_that_is_renamed_brings_none_of_its_documents_again(world: World) -> None:
    ids = fill_crm(world)
    await world.run()
    world.advance(60)  # the documents lie in the overlap and are asked for once more
    world.edit("Accounts", ids["Accounts"][0], Account_Name="Renamed")
    world.edit("Products", ids["Products"][0], Product_Name="Renamed")
    run_id = await world.run()
    assert world.emitted(Module.ACCOUNTS, run_id) == [ids["Accounts"][0]]
    assert world.emitted(Module.INVOICES, run_id) == []


@pytest.mark.parametrize("details", ['{"column_name":"Product_Name.Product_Name"}', '{"clause":"join"}'])
async def test_where_coql_refuses_names_documents_come_without_them(world: World, details: str) -> None:
    ids = fill_crm(world)
    world.sandbox.faults.add_rule(
        "zoho",
        "status",
        body=r"Product_Name\.Product_Name.*from Invoiced",
        status=400,
        answer=REFUSAL % details,
        times=-1,
    )
    run_id = await world.run()
    world.assert_all_newest()
    assert find_names(world, ids["Invoices"][0]) == [None, None]
    assert FIRST_LOAD < world.report(run_id).calls <= FIRST_LOAD + 2
    assert not any(call.path.endswith("/Invoices") for call in world.calls())  # COQL serves all the same
    world.advance(900)
    assert world.report(await world.run()).calls == QUIET  # it is remembered


@pytest.mark.parametrize("path", ["/coql$", "__composite"])
async def test_a_module_that_is_closed_takes_away_names_and_no_document(world: World, path: str) -> None:
    ids = fill_crm(world)
    if path != "/coql$":
        await world.run()
        world.advance(900)
        world.edit("Invoices", ids["Invoices"][0], Subject="Newer")
    world.sandbox.faults.add_rule(
        "zoho", "status", body=r"Product_Name\.Product_Name", path=path, status=403, answer=NO_PERMISSION, times=-1
    )
    run_id = await world.run()
    assert all(event.failure is None for event in world.announced(run_id).values())
    world.assert_all_newest()


@pytest.mark.parametrize("source", sorted(NAME_COLUMNS))
def test_a_query_has_one_join_and_fifty_columns_at_most(source: Any) -> None:
    full = tuple(dict.fromkeys((*STANDARD_COLUMNS[source], *(f"Own_{n}" for n in range(50)))))[:MOST_COLUMNS]
    assert choose_names(source, full, ()) == ()
    assert len(choose_names(source, full[:-1], ())) == 1
    names = choose_names(source, STANDARD_COLUMNS[source], ())
    assert names == ("Product_Name.Product_Name",)
    assert choose_names(source, ("id",), ()) == ()  # a CRM without the lookup has no name of it
