"""Topics that race each other: what a consumer hears first is not what was said first."""

import random
from collections.abc import Sequence
from typing import Final

from sync_kit.bus import Bus, Delivery, Subscription

LATE_CHANCE: Final = 0.3


class RacingSubscription:
    """Reads each topic on its own, in any order, and some of them only at a later poll. Within a topic nothing changes.

    It has no `wake`: only polling tells, as on a broker.
    """

    wake = None

    def __init__(self, bus: Bus, group: str, topics: Sequence[str], dice: random.Random) -> None:
        self._topics = {topic: bus.subscribe(group, [topic]) for topic in topics}
        self._dice = dice

    async def poll(self, max_messages: int) -> list[Delivery]:
        found: list[Delivery] = []
        for subscription in self._dice.sample(self._list(), len(self._topics)):
            if len(found) < max_messages and self._dice.random() >= LATE_CHANCE:
                found += await subscription.poll(max_messages - len(found))
        return found

    async def wait(self, timeout_seconds: float) -> None:
        await self._list()[0].wait(timeout_seconds)

    async def commit(self, deliveries: Sequence[Delivery]) -> None:
        for topic, subscription in self._topics.items():
            await subscription.commit([delivery for delivery in deliveries if delivery.message.topic == topic])

    async def measure_lag(self) -> int:
        return sum([await subscription.measure_lag() for subscription in self._list()])

    async def rewind(self) -> None:
        for subscription in self._list():
            await subscription.rewind()

    async def close(self) -> None:
        for subscription in self._list():
            await subscription.close()

    def _list(self) -> list[Subscription]:
        return list(self._topics.values())
