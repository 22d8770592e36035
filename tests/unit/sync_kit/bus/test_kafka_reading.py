"""What a subscription makes of what aiokafka gives it, without a broker: the member of the group is a stand-in."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiokafka import TopicPartition  # type: ignore[import-untyped]
from aiokafka.errors import CommitFailedError, IllegalStateError, KafkaConnectionError  # type: ignore[import-untyped]
from aiokafka.structs import ConsumerRecord  # type: ignore[import-untyped]

from sync_kit.bus import Delivery, kafka_reading
from sync_kit.bus.kafka_health import BrokerHealth
from sync_kit.bus.kafka_lag import KafkaLagMeter
from sync_kit.bus.kafka_place import KafkaPlace
from sync_kit.bus.kafka_reading import KafkaSubscription
from sync_kit.bus.protocol import MOST_BYTES_PER_POLL
from sync_kit.errors import TryLaterError
from sync_kit.testing import ManualClock

TOPIC = "sync.runs.v1"
ZERO, ONE = TopicPartition(f"acme.{TOPIC}", 0), TopicPartition(f"acme.{TOPIC}", 1)


def make_record(offset: int, value: bytes, partition: Any = ZERO, **changes: Any) -> Any:
    fields = {"key": b"t1", "headers": (("ce_id", value),), **changes}
    return ConsumerRecord(
        partition.topic, partition.partition, offset, 0, 0, fields["key"], value, None, 2, 1, fields["headers"]
    )


class Fetcher:
    def __init__(self) -> None:
        self.error_future: asyncio.Future[None] = asyncio.get_running_loop().create_future()


@dataclass
class Member:
    """Stands in for AIOKafkaConsumer; the test is the broker."""

    options: dict[str, Any]
    listener: Any = None
    topics: list[str] = field(default_factory=list)
    sought: list[tuple[Any, int]] = field(default_factory=list)
    committed: list[dict[Any, int]] = field(default_factory=list)
    commit_error: BaseException | None = None
    stopped: bool = False

    def __post_init__(self) -> None:
        self.found: asyncio.Queue[Any] = asyncio.Queue()
        self._fetcher = Fetcher()

    def subscribe(self, topics: list[str], listener: Any) -> None:
        self.topics, self.listener = topics, listener

    async def start(self) -> None:
        if self.options.get("fails"):
            raise KafkaConnectionError

    async def getmany(self, *, timeout_ms: int, max_records: int) -> Any:
        found = await self.found.get()
        if isinstance(found, BaseException):
            raise found
        return found

    def seek(self, partition: Any, offset: int) -> None:
        if partition == ONE:
            raise IllegalStateError
        self.sought.append((partition, offset))

    async def commit(self, offsets: dict[Any, int]) -> None:
        if self.commit_error is not None:
            raise self.commit_error
        self.committed.append(offsets)

    async def stop(self) -> None:
        self.stopped = True


@dataclass
class Group:
    """The subscription under test, and every member that it made."""

    subscription: KafkaSubscription
    health: BrokerHealth
    members: list[Member] = field(default_factory=list)
    failing: int = 0

    def make_member(self, **options: Any) -> Member:
        self.failing -= 1
        self.members.append(Member({**options, "fails": self.failing >= 0}))
        return self.members[-1]

    @property
    def member(self) -> Member:
        return self.members[-1]

    async def join(self) -> None:
        assert await self.subscription.poll(10) == []
        await let_run()

    async def give(self, *values: bytes, first: int = 0, partition: Any = ZERO) -> None:
        """These lie in the partition from that offset on."""
        records = [make_record(first + number, value, partition) for number, value in enumerate(values)]
        self.member.found.put_nowait({partition: records})
        await let_run()


async def let_run() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


def name_all(deliveries: list[Delivery]) -> bytes:
    return b"".join(delivery.message.value for delivery in deliveries)


@pytest.fixture
async def group(clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Group]:
    place = KafkaPlace(("127.0.0.1:1",), "acme.")
    health = BrokerHealth(place, clock)
    made = Group(KafkaSubscription(place, health, KafkaLagMeter(place), clock, "writer", (TOPIC,)), health)
    monkeypatch.setattr(kafka_reading, "AIOKafkaConsumer", made.make_member)
    monkeypatch.setattr(kafka_reading, "LONGEST_BACKOFF_SECONDS", 0.0)
    yield made
    await made.subscription.close()


async def test_the_first_poll_joins_the_group_and_returns_at_once(group: Group) -> None:
    assert group.members == []
    await group.join()
    options = group.member.options
    assert (group.member.topics, options["group_id"]) == ([f"acme.{TOPIC}"], "acme.writer")
    assert options["enable_auto_commit"] is False
    assert (options["isolation_level"], options["auto_offset_reset"]) == ("read_committed", "earliest")
    assert options["rebalance_timeout_ms"] < options["request_timeout_ms"]


async def test_what_comes_wakes_and_is_handed_out_in_portions(group: Group) -> None:
    await group.join()
    assert not group.subscription.wake.is_set()
    await group.give(b"a", b"b", b"c")
    assert group.subscription.wake.is_set()
    polled = await group.subscription.poll(2)
    assert name_all(polled) == b"ab"
    assert (polled[1].message.topic, polled[1].message.key, polled[1].position) == (TOPIC, "t1", (0, 1))
    assert polled[1].message.headers == {"ce_id": "b"}
    assert group.subscription.wake.is_set()
    assert name_all(await group.subscription.poll(2)) == b"c"
    assert not group.subscription.wake.is_set()


async def test_nothing_more_is_fetched_before_what_is_there_was_polled(group: Group) -> None:
    await group.join()
    await group.give(b"a")
    await group.give(b"b", first=1)
    assert group.member.found.qsize() == 1
    await group.subscription.poll(10)
    await let_run()
    assert group.member.found.qsize() == 0


async def test_a_poll_stays_within_the_bytes_that_one_batch_may_have(group: Group) -> None:
    await group.join()
    await group.give(*[bytes(MOST_BYTES_PER_POLL // 2)] * 3, bytes(MOST_BYTES_PER_POLL + 1))
    assert [len(await group.subscription.poll(10)) for _ in range(3)] == [2, 1, 1]


async def test_waiting_ends_when_something_comes(group: Group) -> None:
    waiting = asyncio.create_task(group.subscription.wait(60))
    await let_run()
    assert not waiting.done()
    await group.give(b"a")
    await asyncio.wait_for(waiting, 5)


async def test_a_commit_is_the_offset_behind_the_last_of_each_partition_and_never_moves_back(group: Group) -> None:
    await group.join()
    await group.give(b"a", b"b", b"c", first=7)
    polled = await group.subscription.poll(10)
    await group.give(b"d", first=3, partition=ONE)
    polled += await group.subscription.poll(10)
    await group.subscription.commit(polled)
    await group.subscription.commit(polled[:1])
    assert group.member.committed == [{ZERO: 10, ONE: 4}]


async def test_what_was_never_polled_cannot_be_committed(group: Group) -> None:
    await group.join()
    await group.give(b"a", b"b")
    (first,) = await group.subscription.poll(1)
    await group.subscription.commit([Delivery(first.message, (0, 1)), Delivery(first.message, (5, 0))])
    assert group.member.committed == []


async def test_a_rewind_goes_back_to_what_is_committed_and_forgets_what_was_fetched(group: Group) -> None:
    await group.join()
    await group.give(b"a", b"b", b"c", first=7)
    polled = await group.subscription.poll(2)
    await group.subscription.commit(polled[:1])
    await group.subscription.rewind()
    assert group.member.sought == [(ZERO, 8)]
    assert group.subscription.wake.is_set()
    assert await group.subscription.poll(10) == []


async def test_a_rewind_survives_a_partition_that_went_away_meanwhile(group: Group) -> None:
    await group.join()
    await group.give(b"a", partition=ONE)
    await group.subscription.poll(1)
    await group.subscription.rewind()
    assert group.member.sought == []


async def test_partitions_that_are_given_up_are_forgotten_with_all_that_was_read_of_them(group: Group) -> None:
    await group.join()
    await group.give(b"a", b"b")
    polled = await group.subscription.poll(1)
    group.member.listener.on_partitions_revoked({ZERO})
    group.member.listener.on_partitions_assigned({ZERO})
    assert await group.subscription.poll(10) == []
    await group.subscription.commit(polled)
    assert group.member.committed == []
    await group.give(b"a", b"b")
    assert name_all(await group.subscription.poll(10)) == b"ab"


@pytest.mark.parametrize("error", [CommitFailedError(), IllegalStateError()])
async def test_a_commit_that_the_group_refuses_does_nothing(group: Group, error: BaseException) -> None:
    await group.join()
    await group.give(b"a")
    polled = await group.subscription.poll(1)
    group.member.commit_error = error
    await group.subscription.commit(polled)
    await group.subscription.rewind()
    assert group.member.sought == [(ZERO, 0)]


@pytest.mark.parametrize("error", [KafkaConnectionError(), OSError(), TimeoutError()])
async def test_a_commit_without_an_answer_may_be_tried_later(group: Group, error: BaseException) -> None:
    await group.join()
    await group.give(b"a")
    polled = await group.subscription.poll(1)
    group.member.commit_error = error
    with pytest.raises(TryLaterError, match=type(error).__name__):
        await group.subscription.commit(polled)
    assert "does not answer since" in str(group.health.describe())
    await group.subscription.rewind()
    assert group.member.sought == [(ZERO, 0)]


async def test_a_member_that_could_not_join_is_followed_by_another(group: Group) -> None:
    group.failing = 2
    await group.join()
    for _ in range(20):
        await asyncio.sleep(0.001)
    assert [member.stopped for member in group.members] == [True, True, False]
    await group.give(b"a")
    assert name_all(await group.subscription.poll(10)) == b"a"


async def test_a_member_that_breaks_is_followed_by_another_and_what_it_held_comes_again(group: Group) -> None:
    await group.join()
    await group.give(b"a")
    polled = await group.subscription.poll(1)
    broken = group.member
    broken.found.put_nowait(AssertionError("a bug"))
    for _ in range(20):
        await asyncio.sleep(0.001)
    assert broken.stopped
    await group.subscription.commit(polled)
    await group.give(b"a")
    assert broken.committed == group.member.committed == []
    assert name_all(await group.subscription.poll(10)) == b"a"


async def test_a_member_whose_fetching_ended_by_itself_is_followed_by_another(group: Group) -> None:
    await group.join()
    group.member._fetcher.error_future.set_result(None)
    await group.give()
    for _ in range(20):
        await asyncio.sleep(0.001)
    assert [member.stopped for member in group.members] == [True, False]


async def test_bytes_of_a_foreign_writer_are_handed_out_and_stop_nobody(group: Group) -> None:
    await group.join()
    foreign = make_record(0, b"", key=None, headers=(("ce_id", b"\xff"), ("none", None)))
    group.member.found.put_nowait({ZERO: [foreign]})
    await let_run()
    (delivery,) = await group.subscription.poll(10)
    assert (delivery.message.key, delivery.message.value) == ("", b"")
    assert delivery.message.headers == {"ce_id": "\N{REPLACEMENT CHARACTER}", "none": ""}


async def test_closing_leaves_the_group_and_nothing_can_be_polled_afterwards(group: Group) -> None:
    await group.join()
    await group.subscription.close()
    assert group.member.stopped
    with pytest.raises(RuntimeError, match="closed"):
        await group.subscription.poll(1)
