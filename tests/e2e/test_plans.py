# ruff: noqa: E501 (a table has one row a line)
"""A plan says what the next sync will do and does none of it; a first sync needs a green check and a go-ahead."""

import asyncio
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from tests.factories import crm
from tests.fixtures.causes import count_writes
from tests.fixtures.sales import list_living_invoices
from tests.fixtures.shop import Shop, list_codes
from tests.fixtures.tables import Rows, read_tables
from tests.fixtures.world import MAPPING, World, open_world

from zoho2xero.client import ApiError
from zoho2xero.demo.prepare import NotReadyError

pytestmark = pytest.mark.thorough

Json = dict[str, Any]

DONE = {"would_create": "created", "would_update": "updated", "would_link": "linked"}
"""What a plan's word becomes in the sync that follows."""


@dataclass
class Rehearsed:
    """One plan and the sync after it."""

    plan: dict[str, Json]
    apply: dict[str, Json]
    before: dict[str, Rows]
    after: dict[str, Rows]
    writes: int
    run: Json = field(default_factory=dict)


def look(world: World) -> dict[str, Rows]:
    return {service: read_tables(world.home, service) for service in ("zoho_reader", "xero_writer")}


async def rehearse(shop: Shop) -> Rehearsed:
    world = shop.world
    await world.pass_time(600)
    before, written = look(world), count_writes(shop)
    run = await world.sync(mode="plan")
    plan = await shop.read_log(run)
    after, writes = look(world), count_writes(shop) - written
    return Rehearsed(plan, await shop.sync(), before, after, writes, run)


async def fill(shop: Shop, ids: dict[str, str]) -> None:
    """Some of everything: it goes, it is there already, it is held, it waits, it is not meant to go."""
    world = shop.world
    contact = await world.add_xero("Contacts", Name="There Already Ltd")
    there = await shop.add("Accounts", crm.account("There Already Ltd"))
    ids["there"] = there
    ids["sale"] = await shop.invoice(shop.line(3))
    ids["to be edited"] = await shop.invoice(shop.line(2))
    ids["to be approved in Xero"] = await shop.invoice(shop.line(4))
    ids["to be canceled"] = await shop.invoice(shop.line(5))
    ids["typed"] = await shop.invoice(shop.line(6), account=there)
    number = (await shop.read("Invoices", ids["typed"]))["Invoice_Number"]
    line = {"Description": "Tea", "Quantity": 6, "UnitAmount": 10, "AccountCode": "200", "TaxType": "NONE"}
    await world.add_xero(
        "Invoices", Type="ACCREC", Contact={"ContactID": contact["ContactID"]}, InvoiceNumber=number,
        Date="2026-01-02", DueDate="2026-02-01", LineItems=[line],
    )  # fmt: skip
    ids["shipped"] = await shop.invoice(status="Shipped")
    ids["created"] = await shop.invoice(status="Created")
    bare = await shop.add("Products", crm.product(None, "No code"))
    ids["waits"] = await shop.invoice(crm.line(bare))
    ids["order"] = await shop.order()


async def edit(shop: Shop, ids: dict[str, str]) -> None:
    """A day later: edits, an approval in Xero, a cancellation, a new sale, a new name."""
    world = shop.world
    await shop.reprice("Invoices", ids["to be edited"], "12.50")
    await shop.reprice("Purchase_Orders", ids["order"], "9.00")
    number = (await shop.read("Invoices", ids["to be approved in Xero"]))["Invoice_Number"]
    row = await shop.find_in_xero("Invoices", InvoiceNumber=number)
    await world.edit_xero("Invoices", row["InvoiceID"], Status="AUTHORISED")
    await shop.reprice("Invoices", ids["to be approved in Xero"], "11.00")
    await world.edit_crm("Invoices", ids["to be canceled"], Status="Canceled")
    await world.edit_crm("Accounts", shop.customer, Account_Name="Miller & Daughters Ltd")
    ids["new"] = await shop.invoice(shop.line(7))
    ids["shipped too"] = await shop.invoice(status="Shipped")


async def live(folder: Path) -> tuple[dict[str, str], list[Rehearsed]]:
    ids: dict[str, str] = {}
    async with open_world(folder) as world:
        await world.connect()
        shop = await Shop(world).open()
        await fill(shop, ids)
        first = await rehearse(shop)
        await edit(shop, ids)
        return ids, [first, await rehearse(shop)]


@pytest.fixture(scope="module")
def story(tmp_path_factory: pytest.TempPathFactory) -> tuple[dict[str, str], list[Rehearsed]]:
    return asyncio.run(live(tmp_path_factory.mktemp("plans")))


