"""The command that makes the topics: as they must be at the first call, nothing to do at the second."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from aiokafka.admin import AIOKafkaAdminClient, NewTopic  # type: ignore[import-untyped]
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType  # type: ignore[import-untyped]
from tests.fixtures.engines import engines_are_required
from tests.fixtures.kafka_broker import delete_topics, find_bootstrap, get_bootstrap, make_kafka_url

from sync_kit.bus import ensure_topics
from sync_kit.bus.kafka_topics import list_settings
from sync_kit.contracts.topics import ALL, RUNS, TENANTS

pytestmark = pytest.mark.skipif(
    not find_bootstrap() and not engines_are_required(), reason="no broker: set TEST_KAFKA_BOOTSTRAP"
)


@pytest.fixture
async def url() -> AsyncIterator[str]:
    made = await make_kafka_url(get_bootstrap(), partitions=2)
    yield made
    await delete_topics(made)


@pytest.fixture
async def admin() -> AsyncIterator[AIOKafkaAdminClient]:
    client = AIOKafkaAdminClient(bootstrap_servers=get_bootstrap())
    await client.start()
    yield client
    await client.close()


def name(url: str, topic: str) -> str:
    return url.partition("?prefix=")[2] + topic


async def read_settings(admin: AIOKafkaAdminClient, topic: str) -> dict[str, str]:
    (response,) = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, topic)])
    return {key: value for resource in response.resources for key, value, *_ in resource[4]}


async def alter(admin: AIOKafkaAdminClient, topic: str, **settings: str) -> None:
    named = {key.replace("_", "."): value for key, value in settings.items()}
    await admin.alter_configs([ConfigResource(ConfigResourceType.TOPIC, topic, configs=named)])
    async with asyncio.timeout(10):
        while not named.items() <= (await read_settings(admin, topic)).items():  # noqa: ASYNC110
            await asyncio.sleep(0.05)


async def test_every_topic_is_made_with_its_settings(url: str, admin: AIOKafkaAdminClient) -> None:
    described = await admin.describe_topics([name(url, topic.name) for topic in ALL])
    assert {len(topic["partitions"]) for topic in described} == {2}
    for topic in ALL:
        settings = await read_settings(admin, name(url, topic.name))
        assert list_settings(topic, replication=1).items() <= settings.items()
    runs = await read_settings(admin, name(url, RUNS.name))
    assert (runs["cleanup.policy"], runs["retention.ms"]) == ("delete", str(3 * 24 * 3600 * 1000))
    assert (await read_settings(admin, name(url, TENANTS.name)))["cleanup.policy"] == "compact"


async def test_a_second_call_finds_nothing_to_do(url: str) -> None:
    assert await ensure_topics(url, partitions=2) == []
    assert await ensure_topics(url, partitions=1) == []


async def test_partitions_are_added_and_wrong_settings_corrected_and_those_of_others_stay(
    url: str, admin: AIOKafkaAdminClient
) -> None:
    runs = name(url, RUNS.name)
    await alter(admin, runs, retention_ms="1000", cleanup_policy="delete", flush_messages="77")
    done = await ensure_topics(url, partitions=3)
    assert f"{runs}: 2 partitions became 3" in done
    assert f"{runs}: retention.ms is {3 * 24 * 3600 * 1000} now" in done
    settings = await read_settings(admin, runs)
    assert list_settings(RUNS, replication=1).items() <= settings.items()
    assert settings["flush.messages"] == "77"
    assert await ensure_topics(url, partitions=3) == []


async def test_two_calls_at_once_make_each_topic_once() -> None:
    url = f"kafka://{get_bootstrap()}?prefix=test-at-once."
    try:
        done = await asyncio.gather(*[ensure_topics(url, partitions=1) for _ in range(3)])
        assert sorted(line for lines in done for line in lines) == sorted(
            f"test-at-once.{topic.name}: created with 1 partitions" for topic in ALL
        )
    finally:
        await delete_topics(url)


async def test_a_number_of_replicas_other_than_asked_for_is_told_and_left(url: str, admin: AIOKafkaAdminClient) -> None:
    done = await ensure_topics(url, partitions=2, replication=3)
    assert f"{name(url, RUNS.name)}: has 1 replicas, not 3; left as it is" in done


async def test_topics_that_a_broker_made_by_itself_are_brought_into_shape(admin: AIOKafkaAdminClient) -> None:
    url = f"kafka://{get_bootstrap()}?prefix=test-by-itself."
    await admin.create_topics([NewTopic("test-by-itself.tenants.v1", 1, 1)])
    try:
        done = await ensure_topics(url, partitions=2)
        assert "test-by-itself.tenants.v1: 1 partitions became 2" in done
        assert "test-by-itself.tenants.v1: cleanup.policy is compact now" in done
        assert await ensure_topics(url, partitions=2) == []
    finally:
        await delete_topics(url)
