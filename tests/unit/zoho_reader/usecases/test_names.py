"""Documents say how their customer, supplier and products are called, where Zoho tells it in the same call."""

from typing import Any

import pytest
from tests.unit.zoho_reader.crm import FIRST_LOAD, QUIET, fill_crm
from tests.unit.zoho_reader.world import World

from sync_kit.contracts.vocabulary import Module
from zoho_reader.domain.sources import MOST_COLUMNS, NAME_COLUMNS, STANDARD_COLUMNS, choose_names

REFUSAL = '{"code":"INVALID_QUERY","details":%s,"message":"no","status":"error"}'
NO_PERMISSION = '{"code":"NO_PERMISSION","details":{},"message":"permission denied","status":"error"}'


def find_names(world: World, invoice_id: str) -> dict[str, Any]:
    fields = world.state()[Module.INVOICES][invoice_id].fields
    lookups = {name: fields[name] for name in ("Account_Name", "Contact_Name")}
    return {name: None if value is None else value.get("name") for name, value in lookups.items()}


async def test_an_invoice_tells_names_of_its_customer_and_products(world: World) -> None:
    ids = fill_crm(world)
    world.edit("Invoices", ids["Invoices"][1], Contact_Name={"id": ids["Contacts"][1]})
    run_id = await world.run()
    assert find_names(world, ids["Invoices"][0]) == {"Account_Name": "Firm 0", "Contact_Name": None}
    assert find_names(world, ids["Invoices"][1]) == {"Account_Name": "Firm 1", "Contact_Name": "Person 1"}
    lines = world.state()[Module.INVOICES][ids["Invoices"][0]].fields["Invoiced_Items"]
    assert [each["Product_Name"]["name"] for each in lines] == ["Thing 0", "Thing 1"]
    assert world.report(run_id).calls == FIRST_LOAD
    world.advance(900)
    world.edit("Invoices", ids["Invoices"][0], Subject="Newer")
    await world.run()
    assert find_names(world, ids["Invoices"][0]) == {"Account_Name": "Firm 0", "Contact_Name": None}


async def test_a_customer_that_is_renamed_brings_none_of_its_documents_again(world: World) -> None:
    ids = fill_crm(world)
    await world.run()
    world.advance(60)  # the documents lie in the overlap and are asked for once more
    world.edit("Accounts", ids["Accounts"][0], Account_Name="Renamed")
    world.edit("Products", ids["Products"][0], Product_Name="Renamed")
    run_id = await world.run()
    assert world.emitted(Module.ACCOUNTS, run_id) == [ids["Accounts"][0]]
    assert world.emitted(Module.INVOICES, run_id) == []


@pytest.mark.parametrize(
    ("details", "extra_calls", "expected"),
    [
        # Zoho says which name it is: that one alone is left out, without a look at the fields.
        ('{"column_name":"Contact_Name.Full_Name"}', 1, {"Account_Name": "Firm 0", "Contact_Name": None}),
        # It does not say: the fields are all there, so it is the names.
        ('{"clause":"join"}', 2, {"Account_Name": None, "Contact_Name": None}),
    ],
)
async def test_where_coql_refuses_names_documents_come_without_them(
    world: World, details: str, extra_calls: int, expected: dict[str, str | None]
) -> None:
    ids = fill_crm(world)
    world.sandbox.faults.add_rule(
        "zoho", "status", body=r"Contact_Name\.Full_Name.*from Invoices", status=400, answer=REFUSAL % details, times=-1
    )
    run_id = await world.run()
    world.assert_all_newest()
    assert find_names(world, ids["Invoices"][0]) == expected
    assert world.report(run_id).calls == FIRST_LOAD + extra_calls
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
        "zoho", "status", body=r"_Name\.Full_Name", path=path, status=403, answer=NO_PERMISSION, times=-1
    )
    run_id = await world.run()
    assert all(event.failure is None for event in world.announced(run_id).values())
    world.assert_all_newest()


@pytest.mark.parametrize("source", list(NAME_COLUMNS))
def test_a_query_has_two_joins_and_fifty_columns_at_most(source: Any) -> None:
    full = tuple(dict.fromkeys((*STANDARD_COLUMNS[source], *(f"Own_{n}" for n in range(50)))))[:MOST_COLUMNS]
    assert choose_names(source, full, ()) == ()
    assert len(choose_names(source, full[:-1], ())) == 1
    names = choose_names(source, STANDARD_COLUMNS[source], ())
    assert 1 <= len({name.split(".")[0] for name in names}) <= 2
    assert choose_names(source, ("id",), ()) == ()  # a CRM without the lookup has no name of it
