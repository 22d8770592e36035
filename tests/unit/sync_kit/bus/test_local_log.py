"""The local log beyond what every bus promises: memory, wake-ups, size of a poll, purge, take-over."""

import stat
from collections.abc import Sequence
from datetime import timedelta
from pathlib import Path

from sync_kit.bus import Delivery, LocalLog, Message, open_bus
from sync_kit.bus.protocol import MOST_BYTES_PER_POLL, MOST_MESSAGE_BYTES
from sync_kit.testing import ManualClock

A, COMPACTED = "sync.runs.v1", "tenants.v1"
DAY = 24 * 3600


def make_messages(names: str, topic: str = A, key: str = "t1") -> list[Message]:
    return [Message(topic, key, {"ce_id": name}, name.encode()) for name in names]


def name_all(deliveries: Sequence[Delivery]) -> str:
    return "".join(delivery.message.value.decode() for delivery in deliveries)


async def test_a_log_in_memory_works_alike(clock: ManualClock) -> None:
    log = open_bus("local://", clock)
    await log.publish(make_messages("ab"))
    subscription = log.subscribe("writer", [A])
    polled = await subscription.poll(10)
    assert name_all(polled) == "ab"
    await subscription.commit(polled[:1])
    await subscription.rewind()
    assert name_all(await subscription.poll(10)) == "b"
    await log.close()


async def test_the_url_names_the_file_and_the_file_is_its_owners_alone(clock: ManualClock, tmp_path: Path) -> None:
    log = open_bus(f"local://{tmp_path}/deep/bus.db", clock)
    await log.publish(make_messages("a"))
    modes = {stat.S_IMODE(file.stat().st_mode) for file in (tmp_path / "deep").iterdir()}
    assert modes == {0o600}
    await log.close()


async def test_wake_is_set_when_there_may_be_something_and_cleared_by_looking(bus: LocalLog) -> None:
    subscription = bus.subscribe("writer", [A])
    other = bus.subscribe("other", [COMPACTED])
    assert subscription.wake.is_set()
    assert await subscription.poll(10) == await other.poll(10) == []
    assert not subscription.wake.is_set()
    await bus.publish(make_messages("abc"))
    assert subscription.wake.is_set()
    assert not other.wake.is_set()
    await subscription.poll(2)
    assert subscription.wake.is_set()
    await subscription.poll(2)
    assert not subscription.wake.is_set()
    await subscription.rewind()
    assert subscription.wake.is_set()


async def test_a_poll_stays_within_the_bytes_that_one_batch_may_have(bus: LocalLog) -> None:
    size = MOST_MESSAGE_BYTES - 10
    most = MOST_BYTES_PER_POLL // size
    await bus.publish([Message(A, "t1", {}, bytes(size)) for _ in range(most * 2 + 1)])
    subscription = bus.subscribe("writer", [A])
    assert [len(await subscription.poll(100)) for _ in range(4)] == [most, most, 1, 0]


async def test_the_newest_subscription_of_a_group_has_the_topic_alone(bus: LocalLog) -> None:
    await bus.publish(make_messages("abc"))
    old = bus.subscribe("writer", [A])
    polled = await old.poll(2)
    new = bus.subscribe("writer", [A])
    assert await old.poll(10) == []
    await old.commit(polled)
    await old.close()
    assert name_all(await new.poll(10)) == "abc"


async def test_the_purge_takes_only_what_is_old_and_taken_in_by_every_group(bus: LocalLog, clock: ManualClock) -> None:
    quick, slow = bus.subscribe("quick", [A]), bus.subscribe("slow", [A])
    await bus.publish(make_messages("abc"))
    await quick.commit(await quick.poll(10))
    await slow.commit((await slow.poll(10))[:1])
    clock.advance(4 * DAY)
    await bus.publish(make_messages("d"))
    assert await bus.purge(clock.now() - timedelta(days=3)) == 1
    await slow.rewind()
    assert name_all(await slow.poll(10)) == "bcd"
    assert name_all(await bus.subscribe("new", [A]).poll(10)) == "bcd"


async def test_a_group_that_has_not_committed_yet_keeps_its_messages(bus: LocalLog, clock: ManualClock) -> None:
    await bus.publish(make_messages("abc"))
    quick, slow = bus.subscribe("quick", [A]), bus.subscribe("slow", [A])
    await slow.poll(1)
    await quick.commit(await quick.poll(10))
    clock.advance(4 * DAY)
    assert await bus.purge(clock.now() - timedelta(days=3)) == 0


async def test_after_thirty_days_everything_goes(bus: LocalLog, clock: ManualClock) -> None:
    await bus.publish(make_messages("abc"))
    clock.advance(30 * DAY + 1)
    assert await bus.purge(clock.now() - timedelta(days=3)) == 3


async def test_a_compacted_topic_keeps_the_newest_of_each_key(bus: LocalLog, clock: ManualClock) -> None:
    await bus.publish([*make_messages("ab", COMPACTED, "t1"), *make_messages("c", COMPACTED, "t2")])
    clock.advance(100 * DAY)
    assert await bus.purge(clock.now() - timedelta(days=3)) == 1
    assert name_all(await bus.subscribe("new", [COMPACTED]).poll(10)) == "bc"


async def test_purged_bytes_are_gone_from_every_file(bus: LocalLog, clock: ManualClock, tmp_path: Path) -> None:
    def is_anywhere() -> bool:
        return any(b"planted-value" in file.read_bytes() for file in tmp_path.glob("bus.db*"))

    await bus.publish([Message(A, "t1", {"ce_id": str(n)}, b"planted-value" * 100) for n in range(50)])
    assert is_anywhere()
    clock.advance(31 * DAY)
    assert await bus.purge(clock.now() - timedelta(days=3)) == 50
    assert not is_anywhere()


async def test_positions_go_on_after_a_purge_and_a_restart(clock: ManualClock, tmp_path: Path) -> None:
    log = LocalLog(tmp_path / "bus.db", clock)
    subscription = log.subscribe("writer", [A])
    await log.publish(make_messages("ab"))
    await subscription.commit(await subscription.poll(10))
    clock.advance(31 * DAY)
    await log.purge(clock.now())
    await log.close()
    log = LocalLog(tmp_path / "bus.db", clock)
    await log.publish(make_messages("c"))
    assert name_all(await log.subscribe("writer", [A]).poll(10)) == "c"
    await log.close()
