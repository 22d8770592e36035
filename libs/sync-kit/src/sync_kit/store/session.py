"""One unit of work on a store: Core statements only, nothing of it lasting before the edge commits.

A session belongs to the task that opened it. Savepoints and the transaction itself begin with the first statement
that needs them, and are released with the next one, since every trip to the database costs more than most statements.

A statement that is made once, with `bindparam` for what differs, costs a fifth of one that is made anew at each call:
SQLAlchemy then need not find out that it knows it already.
"""

import hashlib
from collections.abc import AsyncIterator, Awaitable, Callable, Coroutine, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import Any, Final, Protocol, TypeVar

from sqlalchemy import ColumnElement, Connection, CursorResult, Executable, bindparam, func, literal, select, text
from sqlalchemy.engine import NestedTransaction, RowMapping

from sync_kit.clock import Clock
from sync_kit.store.one_trip import HereLine, finish_at_once
from sync_kit.store.prepared import (
    PreparedWrite,
    prepare_insert,
    prepare_insert_missing,
    prepare_update,
    prepare_upsert,
)
from sync_kit.store.statements import Kind, OnlyIf, Row, TableLike, check_rows, insert_into, order_by_key, table_of
from sync_kit.store.types import UtcDateTime

Result = TypeVar("Result")
Work = Callable[[Connection], Result]


class Line(Protocol):
    """A connection that runs functions of the synchronous Connection where that may wait."""

    def run(self, work: Work[Result]) -> Awaitable[Result]: ...


_TAKE_TURNS = text(
    "SELECT pg_advisory_xact_lock(key), clock_timestamp() AS now FROM unnest(CAST(:keys AS bigint[])) AS key"
)


_NOW: Final = "now_of_store"
_ROWS_AT_ONCE: Final = 1_000


def now_of_store(kind: Kind) -> ColumnElement[datetime]:
    """`Session.now_in_sql` for a statement that is made once and run often, with `Session.now_given`."""
    if kind == "sqlite":
        return bindparam(_NOW, type_=UtcDateTime())
    return func.clock_timestamp(type_=UtcDateTime())


UnitOfWork = Callable[["Session"], Coroutine[Any, Any, Result]]
"""A use case as a function of the session that it is given."""


