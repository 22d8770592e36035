"""An event that cannot be taken in is set aside with its reason, the rest goes on, and a command brings it back.

The same on each kind of bus: a consumer must not be held up by what another one wrote.
"""

import asyncio
import io
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from tests.fixtures.buses import open_kit_house, settle_on
from tests.fixtures.engines import drop_databases, make_database_url
from tests.fixtures.kit_house import House
from tests.fixtures.kit_post import Post, make_run, make_tenant

from sync_kit.bus import Message, open_bus
from sync_kit.consumer import manage_dead_letters
from sync_kit.store import Store


@pytest.fixture
def store_url(tmp_path: Path) -> str:
    return make_database_url(tmp_path, "kit")


@pytest.fixture
async def kit_house(store_url: str, tmp_path: Path) -> AsyncIterator[House]:
    async with open_kit_house(store_url) as house:
        yield house
    drop_databases(tmp_path)


@pytest.fixture
async def post(kit_house: House, bus_url: str) -> AsyncIterator[Post]:
    bus = open_bus(bus_url, kit_house.clock)
    yield Post(kit_house, bus)
    await bus.close()


async def test_poison_is_set_aside_with_its_reason_the_rest_goes_on_and_a_command_replays_it(
    post: Post, store_url: str
) -> None:
    bus, house = post.bus, post.house
    consumer = post.open_consumer()
    await post.send(make_tenant("t1"), make_run("t1", "before"))
    readable = post.make_message(make_run("t1", "x"))
    await bus.publish(
        [
            Message(readable.topic, "t1", {**readable.headers, "ce_id": "torn"}, b'{"run_id":'),
            Message(readable.topic, "t1", {"not": "ours"}, b"\x00\xff"),
            Message(readable.topic, "", {}, b""),
        ]
    )
    post.refusing.add("poison")
    await bus.publish([post.make_message(make_run("t1", "poison"), "poisoned")])
    await post.send(make_run("t1", "after"), *[make_run("t2", f"many-{n}") for n in range(3)], make_tenant("t2"))
    await settle_on(bus, consumer.step)

    assert await bus.measure_lag() == 0
    assert set(await post.read_runs()) == {"t1 before", "t1 after", "t2 many-0", "t2 many-1", "t2 many-2"}
    assert sorted(map(str, await post.read_column("dead_letters", "reason"))) == ["handler_failed"] + ["unreadable"] * 3
    assert set(await post.read_column("dead_letters", "event_id")) >= {"torn", "poisoned"}

    def replay() -> int:
        def open_store() -> Store:
            return Store.open(store_url, metadata=house.tables.outbox.metadata, clock=house.clock, name="command")

        arguments = ["dead-letters", "replay", "--id", "poisoned"]
        return manage_dead_letters(arguments, open_store, house.tables, program="service", out=io.StringIO())

    post.refusing.clear()
    assert await asyncio.to_thread(replay) == 0
    while "t1 poison" not in await post.read_runs():
        await settle_on(bus, consumer.step)
    assert sorted(map(str, await post.read_column("dead_letters", "reason"))) == ["unreadable"] * 3
