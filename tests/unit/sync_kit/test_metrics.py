import pytest
from prometheus_client import CollectorRegistry, generate_latest

from sync_kit.metrics import MetricFactory, RequestMetrics, open_registry


def test_names_carry_the_service_and_help() -> None:
    registry = CollectorRegistry()
    MetricFactory(registry, "zoho-reader").counter("pages_read_total", "Pages read", ["module"]).labels(
        "accounts"
    ).inc()
    text = generate_latest(registry).decode()
    assert "# HELP zoho_reader_pages_read_total Pages read" in text
    assert 'zoho_reader_pages_read_total{module="accounts"} 1.0' in text


def test_two_services_in_one_process_do_not_meet() -> None:
    for service in ("auth", "scheduler"):
        RequestMetrics(open_registry(), service)


def test_a_gauge_has_its_level() -> None:
    registry = CollectorRegistry()
    MetricFactory(registry, "auth").gauge("grants", "Grants alive").set(3)
    assert registry.get_sample_value("auth_grants") == 3


@pytest.mark.parametrize("label", ["tenant_id", "id", "run_id", "tenant", "email", "path", "name"])
def test_a_label_with_a_value_for_each_owner_is_refused(label: str) -> None:
    factory = MetricFactory(CollectorRegistry(), "auth")
    with pytest.raises(ValueError, match=label):
        factory.counter("x_total", "help", [label])


def test_names_say_their_unit() -> None:
    factory = MetricFactory(CollectorRegistry(), "auth")
    with pytest.raises(ValueError, match="_total"):
        factory.counter("things", "help")
    with pytest.raises(ValueError, match="_seconds"):
        factory.seconds("latency_ms", "help")


def test_requests_are_measured_by_route_template() -> None:
    registry = CollectorRegistry()
    RequestMetrics(registry, "auth").observe(method="GET", route="/v1/tenants/{tenant_id}", status=404, seconds=0.2)
    labels = {"method": "GET", "route": "/v1/tenants/{tenant_id}", "status": "404"}
    assert registry.get_sample_value("auth_http_request_seconds_sum", labels) == 0.2


def test_the_process_itself_is_measured() -> None:
    assert b"process_cpu_seconds_total" in generate_latest(open_registry())
