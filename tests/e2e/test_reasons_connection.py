# ruff: noqa: E501 (a table has one row a line)
"""Causes outside the records: rights, plans, limits, trouble, and a stage that is silent. Told, and over by themselves."""

import re
from pathlib import Path
from typing import Any

import pytest
from tests.factories import crm
from tests.fixtures.causes import expect_words
from tests.fixtures.sales import list_living_invoices
from tests.fixtures.shop import Shop, lay_over, list_codes
from tests.fixtures.world import MAPPING, World, open_world

pytestmark = pytest.mark.thorough

APPROVING = {
    "statuses": {"invoices": {"Approved": "DRAFT", "Delivered": "AUTHORISED", "Shipped": "DRAFT"}},
}
WHOLE_REFUSAL = (
    '{"ErrorNumber": 10, "Type": "ValidationException", "Message": "A validation exception occurred", '
    '"Elements": [{"ValidationErrors": [{"Message": "The moon is in the wrong phase"}]}]}'
)


async def told_as(shop: Shop, record_id: str, code: str, outcome: str, **sync: Any) -> None:
    """A run tells exactly this of the record."""
    entry = (await shop.sync(**sync))[record_id]
    assert (list_codes(entry), entry["outcome"]) == ([code], outcome), entry["reasons"]
    expect_words(entry)


async def goes(shop: Shop, record_id: str) -> None:
    """A run takes it along by itself."""
    entry = (await shop.sync())[record_id]
    assert (entry["outcome"], entry["reasons"]) == ("created", [])


