"""Every metric of the zoho-reader, with its meaning. No label names a tenant, a person or a record."""

from prometheus_client import CollectorRegistry

from sync_kit.metrics import MetricFactory


class ReaderMetrics:
    """Declared once per process, in the registry that the composition root hands in."""

    def __init__(self, registry: CollectorRegistry) -> None:
        factory = MetricFactory(registry, "zoho-reader")
        self.vendor_calls = factory.counter("vendor_calls_total", "Calls to Zoho CRM, OAuth not counted")
        self.vendor_credits = factory.counter(
            "vendor_credits_total", "API credits that those calls cost by Zoho's price list"
        )
        self.records = factory.counter(
            "records_emitted_total", "Records handed on to the writer, by module", ["module"]
        )
        self.incomplete = factory.counter(
            "documents_incomplete_total", "Documents whose lines did not add up even after a read by id"
        )
        self.waits = factory.counter(
            "waits_total",
            "Slices that ended in waiting, by cause: a reason's code, or description (fields could not be read)",
            ["cause"],
        )
        self.refusals = factory.counter(
            "refusals_total",
            "What Zoho refused for good, by kind: module (no permission), question (a column), deleted (no answer)",
            ["kind"],
        )
        self.purged = factory.counter("rows_purged_total", "Rows of ended runs and old ledgers that were deleted")
