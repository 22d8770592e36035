"""Every metric of the scheduler."""

from prometheus_client import CollectorRegistry

from sync_kit.metrics import MetricFactory


class SchedulerMetrics:
    """What operators watch of runs."""

    def __init__(self, registry: CollectorRegistry) -> None:
        factory = MetricFactory(registry, "scheduler")
        self.open_runs = factory.gauge("open_runs", "Runs that have not ended, by state", ["state"])
        self.watched_total = factory.counter(
            "watched_runs_total", "Runs that the watch had to ask about or to end: silent or cancelled ones"
        )
