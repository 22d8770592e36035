"""Every metric of auth, with its meaning. No label names a tenant, a person or a record."""

from prometheus_client import CollectorRegistry

from sync_kit.metrics import MetricFactory


class AuthMetrics:
    """Declared once per process, in the registry that the composition root hands in."""

    def __init__(self, registry: CollectorRegistry) -> None:
        factory = MetricFactory(registry, "auth")
        self.refreshes = factory.counter(
            "token_refreshes_total",
            "Refreshes of vendor tokens, by vendor and outcome: renewed, recovered (after a crash in the middle), "
            "overtaken (a newer consent came first), refused, rate_limited, app_refused, trouble",
            ["vendor", "outcome"],
        )
        self.lendings = factory.counter(
            "token_lendings_total",
            "Requests of our services for a vendor token, by vendor and outcome: lent, needs_person, try_later",
            ["vendor", "outcome"],
        )
        self.connects = factory.counter(
            "connects_total",
            "Answers of vendors to connection attempts, by vendor and outcome: connected, choice, refused",
            ["vendor", "outcome"],
        )
        self.revocations = factory.counter(
            "revocations_total",
            "What vendors were told of disconnections, by vendor and outcome: done, failed, void",
            ["vendor", "outcome"],
        )
