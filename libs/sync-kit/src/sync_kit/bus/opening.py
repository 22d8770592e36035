"""Choose the bus by its URL."""

from sync_kit.bus.local_log import LocalLog
from sync_kit.bus.protocol import Bus
from sync_kit.clock import Clock

LOCAL = "local://"
KAFKA = "kafka://"


def open_bus(url: str, clock: Clock) -> Bus:
    """The bus at that URL; nothing is connected yet.

    `local:///absolute/path.db`, or `local://` for a log in memory; `kafka://host:port[,host:port][?prefix=NAME.]`.
    Raises ValueError for another kind of URL, without repeating what may hold a password.
    """
    if url.startswith(LOCAL):
        return LocalLog(url.removeprefix(LOCAL) or None, clock)
    if url.startswith(KAFKA):
        # Only here: one machine with the local log need not pay for loading a Kafka client.
        from sync_kit.bus.kafka_bus import KafkaBus  # noqa: PLC0415
        from sync_kit.bus.kafka_place import KafkaPlace  # noqa: PLC0415

        return KafkaBus(KafkaPlace.of_url(url), clock)
    raise ValueError(f"a bus is local:// or kafka://, not {url.split(':', 1)[0]}://")


async def ensure_topics(url: str, *, partitions: int = 12, replication: int = 1) -> list[str]:
    """Make the topics at the broker as they must be; see `kafka_topics.ensure_topics`."""
    from sync_kit.bus import kafka_topics  # noqa: PLC0415

    return await kafka_topics.ensure_topics(url, partitions=partitions, replication=replication)
