"""The bus of one machine: a durable log in a SQLite file of its own, for one process.

It promises what Kafka would: at least once, groups with committed positions, a topic's messages in order, nothing
lost by a crash. One partition per topic; when a group subscribes twice, the newest subscription has the topic.
"""

import asyncio
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from pathlib import Path
from typing import Final, TypeVar

from sync_kit.bus.log_file import LogFile
from sync_kit.bus.protocol import Delivery, Message, refuse_large
from sync_kit.clock import Clock
from sync_kit.contracts import topics as contract_topics
from sync_kit.one_thread import OneThread
from sync_kit.waiting import wait_for_any

Result = TypeVar("Result")

LONGEST_KEEPING: Final = timedelta(days=30)
"""Not even a message that nobody took in is kept longer."""


class LocalLog:
    """A Bus in the file at `path`; None keeps it in memory, for tests."""

    def __init__(self, path: Path | str | None, clock: Clock) -> None:
        self._file = LogFile(None if path is None or str(path) == ":memory:" else Path(path))
        self._clock = clock
        self._thread = OneThread("local-log")
        self._holders: dict[tuple[str, str], LocalSubscription] = {}
        self._closed = False

    async def publish(self, messages: Sequence[Message]) -> None:
        """All of them or none; durable when this returns."""
        if not messages:
            return
        refuse_large(messages)
        published_at = self._clock.now()
        await self.run(lambda: self._file.append(messages, published_at))
        touched = {message.topic for message in messages}
        for (_, topic), subscription in self._holders.items():
            if topic in touched:
                subscription.wake.set()

    def subscribe(self, group: str, topics: Sequence[str]) -> "LocalSubscription":
        """Takes the topics over from an older subscription of the same group."""
        subscription = LocalSubscription(self, self._file, self._clock, group, tuple(topics))
        for topic in topics:
            self._holders[group, topic] = subscription
        return subscription

    async def purge(self, older_than: datetime) -> int:
        """Delete what was published before that time and taken in by every known group; returns how many.

        Compacted topics keep the newest message of each key. What no group took in goes after 30 days.
        """
        compacted = [topic.name for topic in contract_topics.ALL if topic.retention_days is None]
        whatever_before = self._clock.now() - LONGEST_KEEPING
        return await self.run(
            lambda: self._file.delete(older_than, whatever_before=whatever_before, compacted=compacted)
        )

    async def check(self) -> str | None:
        """None: whether the disk still takes what is written shows at the next publishing."""
        return None

    async def measure_lag(self) -> int:
        subscriptions = set(self._holders.values())
        return sum([await subscription.measure_lag() for subscription in subscriptions])

    async def close(self) -> None:
        if not self._closed:
            await self.run(self._file.close)
            self._closed = True
            self._thread.close()

    def holds(self, subscription: "LocalSubscription", group: str, topic: str) -> bool:
        """Whether that subscription is the group's newest for the topic."""
        return self._holders.get((group, topic)) is subscription

    def give_up(self, subscription: "LocalSubscription", group: str, topic: str) -> None:
        """Forget the subscription if it holds the topic."""
        if self.holds(subscription, group, topic):
            del self._holders[group, topic]

    async def run(self, work: Callable[[], Result]) -> Result:
        """Run a function of the file in the log's thread. Raises RuntimeError once closed."""
        if self._closed:
            raise RuntimeError("the local log is closed")
        return await self._thread.run(work)


class LocalSubscription:
    """One group's reading position in its topics."""

    def __init__(self, log: LocalLog, file: LogFile, clock: Clock, group: str, topics: tuple[str, ...]) -> None:
        self._log = log
        self._file = file
        self._clock = clock
        self._group = group
        self._topics = topics
        self._read_up_to: dict[str, int] | None = None
        self._wake = asyncio.Event()
        self._wake.set()

    @property
    def wake(self) -> asyncio.Event:
        return self._wake

    async def poll(self, max_messages: int) -> list[Delivery]:
        self._wake.clear()
        if self._read_up_to is None:
            self._read_up_to = await self._log.run(lambda: self._file.read_offsets(self._group, self._topics))
        read_up_to = self._read_up_to
        after = {topic: at for topic, at in read_up_to.items() if self._holds(topic)}
        found = await self._log.run(lambda: self._file.read(after, max_messages))
        for delivery in found.deliveries:
            read_up_to[delivery.message.topic] = delivery.position[1]
        if found.more:
            self._wake.set()
        return found.deliveries

    async def wait(self, timeout_seconds: float) -> None:
        await wait_for_any(self._clock, timeout_seconds, self._wake)

    async def commit(self, deliveries: Sequence[Delivery]) -> None:
        offsets: dict[str, int] = {}
        for delivery in deliveries:
            topic = delivery.message.topic
            if self._holds(topic):
                offsets[topic] = max(offsets.get(topic, 0), delivery.position[1])
        if offsets:
            await self._log.run(lambda: self._file.save_offsets(self._group, offsets))

    async def measure_lag(self) -> int:
        topics = [topic for topic in self._topics if self._holds(topic)]
        return await self._log.run(lambda: self._file.count_after_offsets(self._group, topics))

    async def rewind(self) -> None:
        self._read_up_to = None
        self._wake.set()

    async def close(self) -> None:
        for topic in self._topics:
            self._log.give_up(self, self._group, topic)

    def _holds(self, topic: str) -> bool:
        return self._log.holds(self, self._group, topic)
