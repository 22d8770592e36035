"""Vendors, purchase orders, quotes and sales orders are read like the others: whole, newest, in few calls."""

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.zoho_reader.crm import FIRST_LOAD, QUIET, fill_crm, line
from tests.unit.zoho_reader.world import TENANT, World

from sync_kit.contracts.events import MappingChanged, RecordsExtracted
from sync_kit.contracts.vocabulary import DOCUMENT_MODULES, MODULE_ORDER, Module
from vendor_sandbox.zoho.fields import text as text_field
from zoho_reader.domain.sources import SHAPES


def fill_all(world: World) -> dict[str, list[str]]:
    ids = fill_crm(world)
    product = ids["Products"][0]
    ids["Vendors"] = world.add("Vendors", *({"Vendor_Name": f"Supplier {n}", "City": "Leeds"} for n in range(3)))
    numbers: dict[str, dict[str, Any]] = {
        "Purchase_Orders": {"PO_Number": "P-1", "PO_Date": "2026-01-02", "Vendor_Name": {"id": ids["Vendors"][0]}},
        "Quotes": {"Quote_Stage": "Draft", "Valid_Till": "2026-02-01", "Account_Name": {"id": ids["Accounts"][0]}},
        "Sales_Orders": {"Due_Date": "2026-02-02", "Customer_No": "C-1", "Account_Name": {"id": ids["Accounts"][1]}},
    }
    for module, values in numbers.items():
        lines = next(shape.children for shape in SHAPES.values() if shape.headers.value == module)
        assert lines is not None
        ids[module] = world.add(
            module,
            *(
                {"Subject": f"{module} {n}", lines.value: [line(product), line(product, 3, "0.33")], **values}
                for n in range(4)
            ),
        )
    return ids


async def test_every_module_comes_whole(world: World) -> None:
    fill_all(world)
    world.advance(600)
    run_id = await world.run(*MODULE_ORDER)
    world.assert_all_newest()
    announced = world.announced(run_id)
    assert {announced[module].emitted for module in (Module.PURCHASE_ORDERS, Module.QUOTES, Module.SALES_ORDERS)} == {4}
    # Twelve sources, and what changed meanwhile in three composites.
    assert world.report(run_id).calls == world.report(run_id).least_calls == 12 + 3


async def test_purchase_orders_carry_what_a_bill_needs(world: World) -> None:
    ids = fill_all(world)
    await world.run()
    fields = world.state()[Module.PURCHASE_ORDERS][ids["Purchase_Orders"][0]].fields
    assert (fields["PO_Number"], fields["PO_Date"]) == ("P-1", "2026-01-02")
    assert fields["Vendor_Name"] == {"id": ids["Vendors"][0]}
    assert fields["Record_Status__s"] == "Available"
    assert {"Due_Date", "Requisition_No"} <= fields.keys()
    assert [each["List_Price"] for each in fields["Purchase_Items"]] == [Decimal("10.00"), Decimal("0.33")]


async def test_quotes_have_a_stage_and_no_date(world: World) -> None:
    ids = fill_all(world)
    await world.run(Module.QUOTES)
    fields = world.state()[Module.QUOTES][ids["Quotes"][0]].fields
    assert (fields["Quote_Stage"], fields["Valid_Till"]) == ("Draft", "2026-02-01")
    assert "Quote_Date" not in fields


async def test_all_eight_modules_cost_four_calls_when_nothing_changed(world: World) -> None:
    fill_all(world)
    world.advance(600)
    await world.run(*MODULE_ORDER)
    world.advance(900)
    run_id = await world.run(*MODULE_ORDER)
    assert world.report(run_id).calls == world.report(run_id).least_calls == 4
    assert not world.events(RecordsExtracted, run_id)


@pytest.mark.parametrize("module", [module for module in DOCUMENT_MODULES if module is not Module.INVOICES])
async def test_a_changed_document_comes_with_all_its_lines(world: World, module: Module) -> None:
    ids = fill_all(world)
    shape = SHAPES[module]
    assert shape.children is not None
    world.advance(600)
    await world.run(*MODULE_ORDER)
    world.advance(600)
    name = shape.headers.value
    first_line = world.whole(name, ids[name][1])[shape.children.value][0]["id"]
    world.edit(name, ids[name][1], **{shape.children.value: [{"id": first_line, "Quantity": 9}]})
    run_id = await world.run(*MODULE_ORDER)
    assert world.emitted(module, run_id) == [ids[name][1]]
    assert world.report(run_id).calls == 4 + 1
    world.assert_all_newest()


async def test_a_field_of_the_mapping_comes_for_every_module(world: World) -> None:
    sources = {module: SHAPES[module].headers.value for module in MODULE_ORDER}
    for source in set(sources.values()):
        world.org.tables[source].fields["Own_Field"] = text_field("Own_Field")
    ids = fill_all(world)
    await world.run(*MODULE_ORDER)
    edited = {module: ids["Alone" if module is Module.CONTACTS else source][0] for module, source in sources.items()}
    for module, record_id in edited.items():
        world.edit(sources[module], record_id, Own_Field=f"ours of {module}")
    await world.say(MappingChanged(tenant_id=TENANT, version=1, fields=dict.fromkeys(MODULE_ORDER, ("Own_Field",))))
    run_id = await world.run(*MODULE_ORDER)
    for module, record_id in edited.items():
        assert world.state()[module][record_id].fields["Own_Field"] == f"ours of {module}"
        assert len(world.emitted(module, run_id)) == world.announced(run_id)[module].emitted > 1


async def test_a_forbidden_module_fails_alone(world: World) -> None:
    fill_all(world)
    refusal = '{"code":"NO_PERMISSION","details":{},"message":"permission denied","status":"error"}'
    world.sandbox.faults.add_rule(
        "zoho", "status", body="from Purchase_Items where", path="/coql$", status=403, answer=refusal, times=-1
    )
    run_id = await world.run()
    announced = world.announced(run_id)
    assert [module for module, event in announced.items() if event.failure] == [Module.PURCHASE_ORDERS]
    world.assert_all_newest_of(Module.VENDORS, Module.INVOICES)


async def test_the_default_modules_cost_what_is_promised(world: World) -> None:
    fill_all(world)
    world.advance(600)
    assert world.report(await world.run()).calls == FIRST_LOAD
    world.advance(600)
    assert world.report(await world.run()).calls == QUIET
