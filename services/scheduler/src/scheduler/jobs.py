"""Time in: what the scheduler does by itself."""

from collections import Counter
from datetime import datetime, timedelta
from typing import Final

from scheduler.domain.run_state import RunState
from scheduler.metrics import SchedulerMetrics
from scheduler.store import runs
from scheduler.usecases.purge import purge_deleted_tenants, purge_old_logs
from scheduler.usecases.watch_runs import watch_runs
from sync_kit.consumer import Consumer
from sync_kit.relay import Relay
from sync_kit.store import Store

HOURLY: Final = timedelta(hours=1)


async def watch(store: Store, metrics: SchedulerMetrics) -> int:
    """One look at the open runs; the number that something had to be done about."""
    acted = await watch_runs(store)
    metrics.watched_total.inc(acted)
    async with store.reading() as session:
        states = Counter(row["state"] for row in await runs.list_open_runs(session))
    for state in (RunState.QUEUED, RunState.RUNNING, RunState.WAITING):
        metrics.open_runs.labels(state).set(states[state])
    return acted


class CleanUp:
    """Forgets what may not be kept: deleted tenants soon, the rest once an hour."""

    def __init__(self, store: Store, relay: Relay, consumer: Consumer) -> None:
        self._store = store
        self._relay = relay
        self._consumer = consumer
        self._next_at: datetime | None = None

    async def step(self) -> int:
        """One round; returns how many tenants were purged."""
        purged = await purge_deleted_tenants(self._store)
        now = self._store.clock.now()
        if self._next_at is None or now >= self._next_at:
            self._next_at = now + HOURLY
            await self._relay.purge()
            await self._consumer.purge()
            await purge_old_logs(self._store)
        return purged