async def test_rights_plans_and_taxes_of_the_organisation_are_told_and_heal(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        await world.connect(lay_over(MAPPING, APPROVING))
        shop = await Shop(world).open()
        await shop.set_up_books(denied_actions=["CreateApprovedInvoice"])
        sale = await shop.invoice(status="Delivered")
        await told_as(shop, sale, "permission_missing", "failed")
        await shop.set_up_books(denied_actions=[])
        await goes(shop, sale)

        await shop.set_up_books(approvals_a_month=1)
        sale = await shop.invoice(status="Delivered")
        await told_as(shop, sale, "plan_limit", "failed")
        await shop.set_up_books(approvals_a_month=1000)
        await goes(shop, sale)

        await world.control.call("POST", f"/zoho/{world.zoho_org_id}/taxes", {"name": "VAT 20%", "value": 20})
        await shop.set_up_books(pays_tax=False)
        await shop.invoice(status="Unheard of")  # something is held for Xero's reference data or not: both must do
        sale = await shop.invoice(shop.line(10, **crm.taxed("VAT 20%", 20)))
        entry = (await shop.sync())[sale]
        assert entry["outcome"] == "blocked"
        again = (await shop.sync())[sale] if list_codes(entry) != ["tax_not_registered"] else entry
        assert list_codes(again) == ["tax_not_registered"], again["reasons"]
        expect_words(again)
        await shop.set_up_books(pays_tax=True)
        await goes(shop, sale)


async def test_a_refusal_in_unknown_words_is_told_in_them_and_goes_by_a_retry(world: World) -> None:
    shop = await Shop(world).open()
    sale = await shop.invoice()
    rule = await world.control.call(
        "POST", "/faults",
        {"vendor": "xero", "method": "PUT", "path": "/Invoices", "kind": "status", "status": 400, "answer": WHOLE_REFUSAL, "times": -1},
    )  # fmt: skip
    run = await world.sync()
    entry = (await shop.read_log(run))[sale]
    assert list_codes(entry) == ["refused_other"]
    assert "The moon is in the wrong phase" in entry["reasons"][0]["sentence"]
    expect_words(entry)
    await world.control.call("DELETE", f"/faults/{rule['id']}")
    retry = await world.api.post(f"/v1/syncs/{run['run_id']}/retry", {"code": "refused_other"})
    log = await shop.read_log(await world.finish(retry["run_id"]))
    assert log[sale]["outcome"] == "created"
    assert len(await list_living_invoices(world)) == 1


async def test_a_day_without_calls_is_waited_for(world: World) -> None:
    shop = await Shop(world).open()
    await shop.invoice()
    await world.add_fault(vendor="xero", method="PUT", path="/Invoices", kind="rate_limit", problem="day")
    run_id = await world.start()
    await world.settle()
    run = await world.api.get(f"/v1/syncs/{run_id}")
    assert run["state"] == "waiting"
    assert re.fullmatch(r"Xero allows no more calls until .*\d\d:\d\d.*\.", run["waiting_for"])
    assert (await world.finish(run_id, most_seconds=90_000, step_seconds=600))["state"] == "succeeded"
    assert len(await list_living_invoices(world)) == 1


@pytest.mark.parametrize(("vendor", "name"), [("xero", "Xero"), ("zoho", "Zoho CRM")])
async def test_a_vendor_in_trouble_is_waited_for(world: World, vendor: str, name: str) -> None:
    shop = await Shop(world).open()
    await shop.invoice()
    rule = await world.control.call(
        "POST", "/faults", {"vendor": vendor, "path": "/api.xro|crm/v8|coql|Contacts", "kind": "status", "status": 503, "times": -1}
    )  # fmt: skip
    run_id = await world.start()
    said = set()
    for _ in range(30):
        await world.settle()
        said.add((await world.api.get(f"/v1/syncs/{run_id}"))["waiting_for"])
        await world.pass_time(10)
    assert any(words and words.startswith(f"{name} is not answering properly: ") for words in said), said
    await world.control.call("DELETE", f"/faults/{rule['id']}")
    assert (await world.finish(run_id, most_seconds=7200, step_seconds=60))["state"] == "succeeded"
    assert len(await list_living_invoices(world)) == 1


@pytest.mark.parametrize(("vendor", "name"), [("xero", "Xero"), ("zoho", "Zoho CRM")])
async def test_a_withdrawn_consent_is_told_and_over_after_reconnection(world: World, vendor: str, name: str) -> None:
    shop = await Shop(world).open()
    await shop.invoice()
    if vendor == "xero":
        await world.control.call("POST", "/xero/disconnect", {"tenant_id": world.xero_tenant_id})
    else:
        await world.pass_time(120)
        state = world.sandbox.zoho.state
        for token in list(state.tokens.refresh_tokens):
            state.tokens.refresh_tokens.pop(token)
        await world.add_fault(vendor="zoho", path="coql|composite|settings", kind="token_revoked", times=-1)
    run_id = await world.start()
    for _ in range(12):
        await world.settle()
        await world.pass_time(10)
    run = await world.api.get(f"/v1/syncs/{run_id}")
    assert run["state"] == "waiting"
    assert run["waiting_for"].startswith(f"{name} no longer lets us in (")
    for rule in (await world.control.call("GET", "/faults")).get("faults", []):
        await world.control.call("DELETE", f"/faults/{rule['id']}")
    await world.reconnect(vendor)
    assert (await world.finish(run_id))["state"] == "succeeded"
    assert len(await list_living_invoices(world)) == 1


async def test_a_run_of_which_no_stage_tells_anything_ends_as_stalled(world: World) -> None:
    shop = await Shop(world).open()
    sale = await shop.invoice()
    run_id = await world.start()
    for _ in range(3):
        for loop in world.services["scheduler"].loops:
            await loop.step()
        await world.pass_time(16 * 60)
    for _ in range(3):
        for loop in world.services["scheduler"].loops:
            await loop.step()
    run = await world.api.get(f"/v1/syncs/{run_id}")
    assert (run["state"], run["failure"]["code"]) == ("failed", "stalled")
    assert re.search(r"for \d+ minutes", run["failure"]["sentence"])
    log = await shop.sync()
    assert log.get(sale, {}).get("outcome") == "created" or len(await list_living_invoices(world)) == 1


async def test_what_is_held_goes_by_itself_a_month_later_though_its_payload_is_gone(world: World) -> None:
    """31 days on nothing of the record is left but its place: it is read again once the cause is gone."""
    shop = await Shop(world).open()
    sale = await shop.invoice(status="Shipped")
    await told_as(shop, sale, "status_unmapped", "blocked")
    stamp = (await shop.read("Invoices", sale))["Modified_Time"]
    for _ in range(31):
        await world.pass_time(24 * 3600)
        await world.settle()
    await shop.change_mapping(statuses={"invoices": {"Shipped": "DRAFT"}})
    await goes(shop, sale)
    assert (await shop.read("Invoices", sale))["Modified_Time"] == stamp
