"""Publishing to Kafka: durable on all replicas in sync when it returns, in the order of publishing for each key.

aiokafka's idempotent producer tries for ever; here a publish has an end. When it fails, the producer is let go and the
next publish builds a new one: one that lost its broker in the middle may hold half-sent batches, or sequence numbers
that the broker no longer agrees with.
"""

import asyncio
import contextlib
from collections.abc import Sequence
from typing import Any, Final

from aiokafka import AIOKafkaProducer  # type: ignore[import-untyped]
from aiokafka.errors import KafkaError  # type: ignore[import-untyped]

from sync_kit.bus.kafka_health import BrokerHealth
from sync_kit.bus.kafka_place import KafkaPlace
from sync_kit.bus.protocol import MOST_MESSAGE_BYTES, Message, refuse_large
from sync_kit.errors import TryLaterError

PUBLISH_SECONDS: Final = 10.0
STOP_SECONDS: Final = 3.0
_REQUEST_MILLISECONDS: Final = 8_000
_BACKOFF_MILLISECONDS: Final = 200
_BATCH_BYTES: Final = 512 * 1024
"""Of one partition in one request; below the topics' `max.message.bytes`, which counts batches."""
_MOST_RECORD_BYTES: Final = MOST_MESSAGE_BYTES + 16 * 1024
"""As aiokafka counts, which adds the framing of each header."""


class KafkaPublisher:
    """Owns the producer of one process."""

    def __init__(self, place: KafkaPlace, health: BrokerHealth) -> None:
        self._place = place
        self._health = health
        self._producer: Any = None
        self._building = asyncio.Lock()
        self._leaving: set[asyncio.Task[None]] = set()
        self._closed = False

    async def publish(self, messages: Sequence[Message]) -> None:
        """All of them are durable when it returns. Raises TryLaterError, MessageTooLargeError; RuntimeError: closed."""
        if self._closed:
            raise RuntimeError("the bus is closed")
        if not messages:
            return
        refuse_large(messages)
        producer: Any = None
        try:
            async with asyncio.timeout(PUBLISH_SECONDS):
                producer = await self._get_producer()
                await self._send_all(producer, messages)
        except (KafkaError, OSError, TimeoutError) as error:
            self._let_go(producer)
            self._health.note_failure(error)
            raise TryLaterError(f"publishing failed: {type(error).__name__}") from error
        except BaseException:
            # Cancelled in the middle: what was half sent must not mix with what is sent next.
            self._let_go(producer)
            raise
        self._health.note_answer()

    async def close(self) -> None:
        """What was not delivered by now is in its writer's outbox still."""
        self._closed = True
        self._let_go(self._producer)
        if self._leaving:
            await asyncio.wait(self._leaving, timeout=STOP_SECONDS)

    async def _get_producer(self) -> Any:
        async with self._building:
            if self._producer is None:
                producer = AIOKafkaProducer(
                    bootstrap_servers=list(self._place.servers),
                    enable_idempotence=True,
                    acks="all",
                    max_batch_size=_BATCH_BYTES,
                    max_request_size=_MOST_RECORD_BYTES,
                    request_timeout_ms=_REQUEST_MILLISECONDS,
                    retry_backoff_ms=_BACKOFF_MILLISECONDS,
                )
                try:
                    await producer.start()
                except BaseException:
                    self._leave(producer)
                    raise
                self._producer = producer
            return self._producer

    async def _send_all(self, producer: Any, messages: Sequence[Message]) -> None:
        # Not all at once: `send` waits when its partition's batch is full, and what follows must stay behind it.
        sent: list[asyncio.Future[Any]] = []
        try:
            for message in messages:
                future = await producer.send(
                    self._place.name(message.topic),
                    value=message.value,
                    key=message.key.encode(),
                    headers=[(name, text.encode()) for name, text in message.headers.items()],
                )
                sent.append(future)
            await asyncio.gather(*sent)
        finally:
            for future in sent:
                future.add_done_callback(_look_at_error)

    def _let_go(self, producer: Any) -> None:
        if producer is not None and producer is self._producer:
            self._producer = None
            self._leave(producer)

    def _leave(self, producer: Any) -> None:
        task = asyncio.create_task(_stop(producer), name="kafka-producer-stop")
        self._leaving.add(task)
        task.add_done_callback(self._leaving.discard)


async def _stop(producer: Any) -> None:
    """Stop a producer that may never deliver what it holds. Its own `stop` waits for that, without an end."""
    sender = producer._sender.sender_task
    if sender is not None:
        sender.cancel()
        with contextlib.suppress(asyncio.CancelledError, Exception):
            await sender
        accumulator = producer._message_accumulator
        accumulator._batches.clear()
        accumulator._pending_batches.clear()
    with contextlib.suppress(KafkaError, OSError):
        await producer.stop()


def _look_at_error(future: "asyncio.Future[Any]") -> None:
    if not future.cancelled():
        future.exception()  # looked at, so that asyncio does not complain that nobody did
