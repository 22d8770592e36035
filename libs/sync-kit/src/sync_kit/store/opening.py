"""The store of one service: where units of work begin and end."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from typing import Any, TypeVar

from sqlalchemy import Connection, MetaData, text
from sqlalchemy.engine import make_url

from sync_kit.clock import Clock
from sync_kit.store.lines import Lines, PostgresLines, SqliteLines
from sync_kit.store.session import Line, Session, UnitOfWork
from sync_kit.store.statements import Kind

Result = TypeVar("Result")

_THE_WRITER = "the writer"


class Store:
    """One database. Use cases get a Session from `transaction()` or `reading()` and never commit themselves."""

    def __init__(
        self, lines: Lines, *, kind: Kind, metadata: MetaData, clock: Clock, name: str, one_writer: bool = False
    ) -> None:
        self.kind = kind
        self.one_writer = one_writer or kind == "sqlite"
        self.metadata = metadata
        self.clock = clock
        self.name = name
        self._lines = lines
        self._at_work: set[asyncio.Task[Any] | None] = set()
        self._watches: dict[str, list[asyncio.Event]] = {}

    @classmethod
    def open(cls, url: str, *, metadata: MetaData, clock: Clock, name: str, one_writer: bool = False) -> "Store":
        """Open `sqlite:////absolute/path.db`, `sqlite://` (in memory) or `postgresql://...`; connects at first use.

        `name` says whose store it is, for thread names and the server's list of clients. `one_writer`: units of work
        that write take turns on PostgreSQL too, over all processes, as they do on SQLite: for a store with little to
        write, whose use cases read and then write all over it. Raises ValueError for another kind of URL.
        """
        parsed = make_url(url)
        engine_name = parsed.get_backend_name()
        if engine_name == "sqlite":
            return cls(SqliteLines(parsed, name), kind="sqlite", metadata=metadata, clock=clock, name=name)
        if engine_name == "postgresql":
            lines = PostgresLines(parsed, name, one_writer=one_writer)
            return cls(lines, kind="postgresql", metadata=metadata, clock=clock, name=name, one_writer=one_writer)
        raise ValueError(f"a store is sqlite or postgresql, not {engine_name}")

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[Session]:
        """One unit of work: committed when the block ends, undone when anything at all leaves it as an exception.

        A task has one unit of work open at a time (RuntimeError for a second): two would wait for each other.
        """
        async with self._begin(self._lines.writing()) as session:
            await self._take_writers_turn(session)
            try:
                yield session
                await session.commit()
            except BaseException:
                await session.roll_back()
                raise
        self._wake_watchers(session)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Session]:
        """Read from one moment's state; on SQLite beside a writer that is at work. Writing fails."""
        async with self._begin(self._lines.reading()) as session:
            try:
                yield session
            finally:
                await session.roll_back()

    async def transact(self, work: UnitOfWork[Result]) -> Result:
        """`transaction()` with `work` as its block, in one trip to the database: see `Session.together`."""

        async def work_and_commit(session: Session) -> Result:
            await self._take_writers_turn(session)
            try:
                result = await work(session)
                await session.commit()
            except BaseException:
                await session.roll_back()
                raise
            return result

        async with self._begin(self._lines.writing()) as session:
            result = await session.together(work_and_commit)
        self._wake_watchers(session)
        return result

    async def read(self, work: UnitOfWork[Result]) -> Result:
        """`reading()` with `work` as its block, in one trip to the database: see `Session.together`."""

        async def work_and_end(session: Session) -> Result:
            try:
                return await work(session)
            finally:
                await session.roll_back()

        async with self._begin(self._lines.reading()) as session:
            return await session.together(work_and_end)

    async def _take_writers_turn(self, session: Session) -> None:
        if self.one_writer:
            await session.take_turn(_THE_WRITER)

    def _wake_watchers(self, session: Session) -> None:
        for name in session.signals:
            for event in self._watches.get(name, ()):
                event.set()

    @asynccontextmanager
    async def _begin(self, line: AbstractAsyncContextManager[Line]) -> AsyncIterator[Session]:
        task = self._refuse_second()
        self._at_work.add(task)
        try:
            async with line as opened:
                yield Session(opened, kind=self.kind, clock=self.clock)
        finally:
            self._at_work.discard(task)

    def _refuse_second(self) -> "asyncio.Task[Any] | None":
        task = asyncio.current_task()
        if task in self._at_work:
            raise RuntimeError(f"the {self.name} store: this task has a unit of work open already")
        return task

    def watch(self, name: str) -> asyncio.Event:
        """A new event that is set after each commit in this process that signalled `name`; the watcher clears it."""
        event = asyncio.Event()
        self._watches.setdefault(name, []).append(event)
        return event

    async def create_tables(self) -> None:
        """Make all tables of the metadata at once: for tests and throw-away stores; others migrate."""
        async with self.transaction() as session:
            await session.run(self.metadata.create_all)

    async def forget_deleted(self) -> bool:
        """After a purge: empty SQLite's write-ahead file too, where deleted values would live on until overwritten.

        False when a reader that began before the purge was in the way: try again later. PostgreSQL: nothing to do.
        """
        self._refuse_second()
        if self.kind == "postgresql":
            return True
        async with self._lines.writing() as line:
            return await line.run(_empty_write_ahead_file)

    async def check(self) -> str | None:
        """None when the store answers, else what is wrong, for a readiness page."""
        try:
            async with self.reading() as session:
                await session.fetch_value(text("SELECT 1"))
        except Exception as error:  # noqa: BLE001  any failure at all is the answer here
            return f"the store does not answer: {type(error).__name__}"
        return None

    async def close(self) -> None:
        """Close all connections, when the units of work have ended."""
        await self._lines.close()


def _empty_write_ahead_file(connection: Connection) -> bool:
    busy: int = connection.connection.cursor().execute("PRAGMA wal_checkpoint(TRUNCATE)").fetchone()[0]
    return not busy
