"""The first proofs of the promise, told as sales people and bookkeepers live them."""

from decimal import Decimal
from pathlib import Path

import pytest
from tests.factories import crm
from tests.fixtures.sales import expect_no_twins, list_living_invoices, reprice, sell
from tests.fixtures.world import World, open_world


def moved(run: dict[str, object]) -> int:
    modules: list[dict[str, int]] = run["modules"]  # type: ignore[assignment]
    return sum(module["created"] + module["updated"] + module["linked"] for module in modules)


async def test_a_sale_arrives_as_a_draft_with_its_customer_and_its_item(world: World) -> None:
    sale = await sell(world, quantity=3)
    run = await world.sync()
    assert run["state"] == "succeeded"
    (document,) = await list_living_invoices(world)
    assert (document["Status"], document["Type"], Decimal(str(document["Total"]))) == ("DRAFT", "ACCREC", Decimal(30))
    assert document["Contact"]["Name"] == "Miller & Sons Ltd"
    assert document["LineItems"][0]["ItemCode"] == "TEA-1"
    record = await world.control.call("GET", f"/zoho/{world.zoho_org_id}/Invoices/{sale}")
    assert document["InvoiceNumber"] == record["Invoice_Number"]


async def test_a_second_sync_moves_nothing_and_asks_xero_nothing(world: World) -> None:
    await sell(world)
    await world.sync()
    await world.pass_time(600)
    run = await world.sync()
    assert (run["state"], moved(run), run["calls"]["xero"]["used"]) == ("succeeded", 0, 0)
    assert run["calls"]["zoho"]["used"] == run["calls"]["zoho"]["least"] <= 4


async def test_price_10_then_12_then_10_again_are_three_writes(world: World) -> None:
    sale = await sell(world, price="10.00", quantity=1)
    totals = []
    for price in (None, "12.00", "10.00"):
        if price is not None:
            await reprice(world, sale, price)
        await world.sync()
        await world.pass_time(600)
        (document,) = await list_living_invoices(world)
        totals.append(Decimal(str(document["Total"])))
    assert totals == [Decimal(10), Decimal(12), Decimal(10)]
    written = [call for call in world.sandbox.ledger.calls if call.vendor == "xero" and "/Invoices" in call.path]
    assert [call.method for call in written if call.method != "GET"] == ["PUT", "POST", "POST"]


async def test_a_run_that_was_cancelled_after_its_first_page_is_completed_by_the_next(world: World) -> None:
    await sell(world)
    run_id = await world.start()
    for service in ("scheduler", "zoho-reader"):
        for loop in world.services[service].loops:
            await loop.step()
    for loop in world.services["zoho-reader"].loops:
        await loop.step()
    await world.api.post(f"/v1/syncs/{run_id}/cancel")
    cancelled = await world.finish(run_id, most_seconds=60)
    assert cancelled["state"] == "cancelled"
    run = await world.sync()
    assert run["state"] == "succeeded"
    assert len(await list_living_invoices(world)) == 1
    await expect_no_twins(world)


async def test_one_bad_record_never_holds_up_the_others(world: World) -> None:
    (customer,) = await world.add_crm("Accounts", crm.account())
    (goods,) = await world.add_crm("Products", crm.product())
    good, bad = await world.add_crm(
        "Invoices", crm.invoice(customer, crm.line(goods)), crm.invoice(customer, crm.line(goods), status="Shipped")
    )
    run = await world.sync()
    assert run["state"] == "partial"
    reasons = await world.reasons(run["run_id"])
    assert (reasons[bad], reasons[good]) == (["status_unmapped"], [])
    assert len(await list_living_invoices(world)) == 1


async def test_a_mended_cause_lets_the_record_go_by_itself(world: World) -> None:
    sale = await sell(world, status="Shipped")
    await world.sync()
    mapping = (await world.api.get(f"/v1/mappings/{world.tenant_id}"))["mapping"]
    mapping["statuses"]["invoices"]["Shipped"] = "DRAFT"
    await world.api.put(f"/v1/mappings/{world.tenant_id}", mapping)
    await world.pass_time(600)
    run = await world.sync()
    assert run["state"] == "succeeded"
    assert (await world.reasons(run["run_id"]))[sale] == []
    assert len(await list_living_invoices(world)) == 1


async def test_a_token_that_dies_in_the_middle_is_refreshed_once_for_all(world: World) -> None:
    await sell(world)
    await world.pass_time(120)  # a refusal of a token younger than a minute asks for a person instead
    await world.add_fault(vendor="xero", method="GET", path="/Contacts", kind="token_revoked")
    await world.add_fault(vendor="zoho", path="coql", kind="token_revoked")
    run = await world.sync()
    assert run["state"] == "succeeded"
    assert len(await list_living_invoices(world)) == 1


async def test_a_refused_tenant_waits_and_goes_on_by_itself_after_reconnection(world: World) -> None:
    await sell(world)
    await world.control.call("POST", "/xero/disconnect", {"tenant_id": world.prepared.xero_tenant_id})
    run_id = await world.start()
    await world.settle()
    for _ in range(30):
        await world.pass_time(10)
        await world.settle()
    run = await world.api.get(f"/v1/syncs/{run_id}")
    assert (run["state"], "Xero no longer lets us in" in run["waiting_for"]) == ("waiting", True)
    await world.reconnect("xero")
    assert (await world.finish(run_id))["state"] == "succeeded"
    assert len(await list_living_invoices(world)) == 1


@pytest.mark.parametrize("seed", range(3))
async def test_a_story_shuffled_and_doubled_ends_the_same(tmp_path: Path, seed: int) -> None:
    async with open_world(tmp_path, shuffle_seed=seed) as world:
        await world.connect()
        sale = await sell(world)
        first = await world.sync()
        await world.pass_time(600)
        await reprice(world, sale, "12.00")
        second = await world.sync()
        assert (first["state"], second["state"]) == ("succeeded", "succeeded")
        (document,) = await list_living_invoices(world)
        assert Decimal(str(document["Total"])) == Decimal(24)
        await expect_no_twins(world)
