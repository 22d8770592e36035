"""What a use case may do inside a unit of work."""

# ruff: noqa: PT012 - a unit of work is a block, and what leaves it is the point

import tracemalloc
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import pytest
from sqlalchemy import Integer, MetaData, delete, func, literal_column, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import registry
from sqlmodel import Field, SQLModel
from tests.fixtures.kit_house import House

from sync_kit.clock import SystemClock
from sync_kit.store import Session, Store, UtcDateTime


def make_row(record_id: str, version: int = 1, body: Any = None) -> dict[str, Any]:
    return {"tenant_id": "t", "record_id": record_id, "version": version, "body": body}


@contextmanager
def tracing_memory() -> Iterator[list[int]]:
    """The most bytes that Python's objects had meanwhile, in the list once the context has ended."""
    peak: list[int] = []
    tracemalloc.start()
    try:
        yield peak
        peak.append(tracemalloc.get_traced_memory()[1])
    finally:
        tracemalloc.stop()


async def read_versions(session: Session, house: House) -> dict[str, int]:
    rows = await session.fetch_all(select(house.things))
    return {row["record_id"]: row["version"] for row in rows}


async def test_an_upsert_inserts_new_rows_and_updates_known_ones(house: House) -> None:
    async with house.store.transaction() as session:
        await session.insert(house.things, [make_row("a", body="old")])
        rows = [make_row("b", body="new"), make_row("a", 2, body="new")]
        await session.upsert(house.things, rows, key=["tenant_id", "record_id"], update=["version", "body"])
        found = await session.fetch_all(select(house.things).order_by(house.things.c.record_id))
    assert [(row["record_id"], row["version"], row["body"]) for row in found] == [("a", 2, "new"), ("b", 1, "new")]


async def test_an_upsert_with_a_condition_is_a_max_merge_in_any_order(house: House) -> None:
    for versions in ([1, 3, 2], [3, 2, 1], [2, 1, 3]):
        async with house.store.transaction() as session:
            await session.execute(delete(house.things))
            for version in versions:
                await session.upsert(
                    house.things,
                    [make_row("a", version)],
                    key=["tenant_id", "record_id"],
                    update=["version"],
                    only_if=lambda excluded, table: excluded.version > table.c.version,
                )
            assert await read_versions(session, house) == {"a": 3}


async def test_a_key_twice_in_one_upsert_is_applied_in_the_order_given(house: House) -> None:
    async with house.store.transaction() as session:
        rows = [make_row("b", 1), make_row("a", 1), make_row("b", 2)]
        await session.upsert(house.things, rows, key=["tenant_id", "record_id"], update=["version"])
        assert await read_versions(session, house) == {"a": 1, "b": 2}


async def test_a_fold_takes_every_row_once_without_holding_them_all(house: House) -> None:
    async with house.store.transaction() as session:
        await session.insert(house.things, [make_row(f"{number:04}", body="x" * 1_000) for number in range(9_000)])
    async with house.store.reading() as session:
        with tracing_memory() as peak_of_all:
            assert len(await session.fetch_all(select(house.things))) == 9_000
        with tracing_memory() as peak_of_fold:
            seen = await session.fold(select(house.things), lambda rows: Counter(row["record_id"] for row in rows))
    assert len(seen) == seen.total() == 9_000
    assert peak_of_fold[0] < peak_of_all[0] / 4


async def test_a_fold_that_ends_early_leaves_the_session_usable(house: House) -> None:
    async with house.store.transaction() as session:
        await session.insert(house.things, [make_row(f"{number:04}") for number in range(3_500)])
        ordered = select(house.things).order_by(house.things.c.record_id)
        assert await session.fold(ordered, lambda rows: next(iter(rows))["record_id"]) == "0000"
        assert len(await read_versions(session, house)) == 3_500


async def test_rows_are_written_in_the_order_of_their_keys_so_that_writers_do_not_deadlock(house: House) -> None:
    rows = [make_row(name) for name in "dbac"]
    rowid = literal_column("ctid" if house.store.kind == "postgresql" else "rowid", Integer)
    async with house.store.transaction() as session:
        await session.upsert(house.things, rows, key=["tenant_id", "record_id"], update=["version"])
        upserted = await session.fetch_all(select(house.things.c.record_id).order_by(rowid))
        await session.execute(delete(house.things))
        await session.insert_missing_returning(house.things, rows, "record_id")
        inserted = await session.fetch_all(select(house.things.c.record_id).order_by(rowid))
    assert [row["record_id"] for row in upserted] == [row["record_id"] for row in inserted] == list("abcd")


