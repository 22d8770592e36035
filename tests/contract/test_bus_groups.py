"""Several members of one group, as replicas of a service are: on Kafka alone, the local log is for one process."""

import asyncio
import os
import signal
import sys
from collections import Counter
from collections.abc import AsyncIterator

import pytest
from tests.fixtures.engines import engines_are_required
from tests.fixtures.kafka_broker import delete_topics, find_bootstrap, get_bootstrap, make_kafka_url

from sync_kit.bus import Bus, Delivery, Message, Subscription, open_bus
from sync_kit.clock import SystemClock

pytestmark = pytest.mark.skipif(
    not find_bootstrap() and not engines_are_required(), reason="no broker: set TEST_KAFKA_BOOTSTRAP"
)

TOPIC, GROUP = "zoho.records.v1", "writer"
KEYS = [f"tenant-{number}" for number in range(12)]

MEMBER_THAT_NEVER_COMMITS = """
import asyncio, sys
from sync_kit.bus import open_bus
from sync_kit.clock import SystemClock

async def main():
    subscription = open_bus(sys.argv[1], SystemClock()).subscribe("writer", ["zoho.records.v1"])
    polled = 0
    while polled < int(sys.argv[2]):
        await subscription.wait(1)
        polled += len(await subscription.poll(100))
    print("polled", flush=True)
    await asyncio.sleep(60)

asyncio.run(main())
"""


@pytest.fixture
async def url() -> AsyncIterator[str]:
    made = await make_kafka_url(get_bootstrap(), partitions=4)
    yield made
    await delete_topics(made)


@pytest.fixture
async def first(url: str) -> AsyncIterator[Bus]:
    bus = open_bus(url, SystemClock())
    yield bus
    await bus.close()


@pytest.fixture
async def second(url: str) -> AsyncIterator[Bus]:
    bus = open_bus(url, SystemClock())
    yield bus
    await bus.close()


def make_messages(turns: range) -> list[Message]:
    return [Message(TOPIC, key, {}, f"{key}/{turn}".encode()) for turn in turns for key in KEYS]


def name_all(deliveries: list[Delivery]) -> Counter[str]:
    return Counter(delivery.message.value.decode() for delivery in deliveries)


async def poll_some(subscription: Subscription, count: int) -> list[Delivery]:
    found: list[Delivery] = []
    async with asyncio.timeout(40):
        while len(found) < count:
            await subscription.wait(0.2)
            found += await subscription.poll(100)
    return found


async def take_in(subscriptions: list[Subscription], bus: Bus) -> dict[int, list[Delivery]]:
    """Poll and commit as consumers do, until the group has taken in everything; what each of them got."""
    got: dict[int, list[Delivery]] = {number: [] for number in range(len(subscriptions))}
    async with asyncio.timeout(40):
        while await bus.measure_lag():
            for number, subscription in enumerate(subscriptions):
                polled = await subscription.poll(10)
                await subscription.commit(polled)
                got[number] += polled
            await asyncio.sleep(0.02)
    return got


async def work_until_all_have_some(members: list[Subscription], bus: Bus) -> None:
    """Afterwards all of them have joined, and nothing is left."""
    idle = set(range(len(members)))
    while idle:
        await bus.publish(make_messages(range(1)))
        idle -= {number for number, polled in (await take_in(members, bus)).items() if polled}


async def test_members_share_the_work_and_a_key_stays_with_one_of_them(first: Bus, second: Bus) -> None:
    members: list[Subscription] = [bus.subscribe(GROUP, [TOPIC]) for bus in (first, second)]
    await work_until_all_have_some(members, first)
    await first.publish(make_messages(range(1, 20)))
    got = await take_in(members, first)
    keys = [{delivery.message.key for delivery in polled} for polled in got.values()]
    assert keys[0] | keys[1] == set(KEYS)
    assert keys[0] & keys[1] == set()
    assert all(keys)
    assert name_all(got[0] + got[1]) == name_all_of(make_messages(range(1, 20)))


async def test_what_a_member_had_under_way_when_another_joined_comes_again_and_its_late_commit_does_nothing(
    first: Bus, second: Bus
) -> None:
    await first.publish(make_messages(range(5)))
    old = first.subscribe(GROUP, [TOPIC])
    under_way = await poll_some(old, 60)
    new = second.subscribe(GROUP, [TOPIC])
    polled_by_new = await poll_some(new, 1)
    await old.commit(under_way)
    assert await first.measure_lag() == 60
    await old.rewind()
    await new.rewind()
    got = await take_in([old, new], first)
    assert got[0]
    assert got[1]
    assert name_all(got[0] + got[1]) == name_all_of(make_messages(range(5)))
    assert polled_by_new[0].message in [delivery.message for delivery in got[1]]


async def test_members_that_come_and_go_during_the_work_lose_nothing(first: Bus, second: Bus) -> None:
    stays = first.subscribe(GROUP, [TOPIC])
    got: list[Delivery] = []
    for turn in range(4):
        await first.publish(make_messages(range(turn * 10, turn * 10 + 10)))
        comes = second.subscribe(GROUP, [TOPIC])
        for _ in range(10):
            for member in (stays, comes):
                polled = await member.poll(7)
                await member.commit(polled)
                got += polled
            await asyncio.sleep(0.02)
        await comes.close()
    got += [delivery for polled in (await take_in([stays], first)).values() for delivery in polled]
    assert set(name_all(got)) == set(name_all_of(make_messages(range(40))))


async def test_what_a_killed_member_had_not_committed_comes_to_the_next_one(url: str, first: Bus) -> None:
    await first.publish(make_messages(range(3)))
    killed = await asyncio.create_subprocess_exec(
        *[sys.executable, "-c", MEMBER_THAT_NEVER_COMMITS, url, "36"],
        stdout=asyncio.subprocess.PIPE,
        env={**os.environ},
    )
    assert killed.stdout is not None
    async with asyncio.timeout(30):
        assert await killed.stdout.readline() == b"polled\n"
    killed.send_signal(signal.SIGKILL)
    await killed.wait()
    got = await take_in([first.subscribe(GROUP, [TOPIC])], first)
    assert name_all(got[0]) == name_all_of(make_messages(range(3)))


def name_all_of(messages: list[Message]) -> Counter[str]:
    return Counter(message.value.decode() for message in messages)
