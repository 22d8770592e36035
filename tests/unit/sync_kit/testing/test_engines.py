from sqlalchemy import Column, Integer, MetaData, Table, select

from sync_kit.bus import Message
from sync_kit.testing import memory_bus, open_test_store


async def test_a_memory_bus_carries_messages() -> None:
    bus = memory_bus()
    subscription = bus.subscribe("group", ["topic"])
    await bus.publish([Message("topic", "t1", {}, b"value")])
    assert [delivery.message.value for delivery in await subscription.poll(10)] == [b"value"]
    await subscription.close()
    await bus.close()


async def test_a_test_store_has_its_tables() -> None:
    metadata = MetaData()
    numbers = Table("numbers", metadata, Column("n", Integer, primary_key=True))
    store = await open_test_store(metadata)
    async with store.transaction() as session:
        await session.insert(numbers, [{"n": 1}, {"n": 2}])
    async with store.reading() as session:
        assert [row["n"] for row in await session.fetch_all(select(numbers).order_by(numbers.c.n))] == [1, 2]
    await store.close()
