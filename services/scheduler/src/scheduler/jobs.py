"""Time in: what the scheduler does by itself."""

from collections import Counter

from scheduler.domain.run_state import RunState
from scheduler.metrics import SchedulerMetrics
from scheduler.store import runs
from scheduler.usecases.watch_runs import watch_runs
from sync_kit.store import Store


async def watch(store: Store, metrics: SchedulerMetrics) -> int:
    """One look at the open runs; the number that something had to be done about."""
    acted = await watch_runs(store)
    metrics.watched_total.inc(acted)
    async with store.reading() as session:
        states = Counter(row["state"] for row in await runs.list_open_runs(session))
    for state in (RunState.QUEUED, RunState.RUNNING, RunState.WAITING):
        metrics.open_runs.labels(state).set(states[state])
    return acted
