"""Reading from Kafka as one member of a group.

A task of its own keeps the connection and a small buffer filled, so that a poll returns at once whatever the broker
does, and `wake` tells when something came. Nothing is committed but what was handed out and given to `commit`.
"""

import asyncio
from collections import deque
from collections.abc import Iterable, Sequence
from typing import Any, Final

from aiokafka import AIOKafkaConsumer, ConsumerRebalanceListener, TopicPartition  # type: ignore[import-untyped]
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaError  # type: ignore[import-untyped]

from sync_kit.bus.kafka_health import BrokerHealth
from sync_kit.bus.kafka_lag import KafkaLagMeter
from sync_kit.bus.kafka_place import KafkaPlace
from sync_kit.bus.protocol import MOST_BYTES_PER_POLL, Delivery, Message
from sync_kit.clock import Clock
from sync_kit.errors import TryLaterError
from sync_kit.logs import get_logger
from sync_kit.waiting import wait_for_any

MOST_READY: Final = 500
COMMIT_SECONDS: Final = 10.0
STOP_SECONDS: Final = 3.0
LONGEST_BACKOFF_SECONDS: Final = 5.0
SESSION_MILLISECONDS: Final = 10_000
"""A member that is not heard of for so long loses its partitions to the others."""
HEARTBEAT_MILLISECONDS: Final = 1_000
"""So soon a member hears that another joined or left; until all have heard, nobody reads."""
REBALANCE_MILLISECONDS: Final = 5_000
"""So long the others wait for a member that does not come back from a rebalance. Below the time of a request: joining
is one that is answered when all are there."""
_LONG_POLL_MILLISECONDS: Final = 500
_GETMANY_MILLISECONDS: Final = 5_000
_REQUEST_MILLISECONDS: Final = 8_000
_BACKOFF_MILLISECONDS: Final = 200

_log = get_logger(__name__)


