"""Fields of the mapping, fields that this CRM does not have, and answers that COQL refuses to give."""

from pathlib import Path
from typing import Any

import pytest
from tests.unit.zoho_reader.crm import FIRST_LOAD, QUIET, fill_crm, line
from tests.unit.zoho_reader.world import TENANT, World, open_world

from sync_kit.contracts.events import MappingChanged
from sync_kit.contracts.vocabulary import Module
from vendor_sandbox.core.switches import Switches
from vendor_sandbox.zoho.fields import text as text_field
from vendor_sandbox.zoho.tables import ROWS


def need(version: int, *fields: str) -> MappingChanged:
    return MappingChanged(tenant_id=TENANT, version=version, fields={Module.INVOICES: fields})


def add_field(world: World, module: str, name: str) -> None:
    world.org.tables[module].fields[name] = text_field(name)


async def test_fields_of_the_mapping_are_read_too(world: World) -> None:
    add_field(world, "Invoices", "Sales_Number")
    fill_crm(world)
    ids = list(world.org.tables["Invoices"].records)
    world.edit("Invoices", ids[0], Sales_Number="S-1")
    await world.say(need(1, "Sales_Number"))
    run_id = await world.run()
    assert world.state()[Module.INVOICES][ids[0]].fields["Sales_Number"] == "S-1"
    assert world.report(run_id).calls == FIRST_LOAD


async def test_a_field_that_the_mapping_needs_later_is_read_for_every_record(world: World) -> None:
    add_field(world, "Invoices", "Sales_Number")
    ids = fill_crm(world)
    world.edit("Invoices", ids["Invoices"][0], Sales_Number="S-1")
    await world.run()
    world.advance(900)
    await world.say(need(2, "Sales_Number"), need(1))  # an older mapping that comes late changes nothing
    again = await world.run()
    assert world.announced(again)[Module.INVOICES].emitted == 5
    assert world.announced(again)[Module.PRODUCTS].emitted == 0
    assert world.state()[Module.INVOICES][ids["Invoices"][0]].fields["Sales_Number"] == "S-1"
    world.advance(900)
    quiet = await world.run()
    assert world.report(quiet).calls == QUIET


async def test_a_field_that_does_not_exist_is_left_out_and_remembered(world: World) -> None:
    fill_crm(world)
    await world.say(need(1, "No_Such_Field"))
    first = await world.run()
    assert world.report(first).state == "done"
    assert world.report(first).calls == FIRST_LOAD + 2  # the refused question and one look at the fields
    assert "No_Such_Field" not in next(iter(world.state()[Module.INVOICES].values())).fields
    world.advance(900)
    second = await world.run()
    assert world.report(second).calls == QUIET


async def test_a_field_that_is_made_later_is_read_with_the_next_mapping(world: World) -> None:
    ids = fill_crm(world)
    await world.say(need(1, "Sales_Number"))
    await world.run()
    add_field(world, "Invoices", "Sales_Number")
    world.advance(900)
    await world.say(need(2, "Sales_Number"))
    again = await world.run()
    assert sorted(world.emitted(Module.INVOICES, again)) == ids["Invoices"]
    assert all("Sales_Number" in record.fields for record in world.state()[Module.INVOICES].values())
    world.advance(900)
    assert world.report(await world.run()).calls == QUIET


async def test_a_crm_without_currency_fields_is_read(tmp_path: Path) -> None:
    async with open_world(tmp_path, switches=Switches(zoho_currency_fields="multi_currency")) as world:
        fill_crm(world)
        run_id = await world.run()
        assert world.report(run_id).state == "done"
        announced = world.announced(run_id)
        assert all(event.failure is None for event in announced.values())
        assert announced[Module.INVOICES].emitted == 5


async def test_line_taxes_that_coql_may_not_select_are_read_by_lists_and_later_by_id(tmp_path: Path) -> None:
    async with open_world(tmp_path, switches=Switches(coql_line_tax="refused")) as world:
        ids = fill_crm(world, invoices=7)
        first = await world.run()
        world.assert_all_newest()
        assert all(record.lines_complete for record in world.state()[Module.INVOICES].values())
        # Two calls to find out, for invoices and purchase orders alike; 200 lines a call are the cheaper way then.
        assert world.report(first).calls == FIRST_LOAD + 2
        assert world.report(first).least_calls == FIRST_LOAD
        world.advance(900)
        world.edit("Invoices", ids["Invoices"][0], Subject="Renamed")
        second = await world.run()
        assert world.report(second).calls == QUIET + 1
        world.assert_all_newest()


