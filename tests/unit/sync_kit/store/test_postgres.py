"""What only a server does: it goes away, it cuts connections, and it ends what waits too long."""

import asyncio

import pytest
from sqlalchemy import func, select, text
from sqlalchemy.exc import DBAPIError
from tests.fixtures.engines import get_server
from tests.fixtures.kit_house import House, make_metadata

from sync_kit.leases import check_fence, claim_next, mark_due
from sync_kit.store import Store, lines
from sync_kit.store.troubles import is_trouble_of_the_store
from sync_kit.testing import ManualClock


async def open_house(url: str, clock: ManualClock) -> House:
    metadata, tables, things = make_metadata()
    store = Store.open(url, metadata=metadata, clock=clock, name="quick-service")
    await store.create_tables()
    return House(store, tables, things, clock)


def cut_connections(url: str) -> None:
    """As a restart or a failover does to whoever is connected."""
    get_server().read(
        url,
        "SELECT pg_terminate_backend(pid) FROM pg_stat_activity"
        " WHERE datname = current_database() AND application_name = 'quick-service'",
    )


def make_row(record_id: str) -> dict[str, object]:
    return {"tenant_id": "t", "record_id": record_id, "version": 1}


async def hear_of_it() -> None:
    """The word that a connection is cut is there; the event loop reads it in its next turns."""
    for _ in range(5):
        await asyncio.sleep(0.01)


async def test_a_cut_connection_is_replaced_before_the_next_unit_of_work(postgres_url: str, clock: ManualClock) -> None:
    house = await open_house(postgres_url, clock)
    cut_connections(postgres_url)
    await hear_of_it()
    async with house.store.transaction() as session:
        await session.insert(house.things, [make_row("a")])
    cut_connections(postgres_url)
    await hear_of_it()
    async with house.store.reading() as session:
        assert await session.fetch_value(select(func.count()).select_from(house.things)) == 1
    await house.store.close()


async def test_a_connection_that_lay_unused_is_asked_for_its_server_before_it_is_given_out(
    postgres_url: str, clock: ManualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    house = await open_house(postgres_url, clock)
    monkeypatch.setattr(lines, "IDLE_SECONDS", 0.0)
    cut_connections(postgres_url)
    async with house.store.transaction() as session:  # at once: the process cannot have heard of the cut
        await session.insert(house.things, [make_row("a")])
    await house.store.close()


async def test_a_unit_of_work_that_is_cut_leaves_nothing_and_is_the_stores_trouble(
    postgres_url: str, clock: ManualClock
) -> None:
    house = await open_house(postgres_url, clock)

    async def write() -> None:
        async with house.store.transaction() as session:
            await session.insert(house.things, [make_row("a")])
            cut_connections(postgres_url)
            await session.insert(house.things, [make_row("b")])

    with pytest.raises(DBAPIError) as caught:
        await write()
    assert is_trouble_of_the_store(caught.value)
    async with house.store.transaction() as session:
        assert await session.fetch_value(select(func.count()).select_from(house.things)) == 0
        await session.insert(house.things, [make_row("a")])
    await house.store.close()


async def test_the_readiness_check_says_that_nobody_listens(clock: ManualClock) -> None:
    store = Store.open("postgresql://nobody@127.0.0.1:1/none", metadata=make_metadata()[0], clock=clock, name="test")
    assert await store.check() == "the store does not answer: ConnectionRefusedError"
    await store.close()


async def test_a_unit_of_work_that_hangs_is_ended_by_the_server_and_its_connection_says_whose_it_is(
    postgres_url: str, clock: ManualClock
) -> None:
    house = await open_house(postgres_url, clock)
    async with house.store.transaction() as session:
        settings = {
            name: await session.fetch_value(text(f"SHOW {name}"))
            for name in ("application_name", "statement_timeout", "idle_in_transaction_session_timeout")
        }
    assert settings == {
        "application_name": "quick-service",
        "statement_timeout": "1min",
        "idle_in_transaction_session_timeout": "1min",
    }
    await house.store.close()


async def test_one_who_takes_in_events_and_one_who_works_wait_for_each_other_and_do_not_deadlock(
    postgres_url: str, clock: ManualClock
) -> None:
    """The one writes staged rows and then marks the tenant due, the other holds the lease and then writes the rows."""
    house = await open_house(postgres_url, clock)
    async with house.store.transaction() as session:
        await mark_due(session, house.tables, "t")
    lease = await claim_next(house.store, house.tables, "worker", 120)
    assert lease is not None

    async def write(session: object, version: int) -> None:
        await session.upsert(  # type: ignore[attr-defined]
            house.things, [{**make_row("a"), "version": version}], key=["tenant_id", "record_id"], update=["version"]
        )

    async def take_in() -> None:
        async with house.store.transaction() as session:
            await session.take_turn("t")
            await write(session, 2)
            await asyncio.sleep(0.01)
            await mark_due(session, house.tables, "t")

    async def work() -> None:
        async with house.store.transaction() as session:
            await check_fence(session, house.tables, lease)
            await asyncio.sleep(0.01)
            await write(session, 3)

    await asyncio.gather(*[task for _ in range(10) for task in (take_in(), work())])
    await house.store.close()


async def test_time_is_the_test_clocks_and_one_unit_of_work_is_one_moment(
    postgres_url: str, clock: ManualClock
) -> None:
    house = await open_house(postgres_url, clock)
    async with house.store.transaction() as session:
        began = clock.now()
        assert await session.now() == began
        clock.advance(3600)
        assert await session.now() == began
        assert await session.fetch_value(select(session.now_in_sql())) == clock.now()
    clock.set_back(10)
    async with house.store.reading() as session:
        assert await session.now() == clock.now()
    async with house.store.transaction() as session:
        await session.take_turn("t", "u")
        assert await session.now() == clock.now()
    await house.store.close()
