"""Documents that fill a request leave in the transaction that judged them; nothing that should wait goes with them."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any

import pytest
from tests.unit.xero_writer.world import World

from sync_kit.contracts.vocabulary import Module, Sending
from xero_writer.domain.verdicts import Ready, Verdict
from xero_writer.usecases import apply_verdicts, judge_records
from xero_writer.usecases.describe_candidates import describe_candidates
from xero_writer.usecases.desk import Desk
from xero_writer.usecases.ready_records import ready_to_json

BATCH = 50


@pytest.fixture
def put_down(monkeypatch: pytest.MonkeyPatch) -> Counter[str]:
    """How many were put down as ready, by Xero's word for what they are."""
    put_down: Counter[str] = Counter()

    def write(verdict: Ready) -> dict[str, Any]:
        put_down[str(verdict.facts.kind)] += 1
        return ready_to_json(verdict)

    monkeypatch.setattr(apply_verdicts, "ready_to_json", write)
    return put_down


def list_sale(world: World, count: int) -> dict[Module, list[Any]]:
    return {
        Module.ACCOUNTS: [world.account("100")],
        Module.PRODUCTS: [world.product("200")],
        Module.INVOICES: [world.invoice(str(3000 + number)) for number in range(count)],
    }


async def test_documents_that_fill_requests_are_never_put_down_as_ready(world: World, put_down: Counter[str]) -> None:
    counts = await world.sync(list_sale(world, 3 * BATCH), sending=Sending.ALL)
    assert counts[Module.INVOICES, "created"] == 3 * BATCH
    assert put_down["sales_invoice"] == 0
    assert len(world.list_calls(method="PUT", path="Invoices")) == 3
    await world.check_equation()


async def test_what_does_not_fill_a_request_waits_as_ready(world: World, put_down: Counter[str]) -> None:
    counts = await world.sync(list_sale(world, BATCH + 7), sending=Sending.ALL)
    assert counts[Module.INVOICES, "created"] == BATCH + 7
    assert put_down["sales_invoice"] == 7
    assert len(world.list_calls(method="PUT", path="Invoices")) == 2
    await world.check_equation()


async def test_a_version_that_came_after_the_judgement_is_what_goes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    sale = list_sale(world, BATCH)
    changed = world.invoice("3000", Subject="Of today")
    came = []

    async def describe(desk: Desk, rows: Sequence[Mapping[str, Any]], verdicts: list[Verdict]) -> list[Verdict]:
        found = await describe_candidates(desk, rows, verdicts)  # type: ignore[arg-type]
        if not came and sum(isinstance(verdict, Ready) for verdict in verdicts) == BATCH:
            came.append(True)
            await world.publish(world.extract(Module.INVOICES, changed))
            for loop in world.runtime.loops:
                if loop.name == "consume":
                    await loop.step()
        return found

    monkeypatch.setattr(judge_records, "describe_candidates", describe)
    counts = await world.sync(sale, sending=Sending.ALL)
    assert came
    assert counts[Module.INVOICES, "created"] == BATCH
    assert len(world.list_documents("Invoice")) == BATCH
    assert len(world.list_calls(method="PUT", path="Invoices")) == 1
    assert len(world.list_calls(method="POST", path="Invoices")) == 0
    await world.check_equation()


async def test_bills_wait_as_ready_since_two_may_share_a_number(world: World, put_down: Counter[str]) -> None:
    counts = await world.sync(world.purchase(BATCH), sending=Sending.ALL)
    assert counts[Module.PURCHASE_ORDERS, "created"] == BATCH
    assert put_down["bill"] == BATCH


async def test_what_xero_refused_in_a_large_request_waits_as_ready_for_a_smaller_one(
    world: World, put_down: Counter[str]
) -> None:
    world.fault("status", method="PUT", path="Invoices", times=1, status=400)
    counts = await world.sync(list_sale(world, BATCH), sending=Sending.ALL)
    assert counts[Module.INVOICES, "created"] == BATCH
    assert put_down["sales_invoice"] == BATCH
    await world.check_equation()
