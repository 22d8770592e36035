"""The computed total against the CRM's, under each policy."""

from dataclasses import replace
from decimal import Decimal

import pytest
from tests.unit.xero_writer.domain.documents.mapped_lines import VAT, map_lines
from tests.unit.xero_writer.domain.made_rows import codes, make_line, make_mapping, make_reference

from xero_writer.domain.reference import TaxRate


def test_an_exact_total_needs_no_word() -> None:
    mapped = map_lines(make_line(), total="20.34")
    assert (mapped.faults, mapped.warnings, mapped.expected_total) == ((), (), Decimal("20.34"))


@pytest.mark.parametrize("crm", ["20.33", "20.35"])
def test_a_cent_becomes_a_rounding_line_outside_tax(crm: str) -> None:
    mapped = map_lines(make_line(), total=crm)
    line = mapped.element["LineItems"][-1]
    assert (line["UnitAmount"], line["TaxType"], line["AccountCode"]) == (
        Decimal(crm) - Decimal("20.34"),
        "NONE",
        "200",
    )
    assert mapped.line_keys[-1] == "rounding"
    assert codes(mapped.warnings) == ["cent_difference"]
    assert mapped.expected_total == Decimal(crm)


def test_the_rounding_line_takes_the_chosen_account() -> None:
    mapped = map_lines(make_line(), total="20.35", mapping=make_mapping(accounts={"rounding": "860"}))
    assert mapped.element["LineItems"][-1]["AccountCode"] == "860"
    assert mapped.faults == ()


def test_an_unusable_rounding_account_is_named() -> None:
    mapped = map_lines(make_line(), total="20.35", mapping=make_mapping(accounts={"rounding": "260"}))
    assert codes(mapped.faults) == ["account_unusable"]


def test_accepting_cents_sends_no_line() -> None:
    mapped = map_lines(make_line(), total="20.35", mapping=make_mapping(policies={"cent": "accept"}))
    assert mapped.line_keys == ("1",)
    assert mapped.expected_total == Decimal("20.34")
    assert codes(mapped.warnings) == ["cent_difference"]


def test_holding_cents_holds() -> None:
    mapped = map_lines(make_line(), total="20.35", mapping=make_mapping(policies={"cent": "hold"}))
    assert codes(mapped.faults) == ["total_differs"]


@pytest.mark.parametrize("crm", ["20.32", "20.36", "24.41"])
def test_more_than_a_cent_a_line_holds(crm: str) -> None:
    mapped = map_lines(make_line(), total=crm)
    assert codes(mapped.faults) == ["total_differs"]
    assert mapped.faults[0].facts["difference"] == str(abs(Decimal(crm) - Decimal("20.34")))


def test_five_cents_are_the_most_for_a_document() -> None:
    lines = [make_line(id=str(number)) for number in range(10)]
    assert map_lines(*lines, total="203.45").faults == ()
    assert codes(map_lines(*lines, total="203.46").faults) == ["total_differs"]


@pytest.mark.parametrize(
    ("amounts", "total", "types"), [("exclusive", "24.41", "Exclusive"), ("inclusive", "20.34", "Inclusive")]
)
def test_the_basis_of_amounts_is_a_setting(amounts: str, total: str, types: str) -> None:
    mapped = map_lines(make_line(Line_Tax=VAT), total=total, mapping=make_mapping(amounts=amounts))
    assert mapped.faults == ()
    assert mapped.element["LineAmountTypes"] == types


def test_no_tax_at_all_sends_no_tax_type_of_the_mapping() -> None:
    mapped = map_lines(make_line(), total="20.34", mapping=make_mapping(amounts="none", taxes={"untaxed_sales": None}))
    assert mapped.element["LineAmountTypes"] == "NoTax"
    assert mapped.element["LineItems"][0]["TaxType"] == "NONE"
    assert mapped.faults == ()


def test_tax_in_the_crm_with_amounts_set_to_none_is_no_clear_basis() -> None:
    mapped = map_lines(make_line(Line_Tax=VAT), total="24.41", mapping=make_mapping(amounts="none"))
    assert codes(mapped.faults) == ["tax_basis_unclear"]


@pytest.mark.parametrize(("amounts", "crm"), [("exclusive", "20.34"), ("inclusive", "24.41"), ("exclusive", "40.00")])
def test_a_total_that_says_another_basis_than_the_mapping_is_held_with_both_figures(amounts: str, crm: str) -> None:
    mapped = map_lines(make_line(Line_Tax=VAT), total=crm, mapping=make_mapping(amounts=amounts))
    assert codes(mapped.faults) == ["tax_basis_unclear"]
    facts = mapped.faults[0].facts
    assert (facts["exclusive"], facts["inclusive"], facts["crm"]) == ("24.41", "20.34", crm)
    assert mapped.expected_total is None


def test_a_total_that_is_off_by_less_than_the_tax_blames_no_basis() -> None:
    mapped = map_lines(make_line(Line_Tax=VAT), total="24.00")
    assert codes(mapped.faults) == ["total_differs"]


def test_xeros_own_example_goes_with_its_cent() -> None:
    # Xero: Rounding in Xero. The CRM rounds the sum of the taxes to 11.45, Xero each line's: 11.44.
    reference = make_reference(rates={})
    tax = [{"name": "GST", "percentage": Decimal(15)}]
    rate = TaxRate("OUTPUT15", "15%", "ACTIVE", Decimal(15), True)
    reference = replace(reference, tax_rates={**reference.tax_rates, "OUTPUT15": rate})
    lines = [
        make_line(id=price, Quantity=Decimal(1), List_Price=Decimal(price), Line_Tax=tax)
        for price in ("25.06", "25.61", "25.63")
    ]
    for policy, total, keys in (("rounding_line", "87.75", 4), ("accept", "87.74", 3)):
        mapping = make_mapping(taxes={"sales": {"GST": "OUTPUT15"}}, policies={"cent": policy})
        mapped = map_lines(*lines, total="87.75", mapping=mapping, reference=reference)
        assert mapped.faults == ()
        assert codes(mapped.warnings) == ["cent_difference"]
        assert (mapped.expected_total, len(mapped.line_keys)) == (Decimal(total), keys)


def test_without_a_crm_total_xeros_is_expected() -> None:
    assert map_lines(make_line()).expected_total == Decimal("20.34")
