"""Everything in the outbox reaches the bus, whatever happens between publishing and marking."""

from collections.abc import Sequence

import pytest
from sqlalchemy import select, update
from tests.fixtures.kit_house import House

from sync_kit import points
from sync_kit.bus import LocalLog, Message
from sync_kit.contracts.events import RunCancelled
from sync_kit.outbox import write_events
from sync_kit.relay import MOST_EVENTS, Relay


async def write(house: House, *run_ids: str) -> None:
    async with house.store.transaction() as session:
        events = [RunCancelled(tenant_id="t1", run_id=run_id, run_seq=1) for run_id in run_ids]
        await write_events(session, house.tables, events, source="scheduler")


async def list_published(bus: LocalLog) -> list[str]:
    subscription = bus.subscribe("looking", ["sync.runs.v1"])
    found: list[str] = []
    while deliveries := await subscription.poll(1000):
        found += [delivery.message.headers["ce_run"] for delivery in deliveries]
    return found


class CrashError(BaseException):
    """A killed process runs no handler."""


def crash_at(point: str) -> None:
    if point == "relay.published":
        raise CrashError


async def test_rows_are_published_once_in_the_order_of_writing(house: House, bus: LocalLog) -> None:
    relay = Relay(house.store, house.tables, bus)
    await write(house, "a", "b")
    await write(house, "c")
    assert relay.wake.is_set()
    assert await relay.step() == 3
    assert await relay.step() == 0
    assert await list_published(bus) == ["a", "b", "c"]
    assert relay.counts["published"] == 3


async def test_a_crash_between_publishing_and_marking_publishes_again(house: House, bus: LocalLog) -> None:
    await write(house, "a", "b")
    with points.hooked(crash_at), pytest.raises(CrashError):
        await Relay(house.store, house.tables, bus).step()
    assert await Relay(house.store, house.tables, bus).step() == 2
    assert await list_published(bus) == ["a", "b", "a", "b"]


async def test_a_bus_that_fails_leaves_the_rows_to_be_published(house: House, bus: LocalLog) -> None:
    class BrokenBus(LocalLog):
        async def publish(self, messages: Sequence[Message]) -> None:
            raise ConnectionError

    broken = BrokenBus(None, house.clock)
    await write(house, "a")
    with pytest.raises(ConnectionError):
        await Relay(house.store, house.tables, broken).step()
    assert await Relay(house.store, house.tables, bus).step() == 1
    assert await list_published(bus) == ["a"]


async def test_a_row_with_a_lower_id_that_commits_later_is_not_forgotten(house: House, bus: LocalLog) -> None:
    relay = Relay(house.store, house.tables, bus)
    outbox = house.tables.outbox
    await write(house, "later", "first")
    async with house.store.transaction() as session:
        await session.execute(update(outbox).where(outbox.c.id == 1).values(published_at=house.clock.now()))
    assert await relay.step() == 1
    async with house.store.transaction() as session:
        await session.execute(update(outbox).where(outbox.c.id == 1).values(published_at=None))
    assert await relay.step() == 1
    assert await list_published(bus) == ["first", "later"]


async def test_a_step_is_bounded_by_number_and_by_bytes(
    house: House, bus: LocalLog, monkeypatch: pytest.MonkeyPatch
) -> None:
    relay = Relay(house.store, house.tables, bus)
    await write(house, *[str(number) for number in range(MOST_EVENTS + 3)])
    assert [await relay.step(), await relay.step(), await relay.step()] == [MOST_EVENTS, 3, 0]
    monkeypatch.setattr("sync_kit.relay.MOST_BYTES", 60)
    await write(house, "a", "b")
    assert [await relay.step(), await relay.step(), await relay.step()] == [1, 1, 0]


async def test_the_purge_takes_what_was_published_more_than_a_day_ago_and_nothing_else(
    house: House, bus: LocalLog
) -> None:
    relay = Relay(house.store, house.tables, bus)
    await write(house, "old")
    await relay.step()
    await write(house, "waiting")
    house.clock.advance(24 * 3600 + 1)
    await write(house, "new")
    async with house.store.transaction() as session:
        outbox = house.tables.outbox
        await session.execute(update(outbox).where(outbox.c.id == 3).values(published_at=house.clock.now()))
    assert await relay.purge() == 1
    async with house.store.reading() as session:
        left = [row["headers"]["ce_run"] for row in await session.fetch_all(select(house.tables.outbox))]
    assert left == ["waiting", "new"]


async def test_the_backlog_tells_how_many_wait_and_since_when(house: House, bus: LocalLog) -> None:
    relay = Relay(house.store, house.tables, bus)
    assert await relay.measure_backlog() == (0, None)
    since = house.clock.now()
    await write(house, "a", "b")
    house.clock.advance(60)
    await write(house, "c")
    assert await relay.measure_backlog() == (3, since)
    await relay.step()
    assert await relay.measure_backlog() == (0, None)
