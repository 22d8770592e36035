"""What is deleted in the CRM is told once, if it was ever here; what comes back is read again."""

from pathlib import Path

import pytest
from sqlalchemy import text
from tests.unit.zoho_reader.crm import QUIET, fill_crm, line
from tests.unit.zoho_reader.world import World, open_world

from sync_kit.contracts.events import ExtractedRecord, RecordsExtracted
from sync_kit.contracts.vocabulary import Module, RunMode
from vendor_sandbox.core.switches import Switches
from vendor_sandbox.zoho.tables import ROWS


def buried(world: World, run_id: str | None = None) -> list[tuple[Module, str]]:
    """Records told as deleted, in the order in which they were told."""
    return [
        (event.module, record.record_id)
        for event in world.events(RecordsExtracted, run_id)
        for record in event.records
        if record.deleted
    ]


async def start(world: World) -> dict[str, list[str]]:
    ids = fill_crm(world)
    ids["Vendors"] = world.add("Vendors", {"Vendor_Name": "Supplier"})
    ids["Purchase_Orders"] = world.add(
        "Purchase_Orders",
        {
            "Subject": "Order",
            "Vendor_Name": {"id": ids["Vendors"][0]},
            "Purchase_Items": [line(ids["Products"][0])],
        },
    )
    world.advance(600)
    await world.run()
    world.advance(900)
    return ids


async def test_a_deleted_record_is_told_once(world: World) -> None:
    ids = await start(world)
    doomed = {
        Module.CONTACTS: ("Contacts", ids["Alone"][0]),
        Module.VENDORS: ("Vendors", ids["Vendors"][0]),
        Module.PRODUCTS: ("Products", ids["Products"][0]),
        Module.INVOICES: ("Invoices", ids["Invoices"][0]),
        Module.PURCHASE_ORDERS: ("Purchase_Orders", ids["Purchase_Orders"][0]),
    }
    deleted_at = world.sandbox.clock.now()
    for source, gone in doomed.values():
        world.delete(source, gone)
    world.advance(30)
    run_id = await world.run()
    assert sorted(buried(world, run_id)) == sorted((module, gone) for module, (_, gone) in doomed.items())
    for module, (_, gone) in doomed.items():
        assert world.announced(run_id)[module].emitted == 1
        record: ExtractedRecord = world.state()[module][gone]
        assert (record.fields, record.modified_at) == ({}, deleted_at)
    assert world.report(run_id).calls == world.report(run_id).least_calls == QUIET
    for pause in (10, 400, 86_000):  # it lies in the overlap, then behind it
        world.advance(pause)
        assert buried(world, await world.run()) == []


async def test_what_was_never_here_is_not_told_as_deleted(world: World) -> None:
    ids = await start(world)
    (short,) = world.add("Products", {"Product_Name": "Short-lived", "Product_Code": "S"})
    world.delete("Products", short)
    world.delete("Products", ids["Products"][2])
    run_id = await world.run()
    assert buried(world, run_id) == [(Module.PRODUCTS, ids["Products"][2])]


async def test_deletions_before_the_first_load_do_not_matter(world: World) -> None:
    ids = fill_crm(world)
    world.delete("Invoices", ids["Invoices"][0])
    for _ in range(2):
        world.advance(60)
        assert buried(world, await world.run()) == []


async def test_a_record_deleted_during_the_first_load_is_told_by_the_next_run(world: World) -> None:
    ids = fill_crm(world)
    world.advance(600)
    world.sandbox.faults.add_rule(
        "zoho", "call", path="__composite", callback=lambda _: world.delete("Products", ids["Products"][0])
    )
    await world.run()
    assert ids["Products"][0] in world.emitted(Module.PRODUCTS)
    world.advance(3_600)
    assert buried(world, await world.run()) == [(Module.PRODUCTS, ids["Products"][0])]