async def test_an_upsert_that_updates_nothing_keeps_what_is_there(house: House) -> None:
    async with house.store.transaction() as session:
        await session.insert(house.things, [make_row("a", 1)])
        await session.upsert(house.things, [make_row("a", 9)], key=["tenant_id", "record_id"], update=[])
        assert await read_versions(session, house) == {"a": 1}


async def test_rows_are_updated_by_their_key_and_those_not_there_are_passed_over(house: House) -> None:
    async with house.store.transaction() as session:
        await session.insert(house.things, [make_row("a", 1, "old"), make_row("b", 1, "old"), make_row("c", 1, "old")])
        rows = [make_row("b", 3, "new"), make_row("a", 2, "new"), make_row("z", 9, "new")]
        await session.update_rows(house.things, rows, key=["tenant_id", "record_id"], update=["version"])
        await session.update_rows(house.things, [], key=["tenant_id", "record_id"], update=["version"])
        found = await session.fetch_all(select(house.things).order_by(house.things.c.record_id))
    assert [(row["record_id"], row["version"], row["body"]) for row in found] == [
        ("a", 2, "old"),
        ("b", 3, "old"),
        ("c", 1, "old"),
    ]


async def test_a_column_may_be_part_of_the_key_and_of_what_is_set(house: House) -> None:
    async with house.store.transaction() as session:
        await session.insert(house.things, [make_row("a", 1), make_row("b", 2)])
        rows = [make_row("a", 1, "one"), make_row("b", 1, "one")]
        await session.update_rows(house.things, rows, key=["record_id", "version"], update=["version", "body"])
        found = await session.fetch_all(select(house.things).order_by(house.things.c.record_id))
    assert [(row["record_id"], row["version"], row["body"]) for row in found] == [("a", 1, "one"), ("b", 2, None)]


async def test_conditions_of_upserts_that_take_a_value_from_around_them_are_told_apart(house: House) -> None:
    async def raise_above(limit: int, version: int) -> int:
        async with house.store.transaction() as session:
            await session.upsert(
                house.things,
                [make_row("a", version)],
                key=["tenant_id", "record_id"],
                update=["version"],
                only_if=lambda excluded, table: table.c.version < literal_column(str(limit), Integer),
            )
            return (await read_versions(session, house))["a"]

    assert [await raise_above(9, 1), await raise_above(2, 5), await raise_above(9, 7), await raise_above(2, 8)] == [
        1,
        5,
        7,
        7,
    ]


async def test_insert_missing_counts_and_names_only_the_new_rows(house: House) -> None:
    async with house.store.transaction() as session:
        await session.insert(house.things, [make_row("a", 1), make_row("b", 1)])
        assert await session.insert_missing(house.things, [make_row("a", 9), make_row("c"), make_row("d")]) == 2
        new = await session.insert_missing_returning(
            house.things, [make_row("a", 9), make_row("e"), make_row("f"), make_row("f")], "record_id"
        )
        assert sorted(new) == ["e", "f"]
        assert (await read_versions(session, house))["a"] == 1


async def test_two_thousand_rows_come_back_as_new_exactly_once(house: House) -> None:
    rows = [make_row(f"{number:05}") for number in range(2000)]
    async with house.store.transaction() as session:
        first = await session.insert_missing_returning(house.things, rows[:1500], "record_id")
        second = await session.insert_missing_returning(house.things, rows, "record_id")
    assert sorted(first) == [row["record_id"] for row in rows[:1500]]
    assert sorted(second) == [row["record_id"] for row in rows[1500:]]


@pytest.mark.parametrize("write", ["insert", "insert_missing", "upsert"])
async def test_rows_that_differ_in_their_columns_are_refused(house: House, write: str) -> None:
    rows = [make_row("a"), {**make_row("b"), "amount": None}]
    keywords = {"key": ["tenant_id", "record_id"], "update": ["version"]} if write == "upsert" else {}
    async with house.store.transaction() as session:
        with pytest.raises(ValueError, match="amount"):
            await getattr(session, write)(house.things, rows, **keywords)


