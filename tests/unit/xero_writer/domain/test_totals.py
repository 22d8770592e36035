"""The computed total against the CRM's, under each policy."""

from decimal import Decimal

import pytest
from tests.unit.xero_writer.domain.made_rows import codes, make_line, make_mapping
from tests.unit.xero_writer.domain.test_lines import VAT, map_lines


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
    mapped = map_lines(make_line(), total="20.35", mapping=make_mapping(rounding_account="860"))
    assert mapped.element["LineItems"][-1]["AccountCode"] == "860"
    assert mapped.faults == ()


def test_an_unusable_rounding_account_is_named() -> None:
    mapped = map_lines(make_line(), total="20.35", mapping=make_mapping(rounding_account="260"))
    assert codes(mapped.faults) == ["account_unusable"]


def test_accepting_cents_sends_no_line() -> None:
    mapped = map_lines(make_line(), total="20.35", mapping=make_mapping(cent_policy="accept"))
    assert mapped.line_keys == ("1",)
    assert mapped.expected_total == Decimal("20.34")
    assert codes(mapped.warnings) == ["cent_difference"]


def test_holding_cents_holds() -> None:
    mapped = map_lines(make_line(), total="20.35", mapping=make_mapping(cent_policy="hold"))
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
    mapped = map_lines(make_line(), total="20.34", mapping=make_mapping(amounts="none", untaxed_sales=None))
    assert mapped.element["LineAmountTypes"] == "NoTax"
    assert mapped.element["LineItems"][0]["TaxType"] == "NONE"
    assert mapped.faults == ()


def test_tax_in_the_crm_with_amounts_set_to_none_does_not_add_up() -> None:
    mapped = map_lines(make_line(Line_Tax=VAT), total="24.41", mapping=make_mapping(amounts="none"))
    assert codes(mapped.faults) == ["total_differs"]


def test_without_a_crm_total_xeros_is_expected() -> None:
    assert map_lines(make_line()).expected_total == Decimal("20.34")
