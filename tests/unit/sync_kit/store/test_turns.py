"""Units of work that read and then write: they take turns, and whoever comes later reads what was left."""

import asyncio
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from tests.fixtures.kit_house import House, make_metadata

from sync_kit.store import Session, Store
from sync_kit.testing import ManualClock


async def add_next(session: Session, house: House, tenant_id: str) -> None:
    """Number a row by what is there: two at once would take the same number."""
    things = house.things
    highest = await session.fetch_value(select(func.max(things.c.version)).where(things.c.tenant_id == tenant_id))
    await asyncio.sleep(0)
    number = (highest or 0) + 1
    await session.insert(things, [{"tenant_id": tenant_id, "record_id": str(number), "version": number}])


async def add_ten(house: House, *names: str) -> None:
    for _ in range(10):
        async with house.store.transaction() as session:
            await session.take_turn(*names)
            await add_next(session, house, names[0])


async def test_units_of_work_of_one_name_see_what_the_one_before_has_left(house: House) -> None:
    await asyncio.gather(*[add_ten(house, "t") for _ in range(4)])
    async with house.store.reading() as session:
        assert await session.fetch_value(select(func.max(house.things.c.version))) == 40


async def test_names_given_in_any_order_wait_for_each_other_without_an_end_to_none(house: House) -> None:
    await asyncio.wait_for(asyncio.gather(add_ten(house, "a", "b", "c"), add_ten(house, "c", "b", "a")), 60)
    async with house.store.reading() as session:
        assert await session.fetch_value(select(func.count()).select_from(house.things)) == 20


async def test_work_in_one_trip_takes_its_turn_too(house: House) -> None:
    async def work(session: Session) -> None:
        await session.take_turn("t")
        highest = await session.fetch_value(select(func.max(house.things.c.version)))
        row = {"tenant_id": "t", "record_id": str(highest), "version": (highest or 0) + 1}
        await session.insert(house.things, [row])

    await asyncio.gather(*[house.store.transact(work) for _ in range(12)])
    async with house.store.reading() as session:
        assert await session.fetch_value(select(func.max(house.things.c.version))) == 12


async def test_without_turns_two_at_once_do_take_the_same_number_on_a_server(
    clock: ManualClock, postgres_url: str
) -> None:
    metadata, tables, things = make_metadata()
    store = Store.open(postgres_url, metadata=metadata, clock=clock, name="test")
    await store.create_tables()
    house = House(store, tables, things, clock)
    both_have_read = asyncio.Barrier(2)

    async def add() -> None:
        async with store.transaction() as session:
            await session.fetch_all(select(things))
            highest = await session.fetch_value(select(func.max(things.c.version)))
            await both_have_read.wait()
            row: dict[str, Any] = {"tenant_id": "t", "record_id": str(highest), "version": 1}
            await session.insert(house.things, [row])

    results = await asyncio.gather(add(), add(), return_exceptions=True)
    assert [type(result) for result in results if result is not None] == [IntegrityError]
    await store.close()


async def test_a_store_of_one_writer_has_one_on_a_server_too(clock: ManualClock, postgres_url: str) -> None:
    metadata, tables, things = make_metadata()
    stores = [
        Store.open(postgres_url, metadata=metadata, clock=clock, name=f"replica-{number}", one_writer=True)
        for number in range(2)
    ]
    await stores[0].create_tables()

    async def add_many(store: Store) -> None:
        for _ in range(10):
            async with store.transaction() as session:
                await add_next(session, House(store, tables, things, clock), "t")

    await asyncio.gather(*[add_many(store) for store in stores for _ in range(2)])
    async with stores[0].reading() as session:
        assert await session.fetch_value(select(func.max(things.c.version))) == 40
    for store in stores:
        await store.close()
