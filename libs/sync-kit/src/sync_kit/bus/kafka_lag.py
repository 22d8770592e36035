"""How far the groups are behind: what lies in their topics and is not committed yet."""

import asyncio
import contextlib
from collections.abc import Mapping, Sequence
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, TopicPartition  # type: ignore[import-untyped]
from aiokafka.admin import AIOKafkaAdminClient  # type: ignore[import-untyped]
from aiokafka.errors import GroupCoordinatorNotAvailableError, KafkaError  # type: ignore[import-untyped]

from sync_kit.bus.kafka_place import KafkaPlace
from sync_kit.errors import TryLaterError

MEASURE_SECONDS: Final = 10.0
_REQUEST_MILLISECONDS: Final = 5_000
_COORDINATOR_SECONDS: Final = 0.1


class KafkaLagMeter:
    """Keeps its connections between measurements; lets them go when one fails."""

    def __init__(self, place: KafkaPlace) -> None:
        self._place = place
        self._admin: Any = None
        self._consumer: Any = None
        self._measuring = asyncio.Lock()

    async def measure(self, group: str, topics: Sequence[str]) -> int:
        """Messages of the topics, over all partitions, that the group has not committed. Raises TryLaterError."""
        async with self._measuring:
            try:
                async with asyncio.timeout(MEASURE_SECONDS):
                    await self._open()
                    return await self._measure(group, [self._place.name(topic) for topic in topics])
            except (KafkaError, OSError, TimeoutError) as error:
                await self._close()
                raise TryLaterError(f"the lag was not measured: {type(error).__name__}") from error

    async def close(self) -> None:
        async with self._measuring:
            await self._close()

    async def _measure(self, group: str, topics: Sequence[str]) -> int:
        described = await self._admin.describe_topics(list(topics))
        partitions = [
            TopicPartition(topic["topic"], partition["partition"])
            for topic in described
            for partition in topic["partitions"]
        ]
        ends = await self._consumer.end_offsets(partitions)
        begins = await self._consumer.beginning_offsets(partitions)
        committed = await self._list_committed(self._place.name(group))
        return sum(ends[one] - _find_begin(one, committed, begins) for one in partitions)

    async def _list_committed(self, group: str) -> Mapping[Any, Any]:
        while True:
            try:
                committed: Mapping[Any, Any] = await self._admin.list_consumer_group_offsets(group)
            except GroupCoordinatorNotAvailableError:
                # A new broker makes its place for groups when it is first asked for one.
                await asyncio.sleep(_COORDINATOR_SECONDS)
            else:
                return committed

    async def _open(self) -> None:
        if self._consumer is not None:
            return
        servers = list(self._place.servers)
        self._admin = AIOKafkaAdminClient(bootstrap_servers=servers, request_timeout_ms=_REQUEST_MILLISECONDS)
        self._consumer = AIOKafkaConsumer(
            bootstrap_servers=servers, request_timeout_ms=_REQUEST_MILLISECONDS, isolation_level="read_committed"
        )
        await self._admin.start()
        await self._consumer.start()

    async def _close(self) -> None:
        admin, consumer, self._admin, self._consumer = self._admin, self._consumer, None, None
        for client in (admin and admin.close, consumer and consumer.stop):
            if client is not None:
                with contextlib.suppress(KafkaError, OSError):
                    await client()


def _find_begin(partition: Any, committed: Mapping[Any, Any], begins: Mapping[Any, int]) -> int:
    """Retention may have deleted what was never committed: that is not waiting any more."""
    known = committed.get(partition)
    return max(known.offset if known is not None else 0, begins[partition])
