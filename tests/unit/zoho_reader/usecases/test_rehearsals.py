"""A plan reads like any run and moves nothing of the tenant's."""

from typing import Any

import pytest
from sqlalchemy import text
from tests.unit.zoho_reader.crm import FIRST_LOAD, QUIET, fill_crm
from tests.unit.zoho_reader.world import TENANT, World

from sync_kit.contracts.events import RecordsNotFound, RecordsWanted, RunCancelled
from sync_kit.contracts.vocabulary import Module, RunMode, WantedCause

MOVED = ("checkpoints", "overlap_digests", "known_records", "deletion_checkpoints", "contact_homes", "wanted")
WORK = ("extraction_tasks", "deletion_tasks", "pending_records", "staged_lines", "rehearsal_wants", "emissions")


async def dump(world: World, *tables: str) -> dict[str, list[tuple[Any, ...]]]:
    rows = {}
    async with world.reader.store.reading() as session:
        for table in tables:
            found = await session.fetch_all(text(f"SELECT * FROM {table}"))  # noqa: S608 - names of tables
            rows[table] = sorted((tuple(row.values()) for row in found), key=repr)
    return rows


@pytest.mark.parametrize("mode", [RunMode.PLAN, RunMode.CHECK])
async def test_a_rehearsal_before_the_first_load_reads_all_and_leaves_nothing(world: World, mode: RunMode) -> None:
    fill_crm(world)
    world.advance(600)
    plan = await world.run(mode=mode)
    world.assert_all_newest()
    assert world.report(plan).state == "done"
    assert not any((await dump(world, *MOVED, *WORK)).values())
    world.advance(600)
    first = await world.run()
    assert world.announced(first)[Module.INVOICES].emitted == 5
    assert world.report(first).calls == FIRST_LOAD


@pytest.mark.parametrize("mode", [RunMode.PLAN, RunMode.CHECK])
async def test_a_rehearsal_reads_from_the_checkpoint_and_leaves_it(world: World, mode: RunMode) -> None:
    ids = fill_crm(world)
    world.advance(600)
    await world.run()
    world.advance(900)
    world.edit("Invoices", ids["Invoices"][0], Subject="Newer")
    world.edit("Contacts", ids["Contacts"][0], Account_Name={"id": ids["Accounts"][1]})
    before = await dump(world, *MOVED)
    plan = await world.run(mode=mode)
    assert world.emitted(Module.INVOICES, plan) == [ids["Invoices"][0]]
    assert sorted(world.emitted(Module.ACCOUNTS, plan)) == ids["Accounts"][:2]
    assert await dump(world, *MOVED) == before
    assert not any(row for row in (await dump(world, *WORK[:-1])).values())
    world.told.clear()
    run_id = await world.run()
    assert world.emitted(Module.INVOICES, run_id) == [ids["Invoices"][0]]
    assert sorted(world.emitted(Module.ACCOUNTS, run_id)) == ids["Accounts"][:2]
    world.advance(900)
    assert world.report(await world.run()).calls == QUIET


async def test_a_cancelled_rehearsal_leaves_nothing(world: World) -> None:
    fill_crm(world)
    request = world.request(mode=RunMode.PLAN)
    await world.say(request, RunCancelled(tenant_id=TENANT, run_id=request.run_id, run_seq=request.run_seq))
    await world.settle()
    await world.say(world.end())
    await world.settle()
    assert not any((await dump(world, *MOVED, *WORK)).values())


async def test_a_rehearsal_answers_debts_and_does_not_pay_them(world: World) -> None:
    ids = fill_crm(world)
    first = await world.run()
    gone = "550001999999999999"
    debt = RecordsWanted(
        tenant_id=TENANT,
        run_id=first,
        module=Module.PRODUCTS,
        cause=WantedCause.PAYLOAD_GONE,
        record_ids=(ids["Products"][0], gone),
    )
    await world.say(debt)
    await world.settle()
    plan = await world.run(mode=RunMode.PLAN)
    assert world.emitted(Module.PRODUCTS, plan) == [ids["Products"][0]]
    assert [event.record_ids for event in world.events(RecordsNotFound, plan)] == [(gone,)]
    run_id = await world.run()
    assert world.emitted(Module.PRODUCTS, run_id) == [ids["Products"][0]]
    assert [event.record_ids for event in world.events(RecordsNotFound, run_id)] == [(gone,)]


async def test_what_a_rehearsal_wants_is_wanted_by_nobody_else(world: World) -> None:
    ids = fill_crm(world)
    await world.run()
    world.advance(900)
    await world.say(request := world.request(mode=RunMode.PLAN))
    await world.settle()
    wanted = RecordsWanted(
        tenant_id=TENANT,
        run_id=request.run_id,
        module=Module.PRODUCTS,
        cause=WantedCause.PARENT_NEVER_READ,
        record_ids=(ids["Products"][1],),
    )
    await world.say(wanted)
    await world.settle()
    assert world.emitted(Module.PRODUCTS, request.run_id) == [ids["Products"][1]]
    await world.say(world.end())
    await world.settle()
    await world.say(wanted)  # too late: the rehearsal is over
    await world.settle()
    assert not any((await dump(world, "wanted", "rehearsal_wants")).values())
    assert world.emitted(Module.PRODUCTS, await world.run()) == []
