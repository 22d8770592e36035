"""Two replicas of every service over the same stores and bus: they share the work, and one that sleeps does no harm."""

import asyncio

from tests.factories import crm
from tests.fixtures.engines import find_server
from tests.fixtures.replicas import PausingTransport, finish_together, open_replica, settle_at_once
from tests.fixtures.sales import expect_no_twins, list_living_invoices, reprice, sell
from tests.fixtures.world import World

from sync_kit.testing import ManualClock

SALES = 6


def count_writes(world: World) -> int:
    return sum(call.method in ("PUT", "POST") for call in world.sandbox.ledger.list_calls(vendor="xero", kind="api"))


async def test_two_replicas_at_work_at_once_make_each_document_once(world: World) -> None:
    customers = await world.add_crm("Accounts", *[crm.account(f"Customer {number}") for number in range(SALES)])
    (goods,) = await world.add_crm("Products", crm.product())
    sales = await world.add_crm("Invoices", *[crm.invoice(each, crm.line(goods, 2, "10.00")) for each in customers])
    async with open_replica(world) as replica:
        run = await finish_together(world, replica, await world.start())
        assert run["state"] == "succeeded"
        assert len(await list_living_invoices(world)) == SALES
        await world.pass_time(600)
        await reprice(world, sales[0], "12.50")
        await finish_together(world, replica, await world.start())
        await expect_no_twins(world)
        written = count_writes(world)
        run = await finish_together(world, replica, await world.start())
        assert sum(module["created"] + module["updated"] + module["linked"] for module in run["modules"]) == 0
        assert count_writes(world) == written
    totals = sorted(str(document["Total"]) for document in await list_living_invoices(world))
    assert [total.rstrip("0").rstrip(".") for total in totals] == ["20"] * (SALES - 1) + ["25"]


async def test_a_worker_that_slept_past_its_lease_sends_and_writes_nothing(world: World) -> None:
    await sell(world)
    asleep = PausingTransport(world.routes, "PUT", "Invoices")
    its_clock = ManualClock(world.clock.now())  # stands still while the process does, its time-outs too
    async with open_replica(world, asleep, its_clock) as replica:
        mine = [loop for service in world.services.values() for loop in service.loops]
        rivals = [loop for loop in world.services["xero-writer"].loops if loop.name.startswith("work")]
        sleeper = [loop for loop in replica.services["xero-writer"].loops if loop.name.startswith("work")]
        awake = [loop for loop in (*mine, *replica.list_loops()) if loop not in (*rivals, *sleeper)]
        run_id = await world.start()
        working = asyncio.create_task(settle_at_once(sleeper, replica.bus))
        for _ in range(500):
            await settle_at_once(awake, world.bus, replica.bus)
            if asleep.paused.is_set():
                break
            if working.done():
                working = asyncio.create_task(settle_at_once(sleeper, replica.bus))
            await asyncio.sleep(0)
        assert asleep.paused.is_set(), "the sleeper never came to its invoice"

        await world.pass_time(121)  # its lease is over: the other replica goes on, and does not trust the silence
        for _ in range(120):
            await settle_at_once([*awake, *rivals], world.bus, replica.bus)
            run = await world.api.get(f"/v1/syncs/{run_id}")
            if run["ended_at"] is not None:
                break
            await world.pass_time(10)
        assert run["state"] == "succeeded", run
        (document,) = await list_living_invoices(world)
        written = count_writes(world)

        asleep.go_on.set()
        its_clock.advance(world.clock.now() - its_clock.now())
        await working
        await settle_at_once([*awake, *sleeper], world.bus, replica.bus)
        assert count_writes(world) == written, "what it had in its hand did not leave"
        assert await list_living_invoices(world) == [document]
        again = await finish_together(world, replica, await world.start())
        assert sum(module["created"] + module["updated"] + module["linked"] for module in again["modules"]) == 0
    await expect_no_twins(world)


async def test_a_world_on_a_server_has_its_stores_there(world: World) -> None:
    kinds = {service.store.kind for service in world.services.values()}
    assert kinds == {"postgresql" if find_server() is not None else "sqlite"}
