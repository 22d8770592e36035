"""Requests under way: at most four, no barrier between them, and all landed before a slice ends."""

import asyncio
from collections.abc import Sequence
from types import SimpleNamespace
from typing import Any, cast

import pytest
from starlette.types import Receive, Scope, Send
from tests.unit.xero_writer.world import World

from sync_kit.contracts.vocabulary import Module, Sending
from sync_kit.testing import ManualClock
from xero_writer.clients.xero_accounting import XeroAnswer, XeroRequest
from xero_writer.domain import batches
from xero_writer.domain.mapping_model import default_mapping
from xero_writer.errors import OutOfCallsError
from xero_writer.usecases import desk as desk_module
from xero_writer.usecases import flights as flights_module
from xero_writer.usecases import send_batches
from xero_writer.usecases.allowance import MOST_AT_ONCE, Allowance
from xero_writer.usecases.commit_answer import Came, commit_what_came
from xero_writer.usecases.desk import Desk
from xero_writer.usecases.flights import Flights
from xero_writer.usecases.sendings import Sending as SentBatch

BATCH = 50


class Gate:
    """Stands before Xero: the first creation of invoices is answered when so many more have come."""

    def __init__(self, world: World, most: int) -> None:
        self._app = world.xero_app
        self._most = most
        self._enough = asyncio.Event()
        self.came = 0
        self.at_once = 0
        self.most_at_once = 0

    async def serve(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["method"] != "PUT" or not scope["path"].endswith("/Invoices"):
            await self._app(scope, receive, send)
            return
        self.came += 1
        self.at_once += 1
        self.most_at_once = max(self.most_at_once, self.at_once)
        if self.came >= self._most:
            self._enough.set()
        if self.came == 1:
            async with asyncio.timeout(60):
                await self._enough.wait()
        await self._app(scope, receive, send)
        self.at_once -= 1


def list_invoices(world: World, count: int) -> dict[Module, list[Any]]:
    """That many invoices of one customer and one product."""
    return {
        Module.ACCOUNTS: [world.account("100")],
        Module.PRODUCTS: [world.product("200")],
        Module.INVOICES: [world.invoice(str(3000 + number)) for number in range(count)],
    }


async def test_a_request_leaves_when_one_place_is_free_however_long_another_one_takes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(desk_module, "SLICE_CALLS", 100)
    gate = Gate(world, most=6)
    world.xero_app = gate.serve
    counts = await world.sync(list_invoices(world, 6 * BATCH), sending=Sending.ALL)
    assert counts[Module.INVOICES, "created"] == 6 * BATCH
    assert gate.came == 6
    assert gate.most_at_once <= MOST_AT_ONCE
    await world.check_equation()


async def test_answers_that_came_together_are_committed_together(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    together: list[int] = []

    async def commit(desk: Desk, came: Sequence[tuple[SentBatch, Came]]) -> None:
        together.append(len(came))
        await commit_what_came(desk, came)

    async def wait_for_all(flights: Flights) -> None:
        await asyncio.wait(flights._desk.under_way)

    monkeypatch.setattr(flights_module, "commit_what_came", commit)
    monkeypatch.setattr(Flights, "wait", wait_for_all)
    counts = await world.sync(list_invoices(world, 2 * BATCH), sending=Sending.ALL)
    assert counts[Module.INVOICES, "created"] == 2 * BATCH
    assert together[-1] == 2
    await world.check_equation()


async def test_of_answers_that_came_together_each_has_its_own_effect(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def wait_for_all(flights: Flights) -> None:
        await asyncio.wait(flights._desk.under_way)

    monkeypatch.setattr(Flights, "wait", wait_for_all)
    world.fault("lost_answer", method="PUT", path="Invoices", times=1)
    counts = await world.sync(list_invoices(world, 2 * BATCH), sending=Sending.ALL)
    assert counts[Module.INVOICES, "created"] == 2 * BATCH
    # One was committed as agreed, the other was looked up and adopted.
    assert len(world.list_calls(method="PUT", path="Invoices")) == 2
    assert [action for action, _ in world.list_versions("Invoice")] == ["created"] * 2 * BATCH
    await world.check_equation()


async def test_a_slice_ends_when_all_that_it_sent_has_landed(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk_module, "SLICE_CALLS", 3)
    counts = await world.sync(list_invoices(world, 6 * BATCH), sending=Sending.ALL)
    assert counts[Module.INVOICES, "created"] == 6 * BATCH
    assert len(world.list_calls(method="PUT", path="Invoices")) == 6
    # The ledger was read once, and nothing had to be looked up.
    assert len(world.list_calls(method="GET", path="Invoices")) == 1
    await world.check_equation()


async def test_a_refusal_for_a_limit_lets_the_others_land(world: World) -> None:
    world.fault("status", method="PUT", path="Invoices", times=1, status=429)
    counts = await world.sync(list_invoices(world, 4 * BATCH), sending=Sending.ALL)
    assert counts[Module.INVOICES, "created"] == 4 * BATCH
    assert len(world.list_calls(method="PUT", path="Invoices")) == 5
    await world.check_equation()


@pytest.mark.parametrize("compared", [8, 2], ids=["side by side", "far apart"])
async def test_of_two_bills_of_one_number_and_supplier_the_second_is_judged_when_the_first_is_there(
    world: World, monkeypatch: pytest.MonkeyPatch, compared: int
) -> None:
    monkeypatch.setattr(send_batches, "COMPARED", compared)
    monkeypatch.setattr(send_batches, "MAX_ELEMENTS", 1)
    monkeypatch.setattr(batches, "MAX_ELEMENTS", 1)
    orders = [world.order(str(4000 + number), PO_Number=f"PO-{number % 4}") for number in range(8)]
    purchase = {Module.VENDORS: [world.vendor("160")], Module.PRODUCTS: [world.product("200")]}
    counts = await world.sync({**purchase, Module.PURCHASE_ORDERS: orders}, sending=Sending.ALL)
    assert counts[Module.PURCHASE_ORDERS, "created"] == 4
    assert counts[Module.PURCHASE_ORDERS, "blocked"] == 4
    numbers = [bill["InvoiceNumber"] for bill in world.list_documents("Invoice")]
    assert sorted(numbers) == ["PO-0", "PO-1", "PO-2", "PO-3"]
    await world.check_equation()


def make_desk() -> Desk:
    """A desk without a store and without Xero."""
    clock = ManualClock()
    return Desk(
        tools=cast(Any, SimpleNamespace(clock=clock)),
        lease=cast(Any, None),
        tenant=cast(Any, None),
        allowance=Allowance(),
        digest_key=b"",
        mapping=default_mapping(),
        mapping_version=0,
        run=None,
        ends_at=clock.monotonic() + 30,
    )


async def test_a_read_waits_for_a_place_while_all_are_taken(monkeypatch: pytest.MonkeyPatch) -> None:
    desk = make_desk()
    landing = asyncio.Event()

    async def answer(_: Desk, __: XeroRequest) -> XeroAnswer:
        return XeroAnswer(200, {})

    async def fly() -> None:
        await landing.wait()
        desk.allowance.in_flight -= 1

    monkeypatch.setattr(Desk, "send", answer)
    for _ in range(MOST_AT_ONCE):
        desk.take_place()
    flight = asyncio.create_task(fly())
    desk.under_way.add(flight)
    read = asyncio.create_task(desk.read(XeroRequest("GET", "Contacts")))
    for _ in range(5):
        await asyncio.sleep(0)
    assert not read.done()
    landing.set()
    assert (await read).status == 200
    await flight


async def test_a_read_does_not_wait_for_calls_that_nobody_hears_of() -> None:
    desk = make_desk()
    desk.allowance.uncertain = MOST_AT_ONCE
    with pytest.raises(OutOfCallsError):
        await desk.read(XeroRequest("GET", "Contacts"))
