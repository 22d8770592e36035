# ruff: noqa: E501 (a table has one row a line)
"""Bills, whose numbers nothing makes unique: no lost answer and no kill makes two of one, by the sandbox's own history."""

from collections import Counter
from decimal import Decimal
from typing import Any

import pytest
from tests.fixtures.shop import Shop
from tests.fixtures.world import Crash, World, crash_at

from sync_kit import points

pytestmark = pytest.mark.thorough

FAULTS: dict[str, dict[str, Any]] = {
    "lost answer": {"kind": "lost_answer"},
    "late commit": {"kind": "late_commit", "delay_seconds": 45},
    "late commit of minutes": {"kind": "late_commit", "delay_seconds": 240},
    "500 that wrote": {"kind": "wrote_then_status", "status": 500},
    "whole 400 that wrote half": {"kind": "whole_400_wrote_half"},
}
ON_THE_WALK = [point for point in points.POINTS if point != "refresh.answered"]


async def list_bills(world: World) -> dict[str, list[dict[str, Any]]]:
    """Bills by number, whatever became of them; each was made once by our calls."""
    rows = await world.list_xero("Invoices")
    made = Counter(
        version.id for version in world.sandbox.ledger.versions if version.kind == "Invoices" and version.action == "created"
    )  # fmt: skip
    assert set(made.values()) <= {1}
    by_number: dict[str, list[dict[str, Any]]] = {}
    for row in rows:
        by_number.setdefault(row["InvoiceNumber"], []).append(row)
    return by_number


async def expect_one(world: World, number: str, total: str) -> None:
    (row,) = (await list_bills(world))[number]
    assert (row["Type"], Decimal(str(row["Total"])), len(row["LineItems"])) == ("ACCPAY", Decimal(total), 1)


async def test_a_lost_answer_makes_one_bill_and_one_change_of_it(world: World) -> None:
    shop = await Shop(world).open()
    for place, fault in enumerate(FAULTS.values()):
        number = f"B-{place}"
        order = await shop.order(shop.line(2), number=number)
        await world.add_fault(vendor="xero", method="PUT", path="/Invoices", **fault)
        run = await world.finish(await world.start(), step_seconds=60)
        assert run["state"] == "succeeded", (fault, await world.log(run["run_id"]))
        await expect_one(world, number, "20.00")
        await world.pass_time(600)
        await shop.reprice("Purchase_Orders", order, "12.50")
        await world.add_fault(vendor="xero", method="POST", path="/Invoices", **fault)
        run = await world.finish(await world.start(), step_seconds=60)
        assert run["state"] == "succeeded", (fault, await world.log(run["run_id"]))
        await expect_one(world, number, "25.00")
        await world.pass_time(600)


async def test_half_of_a_batch_of_one_suppliers_equal_numbers_leaves_each_bill_once(world: World) -> None:
    """Two suppliers share a number, and the batch that holds both was answered with a refusal of the whole."""
    shop = await Shop(world).open()
    other = (await world.add_crm("Vendors", {"Vendor_Name": "Second Mill Ltd"}))[0]
    for number in ("7", "8", "9"):
        await shop.order(shop.line(2), number=number)
        await shop.order(shop.line(3), number=number, supplier=other)
    await world.add_fault(vendor="xero", method="PUT", path="/Invoices", kind="whole_400_wrote_half")
    run = await world.sync()
    assert run["state"] == "succeeded", await world.log(run["run_id"])
    bills = await list_bills(world)
    assert {number: len(rows) for number, rows in bills.items()} == {"7": 2, "8": 2, "9": 2}
    assert {len({row["Contact"]["ContactID"] for row in rows}) for rows in bills.values()} == {2}


async def survive(world: World, point: str) -> int:
    """A run that is killed once at the point and goes on after a restart; how often it was killed."""
    run_id, killed = await world.start(), 0
    with points.hooked(crash_at(point)):
        try:
            await world.settle()
        except Crash:
            killed += 1
            await world.restart()
    run = await world.finish(run_id, step_seconds=60)  # a lost answer is waited out for minutes
    assert run["state"] == "succeeded"
    return killed


async def test_a_kill_at_any_point_makes_one_bill_and_one_change_of_it(world: World) -> None:
    shop = await Shop(world).open()
    await shop.order(number="first of all")  # supplier and item are there before the kills begin
    await world.sync()
    for point in ON_THE_WALK:
        await world.pass_time(600)
        order = await shop.order(shop.line(2), number=point)
        assert await survive(world, point) == 1, f"{point} was never passed"
        await expect_one(world, point, "20.00")
        await world.pass_time(600)
        await shop.reprice("Purchase_Orders", order, "12.50")
        assert await survive(world, point) == 1, f"{point} was never passed"
        await expect_one(world, point, "25.00")
