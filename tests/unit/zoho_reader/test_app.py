"""The service as a whole: its store, its route, its pages."""

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text
from tests.unit.zoho_reader.crm import FIRST_LOAD, fill_crm
from tests.unit.zoho_reader.world import TENANT, World

from sync_kit.store.migrate import differences, upgrade
from sync_kit.testing import ApiClient, TokenIssuer
from zoho_reader.settings import Settings
from zoho_reader.store import METADATA


def test_models_and_migrations_agree(tmp_path: Path) -> None:
    url = f"sqlite:///{tmp_path}/reader.db"
    upgrade(url, "zoho_reader")
    assert differences(url, METADATA) == []


async def test_the_state_shows_checkpoints_tasks_and_credits(world: World) -> None:
    fill_crm(world)
    await world.say(world.request())
    await world.settle()
    client = open_client(world)
    answer = await client.get(f"/v1/zoho/{TENANT}/state")
    assert answer.status == 200
    assert {(row["module"], row["source"]) for row in answer.json["checkpoints"]} == {
        ("accounts", "Accounts"),
        ("accounts", "Contacts"),
        ("contacts", "Contacts"),
        ("vendors", "Vendors"),
        ("products", "Products"),
        ("invoices", "Invoices"),
        ("invoices", "Invoiced_Items"),
        ("purchase_orders", "Purchase_Orders"),
        ("purchase_orders", "Purchase_Items"),
    }
    assert answer.json["run"]["state"] == "done"
    assert {task["source"]: task["rows"] for task in answer.json["run"]["tasks"]}["Invoiced_Items"] == 10
    assert answer.json["credits"] == {
        "calls": FIRST_LOAD,
        "credits": world.sandbox.ledger.count_calls()["credits"],
        "credits_remaining": None,
    }


@pytest.mark.parametrize(("partner", "scopes", "status"), [("partner-2", ["syncs:read"], 404), ("partner-1", [], 403)])
async def test_the_state_is_for_its_partner_alone(world: World, partner: str, scopes: list[str], status: int) -> None:
    await world.settle()
    answer = await open_client(world, partner, scopes).get(f"/v1/zoho/{TENANT}/state")
    assert answer.status == status


async def test_without_a_token_nothing_is_shown(world: World) -> None:
    client = ApiClient(world.reader.app, clock=world.clock)
    assert (await client.get(f"/v1/zoho/{TENANT}/state")).status == 401
    assert (await client.get("/readyz")).status == 200


async def test_old_bookkeeping_is_purged(world: World) -> None:
    fill_crm(world)
    await world.run()
    world.advance(40 * 86_400)
    purge = next(loop for loop in world.reader.loops if loop.name == "purge")
    assert await purge.step() == 0
    async with world.reader.store.reading() as session:
        left = {
            name: await session.fetch_value(text(f"SELECT count(*) FROM {name}"))  # noqa: S608
            for name in ("runs", "run_modules", "extraction_tasks", "emissions", "credit_ledger", "outbox", "inbox")
        }
        kept = await session.fetch_value(text("SELECT count(*) FROM checkpoints"))
    assert set(left.values()) == {0}
    assert kept == 9


def test_settings_come_from_the_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    values: dict[str, Any] = {
        "DATABASE_URL": "sqlite:////tmp/x.db",
        "BUS_URL": "local://",
        "AUTH_URL": "http://auth.test",
        "PUBLIC_URL": "http://api.test",
        "SERVICE_KEY": "k" * 32,
        "OVERLAP_SECONDS": "60",
    }
    for name, value in values.items():
        monkeypatch.setenv(f"ZOHO_READER_{name}", value)
    assert Settings.load().overlap_seconds == 60


def open_client(world: World, partner: str = "partner-1", scopes: list[str] | None = None) -> ApiClient:
    issuer = TokenIssuer(world.clock)
    world.reader.app.state.caller_checks = replace_verifier(world.reader.app.state.caller_checks, issuer)
    token = issuer.issue(partner_id=partner, scopes=["syncs:read"] if scopes is None else scopes)
    return ApiClient(world.reader.app, token=token, clock=world.clock)


def replace_verifier(checks: Any, issuer: TokenIssuer) -> Any:
    return replace(checks, verifier=issuer.verifier)
