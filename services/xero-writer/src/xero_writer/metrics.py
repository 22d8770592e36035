"""Everything that this service measures beside what every service does."""

from prometheus_client import CollectorRegistry

from sync_kit.metrics import MetricFactory


class Metrics:
    """One instance per process and registry."""

    def __init__(self, registry: CollectorRegistry) -> None:
        make = MetricFactory(registry, "xero_writer")
        self.calls = make.counter(
            "xero_calls_total",
            "Calls to Xero by kind (read, write) and result (a status, lost, not_sent)",
            ["kind", "result"],
        )
        self.call_seconds = make.seconds("xero_call_seconds", "Time until Xero had answered whole", ["kind"])
        self.outcomes = make.counter("records_settled_total", "Outcomes told, by outcome", ["outcome"])
        self.intents = make.counter(
            "intents_closed_total",
            "Intents whose effect is known, by how it was learnt (answered, looked_up, not_executed)",
            ["how"],
        )
        self.uncertain = make.counter("intents_uncertain_total", "Writes whose answer was lost or of no use")
        self.waits = make.counter("waits_total", "Slices that ended waiting, by what for", ["limit"])
