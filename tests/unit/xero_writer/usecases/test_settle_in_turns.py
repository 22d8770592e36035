"""Replicas that serve a tenant in turns: what one left uncertain, another one settles, and when it is time."""

from collections.abc import AsyncIterator
from typing import Any

import pytest
from pydantic import SecretStr
from tests.unit.xero_writer.world import AUTH, World

from sync_kit.app import ServiceRuntime
from sync_kit.http import asgi_transport
from sync_kit.loops import settle
from xero_writer.app import build
from xero_writer.settings import Settings

UNCERTAIN_SECONDS = 90


@pytest.fixture
async def replica(world: World) -> AsyncIterator[ServiceRuntime]:
    """A second process on the same store and bus."""
    settings = Settings(
        database_url=world.database_url,
        bus_url=f"local:///{world.folder / 'bus.db'}",
        auth_url=AUTH,
        public_url="http://api.test",
        service_key=SecretStr("a-key-for-tests-that-is-long-enough"),
        workers=1,
    )
    transport = asgi_transport({"http://xero.test": world._serve_xero, AUTH: world._serve_auth})
    runtime = build(settings, bus=world.bus, clock=world.clock, transport=transport)
    yield runtime
    await runtime.close()


@pytest.mark.parametrize(
    ("kind", "rule", "sent"),
    [("lost_answer", {}, 1), ("lost_request", {}, 2), ("late_commit", {"delay_seconds": 45}, 1)],
)
async def test_replicas_that_take_turns_put_no_look_up_off(
    world: World, replica: ServiceRuntime, kind: str, rule: dict[str, Any], sent: int
) -> None:
    world.fault(kind, method="PUT", path="Invoices", **rule)
    await world.begin(world.sale())
    await world.step()
    for turn in range(4):
        world.advance(UNCERTAIN_SECONDS + 1)
        await settle((replica if turn % 2 == 0 else world.runtime).loops)
    assert [action for action, _ in world.list_versions("Invoice")] == ["created"]
    assert len(world.list_calls(method="PUT", path="Invoices")) == sent
    assert await world.find_due() is None


async def test_what_a_dead_process_left_waits_once_more_whatever_it_had_noted(world: World) -> None:
    world.fault("lost_answer", method="PUT", path="Invoices")
    await world.begin(world.sale())
    await world.step()
    reads = len(world.list_calls(method="GET", path="Invoices"))
    world.advance(UNCERTAIN_SECONDS - 1)
    await world.restart()
    world.advance(2)
    await world.step()
    assert len(world.list_calls(method="GET", path="Invoices")) == reads, "its clock may be another one's"
    world.advance(UNCERTAIN_SECONDS)
    await world.step()
    assert len(world.list_calls(method="GET", path="Invoices")) > reads
