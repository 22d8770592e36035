"""Servers and prefix out of a kafka:// URL."""

import pytest

from sync_kit.bus.kafka_place import KafkaPlace


@pytest.mark.parametrize(
    ("url", "servers", "prefix"),
    [
        ("kafka://kafka:9092", ("kafka:9092",), ""),
        ("kafka://kafka", ("kafka:9092",), ""),
        ("kafka://a.b-c:1,d:22/", ("a.b-c:1", "d:22"), ""),
        ("kafka://[::1]:9094?prefix=acme.", ("[::1]:9094",), "acme."),
        ("kafka://h:1?prefix=", ("h:1",), ""),
    ],
)
def test_servers_and_prefix_are_read(url: str, servers: tuple[str, ...], prefix: str) -> None:
    assert KafkaPlace.of_url(url) == KafkaPlace(servers, prefix)


@pytest.mark.parametrize(
    "url",
    [
        "kafka://",
        "kafka://h:1,",
        "kafka://user:secret@h:1",
        "kafka://h:port",
        "kafka://h:1?prefix=a/b",
        "kafka://h:1?group=secret",
        "local://x",
    ],
)
def test_whatever_else_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(ValueError, match="kafka:// url") as caught:
        KafkaPlace.of_url(url)
    assert "secret" not in str(caught.value)


def test_names_go_to_the_broker_with_the_prefix_and_come_back_without_it() -> None:
    place = KafkaPlace(("h:1",), "acme.")
    assert place.name("tenants.v1") == "acme.tenants.v1"
    assert place.unname("acme.tenants.v1") == "tenants.v1"
    assert place.unname("tenants.acme.") == "tenants.acme."
