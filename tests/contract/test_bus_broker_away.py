"""A broker that dies and comes back, under a real service with its loops: it serves meanwhile, and nothing is lost.

The broker is the test's own, since it is killed.
"""

import asyncio
import os
import uuid
from collections.abc import AsyncIterator, Awaitable, Callable
from pathlib import Path

import pytest
from tests.fixtures.engines import engines_are_required
from tests.fixtures.kafka_broker import find_bootstrap
from tests.fixtures.scheduler_bench import Bench, open_bench, settings_body, tenant

from sync_kit.bus import Bus, Message, Subscription, ensure_topics, open_bus
from sync_kit.clock import SystemClock
from sync_kit.contracts.envelope import Envelope, seal
from sync_kit.contracts.events import Event
from sync_kit.errors import TryLaterError
from sync_kit.loops import run_loops
from zoho2xero.engines import Engine
from zoho2xero.engines.kafka_choice import choose_broker

pytestmark = pytest.mark.skipif(
    not find_bootstrap() and not engines_are_required(), reason="no engines: set TEST_KAFKA_BOOTSTRAP"
)

RUNS = "sync.runs.v1"


@pytest.fixture
async def broker(tmp_path: Path) -> AsyncIterator[Engine]:
    engine = await choose_broker(tmp_path, clock=SystemClock(), tell=lambda _: None, environment=os.environ)
    await engine.start()
    yield engine
    await engine.stop()


@pytest.fixture
async def others(broker: Engine) -> AsyncIterator[Bus]:
    """The bus as the other services see it."""
    await ensure_topics(f"kafka://{broker.url}", partitions=2)
    bus = open_bus(f"kafka://{broker.url}", SystemClock())
    yield bus
    await bus.close()


@pytest.fixture
async def bench(broker: Engine, others: Bus, tmp_path: Path) -> AsyncIterator[Bench]:
    """The scheduler, alive: its loops run on real time."""
    stop = asyncio.Event()
    async with open_bench(tmp_path, open_bus(f"kafka://{broker.url}", SystemClock())) as bench:
        running = asyncio.create_task(run_loops(bench.runtime.loops, SystemClock(), stop))
        yield bench
        stop.set()
        await running


async def wait_until(is_so: Callable[[], Awaitable[bool]], timeout_seconds: float = 90) -> None:
    async with asyncio.timeout(timeout_seconds):
        while not await is_so():  # noqa: ASYNC110  it looks from outside, as an operator does
            await asyncio.sleep(0.2)


def to_message(event: Event) -> Message:
    envelope, value = seal(event, event_id=uuid.uuid4().hex, source="test", at=SystemClock().now())
    return Message(event.topic.name, event.tenant_id, envelope.to_headers(), value)


class Ear:
    """What other services hear of the scheduler."""

    def __init__(self, subscription: Subscription) -> None:
        self._subscription = subscription
        self._heard: list[str] = []

    async def has_heard(self, event_type: str) -> bool:
        deliveries = await self._subscription.poll(100)
        self._heard += [Envelope.from_headers(delivery.message.headers).type for delivery in deliveries]
        return event_type in self._heard


async def test_a_service_serves_while_the_broker_is_away_and_nothing_is_lost(
    bench: Bench, broker: Engine, others: Bus
) -> None:
    ear = Ear(others.subscribe("ear", [RUNS]))
    client = bench.client()

    async def knows_tenant(tenant_id: str) -> bool:
        return (await client.put(f"/v1/settings/{tenant_id}", settings_body(tenant_id))).status == 200

    async def say_bus() -> str:
        answer = await client.get("/readyz")
        assert (answer.status, answer.json["ready"]) == (200, True)
        return str(answer.json["wrong"].get("bus", "well"))

    async def is_well() -> bool:
        return await say_bus() == "well"

    await others.publish([to_message(tenant("t1"))])
    await wait_until(lambda: knows_tenant("t1"))
    run = await client.post("/v1/readiness", {"tenant_id": "t1"})
    assert run.status == 202, run.json
    await wait_until(lambda: ear.has_heard("sync.run-requested.v1"))
    assert await is_well()

    await broker.kill()
    run_id = run.json["run_id"]
    assert "the broker does not answer since" in await say_bus()
    assert (await client.get(f"/v1/syncs/{run_id}")).status == 200
    assert (await client.post(f"/v1/syncs/{run_id}/cancel")).status == 202
    with pytest.raises(TryLaterError):
        await others.publish([to_message(tenant("t2"))])
    assert not await ear.has_heard("sync.run-cancelled.v1")
    assert (await client.get(f"/v1/syncs/{run_id}")).status == 200

    await broker.start()
    await wait_until(is_well)
    await wait_until(lambda: ear.has_heard("sync.run-cancelled.v1"))
    await others.publish([to_message(tenant("t3"))])
    await wait_until(lambda: knows_tenant("t3"))