@pytest.mark.parametrize("number", [0, 1], ids=["first", "edits"])
def test_a_plan_says_exactly_what_the_sync_then_does(
    story: tuple[dict[str, str], list[Rehearsed]], number: int
) -> None:
    ids, rehearsed = story
    plan, apply = rehearsed[number].plan, rehearsed[number].apply
    words = {record_id: word for word, record_id in ids.items()}

    def sum_up(log: dict[str, Json]) -> dict[str, tuple[Any, ...]]:
        return {
            words.get(key, key): (DONE.get(entry["outcome"], entry["outcome"]), list_codes(entry), entry["document"], entry["status"])
            for key, entry in log.items()
        }  # fmt: skip

    told, done = sum_up(plan), sum_up(apply)
    # A plan also tells what is held and stays held; a sync judges that again only when its cause may be gone.
    before = sum_up(rehearsed[number - 1].apply) if number else {}
    still = {word: what for word, what in told.items() if word not in done}
    assert still.items() <= before.items()
    assert {word: what for word, what in told.items() if word in done} == done
    assert {entry["outcome"] for entry in plan.values()} & set(DONE), "the plan would do something"


@pytest.mark.parametrize("number", [0, 1], ids=["first", "edits"])
def test_a_plan_moves_nothing(story: tuple[dict[str, str], list[Rehearsed]], number: int) -> None:
    rehearsed = story[1][number]
    assert rehearsed.writes == 0
    for service, tables in rehearsed.before.items():
        for name, rows in tables.items():
            assert rehearsed.after[service][name] == rows, f"{service}.{name}"


def test_a_plan_shows_each_field_that_would_change(story: tuple[dict[str, str], list[Rehearsed]]) -> None:
    ids, (_, second) = story
    changes = second.plan[ids["to be edited"]]["changes"]
    assert changes
    assert any("12.5" in (change["after"] or "") for change in changes), changes
    assert any("10" in (change["before"] or "") for change in changes), changes
    renamed = second.plan[shop_customer(second)]["changes"]
    assert [(each["before"], each["after"]) for each in renamed if each["field"] == "Name"] == [
        ("Miller & Sons Ltd", "Miller & Daughters Ltd")
    ]


def shop_customer(rehearsed: Rehearsed) -> str:
    return next(key for key, entry in rehearsed.plan.items() if entry["label"]["name"] == "Miller & Daughters Ltd" and entry["module"] == "accounts")  # fmt: skip


async def test_an_edit_made_while_a_plan_runs_is_in_the_next_sync(world: World) -> None:
    shop = await Shop(world).open()
    sale = await shop.invoice(shop.line(2))
    await shop.sync()
    await shop.reprice("Invoices", sale, "12.00")
    await world.pass_time(600)
    plan = await world.start(mode="plan")
    for service in ("scheduler", "zoho-reader", "zoho-reader"):
        for loop in world.services[service].loops:
            await loop.step()
    await shop.reprice("Invoices", sale, "13.00")
    await world.finish(plan)
    log = await shop.sync()
    assert log[sale]["outcome"] == "updated"
    (document,) = await list_living_invoices(world)
    assert Decimal(str(document["Total"])) == Decimal(26)


async def test_a_cancelled_plan_leaves_nothing_behind(world: World) -> None:
    shop = await Shop(world).open()
    sale = await shop.invoice()
    before = look(world)
    plan = await world.start(mode="plan")
    for service in ("scheduler", "zoho-reader", "zoho-reader", "xero-writer", "xero-writer"):
        for loop in world.services[service].loops:
            await loop.step()
    await world.api.post(f"/v1/syncs/{plan}/cancel")
    assert (await world.finish(plan, most_seconds=120))["state"] == "cancelled"
    await world.settle()
    assert look(world) == before
    assert (await shop.sync())[sale]["outcome"] == "created"


async def test_a_first_sync_is_refused_until_everything_is_there(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        with pytest.raises(NotReadyError, match="No default sales account"):
            await world.connect({})
        with pytest.raises(ApiError) as refusal:
            await world.start()
        assert (refusal.value.status, refusal.value.problem["code"]) == (409, "not_ready")
        assert {"sales", "purchases"} <= set(
            " ".join(fault["what"] for fault in refusal.value.problem["faults"]).split()
        )
        shop = await Shop(world).open()
        await shop.change_mapping(**MAPPING)
        await world.change_settings(go_ahead=None)
        await world.check()
        with pytest.raises(ApiError) as refusal:
            await world.start()
        assert "go-ahead" in str(refusal.value.problem["faults"])
        await world.change_settings(go_ahead={"xero_tenant_id": world.xero_tenant_id})
        sale = await shop.invoice()
        log = await shop.sync()
        assert log[sale]["outcome"] == "created"