class KafkaSubscription:
    """One member of the group; its partitions come and go as other members do."""

    def __init__(
        self,
        place: KafkaPlace,
        health: BrokerHealth,
        lag: KafkaLagMeter,
        clock: Clock,
        group: str,
        topics: tuple[str, ...],
    ) -> None:
        self._place = place
        self._health = health
        self._lag = lag
        self._clock = clock
        self._group = group
        self._topics = topics
        self._ready: deque[Delivery] = deque()
        self._committed: dict[Any, int] = {}
        """By partition held: the offset that a rewind goes back to."""
        self._handed_out: dict[Any, int] = {}
        """By partition: the offset behind the last one that was polled. A commit of more than this is not ours."""
        self._wake = asyncio.Event()
        self._room = asyncio.Event()
        self._room.set()
        self._consumer: Any = None
        self._pulling: asyncio.Task[None] | None = None
        self._closed = False

    @property
    def group(self) -> str:
        """The group, by our name."""
        return self._group

    @property
    def topics(self) -> tuple[str, ...]:
        """Its topics, by our names."""
        return self._topics

    @property
    def wake(self) -> asyncio.Event:
        return self._wake

    async def poll(self, max_messages: int) -> list[Delivery]:
        self._start()
        self._wake.clear()
        taken: list[Delivery] = []
        size = 0
        while self._ready and len(taken) < max_messages:
            delivery = self._ready[0]
            size += len(delivery.message.value)
            if taken and size > MOST_BYTES_PER_POLL:
                break
            taken.append(self._ready.popleft())
            self._handed_out[self._find_partition(delivery)] = delivery.position[1] + 1
        (self._wake if self._ready else self._room).set()
        return taken

    async def wait(self, timeout_seconds: float) -> None:
        self._start()
        await wait_for_any(self._clock, timeout_seconds, self._wake)

    async def commit(self, deliveries: Sequence[Delivery]) -> None:
        up_to: dict[Any, int] = {}
        for delivery in deliveries:
            partition, behind = self._find_partition(delivery), delivery.position[1] + 1
            if self._committed.get(partition, behind) < behind <= self._handed_out.get(partition, 0):
                up_to[partition] = max(up_to.get(partition, 0), behind)
        if not up_to or self._consumer is None:
            return
        committed = self._committed
        try:
            async with asyncio.timeout(COMMIT_SECONDS):
                await self._consumer.commit(up_to)
        except (CommitFailedError, IllegalStateError):
            # The group has other plans for these partitions: whoever holds them next begins at what is committed.
            _log.info("commit_refused", group=self._group, partitions=len(up_to))
            return
        except (KafkaError, OSError, TimeoutError) as error:
            self._health.note_failure(error)
            raise TryLaterError(f"the offsets were not committed: {type(error).__name__}") from error
        committed.update(up_to)

    async def measure_lag(self) -> int:
        return await self._lag.measure(self._group, self._topics)

    async def rewind(self) -> None:
        for partition, offset in self._committed.items():
            try:
                self._consumer.seek(partition, offset)
            except IllegalStateError:
                continue  # gone meanwhile; its next holder begins there by itself
        self._ready.clear()
        self._handed_out.clear()
        self._room.set()
        self._wake.set()

    async def close(self) -> None:
        self._closed = True
        self._forget()
        if self._pulling is not None:
            self._pulling.cancel()
            await asyncio.wait([self._pulling])

    def _start(self) -> None:
        if self._closed:
            raise RuntimeError("the subscription is closed")
        if self._pulling is None or self._pulling.done():
            self._pulling = asyncio.create_task(self._pull_always(), name=f"kafka-{self._group}")

    async def _pull_always(self) -> None:
        """aiokafka reconnects by itself as long as it can; when it gives up, begin again with a new member."""
        failures = 0
        while True:
            try:
                await self._pull_as_member()
            except Exception as error:  # noqa: BLE001  whatever it is, reading must go on
                self._health.note_failure(error)
                seconds = min(0.5 * 2**failures, LONGEST_BACKOFF_SECONDS)
                failures = 0 if self._consumer is not None else failures + 1
                _log.warning("reading_failed", group=self._group, exc_info=error, retry_seconds=seconds)
            finally:
                self._consumer = None
                self._forget()
            await asyncio.sleep(seconds)

    async def _pull_as_member(self) -> None:
        consumer = AIOKafkaConsumer(
            bootstrap_servers=list(self._place.servers),
            group_id=self._place.name(self._group),
            enable_auto_commit=False,
            isolation_level="read_committed",
            auto_offset_reset="earliest",
            session_timeout_ms=SESSION_MILLISECONDS,
            heartbeat_interval_ms=HEARTBEAT_MILLISECONDS,
            rebalance_timeout_ms=REBALANCE_MILLISECONDS,
            fetch_max_bytes=MOST_BYTES_PER_POLL,
            fetch_max_wait_ms=_LONG_POLL_MILLISECONDS,
            request_timeout_ms=_REQUEST_MILLISECONDS,
            retry_backoff_ms=_BACKOFF_MILLISECONDS,
        )
        try:
            consumer.subscribe([self._place.name(topic) for topic in self._topics], listener=_Listener(self._forget))
            await consumer.start()
            self._consumer = consumer
            self._health.note_answer()
            while True:
                await self._room.wait()
                if consumer._fetcher.error_future.done():
                    raise TryLaterError("fetching ended by itself")
                self._take(await consumer.getmany(timeout_ms=_GETMANY_MILLISECONDS, max_records=MOST_READY))
        finally:
            await _stop(consumer)

    def _take(self, found: dict[Any, list[Any]]) -> None:
        for partition, records in found.items():
            self._committed.setdefault(partition, records[0].offset)
            topic = self._place.unname(partition.topic)
            self._ready.extend(_to_delivery(topic, record) for record in records)
        if self._ready:
            self._room.clear()
            self._wake.set()

    def _forget(self) -> None:
        """The partitions are given up: what was read of them goes to their next holder, maybe this one."""
        self._committed = {}
        self._handed_out = {}
        self._ready.clear()
        self._room.set()

    def _find_partition(self, delivery: Delivery) -> Any:
        return TopicPartition(self._place.name(delivery.message.topic), delivery.position[0])


class _Listener(ConsumerRebalanceListener):  # type: ignore[misc]
    def __init__(self, forget: Any) -> None:
        self._forget = forget

    def on_partitions_revoked(self, revoked: Iterable[Any]) -> None:
        """All of them, at each rebalance: aiokafka's members give up everything and are given anew."""
        self._forget()

    def on_partitions_assigned(self, assigned: Iterable[Any]) -> None:
        """Their first records tell where they begin."""


def _to_delivery(topic: str, record: Any) -> Delivery:
    """A foreign writer's bytes must not stop the reader: what is not text is told by a replacement character."""
    message = Message(
        topic=topic,
        key=(record.key or b"").decode(errors="replace"),
        headers={name: (value or b"").decode(errors="replace") for name, value in record.headers},
        value=record.value or b"",
    )
    return Delivery(message, (record.partition, record.offset))


async def _stop(consumer: Any) -> None:
    """Leave the group, so that the others need not wait for this member's silence; bounded when nobody answers."""
    try:
        async with asyncio.timeout(STOP_SECONDS):
            await consumer.stop()
    except (KafkaError, OSError, TimeoutError) as error:
        _log.info("leaving_failed", error=type(error).__name__)
