"""Nothing with a payload stays at the broker beyond its retention: records dated back by days are gone from it.

The topics are as `ensure_topics` makes them but for short segments, since a record goes with its whole segment.
"""

import asyncio
import time
from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from aiokafka import AIOKafkaConsumer, AIOKafkaProducer, TopicPartition  # type: ignore[import-untyped]
from aiokafka.admin import AIOKafkaAdminClient  # type: ignore[import-untyped]
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType  # type: ignore[import-untyped]
from tests.fixtures.engines import engines_are_required
from tests.fixtures.kafka_broker import delete_topics, find_bootstrap, get_bootstrap, make_kafka_url

from sync_kit.bus.kafka_topics import list_settings
from sync_kit.contracts.topics import ALL, Topic

pytestmark = pytest.mark.skipif(
    not find_bootstrap() and not engines_are_required(), reason="no broker: set TEST_KAFKA_BOOTSTRAP"
)

PLANTED = b"planted-value"
KEPT_FOR_A_WHILE = [topic for topic in ALL if topic.retention_days is not None]
COMPACTED = [topic for topic in ALL if topic.retention_days is None]
LONGEST = timedelta(days=30)
SHORT_SEGMENTS = {"segment.ms": "100", "file.delete.delay.ms": "100"}


class Broker:
    """The test's topics at the broker, past our own bus."""

    def __init__(self, bootstrap: str, prefix: str, producer: AIOKafkaProducer, admin: AIOKafkaAdminClient) -> None:
        self._bootstrap = bootstrap
        self._prefix = prefix
        self._producer = producer
        self._admin = admin

    async def set_all(self, topic: Topic, **changes: str) -> None:
        settings = {**list_settings(topic, replication=1), **SHORT_SEGMENTS, **changes}
        resource = ConfigResource(ConfigResourceType.TOPIC, self._prefix + topic.name, configs=settings)
        await self._admin.alter_configs([resource])

    async def write(self, topic: Topic, key: str, value: bytes, *, age: timedelta = timedelta(0)) -> None:
        moment = int((time.time() - age.total_seconds()) * 1000)
        await self._producer.send_and_wait(self._prefix + topic.name, value, key=key.encode(), timestamp_ms=moment)

    async def read_all(self, topic: Topic) -> list[bytes]:
        """Every value that can still be read."""
        partition = TopicPartition(self._prefix + topic.name, 0)
        consumer = AIOKafkaConsumer(bootstrap_servers=self._bootstrap, auto_offset_reset="earliest")
        await consumer.start()
        try:
            consumer.assign([partition])
            end = (await consumer.end_offsets([partition]))[partition]
            values: list[bytes] = []
            while await consumer.position(partition) < end:
                found = await consumer.getmany(timeout_ms=500)
                values += [record.value for record in found.get(partition, [])]
            return values
        finally:
            await consumer.stop()

    async def read_until_clean(self, topic: Topic) -> list[bytes]:
        """What is left when no planted value can be read any more."""
        # The broker looks for old segments every few seconds, by itself.
        while any(PLANTED in value for value in await self.read_all(topic)):  # noqa: ASYNC110
            await asyncio.sleep(1)
        return await self.read_all(topic)


@pytest.fixture
async def broker() -> AsyncIterator[Broker]:
    bootstrap = get_bootstrap()
    url = await make_kafka_url(bootstrap)
    producer = AIOKafkaProducer(bootstrap_servers=bootstrap)
    admin = AIOKafkaAdminClient(bootstrap_servers=bootstrap)
    await producer.start()
    await admin.start()
    yield Broker(bootstrap, url.partition("?prefix=")[2], producer, admin)
    await producer.stop()
    await admin.close()
    await delete_topics(url)


def test_every_topic_with_payloads_is_emptied_well_within_thirty_days() -> None:
    assert {topic.name for topic in ALL if topic.carries_payloads} <= {topic.name for topic in KEPT_FOR_A_WHILE}
    for topic in KEPT_FOR_A_WHILE:
        settings = list_settings(topic, replication=1)
        assert settings["cleanup.policy"] == "delete"
        longest = timedelta(milliseconds=int(settings["retention.ms"]) + int(settings["segment.ms"]))
        assert longest < LONGEST / 5


async def test_records_older_than_their_retention_are_gone_from_every_topic_that_has_one(broker: Broker) -> None:
    for topic in KEPT_FOR_A_WHILE:
        await broker.set_all(topic)
        assert topic.retention_days is not None
        for days in (topic.retention_days * 1.01, 8, 29, 31):
            await broker.write(topic, f"tenant-{days}", PLANTED + f" {days} days".encode(), age=timedelta(days=days))
            await asyncio.sleep(0.15)  # the next record begins a segment of its own
        await broker.write(topic, "tenant", b"of today")

    async with asyncio.timeout(90):
        for topic in KEPT_FOR_A_WHILE:
            assert await broker.read_until_clean(topic) == [b"of today"], topic.name


async def test_a_compacted_topic_keeps_only_the_newest_state_of_each_tenant(broker: Broker) -> None:
    for topic in COMPACTED:
        await broker.set_all(topic, **{"max.compaction.lag.ms": "100", "min.cleanable.dirty.ratio": "0.01"})
        for turn in range(3):
            await broker.write(topic, "tenant", PLANTED + f" {turn}".encode(), age=timedelta(days=40 - turn))
            await asyncio.sleep(0.15)
        await broker.write(topic, "tenant", b"newest")
        await asyncio.sleep(0.15)
        await broker.write(topic, "other", b"begins the next segment, which is not compacted yet")

    async with asyncio.timeout(90):
        for topic in COMPACTED:
            assert (await broker.read_until_clean(topic))[0] == b"newest", topic.name
