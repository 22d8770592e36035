"""The judgement itself: what it must see, and what it must let pass."""

from datetime import UTC, datetime
from typing import Any

import pytest
from tests.chaos.oracle import find_broken_limits, find_twins
from tests.chaos.true_reasons import Circumstances, is_true

from vendor_sandbox.core.ledger import Call, Version

AT = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)
LINK = "https://crm.example/tab/Invoices/77"


def version(xero_id: str, status: str = "DRAFT", *, by_a_person: bool = False) -> Version:
    snapshot = {"Url": LINK, "Status": status}
    return Version("xero", "Invoices", xero_id, "updated", snapshot, 0 if by_a_person else 5, AT)


def refused(**more: Any) -> Call:
    return Call(1, AT, "xero", "api", "GET", "/Invoices", "", {}, "", **more)


def test_two_documents_at_one_time_are_seen_though_one_is_gone_today() -> None:
    assert len(find_twins([version("a"), version("b"), version("a", "DELETED")])) == 1


def test_a_document_made_again_after_the_first_was_deleted_is_no_twin() -> None:
    assert find_twins([version("a"), version("a", "DELETED"), version("b"), version("b")]) == []


@pytest.mark.parametrize(
    ("call", "broken"),
    [
        (refused(status=429, refusal="minute"), 1),
        (refused(status=429, refusal="minute", fault="slow"), 1),
        (refused(status=429, refusal="minute", fault="rate_limit"), 0),
        (refused(status=200), 0),
    ],
)
def test_a_limit_counts_when_the_vendor_refused_by_its_own_windows(call: Call, broken: int) -> None:
    assert len(find_broken_limits([call])) == broken


@pytest.mark.parametrize(("status", "true"), [("AUTHORISED", True), ("PAID", True), ("DRAFT", False)])
def test_locked_is_true_only_of_what_is_approved(status: str, true: bool) -> None:
    circumstances = Circumstances({}, {"Invoices": [{"Url": LINK, "Status": status}]}, [])
    assert is_true("locked_in_xero", "Invoices", {"id": "77"}, circumstances) is true


@pytest.mark.parametrize(("by_a_person", "true"), [(True, True), (False, False)])
def test_ended_in_xero_is_true_only_when_a_person_ended_it(by_a_person: bool, true: bool) -> None:
    circumstances = Circumstances({}, {}, [version("a", "DELETED", by_a_person=by_a_person)])
    assert is_true("ended_in_xero", "Invoices", {"id": "77"}, circumstances) is true


def test_a_reason_that_nobody_can_check_is_no_excuse() -> None:
    assert not is_true("vendor_trouble", "Invoices", {"id": "77"}, Circumstances({}, {}, []))


def stand(*, contact: str = "ACTIVE", lock: str | None = None, name: str = "Alpha Ltd") -> Circumstances:
    contacts = [
        {"ContactID": "c1", "ContactNumber": "5", "ContactStatus": contact, "Name": "Own Ltd"},
        {"ContactID": "c2", "ContactNumber": "6", "ContactStatus": "ACTIVE", "Name": name},
    ]
    account = {"id": "5", "Account_Name": "Alpha Ltd"}
    told = {"5": {"reasons": [{"code": "name_taken"}]}}
    return Circumstances({"Accounts": [account]}, {"Contacts": contacts, "Invoices": []}, [], lock, told)


SALE = {"id": "77", "Account_Name": {"id": "5"}, "Invoice_Date": "2026-01-02"}


@pytest.mark.parametrize(
    ("code", "true_of", "false_of"),
    [
        ("contact_archived", stand(contact="ARCHIVED"), stand()),
        ("period_locked", stand(lock="2026-01-02"), stand(lock="2026-01-01")),
        ("waits_for", stand(), stand(name="Beta Ltd")),
    ],
)
def test_a_reason_is_true_as_long_as_its_cause_stands(
    code: str, true_of: Circumstances, false_of: Circumstances
) -> None:
    assert is_true(code, "Invoices", SALE, true_of)
    assert not is_true(code, "Invoices", SALE, false_of)


@pytest.mark.parametrize(("account", "true"), [(None, True), ({"id": "5"}, False)])
def test_a_customer_is_missing_where_the_crm_names_none(account: dict[str, str] | None, true: bool) -> None:
    assert is_true("customer_missing", "Invoices", {**SALE, "Account_Name": account}, stand()) is true
