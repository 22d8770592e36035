"""The process dies at the worst moments; another one on the same files ends with exactly one of everything."""

from collections.abc import Callable
from decimal import Decimal

import pytest
from tests.unit.xero_writer.world import Crash, World

from sync_kit.contracts.vocabulary import Module, RunMode
from sync_kit.points import hooked

pytestmark = pytest.mark.thorough

POINTS = [
    "intent.committed",
    "intent.sent",
    "intent.answered",
    "results.committed",
    "relay.published",
    "consumer.committed",
]


def crash_at(point: str, passing: int = 1) -> Callable[[str], None]:
    """A hook that dies when the point is passed for that time."""
    seen = 0

    def hook(name: str) -> None:
        nonlocal seen
        if name == point:
            seen += 1
            if seen == passing:
                raise Crash(f"{point} {passing}")

    return hook


async def die_and_come_back(world: World, point: str, passing: int) -> None:
    with hooked(crash_at(point, passing)), pytest.raises(Crash):
        await world.work()
    await world.restart()
    await world.work()


PASSINGS = [
    ("consumer.committed", 1),
    ("relay.published", 1),
    ("intent.committed", 1),  # customers and products travel at once
    ("intent.committed", 2),
    *[(point, passing) for point in ("intent.sent", "intent.answered") for passing in (1, 2, 3)],
    ("results.committed", 1),  # answers that came together are committed together
    ("results.committed", 2),
]


@pytest.mark.parametrize(("point", "passing"), PASSINGS)
async def test_a_create_survives(world: World, point: str, passing: int) -> None:
    await world.begin(world.sale(3))
    await die_and_come_back(world, point, passing)
    for kind in ("Contact", "Item", "Invoice"):
        assert [action for action, _ in world.list_versions(kind)] == ["created"] * 3, kind
    counts = await world.count_outcomes()
    assert counts == {("accounts", "created"): 3, ("products", "created"): 3, ("invoices", "created"): 3}
    await world.check_equation()


@pytest.mark.parametrize(("point", "passing"), PASSINGS)
async def test_bills_survive_and_are_never_two(world: World, point: str, passing: int) -> None:
    await world.begin(world.purchase(3))
    await die_and_come_back(world, point, passing)
    assert [action for action, _ in world.list_versions("Invoice")] == ["created"] * 3
    counts = await world.count_outcomes()
    assert counts == {("vendors", "created"): 3, ("products", "created"): 3, ("purchase_orders", "created"): 3}
    await world.check_equation()


@pytest.mark.parametrize("point", ["consumer.committed", "relay.published"])
async def test_a_plan_survives_and_leaves_nothing(world: World, point: str) -> None:
    await world.begin(world.sale(3), mode=RunMode.PLAN)
    await die_and_come_back(world, point, 1)
    assert (await world.count_outcomes())["invoices", "would_create"] == 3
    await world.check_equation()
    await world.end()
    assert world.list_calls(method="PUT") == []
    counts = await world.sync()
    assert counts == {}


@pytest.mark.parametrize("point", POINTS)
async def test_an_update_survives(world: World, point: str) -> None:
    await world.sync(world.sale())
    await world.begin({Module.INVOICES: [world.invoice("3000", price="12", account="1000", product="2000")]})
    await die_and_come_back(world, point, 1)
    [document] = world.list_documents("Invoice")
    assert document["Total"] == Decimal(12)
    assert await world.count_outcomes() == {("invoices", "updated"): 1}
    await world.check_equation()


@pytest.mark.parametrize("point", ["intent.committed", "intent.sent", "intent.answered"])
async def test_a_process_that_dies_again_while_it_settles_changes_nothing(world: World, point: str) -> None:
    await world.begin(world.sale())
    await die_and_crash_again(world, point)
    await world.restart()
    await world.work()
    for kind in ("Contact", "Item", "Invoice"):
        assert [action for action, _ in world.list_versions(kind)] == ["created"], kind
    await world.check_equation()


async def die_and_crash_again(world: World, point: str) -> None:
    for _ in range(2):
        with hooked(crash_at(point)), pytest.raises(Crash):
            await world.work()
        await world.restart()


async def test_after_a_restart_an_open_intent_is_never_sent_blind(world: World) -> None:
    await world.begin(world.sale())
    with hooked(crash_at("intent.sent", 3)), pytest.raises(Crash):
        await world.work()
    await world.restart()
    sent = len(world.list_calls(method="PUT"))
    await world.work()
    after = [call for call in world.list_calls() if call.seq > world.list_calls(method="PUT")[sent - 1].seq]
    assert after[0].method == "GET"
    assert [action for action, _ in world.list_versions("Invoice")] == ["created"]


async def test_a_clock_that_went_back_makes_open_intents_old(world: World) -> None:
    await world.begin(world.sale())
    with hooked(crash_at("intent.sent", 1)), pytest.raises(Crash):
        await world.work()
    world.clock.set_back(7200)
    await world.restart()
    await world.work()
    for kind in ("Contact", "Item", "Invoice"):
        assert [action for action, _ in world.list_versions(kind)] == ["created"], kind
