"""Nothing is written before a person has said from when and into which organisation."""

from datetime import date

from scheduler.domain.readiness import GoAhead, list_what_is_missing
from sync_kit.contracts.events import ConnectionFacts
from sync_kit.contracts.vocabulary import ConnectionState, Vendor

START = date(2026, 1, 1)


def connection(vendor: Vendor, external_id: str | None, state: str = "connected") -> ConnectionFacts:
    return ConnectionFacts(
        vendor=vendor, connection_id="c", state=ConnectionState(state), generation=1, external_id=external_id
    )


BOTH = (connection(Vendor.ZOHO, "z1"), connection(Vendor.XERO, "x1"))


def missing(go_ahead: GoAhead, connections: tuple[ConnectionFacts, ...] = BOTH) -> list[str]:
    return [fault.where for fault in list_what_is_missing(go_ahead, connections)]


def test_a_connected_tenant_with_start_date_and_go_ahead_may_start() -> None:
    assert missing(GoAhead(START, "x1")) == []


def test_everything_that_is_missing_is_named_at_once() -> None:
    assert missing(GoAhead(None, None), ()) == [
        "connections.zoho",
        "connections.xero",
        "settings.books_start_date",
        "settings.go_ahead",
    ]


def test_a_go_ahead_for_another_organisation_does_not_count() -> None:
    assert missing(GoAhead(START, "x2")) == ["settings.go_ahead"]


def test_a_disconnected_vendor_is_missing_and_one_that_needs_reauthorisation_only_waits() -> None:
    gone = (BOTH[0], connection(Vendor.XERO, "x1", "disconnected"))
    assert missing(GoAhead(START, "x1"), gone) == ["connections.xero"]
    tired = (connection(Vendor.ZOHO, "z1", "needs_reauthorisation"), BOTH[1])
    assert missing(GoAhead(START, "x1"), tired) == []
