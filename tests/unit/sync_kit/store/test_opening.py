"""Where units of work begin and end: all or nothing, whatever leaves them."""

# ruff: noqa: PT012 - a unit of work is a block, and what leaves it is the point

import asyncio
import stat
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import MetaData, Table, delete, func, select, text, update
from sqlalchemy.exc import DBAPIError, IntegrityError
from tests.fixtures.kit_house import House, make_metadata

from sync_kit.store import Store
from sync_kit.testing import ManualClock

SLOW = text("WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 300000) SELECT max(i) FROM n")


def make_row(record_id: str, body: Any = None) -> dict[str, Any]:
    return {"tenant_id": "t", "record_id": record_id, "version": 1, "body": body}


async def count_things(house: House) -> int:
    async with house.store.reading() as session:
        count: int = await session.fetch_value(select(func.count()).select_from(house.things))
        return count


class CrashError(BaseException):
    """Not an Exception: nothing that catches those may swallow it."""


@pytest.mark.parametrize("leaving", [ValueError, CrashError, asyncio.CancelledError, KeyboardInterrupt])
async def test_whatever_leaves_the_block_undoes_all_of_it(house: House, leaving: type[BaseException]) -> None:
    with pytest.raises(leaving):
        async with house.store.transaction() as session:
            await session.insert(house.things, [make_row("a")])
            raise leaving
    assert await count_things(house) == 0


async def test_a_task_cancelled_in_the_middle_of_a_statement_undoes_all_and_frees_the_writer(house: House) -> None:
    begun = asyncio.Event()

    async def write_slowly() -> None:
        async with house.store.transaction() as session:
            await session.insert(house.things, [make_row("a")])
            begun.set()
            await session.fetch_value(SLOW)
            await session.insert(house.things, [make_row("b")])

    task = asyncio.create_task(write_slowly())
    await begun.wait()
    await asyncio.sleep(0)
    task.cancel()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    async with house.store.transaction() as session:
        await session.insert(house.things, [make_row("c")])
    assert await count_things(house) == 1


async def test_a_task_cancelled_while_it_waits_for_the_writer_harms_nobody(house: House) -> None:
    async with house.store.transaction() as session:
        await session.insert(house.things, [make_row("a")])

        async def write() -> None:
            async with house.store.transaction() as other:
                await other.insert(house.things, [make_row("b")])

        waiting = asyncio.create_task(write())
        await asyncio.sleep(0)
        waiting.cancel()
        with pytest.raises(asyncio.CancelledError):
            await waiting
    assert await count_things(house) == 1


async def count_up(store: Store, things: Table, times: int) -> None:
    """Read, then write: safe on SQLite by its one writer, on PostgreSQL by the lock on what was read."""
    for _ in range(times):
        async with store.transaction() as session:
            known = await session.fetch_value(select(things.c.version).with_for_update())
            await asyncio.sleep(0)
            await session.execute(update(things).values(version=known + 1))


async def test_two_writers_take_turns_and_lose_nothing(house: House) -> None:
    async with house.store.transaction() as session:
        await session.insert(house.things, [make_row("counter")])
    await asyncio.gather(*[count_up(house.store, house.things, 25) for _ in range(3)])
    async with house.store.reading() as session:
        assert await session.fetch_value(select(house.things.c.version)) == 76


async def test_a_writer_of_another_process_is_waited_for_and_overwrites_nothing(
    clock: ManualClock, lasting_url: str
) -> None:
    opened = []
    for _ in range(2):
        metadata, _, things = make_metadata()
        opened.append((Store.open(lasting_url, metadata=metadata, clock=clock, name="test"), things))
    await opened[0][0].create_tables()
    async with opened[0][0].transaction() as session:
        await session.insert(opened[0][1], [make_row("counter")])
    await asyncio.gather(*[count_up(store, things, 15) for store, things in opened])
    async with opened[0][0].reading() as session:
        assert await session.fetch_value(select(opened[0][1].c.version)) == 31
    for store, _ in opened:
        await store.close()


async def test_a_reader_sees_one_moment_beside_a_writer_at_work(clock: ManualClock, lasting_url: str) -> None:
    metadata, _, things = make_metadata()
    store = Store.open(lasting_url, metadata=metadata, clock=clock, name="test")
    await store.create_tables()
    counted = select(func.count()).select_from(things)
    before_commit, committed = asyncio.Event(), asyncio.Event()
    seen: list[int] = []

    async def read() -> None:
        async with store.reading() as session:
            seen.append(await session.fetch_value(counted))
            before_commit.set()
            await committed.wait()
            seen.append(await session.fetch_value(counted))

    async with store.transaction() as session:
        await session.insert(things, [make_row("a")])
        reading = asyncio.create_task(read())
        await before_commit.wait()
    committed.set()
    await reading
    assert seen == [0, 0]
    await store.close()


async def test_more_readers_than_connections_take_turns(house: House) -> None:
    assert await asyncio.gather(*[count_things(house) for _ in range(30)]) == [0] * 30


async def test_reading_cannot_write(clock: ManualClock, lasting_url: str) -> None:
    metadata, _, things = make_metadata()
    store = Store.open(lasting_url, metadata=metadata, clock=clock, name="test")
    await store.create_tables()
    with pytest.raises(DBAPIError, match=r"read-?only"):
        async with store.reading() as session:
            await session.insert(things, [make_row("a")])
    await store.close()


