"""Our clock and Zoho's may differ: only Zoho's counts for what was read."""

from datetime import timedelta

import pytest
from tests.unit.zoho_reader.crm import QUIET, fill_crm
from tests.unit.zoho_reader.world import World

from sync_kit.contracts.vocabulary import Module
from zoho_reader.store.checkpoints import list_checkpoints
from zoho_reader.store.deletions import list_deletion_checkpoints


@pytest.mark.parametrize("ours_ahead_seconds", [-300, 61])
async def test_a_clock_that_is_off_by_minutes_loses_nothing(world: World, ours_ahead_seconds: int) -> None:
    if ours_ahead_seconds > 0:
        world.clock.advance(ours_ahead_seconds)
    else:
        world.sandbox.clock.advance(-ours_ahead_seconds)
    ids = fill_crm(world)
    await world.run()
    for pause in (1, 40, 400):
        world.advance(pause)
        world.edit("Invoices", ids["Invoices"][pause % 5], Subject=f"Newer {pause}")
        world.edit("Accounts", ids["Accounts"][pause % 3], Phone=str(pause))
        gone = world.add("Products", {"Product_Name": f"P{pause}", "Product_Code": f"P{pause}"})[0]
        await world.run()
        world.delete("Products", gone)
        await world.run()
        world.assert_all_newest()
        assert world.state()[Module.PRODUCTS][gone].deleted
    world.advance(900)
    assert world.report(await world.run()).calls == QUIET
    async with world.reader.store.reading() as session:
        marks = [row.watermark for row in (await list_checkpoints(session, "tenant-1")).values()]
        marks += (await list_deletion_checkpoints(session, "tenant-1")).values()
    now = world.sandbox.clock.now()
    assert all(now - timedelta(seconds=301) <= mark <= now for mark in marks)


@pytest.mark.parametrize("ours_ahead_seconds", [-300, 300])
async def test_a_window_is_in_zohos_time(world: World, ours_ahead_seconds: int) -> None:
    world.clock.advance(max(ours_ahead_seconds, 0))
    world.sandbox.clock.advance(max(-ours_ahead_seconds, 0))
    ids = fill_crm(world)
    world.advance(3_600)
    since = world.sandbox.clock.now()
    world.edit("Invoices", ids["Invoices"][2], Subject="Recent")
    world.edit("Invoices", ids["Invoices"][4], Subject="Recent")
    assert world.emitted(Module.INVOICES, await world.run(since=since)) == [ids["Invoices"][2], ids["Invoices"][4]]
