"""Bring a service's store to the shape that its code expects, by alembic, from the service's own migrations folder.

A migration is one transaction on both engines: one that fails or is killed leaves the store as it was.
A service's `migrations/env.py` is no more than

    from auth.store.tables import Table
    from sync_kit.store.migrate import run_environment

    run_environment(Table.metadata)
"""

import asyncio
import importlib.util
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, Final, TypeVar

from alembic import command, context
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, MetaData, text
from sqlalchemy.engine import URL, make_url
from sqlalchemy.ext.asyncio import create_async_engine
from sqlalchemy.pool import NullPool

from sync_kit.store.lines import make_private_file, open_sqlite_engine

Result = TypeVar("Result")

MIGRATION_LOCK: Final = 7_306_150_001
"""PostgreSQL's advisory lock that makes replicas migrate one after the other."""


def upgrade(url: str, package: str, *, revision: str = "head") -> None:
    """Run the migrations of the service whose import name is `package` that the store at `url` lacks, up to `revision`.

    Blocking: from a coroutine call it by `asyncio.to_thread`. Raises FileNotFoundError without a migrations folder.
    """
    config = Config()
    config.set_main_option("script_location", str(find_migrations(package)).replace("%", "%%"))
    config.attributes["url"] = url
    command.upgrade(config, revision)


def find_migrations(package: str) -> Path:
    """The service's migrations: inside the package in a wheel, beside `src` in the source tree."""
    spec = importlib.util.find_spec(package)
    for place in (spec.submodule_search_locations or ()) if spec is not None else ():
        for folder in (Path(place) / "migrations", Path(place).parent.parent / "migrations"):
            if (folder / "env.py").is_file():
                return folder
    raise FileNotFoundError(f"{package} has no migrations folder with an env.py")


def run_environment(metadata: MetaData) -> None:
    """What alembic's env.py does: run the migrations that were asked for, by `upgrade` or by alembic's command line
    with `-x url=...`."""
    url = context.config.attributes.get("url") or context.get_x_argument(as_dictionary=True).get("url")
    if not url:
        raise ValueError("say which store: alembic -x url=sqlite:////absolute/path.db ...")

    def run(connection: Connection) -> None:
        context.configure(
            connection=connection,
            target_metadata=metadata,
            render_as_batch=connection.dialect.name == "sqlite",
        )
        with context.begin_transaction():
            if connection.dialect.name == "postgresql":
                connection.execute(text("SELECT pg_advisory_xact_lock(:lock)"), {"lock": MIGRATION_LOCK})
            context.run_migrations()

    _run_with_connection(make_url(url), run)


def differences(url: str, metadata: MetaData) -> list[Any]:
    """What alembic would still have to do so that the store at `url` is as `metadata` says; empty when they agree."""

    def compare(connection: Connection) -> list[Any]:
        found: list[Any] = compare_metadata(MigrationContext.configure(connection), metadata)
        return found

    return _run_with_connection(make_url(url), compare)


def _run_with_connection(url: URL, work: Callable[[Connection], Result]) -> Result:
    if url.get_backend_name() == "sqlite":
        make_private_file(Path(str(url.database)))
        # Foreign keys stay off: changing a table on SQLite means to make it anew and drop the old one.
        engine = open_sqlite_engine(url, begin="BEGIN IMMEDIATE", pragmas=("secure_delete = ON",))
        try:
            with engine.connect() as connection:
                result = work(connection)
                connection.commit()
                return result
        finally:
            engine.dispose()

    async def run() -> Result:
        pool = create_async_engine(url.set(drivername="postgresql+asyncpg"), poolclass=NullPool, hide_parameters=True)
        try:
            async with pool.connect() as connection:
                result = await connection.run_sync(work)
                await connection.commit()
                return result
        finally:
            await pool.dispose()

    with ThreadPoolExecutor(1) as thread:  # a loop of its own, whether or not the caller is inside one
        return thread.submit(asyncio.run, run()).result()
