"""A store of any release goes on with the next one: every row of every table that stays is there, on both engines.

The rows are made up from what the first release's tables say of themselves; whoever needs more than one value of each
kind has a test of its own beside its service.
"""

import asyncio
import sys
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import Boolean, Column, Connection, Date, DateTime, Integer, LargeBinary, MetaData, Table, Text, select
from sqlalchemy.types import TypeEngine
from tests.fixtures.engines import (
    drop_databases,
    engines_are_required,
    find_server,
    get_server,
    list_store_kinds,
    make_postgres_url,
)

import auth.store
import scheduler.store
import xero_writer.store
import zoho_reader.store
from sync_kit.store import Store
from sync_kit.store.migrate import differences, find_migrations, upgrade
from sync_kit.testing import ManualClock
from zoho2xero.standalone import SERVICES

METADATA = {
    "auth": auth.store.METADATA,
    "scheduler": scheduler.store.METADATA,
    "xero_writer": xero_writer.store.METADATA,
    "zoho_reader": zoho_reader.store.METADATA,
}
MOMENT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
VALUES: Mapping[type[TypeEngine[Any]], object] = {
    Boolean: True,
    Integer: 1,
    LargeBinary: b"x",
    DateTime: MOMENT,
    Date: MOMENT.date(),
}
TIMES = ("_at", "_until", "watermark", "since", "_time")
"""How columns that hold times are named; SQLite knows them as text only."""
GIVEN_UP = {
    ("xero_writer", "ledger_invoices"),  # read anew from Xero, as ledger_documents
    ("scheduler", "tenant_settings", "modules"),  # became directions
}
"""Tables and columns that a migration takes away on purpose."""


@pytest.fixture(params=[kind for kind in list_store_kinds() if kind != "memory"])
def url(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[str]:
    """An empty store that lasts."""
    if request.param == "file":
        yield f"sqlite:///{tmp_path}/store.db"
        return
    yield make_postgres_url(get_server(), tmp_path, "store", None)
    drop_databases(tmp_path)


def make_value(column: Column[Any], dialect: str) -> object:
    """Something that fits into the column."""
    for kind, value in VALUES.items():
        if isinstance(column.type, kind):
            return value
    if not isinstance(column.type, Text):
        return "x"
    holds_time = dialect == "sqlite" and column.name.endswith(TIMES)
    return MOMENT.isoformat(timespec="microseconds") if holds_time else '{"connections": []}'


async def read_store(url: str, *, fill: bool) -> dict[str, dict[str, Any]]:
    """The one row of each table by column, put there before if `fill` says so."""

    def work(connection: Connection) -> dict[str, dict[str, Any]]:
        metadata = MetaData()
        metadata.reflect(connection)
        return {
            table.name: _read_row(connection, table, fill=fill)
            for table in metadata.sorted_tables
            if table.name != "alembic_version"
        }

    store = Store.open(url, metadata=MetaData(), clock=ManualClock(), name="test")
    async with store.transaction() as session:
        found = await session.run(work)
    await store.close()
    return found


def _read_row(connection: Connection, table: Table, *, fill: bool) -> dict[str, Any]:
    if fill:
        values = {column.name: make_value(column, connection.dialect.name) for column in table.columns}
        connection.execute(table.insert().values(**values))
    row = connection.execute(select(table)).mappings().first()
    return {} if row is None else dict(row)


@pytest.mark.parametrize("service", SERVICES)
def test_models_and_migrations_agree(url: str, service: str) -> None:
    upgrade(url, service)
    assert differences(url, METADATA[service]) == []


@pytest.mark.parametrize("service", SERVICES)
async def test_no_row_of_the_first_release_is_lost_on_the_way_to_the_newest(url: str, service: str) -> None:
    assert len(list(find_migrations(service).glob("versions/*.py"))) >= 2
    upgrade(url, service, revision="0001")
    before = await read_store(url, fill=True)
    assert len(before) > 6
    upgrade(url, service)
    after = await read_store(url, fill=False)
    for table, row in before.items():
        if (service, table) in GIVEN_UP:
            assert table not in after
            continue
        kept = {name: value for name, value in row.items() if (service, table, name) not in GIVEN_UP}
        assert kept.items() <= after[table].items(), table
    assert differences(url, METADATA[service]) == []


async def test_replicas_that_start_at_once_migrate_one_after_the_other(tmp_path: Path) -> None:
    server = find_server()
    if server is None and not engines_are_required():
        pytest.skip("TEST_DATABASE_URL names no PostgreSQL server; SQLite is for one process")
    url = make_postgres_url(get_server(), tmp_path, "store", None)
    program = "import sys; from sync_kit.store.migrate import upgrade; upgrade(sys.argv[1], 'scheduler')"
    starting = [await asyncio.create_subprocess_exec(sys.executable, "-c", program, url) for _ in range(3)]
    assert [await process.wait() for process in starting] == [0, 0, 0]
    assert differences(url, METADATA["scheduler"]) == []
    drop_databases(tmp_path)
