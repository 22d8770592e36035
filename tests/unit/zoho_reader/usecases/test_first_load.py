from decimal import Decimal

from tests.unit.zoho_reader.crm import FIRST_LOAD, fill_crm, line
from tests.unit.zoho_reader.world import World

from sync_kit.contracts.vocabulary import DEFAULT_MODULES, Module


async def test_a_first_load_brings_every_record_with_its_lines_and_people(world: World) -> None:
    fill_crm(world)
    world.advance(600)
    run_id = await world.run()
    world.assert_all_newest()
    assert world.report(run_id).state == "done"
    announced = world.announced(run_id)
    assert {module: event.emitted for module, event in announced.items()} == {
        Module.ACCOUNTS: 3,
        Module.CONTACTS: 2,
        Module.VENDORS: 0,
        Module.PRODUCTS: 3,
        Module.INVOICES: 5,
        Module.PURCHASE_ORDERS: 0,
    }
    assert all(event.closed and event.failure is None for event in announced.values())


async def test_the_calls_of_a_first_load_are_what_the_formula_says(world: World) -> None:
    ids = fill_crm(world, invoices=0)
    world.add(
        "Invoices",
        *(
            {"Subject": f"Sale {n}", "Invoiced_Items": [line(ids["Products"][0], price="1.10") for _ in range(3)]}
            for n in range(2_050)
        ),
    )
    world.advance(600)
    run_id = await world.run()
    report = world.report(run_id)
    # Contacts, accounts, vendors, products; 6,150 lines in 4 pages; 2,050 headers in 2; purchase orders with their
    # lines; two composites at the end.
    assert len(world.calls()) == report.calls == report.least_calls == 4 + 4 + 2 + 2 + 2
    assert world.announced(run_id)[Module.INVOICES].emitted == 2_050
    world.assert_all_newest()


async def test_an_empty_crm_closes_every_module_with_nothing(world: World) -> None:
    run_id = await world.run()
    assert {module: (e.emitted, e.closed) for module, e in world.announced(run_id).items()} == dict.fromkeys(
        DEFAULT_MODULES, (0, True)
    )
    assert world.report(run_id).calls == FIRST_LOAD


async def test_money_comes_through_exactly(world: World) -> None:
    fill_crm(world)
    await world.run()
    for record in world.state()[Module.INVOICES].values():
        assert_no_float(record.fields)
        assert isinstance(record.fields["Grand_Total"], Decimal | int)
    lines = [x for record in world.state()[Module.INVOICES].values() for x in record.fields["Invoiced_Items"]]
    assert Decimal("0.03") in [x["Discount"] for x in lines]


def assert_no_float(value: object) -> None:
    assert not isinstance(value, float)
    if isinstance(value, dict):
        for item in value.values():
            assert_no_float(item)
    if isinstance(value, list | tuple):
        for item in value:
            assert_no_float(item)
