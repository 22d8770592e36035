"""Whether the broker answers, and since when it does not: for readiness, for logs, and to fail fast."""

import asyncio
from datetime import datetime
from typing import Final

from aiokafka.client import AIOKafkaClient  # type: ignore[import-untyped]
from aiokafka.errors import (  # type: ignore[import-untyped]
    KafkaConnectionError,
    KafkaError,
    KafkaTimeoutError,
    NodeNotReadyError,
    RequestTimedOutError,
)

from sync_kit.bus.kafka_place import KafkaPlace
from sync_kit.clock import Clock
from sync_kit.logs import get_logger

PROBE_SECONDS: Final = 0.8
"""Kubernetes waits one second for a readiness answer, unless told otherwise."""

_SILENCES: Final = (
    OSError,
    TimeoutError,
    KafkaConnectionError,
    KafkaTimeoutError,
    NodeNotReadyError,
    RequestTimedOutError,
)

_log = get_logger(__name__)


class BrokerHealth:
    """Remembers since when the broker is silent; told by whoever speaks with it."""

    def __init__(self, place: KafkaPlace, clock: Clock) -> None:
        self._place = place
        self._clock = clock
        self._silent_since: datetime | None = None

    def note_answer(self) -> None:
        """The broker did what it was asked for."""
        if self._silent_since is not None:
            _log.info("broker_answers_again", silent_since=self._silent_since.isoformat())
        self._silent_since = None

    def note_failure(self, error: BaseException) -> None:
        """Something failed; silence is when no answer came, not when a wrong one did."""
        if isinstance(error, _SILENCES):
            self._note_silence()

    async def check(self) -> str | None:
        """Ask every server now, over connections of their own; returns a sentence when none of them answers."""
        if any(await asyncio.gather(*[_answers(server) for server in self._place.servers])):
            self.note_answer()
        else:
            self._note_silence()
        return self.describe()

    def describe(self) -> str | None:
        """The sentence for people, by what is known already; None when the broker is not known to be silent."""
        if self._silent_since is None:
            return None
        since = self._silent_since.isoformat(timespec="seconds")
        return f"the broker does not answer since {since}; events wait in the outbox"

    def _note_silence(self) -> None:
        if self._silent_since is None:
            self._silent_since = self._clock.now()
            _log.error("broker_does_not_answer")


async def _answers(server: str) -> bool:
    client = AIOKafkaClient(bootstrap_servers=server, request_timeout_ms=int(PROBE_SECONDS * 1000))
    try:
        async with asyncio.timeout(PROBE_SECONDS):
            await client.bootstrap()
    except (KafkaError, OSError, TimeoutError):
        return False
    finally:
        await client.close()
    return True
