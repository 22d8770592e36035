"""The ledger as an oracle."""

from datetime import UTC, datetime
from decimal import Decimal

from vendor_sandbox.core.ledger import Call, CallKind, Ledger, Vendor

AT = datetime(2026, 11, 2, tzinfo=UTC)


def record(ledger: Ledger, vendor: Vendor, kind: CallKind = "api") -> Call:
    return ledger.record_call(
        at=AT, vendor=vendor, kind=kind, method="GET", path="/x", query="", headers={}, request_body=""
    )


def test_calls_are_numbered_from_one_and_can_be_read_from_a_number_on() -> None:
    ledger = Ledger()
    for vendor in ("zoho", "xero", "zoho"):
        record(ledger, vendor)
    assert [call.seq for call in ledger.list_calls()] == [1, 2, 3]
    assert [call.seq for call in ledger.list_calls(since_seq=1, vendor="zoho")] == [3]


def test_oauth_calls_are_counted_apart_from_the_vendors() -> None:
    ledger = Ledger()
    record(ledger, "zoho", "oauth")
    record(ledger, "xero", "oauth")
    record(ledger, "zoho").credits_used = 3
    refused = record(ledger, "xero")
    refused.refusal = "minute"
    assert ledger.count_calls() == {
        "zoho": 1,
        "xero": 1,
        "oauth": 2,
        "credits": 3,
        "refused": {"xero:minute": 1},
    }


def test_a_version_does_not_change_with_the_document() -> None:
    ledger = Ledger()
    document = {"lines": [{"price": Decimal("1.10")}]}
    ledger.record_version("zoho", "Invoices", "1", "created", document, 1, AT)
    document["lines"][0]["price"] = Decimal("9.99")
    assert ledger.list_versions(vendor="zoho", kind="Invoices", id="1")[0].snapshot == {
        "lines": [{"price": Decimal("1.10")}]
    }


def test_history_is_found_by_document_by_kind_and_as_a_whole() -> None:
    ledger = Ledger()
    for kind, record_id in (("Invoices", "1"), ("Invoices", "2"), ("Accounts", "3"), ("Invoices", "1")):
        ledger.record_version("zoho", kind, record_id, "updated", {}, 0, AT)
    assert len(ledger.list_versions(vendor="zoho", kind="Invoices", id="1")) == 2
    assert len(ledger.list_versions(kind="Invoices")) == 3
    assert len(ledger.list_versions()) == 4


def test_clearing_forgets_calls_and_history_but_numbers_go_on() -> None:
    ledger = Ledger()
    record(ledger, "zoho")
    ledger.record_version("zoho", "Invoices", "1", "created", {}, 1, AT)
    ledger.clear()
    assert ledger.list_calls() == []
    assert ledger.list_versions(vendor="zoho", kind="Invoices", id="1") == []
    assert record(ledger, "zoho").seq == 2
