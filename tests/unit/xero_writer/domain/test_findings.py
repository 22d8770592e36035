"""Readiness of Xero's side: each fault of a set-up is one finding, and a good one has none."""

from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from tests.unit.xero_writer.domain.made_rows import make_mapping, make_reference

from sync_kit.contracts.findings import FINDINGS, explain_finding
from sync_kit.contracts.vocabulary import DEFAULT_MODULES, Module
from xero_writer.domain.findings import SetUp, find_facts, find_findings, list_denied


def make_set_up(**changes: Any) -> SetUp:
    organisation = changes.pop("organisation", {})
    mapping = changes.pop("mapping", {})
    good = SetUp(
        reference=make_reference(**organisation),
        mapping=make_mapping(**mapping),
        modules=frozenset(DEFAULT_MODULES),
        start=date(2026, 11, 1),
        calls_left=1000,
        calls_needed=100,
    )
    return replace(good, **changes)


def find_codes(set_up: SetUp) -> list[str]:
    return [finding.code for finding in find_findings(set_up)]


def test_a_good_set_up_has_no_findings() -> None:
    assert find_codes(make_set_up()) == []


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"organisation": {"is_demo_company": True}}, "demo_company"),
        ({"organisation": {"period_lock_date": date(2026, 11, 1)}}, "start_date_locked"),
        ({"organisation": {"end_of_year_lock_date": date(2026, 12, 31)}}, "start_date_locked"),
        ({"foreign_numbers": 3}, "other_integration"),
        ({"mapping": {"accounts": {"sales": None}}}, "sales_account_missing"),
        ({"mapping": {"accounts": {"purchases": None}}}, "purchases_account_missing"),
        ({"mapping": {"accounts": {"sales": "260"}}}, "mapping_account_unusable"),
        ({"mapping": {"accounts": {"sales": "310"}}}, "mapping_account_unusable"),
        ({"mapping": {"accounts": {"rounding": "999"}}}, "mapping_account_unusable"),
        ({"mapping": {"accounts": {"by_product": {"P1": {"sales": "090"}}}}}, "mapping_account_unusable"),
        ({"mapping": {"taxes": {"sales": {"VAT": "INPUT2"}}}}, "mapping_rate_unusable"),
        ({"mapping": {"taxes": {"untaxed_purchases": "OLD"}}}, "mapping_rate_unusable"),
        ({"denied": frozenset({"CreateDraftBill"})}, "right_missing"),
        (
            {
                "denied": frozenset({"CreateApprovedInvoice"}),
                "mapping": {"statuses": {"invoices": {"Approved": "AUTHORISED"}}},
            },
            "approval_right_missing",
        ),
        ({"calls_left": 110}, "xero_calls_low"),
    ],
)
def test_each_fault_is_its_finding(changes: dict[str, Any], code: str) -> None:
    found = find_findings(make_set_up(**changes))
    assert [finding.code for finding in found] == [code]
    assert "(unknown)" not in explain_finding(found[0])
    assert code in FINDINGS


def test_nobody_is_asked_for_what_is_switched_off() -> None:
    changes = {"mapping": {"accounts": {"purchases": None}}, "denied": frozenset({"CreateDraftBill"})}
    sales_only = frozenset(DEFAULT_MODULES) - {Module.PURCHASE_ORDERS}
    assert find_codes(make_set_up(modules=sales_only, **changes)) == []


def test_an_approval_right_is_needed_only_where_something_is_approved() -> None:
    assert find_codes(make_set_up(denied=frozenset({"CreateApprovedInvoice", "CreateApprovedBill"}))) == []


def test_the_day_after_the_last_lock_date_is_proposed() -> None:
    locks = {"period_lock_date": date(2026, 11, 30), "end_of_year_lock_date": date(2026, 3, 31)}
    [finding] = find_findings(make_set_up(organisation=locks))
    assert finding.facts == {"start": "2026-11-01", "lock": "2026-11-30", "proposed": "2026-12-01"}


def test_the_facts_name_the_organisation_its_money_and_its_limits() -> None:
    facts = find_facts(make_set_up(organisation={"country_code": "GB", "pays_tax": True}))
    assert facts["xero_organisation"] == "Books Ltd"
    assert (facts["xero_currency"], facts["xero_country"], facts["xero_pays_tax"]) == ("GBP", "GB", True)
    assert (facts["xero_calls_left"], facts["xero_calls_needed"]) == (1000, 100)
    assert facts["period_lock_date"] is None


def test_denied_actions_are_read_and_nonsense_denies_nothing() -> None:
    actions = [
        {"Name": "CreateDraftBill", "Status": "NOT-ALLOWED"},
        {"Name": "CreateDraftInvoice", "Status": "ALLOWED"},
    ]
    assert list_denied({"Actions": actions}) == {"CreateDraftBill"}
    assert list_denied({"Actions": None}) == list_denied(None) == frozenset()
