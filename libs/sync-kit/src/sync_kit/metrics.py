"""Help for a service's own `metrics.py`: a registry that is passed in, names with the service's prefix, safe labels.

Nothing registers globally, so that four services can live in one process. A label has few values for ever: labels
that name a tenant, a record or a person are refused.
"""

from collections.abc import Sequence

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    GCCollector,
    Histogram,
    PlatformCollector,
    ProcessCollector,
)

SECONDS_BUCKETS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 2.5, 5.0, 10.0, 30.0, 120.0)

_UNBOUNDED_LABELS = frozenset({"tenant", "partner", "client", "email", "name", "path", "url", "number", "code_text"})


class MetricFactory:
    """Declares metrics of one service: `factory.counter("records_settled_total", "...", ["outcome"])`."""

    def __init__(self, registry: CollectorRegistry, service: str) -> None:
        self._registry = registry
        self._prefix = service.replace("-", "_")

    def counter(self, name: str, help_text: str, labels: Sequence[str] = ()) -> Counter:
        """A count; the name ends in `_total`."""
        if not name.endswith("_total"):
            raise ValueError(f"a counter's name ends in _total: {name}")
        return Counter(self._full(name, labels), help_text, labels, registry=self._registry)

    def gauge(self, name: str, help_text: str, labels: Sequence[str] = ()) -> Gauge:
        """A level that goes up and down."""
        return Gauge(self._full(name, labels), help_text, labels, registry=self._registry)

    def seconds(self, name: str, help_text: str, labels: Sequence[str] = ()) -> Histogram:
        """A span of time; the name ends in `_seconds`."""
        if not name.endswith("_seconds"):
            raise ValueError(f"a span's name ends in _seconds: {name}")
        full = self._full(name, labels)
        return Histogram(full, help_text, labels, registry=self._registry, buckets=SECONDS_BUCKETS)

    def _full(self, name: str, labels: Sequence[str]) -> str:
        for label in labels:
            if label in _UNBOUNDED_LABELS or label == "id" or label.endswith("_id"):
                raise ValueError(f"{name}: the label {label} would have a value for each of its owners")
        return f"{self._prefix}_{name}"


def open_registry() -> CollectorRegistry:
    """A registry with the figures of the process (CPU, memory, open files) and of the interpreter."""
    registry = CollectorRegistry()
    ProcessCollector(registry=registry)
    PlatformCollector(registry=registry)
    GCCollector(registry=registry)
    return registry


class RequestMetrics:
    """What every service measures of the requests that it serves."""

    def __init__(self, registry: CollectorRegistry, service: str) -> None:
        factory = MetricFactory(registry, service)
        self._seconds = factory.seconds(
            "http_request_seconds",
            "Time to answer a request, by route template (never by path), method and status",
            ["method", "route", "status"],
        )

    def observe(self, *, method: str, route: str, status: int, seconds: float) -> None:
        """Count one answered request."""
        self._seconds.labels(method=method, route=route, status=str(status)).observe(seconds)
