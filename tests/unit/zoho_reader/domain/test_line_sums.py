"""Lines that add up, in each reading of Sub_Total, and lines that do not."""

from decimal import Decimal
from typing import Any

import pytest

from zoho_reader.domain.line_sums import find_number, lines_add_up, taxes_add_up


def line(total: str, discount: str | None = None, tax: str | None = None, **more: Any) -> dict[str, Any]:
    fields: dict[str, Any] = {"Total": Decimal(total), **more}
    if discount is not None:
        fields["Discount"] = Decimal(discount)
    if tax is not None:
        fields["Tax"] = Decimal(tax)
    return fields


@pytest.mark.parametrize(
    ("sub_total", "lines", "adds_up"),
    [
        ("30.00", [line("10.00"), line("20.00")], True),
        ("30.01", [line("10.00"), line("20.00")], True),
        ("30.03", [line("10.00"), line("20.00")], False),
        ("27.00", [line("10.00", "1.00"), line("20.00", "2.00")], True),
        ("30.00", [line("10.00", "1.00"), line("20.00", "2.00")], True),
        ("32.40", [line("10.00", "1.00", "1.80"), line("20.00", "2.00", "3.60")], True),
        ("20.00", [line("10.00")], False),
        ("10.00", [], False),
        ("0", [], True),
        ("12.00", [{"Quantity": 3, "List_Price": 4}], True),
        ("5.00", [{"Description": "no amounts"}], True),
        ("9.00", [line("10.00", discount=None, Discount="5%", Net_Total=Decimal("9.00"))], True),
        ("99.00", [line("1.00") for _ in range(100)], False),
        ("100.04", [line("1.00") for _ in range(100)], True),
    ],
)
def test_lines_make_up_the_sub_total_or_not(sub_total: str, lines: list[dict[str, Any]], adds_up: bool) -> None:
    assert lines_add_up({"Sub_Total": Decimal(sub_total)}, lines) is adds_up


def test_lines_that_came_with_their_header_may_differ_by_a_cent_each() -> None:
    header, lines = {"Sub_Total": Decimal("100.90")}, [line("1.00") for _ in range(100)]
    assert lines_add_up(header, lines, read_whole=True)
    assert not lines_add_up({"Sub_Total": Decimal("101.01")}, lines, read_whole=True)


def test_without_a_sub_total_nothing_can_be_said() -> None:
    assert lines_add_up({"Sub_Total": None}, [line("1.00")])


def test_a_number_is_exact_or_none() -> None:
    assert find_number("12.50") == Decimal("12.50")
    assert [find_number(value) for value in (None, True, "5%", "NaN", [])] == [None] * 5


@pytest.mark.parametrize(
    ("tax", "lines", "adds_up"),
    [
        ("0", [line("10.00", tax="0")], True),
        ("2.00", [line("10.00", tax="2.00")], True),
        ("2.50", [line("10.00", tax="2.00")], False),
        ("3.82", [line("76.30", tax="0")], False),
        ("3.82", [line("76.30")], True),
        ("0", [line("10.00", tax="2.00")], True),
    ],
)
def test_a_tax_on_the_whole_document_is_noticed(tax: str, lines: list[dict[str, Any]], adds_up: bool) -> None:
    assert taxes_add_up({"Tax": Decimal(tax)}, lines) is adds_up
