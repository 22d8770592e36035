"""The bus for several processes: Apache Kafka behind the same face as the local log."""

import asyncio
from collections.abc import Sequence

from sync_kit.bus.kafka_health import BrokerHealth
from sync_kit.bus.kafka_lag import KafkaLagMeter
from sync_kit.bus.kafka_place import KafkaPlace
from sync_kit.bus.kafka_publishing import KafkaPublisher
from sync_kit.bus.kafka_reading import KafkaSubscription
from sync_kit.bus.protocol import Message
from sync_kit.clock import Clock


class KafkaBus:
    """A Bus over the brokers at `place`. Nothing is connected before it is used, so a service starts without them.

    The topics must be there: `ensure_topics` makes them. `clock` only tells people since when the broker is away.
    """

    def __init__(self, place: KafkaPlace, clock: Clock) -> None:
        self._place = place
        self._clock = clock
        self._health = BrokerHealth(place, clock)
        self._publisher = KafkaPublisher(place, self._health)
        self._lag = KafkaLagMeter(place)
        self._subscriptions: list[KafkaSubscription] = []

    async def publish(self, messages: Sequence[Message]) -> None:
        await self._publisher.publish(messages)

    def subscribe(self, group: str, topics: Sequence[str]) -> KafkaSubscription:
        """Joins the group at the first poll, and shares the partitions with its other members."""
        subscription = KafkaSubscription(self._place, self._health, self._lag, self._clock, group, tuple(topics))
        self._subscriptions.append(subscription)
        return subscription

    async def check(self) -> str | None:
        return await self._health.check()

    async def measure_lag(self) -> int:
        groups = {(subscription.group, subscription.topics) for subscription in self._subscriptions}
        return sum([await self._lag.measure(group, topics) for group, topics in sorted(groups)])

    async def close(self) -> None:
        """Takes a few seconds at most, also when nobody answers."""
        closing = [subscription.close() for subscription in self._subscriptions]
        await asyncio.gather(*closing, self._publisher.close(), self._lag.close())
