"""Publishing has an end whatever the broker does; the producer is a stand-in."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from typing import Any

import pytest
from aiokafka.errors import KafkaConnectionError, OutOfOrderSequenceNumber  # type: ignore[import-untyped]

from sync_kit.bus import Message, kafka_publishing
from sync_kit.bus.kafka_health import BrokerHealth
from sync_kit.bus.kafka_place import KafkaPlace
from sync_kit.bus.kafka_publishing import KafkaPublisher
from sync_kit.bus.protocol import MOST_MESSAGE_BYTES
from sync_kit.errors import MessageTooLargeError, TryLaterError
from sync_kit.testing import ManualClock

MESSAGE = Message("sync.runs.v1", "t1", {"ce_id": "ü"}, b"value")


class Inside:
    """The parts of a producer that have to be ended one by one."""

    def __init__(self) -> None:
        self.sender_task: asyncio.Task[Any] | None = None
        self._batches: dict[str, str] = {}
        self._pending_batches: set[str] = set()


class Producer:
    """Stands in for AIOKafkaProducer; `answer` is what becomes of each message: True, an error, or None for never."""

    def __init__(self, answer: BaseException | bool | None, options: dict[str, Any]) -> None:
        self.options = options
        self.sent: list[tuple[Any, ...]] = []
        self.stopped = False
        self._answer = answer
        self._sender = self._message_accumulator = Inside()

    async def start(self) -> None:
        if isinstance(self._answer, KafkaConnectionError):
            raise self._answer
        self._sender.sender_task = asyncio.create_task(asyncio.Event().wait())
        self._message_accumulator._batches["partition"] = "batch"

    async def send(self, topic: str, *, value: bytes, key: bytes, headers: Any) -> "asyncio.Future[None]":
        self.sent.append((topic, key, value, headers))
        future: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        if isinstance(self._answer, BaseException):
            future.set_exception(self._answer)
        elif self._answer:
            future.set_result(None)
        return future

    async def stop(self) -> None:
        assert self._message_accumulator._batches == {}, "would wait for these without an end"
        self.stopped = True


@dataclass
class Desk:
    """The publisher under test, and every producer that it made."""

    publisher: KafkaPublisher
    health: BrokerHealth
    answers: list[BaseException | bool | None] = field(default_factory=list)
    producers: list[Producer] = field(default_factory=list)

    def make_producer(self, **options: Any) -> Producer:
        self.producers.append(Producer(self.answers.pop(0) if self.answers else True, options))
        return self.producers[-1]


async def let_run() -> None:
    for _ in range(20):
        await asyncio.sleep(0)


@pytest.fixture
async def desk(clock: ManualClock, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[Desk]:
    place = KafkaPlace(("127.0.0.1:1",), "acme.")
    health = BrokerHealth(place, clock)
    made = Desk(KafkaPublisher(place, health), health)
    monkeypatch.setattr(kafka_publishing, "AIOKafkaProducer", made.make_producer)
    yield made
    await made.publisher.close()


async def test_messages_go_out_in_order_with_the_prefix_and_are_durable_everywhere(desk: Desk) -> None:
    await desk.publisher.publish([MESSAGE, Message("tenants.v1", "", {}, b"")])
    await desk.publisher.publish([MESSAGE])
    (producer,) = desk.producers
    first = ("acme.sync.runs.v1", b"t1", b"value", [("ce_id", "ü".encode())])
    assert producer.sent == [first, ("acme.tenants.v1", b"", b"", []), first]
    assert (producer.options["acks"], producer.options["enable_idempotence"]) == ("all", True)


async def test_a_broker_that_is_not_there_is_told_and_asked_again_at_the_next_publish(desk: Desk) -> None:
    desk.answers = [KafkaConnectionError()]
    with pytest.raises(TryLaterError, match="KafkaConnectionError"):
        await desk.publisher.publish([MESSAGE])
    assert "does not answer since" in str(desk.health.describe())
    await desk.publisher.publish([MESSAGE])
    assert desk.health.describe() is None
    assert [len(producer.sent) for producer in desk.producers] == [0, 1]


async def test_a_publish_that_nobody_answers_has_an_end(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kafka_publishing, "PUBLISH_SECONDS", 0.01)
    desk.answers = [None]
    with pytest.raises(TryLaterError, match="TimeoutError"):
        await desk.publisher.publish([MESSAGE])
    await let_run()
    assert desk.producers[0].stopped


async def test_a_producer_that_the_broker_disagrees_with_is_let_go_and_a_new_one_goes_on(desk: Desk) -> None:
    desk.answers = [OutOfOrderSequenceNumber()]
    with pytest.raises(TryLaterError, match="OutOfOrderSequenceNumber"):
        await desk.publisher.publish([MESSAGE, MESSAGE])
    assert desk.health.describe() is None
    await desk.publisher.publish([MESSAGE])
    await let_run()
    assert [producer.stopped for producer in desk.producers] == [True, False]


async def test_a_cancelled_publish_lets_its_producer_go(desk: Desk) -> None:
    desk.answers = [None]
    publishing = asyncio.create_task(desk.publisher.publish([MESSAGE]))
    await let_run()
    publishing.cancel()
    with pytest.raises(asyncio.CancelledError):
        await publishing
    await let_run()
    assert desk.producers[0].stopped


async def test_what_is_too_large_is_refused_before_anything_is_sent(desk: Desk) -> None:
    with pytest.raises(MessageTooLargeError):
        await desk.publisher.publish([MESSAGE, Message("sync.runs.v1", "t1", {}, bytes(MOST_MESSAGE_BYTES))])
    assert desk.producers == []


async def test_headers_count_as_much_as_the_value(desk: Desk) -> None:
    with pytest.raises(MessageTooLargeError):
        await desk.publisher.publish([Message("sync.runs.v1", "t1", {"ce_id": "ü" * (MOST_MESSAGE_BYTES // 2)}, b"")])


async def test_nothing_to_publish_needs_no_broker(desk: Desk) -> None:
    await desk.publisher.publish([])
    assert desk.producers == []


async def test_a_closed_publisher_has_let_its_producer_go(desk: Desk) -> None:
    await desk.publisher.publish([MESSAGE])
    await desk.publisher.close()
    assert desk.producers[0].stopped
    with pytest.raises(RuntimeError, match="closed"):
        await desk.publisher.publish([])
