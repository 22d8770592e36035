"""No run without two organisations."""

from scheduler.domain.connected_pair import Pair, find_pair, list_missing_connections
from sync_kit.contracts.events import ConnectionFacts
from sync_kit.contracts.vocabulary import ConnectionState, Vendor


def connection(vendor: Vendor, external_id: str | None, state: str = "connected") -> ConnectionFacts:
    return ConnectionFacts(
        vendor=vendor, connection_id="c", state=ConnectionState(state), generation=1, external_id=external_id
    )


BOTH = (connection(Vendor.ZOHO, "z1"), connection(Vendor.XERO, "x1"))


def missing(connections: tuple[ConnectionFacts, ...]) -> list[str]:
    return [fault.where for fault in list_missing_connections(connections)]


def test_both_sides_make_a_pair() -> None:
    assert (find_pair(BOTH), missing(BOTH)) == (Pair("z1", "x1"), [])


def test_one_side_alone_is_none() -> None:
    assert find_pair((BOTH[0], connection(Vendor.XERO, None))) is None
    assert missing(()) == ["connections.zoho", "connections.xero"]


def test_a_disconnected_vendor_is_missing_and_one_that_needs_reauthorisation_only_waits() -> None:
    assert missing((BOTH[0], connection(Vendor.XERO, "x1", "disconnected"))) == ["connections.xero"]
    assert missing((connection(Vendor.ZOHO, "z1", "needs_reauthorisation"), BOTH[1])) == []
