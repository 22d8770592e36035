"""What services may expect of the way between them, whichever engine carries it.

Messages come at least once. Order is that of publishing within a topic and key on the local log, and by partition
elsewhere, and nobody builds on it: every event carries the number that makes taking it in a max-merge.
"""

import asyncio
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final, Protocol

from sync_kit.errors import MessageTooLargeError

MOST_MESSAGE_BYTES: Final = 1_000_000
"""Key, headers and value of one message. Kafka's own default for a batch is 1,048,588 with its framing."""
MOST_BYTES_PER_POLL: Final = 2 * 1024 * 1024
"""About what one poll hands out; a single message may be larger."""


@dataclass(frozen=True)
class Message:
    """One event on its way: `key` is the tenant's id, `headers` the envelope, `value` the event's bytes."""

    topic: str
    key: str
    headers: Mapping[str, str]
    value: bytes

    def count_bytes(self) -> int:
        """What it weighs against `MOST_MESSAGE_BYTES`."""
        headers = sum(len(name.encode()) + len(text.encode()) for name, text in self.headers.items())
        return len(self.key.encode()) + headers + len(self.value)


def refuse_large(messages: Sequence[Message]) -> None:
    """Raises MessageTooLargeError when one of them is above what every bus carries."""
    for message in messages:
        size = message.count_bytes()
        if size > MOST_MESSAGE_BYTES:
            raise MessageTooLargeError(
                f"a message for {message.topic} has {size} bytes, {MOST_MESSAGE_BYTES} is the most"
            )


@dataclass(frozen=True)
class Delivery:
    """A message that came, and where it lay: (partition, offset) in its topic."""

    message: Message
    position: tuple[int, int]


class Subscription(Protocol):
    """One consumer's view of the topics of its group. Groups are independent of each other."""

    @property
    def wake(self) -> asyncio.Event | None:
        """Set when something may be there; None where only polling tells."""
        ...

    async def poll(self, max_messages: int) -> list[Delivery]:
        """What comes next, at once, maybe nothing. A poll goes on where the last one ended, committed or not."""
        ...

    async def wait(self, timeout_seconds: float) -> None:
        """Return when something may be there, at the latest after that time."""
        ...

    async def commit(self, deliveries: Sequence[Delivery]) -> None:
        """These, and all before them in their topics, are taken in: the group never sees them again.

        Does nothing when the topic has meanwhile gone to another subscription of the group.
        """
        ...

    async def measure_lag(self) -> int:
        """How many messages of its topics the group has not committed yet. Raises TryLaterError: nobody answers."""
        ...

    async def rewind(self) -> None:
        """Go back to what is committed: everything polled since comes again."""
        ...

    async def close(self) -> None:
        """Give the topics up; what was not committed goes to the group's next subscription."""
        ...


class Bus(Protocol):
    """Publish and subscribe."""

    async def publish(self, messages: Sequence[Message]) -> None:
        """Returns when all of them are durable. After an error some may be there: publish all again.

        Raises TryLaterError when the engine does not answer, MessageTooLargeError before anything was published.
        """
        ...

    def subscribe(self, group: str, topics: Sequence[str]) -> Subscription:
        """Read those topics as `group`, from its committed positions; a new group begins at the oldest message."""
        ...

    async def check(self) -> str | None:
        """None when the engine answers, else a sentence that says since when it does not. For readiness."""
        ...

    async def measure_lag(self) -> int:
        """What the groups subscribed here have not committed yet, together. Raises TryLaterError: nobody answers."""
        ...

    async def close(self) -> None:
        """Let go of everything. Using the bus afterwards raises RuntimeError."""
        ...
