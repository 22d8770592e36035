"""What is foretold is what happens; and until somebody agrees to it, nothing does."""

from collections import Counter
from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from tests.fixtures.sales import list_living_invoices, reprice, sell
from tests.fixtures.world import MAPPING, World, open_world

from zoho2xero.client import ApiError
from zoho2xero.demo.prepare import NotReadyError


@pytest.fixture
async def unready(tmp_path: Path) -> AsyncIterator[World]:
    """Connected, with a mapping that names no sales account."""
    async with open_world(tmp_path) as opened:
        with pytest.raises(NotReadyError):
            await opened.connect(mapping={**MAPPING, "accounts": {"sales": None, "purchases": "310"}})
        yield opened


async def read_report(world: World) -> dict[str, Any]:
    return await world.api.get("/v1/readiness", tenant_id=world.tenant_id)


def list_writes(world: World) -> list[str]:
    return [call.path for call in world.sandbox.ledger.calls if call.vendor == "xero" and call.method != "GET"]


async def test_a_plan_says_what_the_sync_then_does_and_moves_nothing_itself(world: World) -> None:
    await sell(world, price="10.00", quantity=2)
    plan = await world.sync(mode="plan")
    foreseen = Counter(entry["outcome"] for entry in await world.log(plan["run_id"]))
    summary = await world.api.get("/v1/log/summary", run_id=plan["run_id"])
    assert summary["would_happen"]["sentence"] == (
        "1 draft invoice, GBP 20.00, into Demo Company (UK); with them 1 contact and 1 item"
    )
    assert (await list_living_invoices(world), await world.list_xero("Items")) == ([], [])
    run = await world.sync()
    done = Counter(entry["outcome"] for entry in await world.log(run["run_id"]))
    assert (foreseen, done) == (Counter(would_create=3), Counter(created=3))


async def test_a_plan_of_a_change_shows_it_field_by_field(world: World) -> None:
    sale = await sell(world, price="10.00", quantity=2)
    await world.sync()
    await world.pass_time(600)
    await reprice(world, sale, "12.50")
    before = list_writes(world)
    plan = await world.sync(mode="plan")
    (entry,) = [entry for entry in await world.log(plan["run_id"]) if entry["outcome"] == "would_update"]
    assert (entry["record_id"], entry["document"], entry["status"]) == (sale, "sales_invoice", "DRAFT")
    assert any("12.5" in str(change["after"]) for change in entry["changes"])
    assert list_writes(world) == before
    assert (await world.sync())["state"] == "succeeded"


async def test_nothing_is_written_before_the_check_is_green_and_the_mended_cause_opens_the_way(unready: World) -> None:
    await sell(unready)
    report = await read_report(unready)
    assert "sales_account_missing" in [finding["code"] for finding in report["findings"]]
    with pytest.raises(ApiError) as refused:
        await unready.start()
    assert (refused.value.status, refused.value.problem["code"]) == (409, "not_ready")
    current = await unready.api.get(f"/v1/mappings/{unready.tenant_id}")
    mended = {**current["mapping"], "accounts": {**current["mapping"]["accounts"], "sales": "200"}}
    await unready.api.put(f"/v1/mappings/{unready.tenant_id}", mended)
    await unready.check()
    assert (await read_report(unready))["next"] == "Start the first sync."
    assert (await unready.sync())["state"] == "succeeded"
    assert len(await list_living_invoices(unready)) == 1


async def test_a_start_date_that_nobody_chose_is_proposed(world: World) -> None:
    settings = await world.api.get(f"/v1/settings/{world.tenant_id}")
    kept = {name: settings[name] for name in ("directions", "sending", "go_ahead")}
    await world.api.put(f"/v1/settings/{world.tenant_id}", kept)
    with pytest.raises(NotReadyError):
        await world.check()
    report = await read_report(world)
    proposed = date.fromisoformat(report["start_date"]["proposed"])
    assert report["next"] == f"Set the start date; {proposed} would fit."
    assert proposed.day == 1
