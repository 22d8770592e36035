"""Throw-away engines: the real code on memory."""

from sqlalchemy import MetaData

from sync_kit.bus import LocalLog
from sync_kit.clock import Clock
from sync_kit.store import Store
from sync_kit.testing.clock import ManualClock


def memory_bus(clock: Clock | None = None) -> LocalLog:
    """A local log in memory. Close it."""
    return LocalLog(None, clock or ManualClock())


async def open_test_store(
    metadata: MetaData, *, clock: Clock | None = None, url: str = "sqlite://", name: str = "test"
) -> Store:
    """A store with all its tables, in memory unless `url` says otherwise. Close it."""
    store = Store.open(url, metadata=metadata, clock=clock or ManualClock(), name=name)
    await store.create_tables()
    return store