@pytest.mark.parametrize(("count", "empty"), [(24, 204), (26, 304), (450, 204)])
async def test_many_deletions_are_read_on_alone(tmp_path: Path, count: int, empty: int) -> None:
    async with open_world(tmp_path, switches=Switches(zoho_deleted_empty=empty)) as world:
        ids = fill_crm(world, products=count, invoices=0)
        world.advance(600)
        await world.run()
        world.advance(600)
        for record_id in ids["Products"]:
            world.delete("Products", record_id)
        run_id = await world.run()
        assert sorted(record_id for _, record_id in buried(world, run_id)) == ids["Products"]
        assert len(buried(world, run_id)) == count
        alone = 0 if count <= 25 else -(-count // 200)
        assert world.report(run_id).calls == world.report(run_id).least_calls == QUIET + alone


async def test_an_account_is_told_again_when_one_of_its_people_is_deleted(world: World) -> None:
    ids = await start(world)
    world.delete("Contacts", ids["Contacts"][0])
    run_id = await world.run()
    assert world.emitted(Module.ACCOUNTS, run_id) == [ids["Accounts"][0]]
    assert buried(world, run_id) == []  # the person was never a record of its own
    world.assert_all_newest_of(Module.ACCOUNTS)
    world.advance(30)
    assert world.emitted(Module.ACCOUNTS, await world.run()) == []


async def test_the_people_of_a_deleted_account_become_contacts_of_their_own(world: World) -> None:
    ids = await start(world)
    world.delete("Accounts", ids["Accounts"][0])
    run_id = await world.run()
    assert buried(world, run_id) == [(Module.ACCOUNTS, ids["Accounts"][0])]
    assert world.emitted(Module.CONTACTS, run_id) == ids["Contacts"][0::3]
    world.assert_all_newest_of(Module.CONTACTS)


async def test_a_run_of_one_module_does_not_swallow_what_another_needs(world: World) -> None:
    ids = await start(world)
    world.delete("Contacts", ids["Alone"][0])
    world.delete("Contacts", ids["Contacts"][1])
    run_id = await world.run(Module.ACCOUNTS)
    assert buried(world, run_id) == [(Module.CONTACTS, ids["Alone"][0])]
    assert world.emitted(Module.ACCOUNTS, run_id) == [ids["Accounts"][1]]


async def test_a_refused_question_leaves_deletions_owed(world: World) -> None:
    ids = await start(world)
    world.delete("Invoices", ids["Invoices"][0])
    refusal = '{"code":"NO_PERMISSION","details":{},"message":"permission denied","status":"error"}'
    whole = world.sandbox.faults.add_rule(
        "zoho", "status", path="__composite", status=400, answer='{"code":"INVALID_REQUEST"}', times=-1
    )
    rule = world.sandbox.faults.add_rule(
        "zoho", "status", path="Invoices/deleted", status=403, answer=refusal, times=-1
    )
    assert buried(world, await world.run()) == []
    world.sandbox.faults.remove_rule(whole)
    world.sandbox.faults.remove_rule(rule)
    world.advance(86_400)
    assert buried(world, await world.run()) == [(Module.INVOICES, ids["Invoices"][0])]


async def test_without_composites_deletions_are_asked_one_by_one(world: World) -> None:
    ids = await start(world)
    world.delete("Products", ids["Products"][0])
    world.sandbox.faults.add_rule(
        "zoho", "status", path="__composite", status=400, answer='{"code":"INVALID_REQUEST"}', times=-1
    )
    assert buried(world, await world.run()) == [(Module.PRODUCTS, ids["Products"][0])]


@pytest.mark.parametrize("bumps", [True, False], ids=["counts as a change", "silent"])
async def test_a_restored_record_comes_again(world: World, bumps: bool) -> None:
    ids = await start(world)
    table, gone = world.org.tables["Invoices"], ids["Invoices"][0]
    record = table.records[gone]
    world.delete("Invoices", gone)
    world.advance(60)
    await world.run()
    assert world.state()[Module.INVOICES][gone].deleted
    world.advance(2 * 86_400)
    if bumps:
        record["Modified_Time"] = world.sandbox.clock.now()
    lines = world.org.tables["Invoiced_Items"]
    for row in record[ROWS]:
        lines.add_record(row)
    table.add_record(record)
    table.tombstones.clear()
    run_id = await world.run()
    assert not world.state()[Module.INVOICES][gone].deleted
    world.assert_all_newest_of(Module.INVOICES)
    assert world.emitted(Module.INVOICES, run_id) == [gone]
    world.delete("Invoices", gone)
    world.advance(60)
    assert buried(world, await world.run()) == [(Module.INVOICES, gone)]


async def test_looking_for_restored_records_costs_no_call_where_a_composite_has_room(world: World) -> None:
    ids = await start(world)
    world.delete("Products", ids["Products"][0])
    await world.run()
    world.advance(90_000)
    before = len(world.calls())
    run_id = await world.run()
    assert len(world.calls()) - before == world.report(run_id).least_calls == QUIET
    assert any("id in" in call.request_body for call in world.calls()[before:])
    world.advance(600)
    before = len(world.calls())
    await world.run()
    assert not any("id in" in call.request_body for call in world.calls()[before:])  # once a day
    world.advance(70 * 86_400)
    before = len(world.calls())
    await world.run()
    assert not any("id in" in call.request_body for call in world.calls()[before:])  # it cannot come back any more


async def test_a_rehearsal_tells_deletions_and_leaves_them_owed(world: World) -> None:
    ids = await start(world)
    world.delete("Products", ids["Products"][0])
    world.delete("Contacts", ids["Contacts"][0])
    plan = await world.run(mode=RunMode.PLAN)
    assert buried(world, plan) == [(Module.PRODUCTS, ids["Products"][0])]
    assert world.emitted(Module.ACCOUNTS, plan) == [ids["Accounts"][0]]
    run_id = await world.run()
    assert buried(world, run_id) == [(Module.PRODUCTS, ids["Products"][0])]
    assert world.emitted(Module.ACCOUNTS, run_id) == [ids["Accounts"][0]]


async def test_what_an_older_version_read_is_read_once_more(world: World) -> None:
    """It kept no list of what it emitted, so nothing could be told as deleted."""
    await start(world)
    async with world.reader.store.transaction() as session:
        for table in ("known_records", "deletion_checkpoints"):
            await session.execute(text(f"DELETE FROM {table}"))  # noqa: S608 - names of tables
    again = await world.run()
    assert world.announced(again)[Module.INVOICES].emitted == 5
    world.advance(600)
    assert world.report(await world.run()).calls == QUIET


async def test_a_deleted_tenant_leaves_no_list_of_its_records(world: World) -> None:
    await start(world)
    await world.say(world.tenant(deleted=True))
    await world.settle()
    async with world.reader.store.reading() as session:
        for table in ("known_records", "deletion_checkpoints", "deletion_tasks"):
            assert await session.fetch_value(text(f"SELECT count(*) FROM {table}")) == 0  # noqa: S608
