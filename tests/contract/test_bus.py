"""What every bus promises, whichever engine carries it: one suite for all kinds.

Kafka takes part when TEST_KAFKA_BOOTSTRAP names a broker; with REQUIRE_ENGINES=1 its lack is a failure.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

import pytest

from sync_kit.bus import Bus, Delivery, Message, Subscription
from sync_kit.bus import open_bus as open_bus_at
from sync_kit.bus.protocol import MOST_MESSAGE_BYTES
from sync_kit.clock import SystemClock
from sync_kit.errors import MessageTooLargeError

OpenBus = Callable[[], Awaitable[Bus]]
"""Opens the bus, again and again over the same messages: what a restart does."""

A, B = "sync.runs.v1", "zoho.records.v1"


@pytest.fixture
async def open_bus(bus_url: str) -> AsyncIterator[OpenBus]:
    opened: list[Bus] = []

    async def open_next() -> Bus:
        for older in opened:
            await older.close()
        opened.append(open_bus_at(bus_url, SystemClock()))
        return opened[-1]

    yield open_next
    for bus in opened:
        await bus.close()


@pytest.fixture
async def bus(open_bus: OpenBus) -> Bus:
    return await open_bus()


def make_messages(names: str, topic: str = A, key: str = "t1") -> list[Message]:
    return [Message(topic, key, {"ce_id": name}, name.encode()) for name in names]


def name_all(deliveries: Sequence[Delivery]) -> str:
    return "".join(delivery.message.value.decode() for delivery in deliveries)


async def poll_all(subscription: Subscription, most: int = 100) -> list[Delivery]:
    """Everything that the group has not committed, polled by its only member, which has polled nothing of it yet."""
    found: list[Delivery] = []
    async with asyncio.timeout(30):
        while True:
            some = await subscription.poll(most)
            found += some
            if not some:
                if len(found) >= await subscription.measure_lag():
                    return found
                await subscription.wait(0.2)


async def test_a_message_arrives_as_it_was_sent(bus: Bus) -> None:
    sent = Message(A, "tenant-1", {"ce_id": "1", "ce_type": "x", "note": "Grüße"}, bytes(range(256)))
    await bus.publish([sent])
    subscription = bus.subscribe("writer", [A])
    (delivery,) = await poll_all(subscription)
    assert delivery.message == sent


async def test_messages_of_a_topic_and_key_come_in_the_order_of_publishing(bus: Bus) -> None:
    subscription = bus.subscribe("writer", [A])
    await bus.publish(make_messages("abc"))
    await bus.publish(make_messages("def"))
    assert name_all(await poll_all(subscription, 2)) == "abcdef"


async def test_messages_of_each_key_stay_in_order_among_those_of_other_keys(bus: Bus) -> None:
    keys = [f"tenant-{number}" for number in range(10)]
    await bus.publish([Message(A, key, {}, f"{turn}".encode()) for turn in range(30) for key in keys])
    by_key: dict[str, list[int]] = defaultdict(list)
    for delivery in await poll_all(bus.subscribe("writer", [A]), 17):
        by_key[delivery.message.key].append(int(delivery.message.value))
    assert by_key == {key: list(range(30)) for key in keys}


async def test_a_poll_gives_at_most_what_was_asked_for(bus: Bus) -> None:
    await bus.publish(make_messages("abcde"))
    subscription = bus.subscribe("writer", [A])
    sizes: list[int] = []
    async with asyncio.timeout(30):
        while sum(sizes) < 5:
            await subscription.wait(0.2)
            sizes.append(len(await subscription.poll(2)))
    assert max(sizes) == 2
    assert sum(sizes) == 5


async def test_a_poll_of_nothing_returns_at_once(bus: Bus) -> None:
    assert await bus.subscribe("writer", [A]).poll(100) == []


async def test_a_group_sees_only_its_topics(bus: Bus) -> None:
    await bus.publish([*make_messages("a", A), *make_messages("b", B), *make_messages("c", "tenants.v1")])
    assert sorted(name_all(await poll_all(bus.subscribe("writer", [A, B])))) == ["a", "b"]


async def test_groups_read_independently(bus: Bus) -> None:
    await bus.publish(make_messages("ab"))
    first, second = bus.subscribe("writer", [A]), bus.subscribe("reader", [A])
    await first.commit(await poll_all(first))
    assert name_all(await poll_all(second)) == "ab"


async def test_a_group_that_comes_later_begins_at_the_oldest_message(bus: Bus) -> None:
    await bus.publish(make_messages("ab"))
    early = bus.subscribe("writer", [A])
    await early.commit(await poll_all(early))
    await bus.publish(make_messages("c"))
    assert name_all(await poll_all(bus.subscribe("late", [A]))) == "abc"


async def test_what_was_published_is_there_after_a_restart(open_bus: OpenBus) -> None:
    await (await open_bus()).publish(make_messages("ab"))
    assert name_all(await poll_all((await open_bus()).subscribe("writer", [A]))) == "ab"


async def test_what_was_polled_and_not_committed_comes_again_after_a_restart(open_bus: OpenBus) -> None:
    bus = await open_bus()
    await bus.publish(make_messages("abcd"))
    subscription = bus.subscribe("writer", [A])
    polled = await poll_all(subscription)
    await subscription.commit(polled[:2])
    assert name_all(await poll_all((await open_bus()).subscribe("writer", [A]))) == "cd"


async def test_what_was_committed_never_comes_again(open_bus: OpenBus) -> None:
    bus = await open_bus()
    await bus.publish([*make_messages("ab", A), *make_messages("cd", B)])
    subscription = bus.subscribe("writer", [A, B])
    await subscription.commit(await poll_all(subscription))
    bus = await open_bus()
    subscription = bus.subscribe("writer", [A, B])
    assert await poll_all(subscription) == []
    await bus.publish(make_messages("e", A))
    assert name_all(await poll_all(subscription)) == "e"


async def test_a_commit_never_moves_back(open_bus: OpenBus) -> None:
    bus = await open_bus()
    await bus.publish(make_messages("abc"))
    subscription = bus.subscribe("writer", [A])
    polled = await poll_all(subscription)
    await subscription.commit(polled)
    await subscription.commit(polled[:1])
    assert await poll_all((await open_bus()).subscribe("writer", [A])) == []


async def test_rewinding_goes_back_to_what_is_committed(bus: Bus) -> None:
    await bus.publish(make_messages("abc"))
    subscription = bus.subscribe("writer", [A])
    polled = await poll_all(subscription)
    await subscription.commit(polled[:1])
    await subscription.rewind()
    assert name_all(await poll_all(subscription)) == "bc"


async def test_a_second_subscription_of_a_group_takes_over_what_was_not_committed(bus: Bus) -> None:
    await bus.publish(make_messages("abc"))
    old = bus.subscribe("writer", [A])
    polled = await poll_all(old)
    await old.commit(polled[:1])
    await old.close()
    new = bus.subscribe("writer", [A])
    assert name_all(await poll_all(new)) == "bc"


async def test_no_message_is_lost_between_publishers_at_once(bus: Bus) -> None:
    names = [f"{publisher}{number}" for publisher in "abcd" for number in range(20)]
    batches = [[Message(A, name[0], {"ce_id": name}, name.encode())] for name in names]
    await asyncio.gather(*[bus.publish(batch) for batch in batches])
    deliveries = await poll_all(bus.subscribe("writer", [A]), 7)
    assert sorted(delivery.message.value.decode() for delivery in deliveries) == sorted(names)


async def test_waiting_ends_when_a_message_comes(bus: Bus) -> None:
    subscription = bus.subscribe("writer", [A])
    assert await poll_all(subscription) == []
    waiting = asyncio.create_task(subscription.wait(60))
    await asyncio.sleep(0)
    await bus.publish(make_messages("a"))
    await asyncio.wait_for(waiting, 10)
    assert name_all(await poll_all(subscription)) == "a"


async def test_waiting_ends_when_the_time_is_over(bus: Bus) -> None:
    subscription = bus.subscribe("writer", [A])
    assert await poll_all(subscription) == []
    await asyncio.wait_for(subscription.wait(0.01), 10)


async def test_publishing_nothing_is_no_work(bus: Bus) -> None:
    await bus.publish([])
    assert await poll_all(bus.subscribe("writer", [A])) == []


async def test_the_lag_is_what_the_group_has_not_committed(bus: Bus) -> None:
    assert await bus.measure_lag() == 0
    subscription = bus.subscribe("writer", [A, B])
    await bus.publish([*make_messages("abc", A), *make_messages("d", B), *make_messages("e", "tenants.v1")])
    assert await bus.measure_lag() == await subscription.measure_lag() == 4
    polled = await poll_all(subscription)
    assert await bus.measure_lag() == 4
    await subscription.commit([delivery for delivery in polled if delivery.message.topic == A])
    assert await bus.measure_lag() == 1


async def test_a_message_of_the_largest_size_goes_through(bus: Bus) -> None:
    largest = Message(A, "t1", {"ce_id": "1"}, bytes(MOST_MESSAGE_BYTES - len("t1ce_id1")))
    await bus.publish([largest, *make_messages("a")])
    first, *_ = await poll_all(bus.subscribe("writer", [A]))
    assert first.message == largest


async def test_a_larger_message_is_refused_by_name_with_all_that_was_to_go_with_it(bus: Bus) -> None:
    too_large = Message(A, "t1", {"ce_id": "1"}, bytes(MOST_MESSAGE_BYTES - len("t1ce_id1") + 1))
    with pytest.raises(MessageTooLargeError, match=f"sync.runs.v1 has {MOST_MESSAGE_BYTES + 1} bytes"):
        await bus.publish([*make_messages("a"), too_large])
    await bus.publish(make_messages("b"))
    assert name_all(await poll_all(bus.subscribe("writer", [A]))) == "b"


async def test_a_bus_whose_engine_answers_is_well(bus: Bus) -> None:
    assert await bus.check() is None


async def test_a_closed_bus_cannot_be_used_and_closes_twice_in_peace(bus: Bus) -> None:
    await bus.close()
    await bus.close()
    with pytest.raises(RuntimeError, match="closed"):
        await bus.publish(make_messages("a"))