async def test_no_rows_are_no_work(house: House) -> None:
    async with house.store.transaction() as session:
        await session.insert(house.things, [])
        assert await session.insert_missing(house.things, []) == 0
        assert await session.insert_missing_returning(house.things, [], "record_id") == []
        await session.upsert(house.things, [], key=["tenant_id", "record_id"], update=["version"])
        assert await read_versions(session, house) == {}


async def test_execute_tells_how_many_rows_it_touched(house: House) -> None:
    async with house.store.transaction() as session:
        await session.insert(house.things, [make_row("a"), make_row("b"), make_row("c")])
        touched = await session.execute(update(house.things).where(house.things.c.record_id != "a").values(version=7))
    assert touched.rowcount == 2


async def test_finding_nothing_gives_none(house: House) -> None:
    async with house.store.reading() as session:
        assert await session.fetch_one(select(house.things)) is None
        assert await session.fetch_value(select(house.things.c.version)) is None
        assert await session.fetch_all(select(house.things)) == []


async def test_the_stores_time_is_the_same_asked_for_and_in_a_statement(house: House) -> None:
    async with house.store.transaction() as session:
        assert await session.now() == house.clock.now()
        await session.insert(house.things, [make_row("a")])
        await session.execute(update(house.things).values(seen_at=session.now_in_sql()))
        assert await session.fetch_value(select(house.things.c.seen_at)) == house.clock.now()


async def test_a_failed_savepoint_undoes_only_itself(house: House) -> None:
    async with house.store.transaction() as session:
        await session.insert(house.things, [make_row("before")])
        with pytest.raises(IntegrityError):
            async with session.nested():
                await session.insert(house.things, [make_row("inside")])
                await session.insert(house.things, [make_row("before")])
        await session.insert(house.things, [make_row("after")])
    async with house.store.reading() as session:
        assert await read_versions(session, house) == {"before": 1, "after": 1}


async def test_savepoints_nest(house: House) -> None:
    async with house.store.transaction() as session:
        async with session.nested():
            await session.insert(house.things, [make_row("outer")])
            with pytest.raises(RuntimeError):
                async with session.nested():
                    await session.insert(house.things, [make_row("inner")])
                    raise RuntimeError
            async with session.nested():
                await session.insert(house.things, [make_row("second")])
        with pytest.raises(RuntimeError):
            async with session.nested():
                async with session.nested():
                    await session.insert(house.things, [make_row("kept by the inner, undone by the outer")])
                raise RuntimeError
        with pytest.raises(RuntimeError):
            async with session.nested():
                raise RuntimeError
        async with session.nested():
            pass
    async with house.store.reading() as session:
        assert await read_versions(session, house) == {"outer": 1, "second": 1}


async def test_many_statements_run_in_one_trip(house: House) -> None:
    def work(connection: Any) -> int:
        connection.execute(house.things.insert(), [make_row("a"), make_row("b")])
        connection.execute(delete(house.things).where(house.things.c.record_id == "a"))
        count: int = connection.execute(select(func.count()).select_from(house.things)).scalar()
        return count

    async with house.store.transaction() as session:
        assert await session.run(work) == 1


async def test_a_session_that_has_ended_cannot_be_used(house: House) -> None:
    async with house.store.transaction() as session:
        await session.insert(house.things, [make_row("a")])
    with pytest.raises(RuntimeError, match="ended"):
        await session.insert(house.things, [make_row("b")])
    async with house.store.reading() as reading:
        assert await read_versions(reading, house) == {"a": 1}


async def test_sqlmodel_classes_are_tables_too_and_four_services_fit_into_one_process() -> None:
    def declare() -> tuple[MetaData, type[SQLModel]]:
        class Table(SQLModel, registry=registry(metadata=MetaData())):
            """Root of one service's tables."""

        class Checkpoint(Table, table=True):
            __tablename__ = "checkpoints"
            tenant_id: str = Field(primary_key=True)
            read_until_at: datetime = Field(sa_type=UtcDateTime)

        return Table.metadata, Checkpoint

    (first, checkpoint), (second, _) = declare(), declare()
    assert first is not second
    assert list(SQLModel.metadata.tables) == []
    clock = SystemClock()
    store = Store.open("sqlite://", metadata=first, clock=clock, name="test")
    await store.create_tables()
    row = {"tenant_id": "t", "read_until_at": clock.now()}
    async with store.transaction() as session:
        await session.upsert(checkpoint, [row], key=["tenant_id"], update=["read_until_at"])
        assert [dict(found) for found in await session.fetch_all(select(checkpoint))] == [row]
    await store.close()
