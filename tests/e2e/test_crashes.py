"""Killed at every named point, for a create and for an update: the sandbox's books hold exactly one document."""

from decimal import Decimal

import pytest
from tests.fixtures.sales import expect_no_twins, list_living_invoices, reprice, sell
from tests.fixtures.world import Crash, World, crash_at

from sync_kit import points


async def finish_after_crashes(world: World, run_id: str, point: str, skip: int) -> int:
    """Crash at the point, restart, go on until the run has ended; how many crashes there were."""
    crashes = 0
    with points.hooked(crash_at(point, skip=skip)):
        try:
            await world.settle()
        except Crash:
            crashes += 1
            await world.restart()
    await world.finish(run_id)
    return crashes


ON_THE_WALK = [point for point in points.POINTS if point != "refresh.answered"]
"""The points that every sync passes; a refresh of tokens has its own proof with auth."""


@pytest.mark.parametrize("point", ON_THE_WALK)
async def test_a_create_that_was_killed_at_any_point_makes_one_document(world: World, point: str) -> None:
    await sell(world)
    # The second time is the invoice's own; the first is its customer's and its item's.
    crashes = await finish_after_crashes(world, await world.start(), point, skip=1)
    assert crashes == 1, "the point was never passed"
    (document,) = await list_living_invoices(world)
    assert Decimal(str(document["Total"])) == Decimal("20.00")
    await expect_no_twins(world)
    await expect_that_a_second_run_writes_nothing(world)


@pytest.mark.thorough
@pytest.mark.parametrize("point", ON_THE_WALK)
async def test_an_update_that_was_killed_at_any_point_ends_with_the_new_price(world: World, point: str) -> None:
    sale = await sell(world)
    await world.sync()
    await world.pass_time(600)
    await reprice(world, sale, "12.50")
    crashes = await finish_after_crashes(world, await world.start(), point, skip=0)
    assert crashes == 1, "the point was never passed"
    (document,) = await list_living_invoices(world)
    assert Decimal(str(document["Total"])) == Decimal("25.00")
    await expect_no_twins(world)
    await expect_that_a_second_run_writes_nothing(world)


async def expect_that_a_second_run_writes_nothing(world: World) -> None:
    run = await world.sync()
    assert sum(module["created"] + module["updated"] + module["linked"] for module in run["modules"]) == 0