@pytest.mark.parametrize("with_tax", ["before_tax", "with_tax"])
async def test_sub_totals_of_either_kind_need_no_read_by_id(with_tax: str, tmp_path: Path) -> None:
    async with open_world(tmp_path, switches=Switches(zoho_sub_total=with_tax)) as world:
        fill_crm(world)
        run_id = await world.run()
        assert world.report(run_id).calls == FIRST_LOAD


async def test_lines_that_do_not_add_up_are_read_by_id(world: World) -> None:
    ids = fill_crm(world)
    hide_lines(world, ids["Invoices"][:2])
    run_id = await world.run()
    world.assert_all_newest()
    assert world.report(run_id).calls == world.report(run_id).least_calls == FIRST_LOAD + 1


async def test_lines_that_never_add_up_are_said_to_be_incomplete(world: World) -> None:
    ids = fill_crm(world)
    table = world.org.tables["Invoices"]
    table.change_record(table.records[ids["Invoices"][0]], {"Sub_Total": 1_000_000})
    await world.run()
    complete = {key: record.lines_complete for key, record in world.state()[Module.INVOICES].items()}
    assert complete == {key: key != ids["Invoices"][0] for key in ids["Invoices"]}


@pytest.mark.parametrize("missing", [204, 400])
async def test_a_document_that_is_gone_before_it_is_read_whole_is_dropped(missing: int, tmp_path: Path) -> None:
    async with open_world(tmp_path, switches=Switches(zoho_missing_id=missing)) as world:
        ids = fill_crm(world)
        hide_lines(world, ids["Invoices"][:1])
        world.sandbox.faults.add_rule(
            "zoho", "call", body=r"Invoices/\d", callback=lambda _: world.delete("Invoices", ids["Invoices"][0])
        )
        run_id = await world.run()
        assert world.announced(run_id)[Module.INVOICES].emitted == 4
        assert world.report(run_id).state == "done"


async def test_more_lines_than_a_read_by_id_gives_are_asked_for(world: World) -> None:
    ids = fill_crm(world)
    product = ids["Products"][0]
    (long,) = world.add(
        "Invoices", {"Subject": "Long", "Invoiced_Items": [line(product, price="1.00") for _ in range(230)]}
    )
    world.advance(600)
    await world.run()
    world.advance(600)
    world.edit("Invoices", long, Subject="Longer")
    hide_lines(world, [long], asked="Parent_Id", until=r"Invoices/\d")
    run_id = await world.run()
    record = world.state()[Module.INVOICES][long]
    assert record.lines_complete
    assert len(record.fields["Invoiced_Items"]) == 230
    assert world.report(run_id).calls == QUIET + 3
    world.assert_all_newest()


def hide_lines(world: World, invoice_ids: list[str], *, asked: str = "id >", until: str = "from Invoices") -> None:
    """Zoho's answer to that question about lines leaves one line of each out, as if it were not delivered."""
    lines, documents = world.org.tables["Invoiced_Items"], world.org.tables["Invoices"]
    kept: dict[str, list[Any]] = {}
    every: dict[str, Any] = {}

    def hide(_: object) -> None:
        every.update(lines.records)
        for invoice_id in invoice_ids:
            kept[invoice_id] = documents.records[invoice_id][ROWS]
            documents.records[invoice_id][ROWS] = kept[invoice_id][1:]
            del lines.records[kept[invoice_id][0]["id"]]
        lines.forget_indexes()

    def show(_: object) -> None:
        lines.records = dict(every)
        lines.forget_indexes()
        for invoice_id, rows in kept.items():
            documents.records[invoice_id][ROWS] = rows

    world.sandbox.faults.add_rule("zoho", "call", body=f"from Invoiced_Items where {asked}", callback=hide)
    world.sandbox.faults.add_rule("zoho", "call", body=until, callback=show)
