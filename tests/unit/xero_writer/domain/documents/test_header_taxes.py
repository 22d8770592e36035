"""Taxes on the whole document instead of on its lines."""

from decimal import Decimal
from typing import Any

from tests.unit.xero_writer.domain.documents.mapped_lines import VAT, map_lines
from tests.unit.xero_writer.domain.made_rows import codes, make_line

HEADER: dict[str, Any] = {"$line_tax": VAT}


def test_a_tax_on_the_whole_document_is_each_lines() -> None:
    mapped = map_lines(make_line(), make_line(id="2"), total="48.82", **HEADER)
    assert [line["TaxType"] for line in mapped.element["LineItems"]] == ["OUTPUT2", "OUTPUT2"]
    assert (mapped.faults, mapped.warnings) == ((), ())


def test_its_discount_comes_before_that_tax() -> None:
    line = make_line(Quantity=Decimal(1), List_Price=Decimal(100))
    mapped = map_lines(line, total="108.00", Discount=Decimal(10), **HEADER)
    assert (mapped.faults, mapped.expected_total) == ((), Decimal("108.00"))


def test_lines_that_name_taxes_of_their_own_count_and_the_total_tells() -> None:
    mapped = map_lines(make_line(Line_Tax=VAT), total="24.41", **HEADER)
    assert mapped.faults == ()
    twice = map_lines(make_line(Line_Tax=VAT), total="28.48", **HEADER)
    assert codes(twice.faults) == ["tax_basis_unclear"]


def test_a_tax_of_nothing_on_the_whole_is_no_tax() -> None:
    nothing: dict[str, Any] = {"$line_tax": [{"name": "VAT", "percentage": 0}]}
    mapped = map_lines(make_line(), total="20.34", **nothing)
    assert mapped.element["LineItems"][0]["TaxType"] == "NONE"
    assert mapped.faults == ()
