"""Connections to the two engines, behind one small face: run a function of the synchronous Connection.

SQLite: one writing connection (BEGIN IMMEDIATE, so one unit of work at a time) and a few that only read, each in its
own thread; in memory there is one connection for both. Driving the synchronous engine in a thread costs one trip per
call; the aiosqlite driver costs four (measured: 0.18 ms against 0.57 ms for a select by key).
PostgreSQL: the asyncpg driver and its pool.
"""

import asyncio
import contextlib
import os
import sqlite3
import time
from collections.abc import AsyncIterator, Sequence
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path
from typing import Any, Protocol, TypeVar

from sqlalchemy import Connection, Engine, create_engine, event
from sqlalchemy.engine import URL
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.ext.asyncio import AsyncConnection, create_async_engine
from sqlalchemy.pool import ConnectionPoolEntry, NullPool

from sync_kit.one_thread import OneThread
from sync_kit.store.session import Line, Work

Result = TypeVar("Result")

READERS = 4
"""Connections of one SQLite store that read beside the writer."""
BUSY_SECONDS = 10
"""How long SQLite waits for another process (a migration, a backup) that holds the file."""
PRAGMAS = ("journal_mode = WAL", "synchronous = FULL", "foreign_keys = ON", "secure_delete = ON")
"""Durable at each commit; deleted values are overwritten, not only forgotten."""
WRITER_PRAGMAS = ("cache_size = -4096", "wal_autocheckpoint = 4000")
"""4 MiB of pages, so that a batch's pages are written once and not spilled in its middle; and 16 MiB of write-ahead
file instead of 4 before pages are copied into the store: a page that changes often is copied a quarter as often."""
READER_PRAGMAS = ("cache_size = -512", "query_only = ON")
"""Half a MiB of pages instead of 2, for each of four: what they miss the system still has."""

POOL_SIZE = 5
"""Connections that a process keeps to its PostgreSQL database: two replicas of four services hold 40."""
POOL_OVERFLOW = 5
"""How many more it opens while all are at work, and closes again."""
POOL_WAIT_SECONDS = 20
"""How long a unit of work waits for a connection of the pool before it is a trouble of the store."""
IDLE_SECONDS = 5.0
"""A connection that lay unused for so long is asked whether its server is still there before it is given out."""
CONNECT_SECONDS = 5
COMMAND_SECONDS = 90
"""When we give up on a server from which nothing is heard at all; it gives up itself before."""
PREPARED_STATEMENTS = 256
"""Statements that a connection keeps ready: a list of keys is another statement for each length."""
SERVER_SETTINGS = {
    "statement_timeout": "60s",
    # A process that was stopped in the middle of a unit of work holds locks that others wait for.
    "idle_in_transaction_session_timeout": "60s",
    # Plans of small statements: compiling them costs more than it saves.
    "jit": "off",
}


class Lines(Protocol):
    """The connections of one store."""

    def writing(self) -> AbstractAsyncContextManager[Line]: ...

    def reading(self) -> AbstractAsyncContextManager[Line]: ...

    async def close(self) -> None: ...


class SqliteLine:
    """One SQLite connection in its own thread, opened at first use."""

    def __init__(self, engine: Engine, name: str) -> None:
        self._engine = engine
        self._thread = OneThread(name)
        self._connection: Connection | None = None

    async def run(self, work: Work[Result]) -> Result:
        return await self._thread.run(lambda: work(self._connect()))

    async def close(self) -> None:
        await self._thread.run(self._disconnect)
        self._thread.close()

    def _connect(self) -> Connection:
        if self._connection is None:
            self._connection = self._engine.connect()
        return self._connection

    def _disconnect(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None


class SqliteLines:
    """A writer behind a lock and readers beside it; `sqlite://` in memory has one line for both."""

    def __init__(self, url: URL, name: str) -> None:
        in_memory = url.database in (None, "", ":memory:")
        if not in_memory:
            make_private_file(Path(str(url.database)))
        self._writing_engine = open_sqlite_engine(url, begin="BEGIN IMMEDIATE", pragmas=(*PRAGMAS, *WRITER_PRAGMAS))
        self._reading_engine = (
            self._writing_engine
            if in_memory
            else open_sqlite_engine(url, begin="BEGIN", pragmas=(*PRAGMAS, *READER_PRAGMAS))
        )
        self._writer = SqliteLine(self._writing_engine, f"{name}-store-writer")
        self._writer_free = asyncio.Lock()
        self._readers = (
            []
            if in_memory
            else [SqliteLine(self._reading_engine, f"{name}-store-reader-{number}") for number in range(READERS)]
        )
        self._idle_readers = list(self._readers)
        self._reader_free = asyncio.Semaphore(READERS)

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Line]:
        async with self._writer_free:
            yield self._writer

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Line]:
        if not self._readers:
            async with self._writer_free:
                yield self._writer
            return
        async with self._reader_free:
            line = self._idle_readers.pop()
            try:
                yield line
            finally:
                self._idle_readers.append(line)

    async def close(self) -> None:
        async with self._writer_free:
            for line in (*self._readers, self._writer):
                await line.close()
        for engine in {self._writing_engine, self._reading_engine}:
            engine.dispose()


