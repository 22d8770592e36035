"""What a topic is set to, and a broker that is not there."""

import pytest

from sync_kit.bus import ensure_topics
from sync_kit.bus.kafka_topics import MAX_BATCH_BYTES, list_settings
from sync_kit.bus.protocol import MOST_MESSAGE_BYTES
from sync_kit.contracts.topics import RECORDS, TENANTS
from sync_kit.errors import TryLaterError

DAY = 24 * 3600 * 1000


def test_what_has_a_retention_is_deleted_soon_after_it() -> None:
    settings = list_settings(RECORDS, replication=1)
    assert (settings["cleanup.policy"], settings["retention.ms"]) == ("delete", str(3 * DAY))
    assert int(settings["segment.ms"]) < DAY


def test_what_has_none_keeps_the_newest_state_of_each_key_and_nothing_older_for_long() -> None:
    settings = list_settings(TENANTS, replication=1)
    assert settings["cleanup.policy"] == "compact"
    assert "retention.ms" not in settings
    assert int(settings["max.compaction.lag.ms"]) <= DAY


@pytest.mark.parametrize(("replication", "in_sync"), [(1, "1"), (2, "1"), (3, "2")])
def test_one_replica_may_be_down(replication: int, in_sync: str) -> None:
    assert list_settings(RECORDS, replication=replication)["min.insync.replicas"] == in_sync


def test_the_largest_message_fits_into_a_batch() -> None:
    assert MOST_MESSAGE_BYTES < MAX_BATCH_BYTES - 16 * 1024


async def test_a_broker_that_is_not_there_is_told_as_such() -> None:
    with pytest.raises(TryLaterError, match="the topics were not made"):
        await ensure_topics("kafka://127.0.0.1:1")


async def test_only_kafka_has_topics_to_make() -> None:
    with pytest.raises(ValueError, match="not a kafka:// url"):
        await ensure_topics("local:///tmp/bus.db")
