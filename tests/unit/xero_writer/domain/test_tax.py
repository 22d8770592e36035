"""The TaxType of a line, for sales and for purchases."""

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.xero_writer.domain.made_rows import make_mapping, make_reference

from xero_writer.domain.mapping_model import Amounts, Side
from xero_writer.domain.tax import CrmTax, TaxChoice, TaxRules, explain_unusable_rate

VAT = CrmTax("VAT", Decimal(20))


def choose(*taxes: CrmTax, side: Side = Side.SALES, reference: Any = None, **mapped: object) -> TaxChoice:
    mapping = make_mapping(taxes=mapped) if mapped else make_mapping()
    rules = TaxRules(side, Amounts.EXCLUSIVE, mapping, reference or make_reference())
    return rules.choose_tax(taxes, "1", "Invoice 1")


def reason_code(choice: TaxChoice) -> str | None:
    return choice.reason.code if choice.reason is not None else None


def test_a_mapped_tax_has_its_type_and_rate() -> None:
    assert choose(VAT) == TaxChoice("OUTPUT2", Decimal(20), crm_percent=Decimal(20))


def test_one_crm_tax_is_another_rate_for_purchases() -> None:
    assert choose(VAT, side=Side.PURCHASES).tax_type == "INPUT2"


def test_several_taxes_of_a_line_are_one_rate_whatever_their_order() -> None:
    state, city = CrmTax("State", Decimal(15)), CrmTax("City", Decimal(5))
    table = {"City + State": "OUTPUT2"}
    assert choose(state, city, sales=table) == choose(city, state, sales=table)
    assert choose(state, city, sales=table).tax_type == "OUTPUT2"


@pytest.mark.parametrize(("side", "tax_type"), [(Side.SALES, "ZERORATEDOUTPUT"), (Side.PURCHASES, "NONE")])
def test_no_tax_is_what_was_said_by_hand_for_each_side(side: Side, tax_type: str) -> None:
    assert choose(side=side, untaxed_sales="ZERORATEDOUTPUT").tax_type == tax_type


@pytest.mark.parametrize(("side", "name"), [(Side.SALES, "untaxed_sales"), (Side.PURCHASES, "untaxed_purchases")])
def test_no_tax_that_nobody_has_said_is_a_reason_of_that_side(side: Side, name: str) -> None:
    choice = choose(side=side, **{name: None})
    assert reason_code(choice) == "tax_not_said"
    assert choice.reason is not None
    assert choice.reason.facts["side"] == side.value


def test_a_tax_at_zero_percent_is_a_tax_and_needs_its_mapping() -> None:
    zero = CrmTax("Zero", Decimal(0))
    assert reason_code(choose(zero)) == "tax_unmapped"
    assert choose(zero, sales={"Zero": "ZERORATEDOUTPUT"}).tax_type == "ZERORATEDOUTPUT"
    assert choose(zero, sales={"Zero": "EXEMPTOUTPUT"}).tax_type == "EXEMPTOUTPUT"


@pytest.mark.parametrize(
    ("side", "tax_type", "code"),
    [
        (Side.SALES, "RROUTPUT", "tax_percent_differs"),
        (Side.SALES, "INPUT2", "tax_not_allowed_here"),
        (Side.SALES, "OLD", "tax_not_allowed_here"),
        (Side.SALES, "NOPE", "tax_not_allowed_here"),
        (Side.PURCHASES, "OUTPUT2", "tax_not_allowed_here"),
        (Side.PURCHASES, "RRINPUT", "tax_percent_differs"),
    ],
)
def test_a_rate_that_does_not_fit_is_refused(side: Side, tax_type: str, code: str) -> None:
    assert reason_code(choose(VAT, side=side, **{side.value: {"VAT": tax_type}})) == code


def test_untaxed_lines_cannot_charge_tax() -> None:
    assert reason_code(choose(untaxed_sales="OUTPUT2")) == "tax_percent_differs"


def test_percentages_are_compared_as_numbers() -> None:
    assert choose(CrmTax("VAT", Decimal("20.00"))).tax_type == "OUTPUT2"


def test_an_organisation_that_is_not_registered_has_no_type_for_a_line_that_charges_tax() -> None:
    bare = make_reference(pays_tax=False)
    assert choose(VAT, reference=bare) == TaxChoice(crm_percent=Decimal(20))
    assert choose(reference=bare).tax_type == "NONE"


def test_usable_rates_are_told_by_side() -> None:
    assert explain_unusable_rate("INPUT2", make_reference(), Side.PURCHASES) is None
    assert explain_unusable_rate("INPUT2", make_reference()) == "it is for purchases only"
    assert explain_unusable_rate("OUTPUT2", make_reference(), Side.PURCHASES) == "it is for sales only"