class PostgresLine:
    """A connection of the pool for one unit of work."""

    def __init__(self, connection: AsyncConnection) -> None:
        self._connection = connection

    async def run(self, work: Work[Result]) -> Result:
        return await self._connection.run_sync(work)


class PostgresLines:
    """The pool of asyncpg connections. With `one_writer` only one of them waits for its turn to write."""

    def __init__(self, url: URL, name: str, *, one_writer: bool) -> None:
        self._engine = create_async_engine(
            url.set(drivername="postgresql+asyncpg"),
            hide_parameters=True,
            pool_size=POOL_SIZE,
            max_overflow=POOL_OVERFLOW,
            pool_timeout=POOL_WAIT_SECONDS,
            connect_args={
                "server_settings": {"application_name": name, **SERVER_SETTINGS},
                "timeout": CONNECT_SECONDS,
                "command_timeout": COMMAND_SECONDS,
                "prepared_statement_cache_size": PREPARED_STATEMENTS,
            },
        )
        _look_at_idle_connections(self._engine.sync_engine)
        self._writers = asyncio.Lock() if one_writer else contextlib.nullcontext()

    @asynccontextmanager
    async def writing(self) -> AsyncIterator[Line]:
        async with self._writers, self._engine.connect() as connection:
            yield PostgresLine(connection)

    @asynccontextmanager
    async def reading(self) -> AsyncIterator[Line]:
        async with self._engine.connect() as connection:
            await connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
            yield PostgresLine(connection)

    async def close(self) -> None:
        await self._engine.dispose()


def _look_at_idle_connections(engine: Engine) -> None:
    """Never give out a connection that is known to be dead, nor one whose server may have gone without a word.

    The pool's own way (`pool_pre_ping`) asks each time, with three trips to the server: more than a fifth of all trips.
    """

    @event.listens_for(engine, "checkin")
    def note_time(_: Any, record: ConnectionPoolEntry) -> None:
        record.info["unused_since"] = time.monotonic()

    @event.listens_for(engine, "checkout")
    def look(connection: Any, record: ConnectionPoolEntry, _: Any) -> None:
        unused_since = record.info.get("unused_since")
        if connection.driver_connection.is_closed():
            raise InvalidatePoolError
        if unused_since is not None and time.monotonic() - unused_since > IDLE_SECONDS:
            try:
                engine.dialect.do_ping(connection)
            except engine.dialect.loaded_dbapi.Error as error:
                raise InvalidatePoolError from error


def make_private_file(path: Path) -> None:
    """People's data lies in it, so only its owner may read it; SQLite's side files take the same rights."""
    path.parent.mkdir(parents=True, exist_ok=True)
    os.close(os.open(path, os.O_CREAT | os.O_RDWR, 0o600))


def open_sqlite_engine(url: URL, *, begin: str, pragmas: Sequence[str]) -> Engine:
    """An engine without a pool, whose transactions begin with `begin`; a connection may be used from any one thread."""
    engine = create_engine(
        url,
        hide_parameters=True,
        poolclass=NullPool,
        connect_args={"check_same_thread": False, "timeout": BUSY_SECONDS},
    )

    @event.listens_for(engine, "connect")
    def set_up(connection: sqlite3.Connection, _: Any) -> None:
        # The driver's own BEGIN is deferred and comes too late: transactions are begun by the listener below.
        connection.isolation_level = None
        for pragma in pragmas:
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def begin_transaction(connection: Connection) -> None:
        connection.exec_driver_sql(begin)

    return engine
