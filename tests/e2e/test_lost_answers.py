"""Answers that never came, came late, or lied: one document each, and the run ends by itself.

The whole menu of faults is gone through beside the writer and the reader; here the worst of it meets the whole product.
"""

from decimal import Decimal
from typing import Any

import pytest
from tests.factories import crm
from tests.fixtures.sales import expect_no_twins, list_living_invoices, reprice, sell
from tests.fixtures.world import World

FAULTS: dict[str, dict[str, Any]] = {
    "lost answer": {"kind": "lost_answer"},
    "late commit": {"kind": "late_commit", "delay_seconds": 45},
    "500 that wrote": {"kind": "wrote_then_status", "status": 500},
    "whole 400 that wrote half": {"kind": "whole_400_wrote_half"},
}

CREATES = [("Invoices", name) for name in FAULTS] + [("Contacts", "late commit"), ("Items", "lost answer")]


@pytest.mark.parametrize(("path", "name"), CREATES)
async def test_a_create_whose_answer_was_lost_makes_one_document(world: World, path: str, name: str) -> None:
    await sell(world)
    await world.add_fault(vendor="xero", method="PUT", path=f"/{path}", **FAULTS[name])
    run = await world.sync()
    assert run["state"] == "succeeded", await world.log(run["run_id"])
    (document,) = await list_living_invoices(world)
    assert Decimal(str(document["Total"])) == Decimal("20.00")
    assert len(await world.list_xero("Contacts")) == 1
    assert len(await world.list_xero("Items")) == 1
    await expect_no_twins(world)


@pytest.mark.thorough
@pytest.mark.parametrize("name", FAULTS)
async def test_an_update_whose_answer_was_lost_ends_with_the_new_price(world: World, name: str) -> None:
    sale = await sell(world)
    await world.sync()
    await world.pass_time(600)
    await reprice(world, sale, "12.50")
    await world.add_fault(vendor="xero", method="POST", path="/Invoices", **FAULTS[name])
    run = await world.sync()
    assert run["state"] == "succeeded", await world.log(run["run_id"])
    (document,) = await list_living_invoices(world)
    assert Decimal(str(document["Total"])) == Decimal("25.00")
    assert len(document["LineItems"]) == 1


async def test_a_whole_400_that_wrote_half_of_a_batch_leaves_each_invoice_once(world: World) -> None:
    sales = [await sell_to(world, number) for number in range(6)]
    await world.add_fault(vendor="xero", method="PUT", path="/Invoices", kind="whole_400_wrote_half")
    run = await world.sync()
    assert run["state"] == "succeeded", await world.log(run["run_id"])
    assert len(await list_living_invoices(world)) == len(sales)
    await expect_no_twins(world)


@pytest.mark.thorough
@pytest.mark.parametrize("fault", ["truncated", "wrong_types"])
@pytest.mark.parametrize("path", ["coql", "composite"])
async def test_a_read_that_went_wrong_is_repeated_and_nothing_is_lost(world: World, fault: str, path: str) -> None:
    sale = await sell(world)
    await world.add_fault(vendor="zoho", path=path, kind=fault, times=2)
    run = await world.sync()
    await world.pass_time(600)
    await reprice(world, sale, "11.00")
    await world.add_fault(vendor="zoho", path=path, kind=fault, times=2)
    again = await world.sync()
    assert (run["state"], again["state"]) == ("succeeded", "succeeded")
    (document,) = await list_living_invoices(world)
    assert Decimal(str(document["Total"])) == Decimal("22.00")


async def sell_to(world: World, number: int) -> str:
    (customer,) = await world.add_crm("Accounts", crm.account(f"Customer {number}"))
    (goods,) = await world.add_crm("Products", crm.product(f"P-{number}", f"Product {number}"))
    (sale,) = await world.add_crm("Invoices", crm.invoice(customer, crm.line(goods)))
    return sale
