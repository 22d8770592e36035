"""A slice that has used its share goes on while nobody else waits, and while what it began with still holds."""

from collections.abc import Awaitable, Callable
from datetime import timedelta

import pytest
from tests.unit.xero_writer.world import TENANT, World

from sync_kit.contracts.vocabulary import Module, Sending
from sync_kit.leases import mark_due
from xero_writer.store import KIT_TABLES, runs
from xero_writer.store.runs import RunState
from xero_writer.usecases import desk as desk_module
from xero_writer.usecases import work_run
from xero_writer.usecases.desk import Desk
from xero_writer.usecases.go_on import go_on

BATCH = 50
BATCHES = 6


class Watch:
    """Notes what each slice was told when it asked for another share; `before` happens before the first one asks."""

    def __init__(self) -> None:
        self.told: list[tuple[int, bool]] = []
        self.before: Callable[[Desk], Awaitable[None]] | None = None

    async def go_on(self, desk: Desk) -> bool:
        if desk.may_go_on:
            if self.before is not None and not self.told:
                await self.before(desk)
            self.told.append((desk.lease.fence, await go_on(desk)))
            return self.told[-1][1]
        return await go_on(desk)


@pytest.fixture
def watch(monkeypatch: pytest.MonkeyPatch) -> Watch:
    watch = Watch()
    monkeypatch.setattr(work_run, "go_on", watch.go_on)
    monkeypatch.setattr(desk_module, "SLICE_CALLS", 5)
    return watch


async def sell(world: World) -> None:
    """A run whose calls are more than a share."""
    counts = await world.sync(
        {
            Module.ACCOUNTS: [world.account("100")],
            Module.PRODUCTS: [world.product("200")],
            Module.INVOICES: [world.invoice(str(3000 + number)) for number in range(BATCHES * BATCH)],
        },
        sending=Sending.ALL,
    )
    assert counts[Module.INVOICES, "created"] == BATCHES * BATCH
    await world.check_equation()


async def test_a_slice_goes_on_under_one_lease_while_nobody_else_waits(world: World, watch: Watch) -> None:
    await sell(world)
    assert len(watch.told) >= 2
    assert {told for _, told in watch.told} == {True}
    assert len({fence for fence, _ in watch.told}) == 1


async def test_a_share_lasts_as_long_as_a_new_slice(world: World, watch: Watch) -> None:
    ends: list[float] = []

    async def let_time_pass(desk: Desk) -> None:
        world.advance(20)
        ends.append(desk.lease.deadline_monotonic - desk.tools.clock.monotonic())
        ends.append(desk.ends_at)

    watch.before = let_time_pass
    await sell(world)
    assert ends[0] < 101
    assert watch.told[0][1]


async def test_a_slice_gives_way_to_a_tenant_that_waits(world: World, watch: Watch) -> None:
    async def let_another_wait(desk: Desk) -> None:
        async with desk.tools.store.transaction() as session:
            await mark_due(session, KIT_TABLES, "another tenant")

    watch.before = let_another_wait
    await sell(world)
    assert watch.told[0][1] is False
    assert len({fence for fence, _ in watch.told}) > 1


async def test_a_slice_ends_when_the_mapping_has_changed(world: World, watch: Watch) -> None:
    async def map_otherwise(_: Desk) -> None:
        await world.save_mapping()

    watch.before = map_otherwise
    await sell(world)
    assert watch.told[0][1] is False


async def test_a_slice_ends_when_its_tenant_was_told_anew(world: World, watch: Watch) -> None:
    async def tell_again(desk: Desk) -> None:
        await world.tell_tenant()
        for loop in world.runtime.loops:
            if loop.name == "consume":
                await loop.step()

    watch.before = tell_again
    await sell(world)
    assert watch.told[0][1] is False


async def test_a_slice_ends_when_its_run_was_stopped(world: World, watch: Watch) -> None:
    async def stop(desk: Desk) -> None:
        async with desk.tools.store.transaction() as session:
            await runs.advance_run(session, TENANT, world.run_id, run_seq=world.run_seq, state=RunState.CANCELLED)

    watch.before = stop
    await world.begin(world.sale(3 * BATCH), sending=Sending.ALL)
    await world.work()
    assert watch.told == [(watch.told[0][0], False)]


async def test_a_slice_ends_when_an_effect_has_to_be_looked_up(world: World, watch: Watch) -> None:
    world.fault("lost_answer", method="PUT", path="Invoices", times=1)
    began_at = world.clock.now()
    await sell(world)
    assert False in {told for _, told in watch.told}
    assert world.clock.now() > began_at + timedelta(seconds=60)
