"""Reading Xero's reference data."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest

from sync_kit.errors import BadAnswerError
from xero_writer.domain.reference import (
    ReferencePart,
    Terms,
    digest_reference_part,
    parse_accounts,
    parse_currencies,
    parse_organisation,
    parse_reference,
    parse_tax_rates,
    parse_tracking,
)

ORGANISATION: dict[str, Any] = {
    "Name": "Books Ltd",
    "BaseCurrency": "GBP",
    "CountryCode": "GB",
    "PeriodLockDate": "/Date(1291161600000+0000)/",
    "PaysTax": True,
    "PaymentTerms": {
        "Sales": {"Day": 20, "Type": "OFFOLLOWINGMONTH"},
        "Bills": {"Day": 7, "Type": "DAYSAFTERBILLDATE"},
    },
    "IsDemoCompany": True,
}
ACCOUNTS = [
    {"AccountID": "a", "Code": "200", "Name": "Sales", "Type": "REVENUE", "Status": "ACTIVE", "SystemAccount": ""},
    {"AccountID": "b", "Name": "No code", "Type": "BANK"},
]
RATES = [
    {
        "TaxType": "OUTPUT2",
        "Name": "20%",
        "EffectiveRate": Decimal("20.0000"),
        "CanApplyToRevenue": True,
        "CanApplyToExpenses": False,
    }
]
TRACKING = [
    {
        "Name": "Region",
        "Status": "ACTIVE",
        "Options": [{"Name": "North", "Status": "ACTIVE"}, {"Name": "East", "Status": "ARCHIVED"}],
    },
    {"Name": "Old", "Status": "ARCHIVED", "Options": [{"Name": "North", "Status": "ACTIVE"}]},
]


def test_the_organisation_is_read_with_its_lock_dates() -> None:
    organisation = parse_organisation({"Organisations": [ORGANISATION]})
    assert organisation.period_lock_date == date(2010, 12, 1)
    assert organisation.end_of_year_lock_date is None
    assert organisation.sales_terms == Terms(20, "OFFOLLOWINGMONTH")
    assert organisation.bill_terms == Terms(7, "DAYSAFTERBILLDATE")
    assert organisation.is_demo_company is True


@pytest.mark.parametrize(
    "body",
    [None, [], {}, {"Organisations": []}, {"Organisations": [{}]}, {"Organisations": [{**ORGANISATION, "Name": 1}]}],
)
def test_an_answer_of_another_shape_is_refused(body: object) -> None:
    with pytest.raises(BadAnswerError):
        parse_organisation(body)


def test_accounts_without_a_code_are_left_out() -> None:
    accounts = parse_accounts({"Accounts": ACCOUNTS})
    assert list(accounts) == ["200"]
    assert accounts["200"].system_account is None


def test_rates_are_exact_and_must_be_numbers() -> None:
    assert parse_tax_rates({"TaxRates": RATES})["OUTPUT2"].effective_rate == 20
    with pytest.raises(BadAnswerError):
        parse_tax_rates({"TaxRates": [{"TaxType": "X", "EffectiveRate": "20"}]})


def test_a_rate_belongs_to_sales_to_purchases_or_to_both() -> None:
    rate = parse_tax_rates({"TaxRates": RATES})["OUTPUT2"]
    assert (rate.applies_to_revenue, rate.applies_to_expenses) == (True, False)


def test_only_active_options_of_active_categories_can_be_used() -> None:
    categories = parse_tracking({"TrackingCategories": TRACKING})
    assert categories["Region"].active_options == {"North"}
    assert categories["Old"].active_options == frozenset()
    with pytest.raises(BadAnswerError):
        parse_tracking({"TrackingCategories": [{"Name": "Region"}]})


def test_a_new_option_is_a_change() -> None:
    more = [{**TRACKING[0], "Options": [{"Name": "West", "Status": "ACTIVE"}]}]
    part = ReferencePart.TRACKING
    assert digest_reference_part(part, {"TrackingCategories": TRACKING}) != digest_reference_part(
        part, {"TrackingCategories": more}
    )


def test_the_base_currency_is_always_enabled() -> None:
    bodies: dict[ReferencePart, object] = {
        ReferencePart.ORGANISATION: {"Organisations": [ORGANISATION]},
        ReferencePart.ACCOUNTS: {"Accounts": ACCOUNTS},
        ReferencePart.TAX_RATES: {"TaxRates": RATES},
        ReferencePart.CURRENCIES: {"Currencies": [{"Code": "USD"}]},
        ReferencePart.TRACKING: {"TrackingCategories": TRACKING},
    }
    assert parse_reference(bodies).currencies == {"GBP", "USD"}
    assert parse_currencies({"Currencies": [{"Code": "USD"}]}) == {"USD"}


@pytest.mark.parametrize(
    ("part", "body"),
    [
        (ReferencePart.ORGANISATION, {"Organisations": [ORGANISATION]}),
        (ReferencePart.ACCOUNTS, {"Accounts": ACCOUNTS}),
        (ReferencePart.TAX_RATES, {"TaxRates": RATES}),
        (ReferencePart.CURRENCIES, {"Currencies": [{"Code": "USD"}]}),
        (ReferencePart.TRACKING, {"TrackingCategories": TRACKING}),
    ],
)
def test_the_envelopes_time_is_no_change(part: ReferencePart, body: dict[str, Any]) -> None:
    digest = digest_reference_part(part, {**body, "DateTimeUTC": "/Date(1)/", "Id": "x"})
    assert digest == digest_reference_part(part, {**body, "DateTimeUTC": "/Date(2)/", "Id": "y"})


def test_a_new_lock_date_is_a_change() -> None:
    part = ReferencePart.ORGANISATION
    moved = {**ORGANISATION, "PeriodLockDate": "/Date(1293840000000+0000)/"}
    before = digest_reference_part(part, {"Organisations": [ORGANISATION]})
    assert before != digest_reference_part(part, {"Organisations": [moved]})
