"""A store in memory and in a file, with the kit's tables and one table of records."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from sqlalchemy import Column, Integer, MetaData, String, Table
from tests.fixtures.stopped_clock import StoppedClock

from sync_kit.bus import LocalLog
from sync_kit.store import DecimalText, JsonText, KitTables, Store, UtcDateTime


@dataclass(frozen=True)
class House:
    """One service's store with its tables."""

    store: Store
    tables: KitTables
    things: Table
    clock: StoppedClock


def make_metadata() -> tuple[MetaData, KitTables, Table]:
    metadata = MetaData()
    tables = KitTables(metadata)
    things = Table(
        "things",
        metadata,
        Column("tenant_id", String, primary_key=True),
        Column("record_id", String, primary_key=True),
        Column("version", Integer, nullable=False),
        Column("body", JsonText, nullable=True),
        Column("amount", DecimalText, nullable=True),
        Column("seen_at", UtcDateTime, nullable=True),
    )
    return metadata, tables, things


@pytest.fixture
def clock() -> StoppedClock:
    return StoppedClock()


@pytest.fixture
def store_url(tmp_path: Path) -> str:
    return f"sqlite:///{tmp_path}/store.db"


@pytest.fixture(params=["memory", "file"])
async def house(request: pytest.FixtureRequest, store_url: str, clock: StoppedClock) -> AsyncIterator[House]:
    metadata, tables, things = make_metadata()
    url = "sqlite://" if request.param == "memory" else store_url
    store = Store.open(url, metadata=metadata, clock=clock, name="test")
    await store.create_tables()
    yield House(store, tables, things, clock)
    await store.close()


@pytest.fixture
async def bus(tmp_path: Path, clock: StoppedClock) -> AsyncIterator[LocalLog]:
    log = LocalLog(tmp_path / "bus.db", clock)
    yield log
    await log.close()
