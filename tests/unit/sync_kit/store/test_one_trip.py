"""A whole unit of work in one trip is the same unit of work."""

# ruff: noqa: PT012 - a unit of work is a block, and what leaves it is the point

import asyncio
import threading
from typing import Any

import pytest
from sqlalchemy import select
from tests.fixtures.kit_house import House

from sync_kit.store import Session


def make_row(record_id: str) -> dict[str, Any]:
    return {"tenant_id": "t", "record_id": record_id, "version": 1}


async def list_things(house: House) -> list[str]:
    async def work(session: Session) -> list[str]:
        rows = await session.fetch_all(select(house.things.c.record_id).order_by(house.things.c.record_id))
        return [row["record_id"] for row in rows]

    return await house.store.read(work)


async def test_what_a_transaction_in_one_trip_did_lasts_and_its_result_comes_back(house: House) -> None:
    async def work(session: Session) -> int:
        await session.insert(house.things, [make_row("a")])
        return await session.insert_missing(house.things, [make_row("a"), make_row("b")])

    assert await house.store.transact(work) == 1
    assert await list_things(house) == ["a", "b"]


async def test_an_exception_undoes_a_transaction_in_one_trip(house: House) -> None:
    async def work(session: Session) -> None:
        await session.insert(house.things, [make_row("a")])
        raise KeyError("no")

    with pytest.raises(KeyError):
        await house.store.transact(work)
    assert await list_things(house) == []


async def test_a_savepoint_inside_one_trip_undoes_only_what_is_in_it(house: House) -> None:
    async def work(session: Session) -> None:
        await session.insert(house.things, [make_row("a")])
        with pytest.raises(KeyError):
            async with session.nested():
                await session.insert(house.things, [make_row("b")])
                raise KeyError("no")
        async with session.nested():
            await session.insert(house.things, [make_row("c")])

    await house.store.transact(work)
    assert await list_things(house) == ["a", "c"]


async def test_watchers_are_woken_when_a_transaction_in_one_trip_has_committed(house: House) -> None:
    woken = house.store.watch("news")

    async def work(session: Session) -> None:
        session.signal("news")
        await session.insert(house.things, [make_row("a")])
        assert not woken.is_set()

    await house.store.transact(work)
    assert woken.is_set()


async def test_part_of_a_transaction_may_go_in_one_trip_and_the_rest_goes_on(house: House) -> None:
    async def work(session: Session) -> int:
        async with session.nested():
            await session.insert(house.things, [make_row("b")])
        return threading.get_ident()

    async with house.store.transaction() as session:
        await session.insert(house.things, [make_row("a")])
        there = await session.together(work)
        await session.insert(house.things, [make_row("c")])
    assert await list_things(house) == ["a", "b", "c"]
    assert (there == threading.get_ident()) is (house.store.kind == "postgresql")


async def test_work_in_one_trip_that_waits_for_anything_else_is_refused_and_undone(house: House) -> None:
    async def work(session: Session) -> None:
        await session.insert(house.things, [make_row("a")])
        await asyncio.sleep(0)

    with pytest.raises(RuntimeError):
        await house.store.transact(work)
    assert await list_things(house) == []


async def test_a_reading_in_one_trip_cannot_write_and_leaves_nothing_open(house: House) -> None:
    assert await list_things(house) == []
    async with house.store.transaction() as session:
        await session.insert(house.things, [make_row("a")])
    assert await list_things(house) == ["a"]


async def test_a_task_has_one_unit_of_work_open_also_in_one_trip(house: House) -> None:
    async def work(session: Session) -> None:
        await session.now()

    async with house.store.transaction():
        with pytest.raises(RuntimeError):
            await house.store.transact(work)
