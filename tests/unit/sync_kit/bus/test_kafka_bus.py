"""A bus whose broker is not there: everything has an end, and says what is wrong and since when."""

from collections.abc import AsyncIterator

import pytest

from sync_kit.bus import Message
from sync_kit.bus.kafka_bus import KafkaBus
from sync_kit.bus.kafka_place import KafkaPlace
from sync_kit.errors import TryLaterError
from sync_kit.testing import ManualClock


@pytest.fixture
async def bus(clock: ManualClock) -> AsyncIterator[KafkaBus]:
    bus = KafkaBus(KafkaPlace(("127.0.0.1:1",)), clock)
    yield bus
    await bus.close()


async def test_it_says_since_when_the_broker_is_silent(bus: KafkaBus, clock: ManualClock) -> None:
    assert await bus.check() == "the broker does not answer since 2026-01-05T09:00:00+00:00; events wait in the outbox"
    clock.advance(3600)
    assert "since 2026-01-05T09:00:00+00:00" in str(await bus.check())


async def test_publishing_is_to_be_tried_later_and_readers_find_nothing(bus: KafkaBus) -> None:
    with pytest.raises(TryLaterError, match="publishing failed"):
        await bus.publish([Message("sync.runs.v1", "t1", {}, b"")])
    subscription = bus.subscribe("writer", ["sync.runs.v1"])
    assert await subscription.poll(10) == []
    with pytest.raises(TryLaterError, match="the lag was not measured"):
        await bus.measure_lag()
    await subscription.close()


async def test_a_bus_that_was_never_used_closes_twice_in_peace(bus: KafkaBus) -> None:
    bus.subscribe("writer", ["sync.runs.v1"])
    assert KafkaBus(KafkaPlace(("127.0.0.1:1",)), ManualClock()).subscribe("g", ["t"]).topics == ("t",)
    await bus.close()
    await bus.close()
