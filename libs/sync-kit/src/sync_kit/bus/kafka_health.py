"""Whether the broker answers, and since when it does not: for readiness, for logs, and to fail fast."""

import asyncio
from datetime import datetime
from typing import Final

from aiokafka.client import AIOKafkaClient  # type: ignore[import-untyped]
from aiokafka.errors import KafkaError  # type: ignore[import-untyped]

from sync_kit.bus.kafka_place import KafkaPlace
from sync_kit.clock import Clock
from sync_kit.logs import get_logger

PROBE_SECONDS: Final = 0.8
"""Kubernetes waits one second for a readiness answer, unless told otherwise."""

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

    def note_silence(self) -> None:
        """It did not, and nothing else is known to be the reason."""
        if self._silent_since is None:
            self._silent_since = self._clock.now()
            _log.error("broker_does_not_answer")

    async def check(self) -> str | None:
        """Ask it now, over a connection of its own; returns a sentence when no answer comes."""
        if await self._probe():
            self.note_answer()
            return None
        self.note_silence()
        return self.describe()

    def describe(self) -> str:
        """The sentence for people."""
        since = (self._silent_since or self._clock.now()).isoformat(timespec="seconds")
        return f"the broker does not answer since {since}; events wait in the outbox"

    async def _probe(self) -> bool:
        client = AIOKafkaClient(
            bootstrap_servers=list(self._place.servers), request_timeout_ms=int(PROBE_SECONDS * 1000)
        )
        try:
            async with asyncio.timeout(PROBE_SECONDS):
                await client.bootstrap()
        except (KafkaError, OSError, TimeoutError):
            return False
        finally:
            await client.close()
        return True