class Session:
    """What a use case may do inside `store.transaction()` or `store.reading()`."""

    def __init__(self, line: Line, *, kind: Kind, clock: Clock) -> None:
        self.kind = kind
        self.clock = clock
        self.signals: set[str] = set()
        self._line = line
        self._before: list[Callable[[Connection], object]] = []
        self._open = True
        self._used = False
        self._moment: datetime | None = None
        self._turned_at: datetime | None = None

    async def run(self, work: Work[Result]) -> Result:
        """Run a function of the synchronous Connection inside this transaction, in one trip; it must not commit."""
        if not self._open:
            raise RuntimeError("this unit of work has ended: open a new one")
        before, self._before = self._before, []
        self._used = True

        def run_all(connection: Connection) -> Result:
            for step in before:
                step(connection)
            return work(connection)

        return await self._line.run(run_all)

    async def together(self, work: "UnitOfWork[Result]") -> Result:
        """Run `work` with this session in one trip, however many statements it has.

        It may await nothing but this session's own calls (RuntimeError): no vendor, no sleep. What it does to objects
        of the process it does beside the event loop, in another thread, so it should do nothing to them.
        """

        def run(connection: Connection) -> Result:
            line, self._line = self._line, HereLine(connection)
            try:
                return finish_at_once(work(self))
            finally:
                self._line = line

        return await self._line.run(run)

    async def take_turn(self, *names: str) -> None:
        """Until this unit of work has ended, no other one does anything between its own `take_turn` of one of the
        names and its end. What is read from here on is what those before have left.

        SQLite: every unit of work that writes waits for every other anyway. PostgreSQL: a lock for each name, taken
        with the next statement. Take all turns at once, before anything else: so nobody waits for each other.
        """
        if self.kind == "postgresql" and names:
            keys = sorted({_make_turn_key(name) for name in names})

            def take(connection: Connection) -> None:
                self._turned_at = connection.execute(_TAKE_TURNS, {"keys": keys}).all()[-1].now

            self._before.append(take)

    async def now(self) -> datetime:
        """The store's time, aware UTC: the injected clock on SQLite, the server's on PostgreSQL.

        One unit of work is one moment: the server is asked once, or said it when a turn was taken. What must know
        how late it is by now, after a wait for another's lock, compares inside its statement, with `now_in_sql`.
        """
        if self._moment is None:
            self._moment = await self._ask_server() if self.kind == "postgresql" else self.clock.now()
        return self._moment

    async def _ask_server(self) -> datetime:
        if self._before:
            await self.run(lambda _: None)  # a turn among them tells the time
        return self._turned_at or await self.fetch_value(select(self.now_in_sql()))

    def now_in_sql(self) -> ColumnElement[datetime]:
        """The store's time as an expression, for use inside a statement."""
        if self.kind == "sqlite":
            return literal(self.clock.now(), UtcDateTime())
        return func.clock_timestamp(type_=UtcDateTime())

    def now_given(self) -> Row:
        """The parameters that `now_of_store` needs beside a statement's own."""
        return {_NOW: self.clock.now()} if self.kind == "sqlite" else {}

    async def execute(self, statement: Executable, params: Sequence[Row] | Row | None = None) -> CursorResult[Any]:
        """Run a statement that returns no rows; the result tells `rowcount` (-1 for many rows on PostgreSQL)."""

        def run(connection: Connection) -> CursorResult[Any]:
            result: CursorResult[Any] = connection.execute(statement, params)
            return result

        return await self.run(run)

    async def fetch_all(self, statement: Executable, params: Row | None = None) -> Sequence[RowMapping]:
        """All rows, by column name."""
        return await self.run(lambda connection: connection.execute(statement, params).mappings().all())

    async def fold(
        self, statement: Executable, fold: Callable[[Iterable[RowMapping]], Result], params: Row | None = None
    ) -> Result:
        """What `fold` makes of all rows, however many: they come by and by and are never in memory together.

        It runs where `run` runs its functions, beside the event loop. It may keep what it counts, not the rows.
        """

        def run(connection: Connection) -> Result:
            options = {"yield_per": _ROWS_AT_ONCE}
            with connection.execute(statement, params, execution_options=options) as result:
                return fold(result.mappings())

        return await self.run(run)

    async def fetch_one(self, statement: Executable, params: Row | None = None) -> RowMapping | None:
        """The first row, or None."""
        return await self.run(lambda connection: connection.execute(statement, params).mappings().first())

    async def fetch_value(self, statement: Executable, params: Row | None = None) -> Any:
        """The first column of the first row, or None."""
        return await self.run(lambda connection: connection.execute(statement, params).scalar())

    async def insert(self, table: TableLike, rows: Sequence[Row]) -> None:
        """Insert new rows; a conflict raises IntegrityError."""
        columns = check_rows(rows)
        if columns:
            await self._write(prepare_insert(self.kind, table_of(table), columns), rows)

    async def insert_missing(self, table: TableLike, rows: Sequence[Row]) -> int:
        """Insert the rows that are not there yet; returns how many were new."""
        target = table_of(table)
        key = [column.name for column in target.primary_key]
        if self.kind == "postgresql":
            return len(await self.insert_missing_returning(table, rows, key[0]))
        columns = check_rows(rows)
        if not columns:
            return 0
        return await self._write(prepare_insert_missing(self.kind, target, columns), rows)

    async def insert_missing_returning(self, table: TableLike, rows: Sequence[Row], column: str) -> Sequence[Any]:
        """Insert the rows that are not there yet; returns that column of each new one, in no particular order.

        On PostgreSQL this waits for another transaction that inserts the same key, so that of two takers one is first.
        """
        target = table_of(table)
        columns = check_rows(rows)
        if not columns:
            return []
        ordered = order_by_key(rows, [column.name for column in target.primary_key if column.name in columns])
        statement = insert_into(self.kind, target).on_conflict_do_nothing().returning(target.c[column])
        return await self.run(lambda connection: connection.execute(statement, ordered).scalars().all())

    async def upsert(
        self,
        table: TableLike,
        rows: Sequence[Row],
        *,
        key: Sequence[str],
        update: Sequence[str],
        only_if: OnlyIf | None = None,
    ) -> None:
        """Insert rows, or set the `update` columns of those whose `key` is there, where `only_if` allows it.

        All rows must name the same columns. A key that comes twice is applied twice, in the order given.
        """
        columns = check_rows(rows)
        if columns:
            prepared = prepare_upsert(self.kind, table_of(table), columns, key=key, update=update, only_if=only_if)
            await self._write(prepared, order_by_key(rows, key))

    async def update_rows(
        self, table: TableLike, rows: Sequence[Row], *, key: Sequence[str], update: Sequence[str]
    ) -> None:
        """Set the `update` columns of those rows whose `key` is there; the others are passed over.

        All rows must name the same columns. A key that comes twice is applied twice, in the order given.
        """
        if check_rows(rows):
            prepared = prepare_update(self.kind, table_of(table), key=key, update=update)
            await self._write(prepared, order_by_key(rows, key))

    async def _write(self, prepared: PreparedWrite, rows: Sequence[Row]) -> int:
        return await self.run(
            lambda connection: connection.exec_driver_sql(prepared.text, prepared.bind(rows)).rowcount
        )

    def signal(self, name: str) -> None:
        """Wake those who `store.watch(name)`, once this transaction has committed."""
        self.signals.add(name)

    @asynccontextmanager
    async def nested(self) -> AsyncIterator[None]:
        """A savepoint: what is done inside is undone when an exception leaves it, the rest of the work stays."""
        begun: list[NestedTransaction] = []

        def begin(connection: Connection) -> None:
            begun.append(connection.begin_nested())

        def release(_: Connection) -> None:
            begun[0].commit()

        self._before.append(begin)
        signals = set(self.signals)
        try:
            yield
        except BaseException:
            self.signals = signals
            if begun:
                await self.run(lambda _: begun[0].rollback())
            else:
                self._before.remove(begin)
            raise
        if begun:
            self._before.append(release)
        else:
            self._before.remove(begin)

    async def commit(self) -> None:
        """For the store alone, at the edge: make it last. A cancelled commit may have happened."""
        self._open = False
        if self._used:
            before = self._before

            def commit(connection: Connection) -> None:
                for step in before:
                    step(connection)
                connection.commit()

            await self._line.run(commit)

    async def roll_back(self) -> None:
        """For the store alone, at the edge: undo what was not committed."""
        self._open = False
        if self._used:
            await self._line.run(lambda connection: connection.rollback())


def _make_turn_key(name: str) -> int:
    """64 bits of the name; two names that share them only wait for each other needlessly."""
    return int.from_bytes(hashlib.blake2b(name.encode(), digest_size=8).digest(), signed=True)
