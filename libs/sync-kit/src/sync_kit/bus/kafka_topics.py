"""The topics at the broker, made and kept as `contracts.topics` says. Auto-creation is off, so this comes first."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any, Final

from aiokafka.admin import AIOKafkaAdminClient, NewPartitions, NewTopic  # type: ignore[import-untyped]
from aiokafka.admin.config_resource import ConfigResource, ConfigResourceType  # type: ignore[import-untyped]
from aiokafka.errors import (  # type: ignore[import-untyped]
    InvalidPartitionsError,
    KafkaError,
    TopicAlreadyExistsError,
    for_code,
)

from sync_kit.bus.kafka_place import KafkaPlace
from sync_kit.contracts.topics import ALL, Topic
from sync_kit.errors import TryLaterError

SETUP_SECONDS: Final = 60.0
MAX_BATCH_BYTES: Final = 1_048_588
"""Kafka's own default, said aloud: the writer's batches and the largest message stay below it."""
_SEGMENT: Final = timedelta(hours=6)
"""A record goes with its whole segment: at the latest its retention and this after it was written."""
_LONGEST_UNCOMPACTED: Final = timedelta(days=1)
_REQUEST_MILLISECONDS: Final = 10_000
_A_MOMENT: Final = 0.05
_DYNAMIC_TOPIC_SOURCE: Final = 1
"""In DescribeConfigs answers: this setting was made for this topic."""


def list_settings(topic: Topic, *, replication: int) -> dict[str, str]:
    """The topic's settings at the broker."""
    settings = {
        "cleanup.policy": "compact" if topic.retention_days is None else "delete",
        "segment.ms": _to_milliseconds(_SEGMENT),
        "max.message.bytes": str(MAX_BATCH_BYTES),
        # What all replicas but one have is not lost with any one of them, and one may be down.
        "min.insync.replicas": str(max(1, replication - 1)),
    }
    if topic.retention_days is None:
        settings["max.compaction.lag.ms"] = _to_milliseconds(_LONGEST_UNCOMPACTED)
    else:
        settings["retention.ms"] = _to_milliseconds(timedelta(days=topic.retention_days))
        settings["retention.bytes"] = "-1"
    return settings


async def ensure_topics(url: str, *, partitions: int = 12, replication: int = 1) -> list[str]:
    """Make every topic as it must be: create it, add partitions, correct its settings; returns what was done.

    Other settings of a topic and a larger number of partitions stay as they are; a replication other than asked for is
    told and left, since moving replicas is an operator's plan. Calling it again does nothing. Raises ValueError for a
    URL that is not `kafka://`, TryLaterError when the broker does not answer or does not let us.
    """
    place = KafkaPlace.of_url(url)
    admin = AIOKafkaAdminClient(bootstrap_servers=list(place.servers), request_timeout_ms=_REQUEST_MILLISECONDS)
    try:
        async with asyncio.timeout(SETUP_SECONDS):
            await admin.start()
            return await _ensure_all(admin, place, partitions, replication)
    except (KafkaError, OSError, TimeoutError) as error:
        raise TryLaterError(f"the topics were not made: {type(error).__name__}") from error
    finally:
        await admin.close()


async def _ensure_all(admin: Any, place: KafkaPlace, partitions: int, replication: int) -> list[str]:
    names = {place.name(topic.name): topic for topic in ALL}
    there = {topic["topic"] for topic in await _describe(admin, list(names))}
    missing = {name: topic for name, topic in names.items() if name not in there}
    created = await _create(admin, missing, partitions, replication)
    done = [f"{name}: created with {partitions} partitions" for name in created]
    for described in await _wait_until_there(admin, list(names)):
        name = described["topic"]
        if name in created:
            continue
        done += await _add_partitions(admin, name, described, partitions)
        done += await _correct_settings(admin, name, list_settings(names[name], replication=replication))
        copies = min(len(partition["replicas"]) for partition in described["partitions"])
        if copies != replication:
            done.append(f"{name}: has {copies} replicas, not {replication}; left as it is")
    return done


async def _describe(admin: Any, names: Sequence[str]) -> list[Mapping[str, Any]]:
    return [topic for topic in await admin.describe_topics(list(names)) if topic["error_code"] == 0]


async def _create(admin: Any, topics: Mapping[str, Topic], partitions: int, replication: int) -> list[str]:
    """Returns the names of those that were made; others were made by somebody else meanwhile."""
    if not topics:
        return []
    response = await admin.create_topics(
        [
            NewTopic(name, partitions, replication, topic_configs=list_settings(topic, replication=replication))
            for name, topic in topics.items()
        ]
    )
    created = []
    for name, code, *_ in response.topic_errors:
        error = for_code(code)
        if error is TopicAlreadyExistsError:
            continue
        if code != 0:
            raise error(f"could not create {name}")
        created.append(name)
    return created


async def _add_partitions(admin: Any, name: str, described: Mapping[str, Any], partitions: int) -> list[str]:
    before = len(described["partitions"])
    if before >= partitions:
        return []
    try:
        await admin.create_partitions({name: NewPartitions(partitions)})
    except InvalidPartitionsError:
        return []  # somebody else added them meanwhile
    return [f"{name}: {before} partitions became {partitions}"]


async def _correct_settings(admin: Any, name: str, wanted: Mapping[str, str]) -> list[str]:
    present = await _read_settings(admin, name)
    wrong = [key for key, value in wanted.items() if present.get(key) != value]
    if not wrong:
        return []
    # The request replaces all settings made for the topic, so those of others go along.
    resource = ConfigResource(ConfigResourceType.TOPIC, name, configs={**present, **wanted})
    for response in await admin.alter_configs([resource]):
        for code, *_ in response.resources:
            if code != 0:
                raise for_code(code)(f"could not correct {name}")
    # The controller took it, and the broker hears of it a moment later.
    while not wanted.items() <= (await _read_settings(admin, name)).items():  # noqa: ASYNC110
        await asyncio.sleep(_A_MOMENT)
    return [f"{name}: {key} is {wanted[key]} now" for key in wrong]


async def _read_settings(admin: Any, name: str) -> dict[str, str]:
    """The settings made for this topic, without the broker's defaults."""
    (response,) = await admin.describe_configs([ConfigResource(ConfigResourceType.TOPIC, name)])
    settings: dict[str, str] = {}
    for code, _, _, _, entries in response.resources:
        if code != 0:
            raise for_code(code)(f"could not read the settings of {name}")
        for key, value, _, source, *_ in entries:
            if source == _DYNAMIC_TOPIC_SOURCE and value is not None:
                settings[key] = value
    return settings


async def _wait_until_there(admin: Any, names: Sequence[str]) -> list[Mapping[str, Any]]:
    """All of them as the broker describes them: the controller makes a topic, and brokers hear of it a moment later."""
    while True:
        there = [
            topic
            for topic in await _describe(admin, names)
            if topic["partitions"] and all(partition["leader"] >= 0 for partition in topic["partitions"])
        ]
        if len(there) == len(names):
            return there
        await asyncio.sleep(_A_MOMENT)


def _to_milliseconds(span: timedelta) -> str:
    return str(int(span.total_seconds() * 1000))