async def test_nothing_written_while_reading_stays(house: House) -> None:
    try:
        async with house.store.reading() as session:
            await session.insert(house.things, [make_row("a")])
    except DBAPIError:
        pass  # all but memory refuse at once
    assert await count_things(house) == 0


@pytest.mark.parametrize(("outer", "inner"), [("transaction", "transaction"), ("transaction", "reading")])
async def test_a_second_unit_of_work_in_one_task_is_refused(house: House, outer: str, inner: str) -> None:
    async with getattr(house.store, outer)():
        with pytest.raises(RuntimeError, match="open already"):
            async with getattr(house.store, inner)():
                pass
        with pytest.raises(RuntimeError, match="open already"):
            await house.store.forget_deleted()


async def test_a_refused_commit_leaves_nothing_and_a_usable_store(house: House) -> None:
    with pytest.raises(IntegrityError):
        async with house.store.transaction() as session:
            await session.insert(house.things, [make_row("a")])
            await session.insert(house.things, [make_row("a")])
    assert await count_things(house) == 0
    async with house.store.transaction() as session:
        await session.insert(house.things, [make_row("a")])
    assert await count_things(house) == 1


async def test_watchers_hear_of_commits_and_not_of_what_was_undone(house: House) -> None:
    outbox, other = house.store.watch("outbox"), house.store.watch("other")
    with pytest.raises(ValueError, match="undone"):
        async with house.store.transaction() as session:
            session.signal("outbox")
            raise ValueError("undone")
    assert not outbox.is_set()
    async with house.store.transaction() as session:
        async with session.nested():
            session.signal("outbox")
        with pytest.raises(ValueError, match="undone"):
            async with session.nested():
                session.signal("other")
                raise ValueError("undone")
        assert not outbox.is_set()
    assert outbox.is_set()
    assert not other.is_set()


async def test_what_was_committed_is_there_after_the_store_was_opened_again(
    clock: ManualClock, lasting_url: str
) -> None:
    for expected in (1, 2):
        metadata, _, things = make_metadata()
        store = Store.open(lasting_url, metadata=metadata, clock=clock, name="test")
        await store.create_tables()
        async with store.transaction() as session:
            await session.insert(things, [make_row(f"row {expected}")])
        async with store.reading() as session:
            assert await session.fetch_value(select(func.count()).select_from(things)) == expected
        await store.close()


async def test_a_commit_is_on_the_disk_and_foreign_keys_hold(clock: ManualClock, store_url: str) -> None:
    store = Store.open(store_url, metadata=MetaData(), clock=clock, name="test")
    async with store.transaction() as session:
        settings = {
            name: await session.fetch_value(text(f"PRAGMA {name}"))
            for name in ("journal_mode", "synchronous", "foreign_keys", "secure_delete")
        }
    assert settings == {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "secure_delete": 1}
    await store.close()


async def test_the_file_is_its_owners_alone(clock: ManualClock, store_url: str, tmp_path: Path) -> None:
    store = Store.open(store_url, metadata=make_metadata()[0], clock=clock, name="test")
    await store.create_tables()
    files = list(tmp_path.glob("store.db*"))  # noqa: ASYNC240
    assert len(files) == 3
    assert {stat.S_IMODE(file.stat().st_mode) for file in files} == {0o600}
    await store.close()


async def test_a_deleted_value_is_gone_from_every_file(clock: ManualClock, store_url: str, tmp_path: Path) -> None:
    metadata, _, things = make_metadata()
    store = Store.open(store_url, metadata=metadata, clock=clock, name="test")
    await store.create_tables()

    def is_anywhere() -> bool:
        return any(b"planted-value" in file.read_bytes() for file in tmp_path.iterdir())

    async with store.transaction() as session:
        await session.insert(things, [make_row(str(n), body=f"planted-value-{n}" * 50) for n in range(200)])
    assert is_anywhere()
    async with store.transaction() as session:
        await session.execute(delete(things))
    assert await store.forget_deleted()
    assert not is_anywhere()
    await store.close()


async def test_forgetting_says_so_when_a_reader_is_in_the_way(
    clock: ManualClock, store_url: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sync_kit.store.lines.BUSY_SECONDS", 0)
    metadata, _, things = make_metadata()
    store = Store.open(store_url, metadata=metadata, clock=clock, name="test")
    await store.create_tables()
    reading, done = asyncio.Event(), asyncio.Event()

    async def read() -> None:
        async with store.reading() as session:
            await session.fetch_all(select(things))
            reading.set()
            await done.wait()

    task = asyncio.create_task(read())
    await reading.wait()
    async with store.transaction() as session:
        await session.insert(things, [make_row("a")])
    assert not await store.forget_deleted()
    done.set()
    await task
    assert await store.forget_deleted()
    await store.close()


async def test_the_readiness_check_says_what_is_wrong(clock: ManualClock, tmp_path: Path) -> None:
    good = Store.open(f"sqlite:///{tmp_path}/good.db", metadata=MetaData(), clock=clock, name="test")
    assert await good.check() is None
    await good.close()
    (tmp_path / "bad.db").write_bytes(b"this is no database" * 100)
    bad = Store.open(f"sqlite:///{tmp_path}/bad.db", metadata=MetaData(), clock=clock, name="test")
    assert await bad.check() == "the store does not answer: DatabaseError"
    await bad.close()


def test_another_kind_of_store_is_refused(clock: ManualClock) -> None:
    with pytest.raises(ValueError, match="sqlite or postgresql, not mysql"):
        Store.open("mysql://localhost/x", metadata=MetaData(), clock=clock, name="test")
