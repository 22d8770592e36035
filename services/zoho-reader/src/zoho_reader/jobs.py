"""Time in: what has outlived its use is deleted."""

from datetime import timedelta
from typing import Final

from sync_kit.consumer import Consumer
from sync_kit.relay import Relay
from sync_kit.store import Store
from zoho_reader.metrics import ReaderMetrics
from zoho_reader.usecases.purge import purge_old

PURGE_SECONDS: Final = 3_600.0


async def purge(store: Store, relay: Relay, consumer: Consumer, metrics: ReaderMetrics) -> int:
    """One round. Returns 0, so that the loop rests until the next hour."""
    await relay.purge()
    await consumer.purge()
    metrics.purged.inc(await purge_old(store, keep_pages=timedelta(days=5), keep_runs=timedelta(days=30)))
    await store.forget_deleted()
    return 0
