"""The TaxType of a line."""

from decimal import Decimal

import pytest
from tests.unit.xero_writer.domain.made_rows import make_mapping, make_reference

from xero_writer.domain.tax import CrmTax, TaxChoice, choose_tax

VAT = CrmTax("VAT", Decimal(20))


def choose(*taxes: CrmTax, **mapping: object) -> TaxChoice:
    return choose_tax(taxes, "1", make_mapping(**mapping), make_reference(), "Invoice 1")


def reason_code(choice: TaxChoice) -> str | None:
    return choice.reason.code if choice.reason is not None else None


def test_a_mapped_tax_has_its_type_and_rate() -> None:
    assert choose(VAT) == TaxChoice("OUTPUT2", Decimal(20))


def test_the_order_of_taxes_does_not_matter() -> None:
    state, city = CrmTax("State", Decimal(15)), CrmTax("City", Decimal(5))
    sales = {"sales": {"City + State": "OUTPUT2"}}
    assert choose(state, city, taxes=sales) == choose(city, state, taxes=sales) == TaxChoice("OUTPUT2", Decimal(20))


def test_no_tax_is_only_what_was_said_by_hand() -> None:
    assert choose().tax_type == "NONE"
    assert choose(untaxed_sales="ZERORATEDOUTPUT").tax_type == "ZERORATEDOUTPUT"
    assert reason_code(choose(untaxed_sales=None)) == "tax_not_said"


def test_a_tax_at_zero_percent_is_a_tax_and_needs_its_mapping() -> None:
    zero = CrmTax("Zero", Decimal(0))
    assert reason_code(choose(zero)) == "tax_unmapped"
    assert choose(zero, taxes={"sales": {"Zero": "ZERORATEDOUTPUT"}}).tax_type == "ZERORATEDOUTPUT"


@pytest.mark.parametrize(
    ("tax_type", "code"),
    [
        ("RROUTPUT", "tax_percent_differs"),
        ("INPUT2", "tax_not_allowed_here"),
        ("OLD", "tax_not_allowed_here"),
        ("NOPE", "tax_not_allowed_here"),
    ],
)
def test_a_rate_that_does_not_fit_is_refused(tax_type: str, code: str) -> None:
    assert reason_code(choose(VAT, taxes={"sales": {"VAT": tax_type}})) == code


def test_untaxed_lines_cannot_charge_tax() -> None:
    assert reason_code(choose(untaxed_sales="OUTPUT2")) == "tax_percent_differs"


def test_percentages_are_compared_as_numbers() -> None:
    assert choose(CrmTax("VAT", Decimal("20.00"))).tax_type == "OUTPUT2"
