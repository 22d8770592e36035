"""Xero's arithmetic against an oracle written apart: whole integers, no Decimal."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from xero_writer.domain.mapping_model import Amounts
from xero_writer.domain.money import (
    PricedLine,
    cent_tolerance,
    line_amount,
    line_tax,
    predict_total,
    round_money,
    share_out,
)


def round_half_away(numerator: int, denominator: int) -> int:
    quotient, remainder = divmod(abs(numerator), denominator)
    rounded = quotient + (2 * remainder >= denominator)
    return rounded if numerator >= 0 else -rounded


def oracle_total(lines: list[tuple[int, int, int, int]], amounts: Amounts) -> int:
    """Cents. A line is (quantity in 1/10000, price in 1/10000, discount in cents, rate in 1/100 percent)."""
    total = 0
    for quantity, price, discount, rate in lines:
        amount = round_half_away(quantity * price - discount * 10**6, 10**6)
        total += amount
        if amounts is Amounts.EXCLUSIVE:
            total += round_half_away(amount * rate, 10_000)
    return total


def to_line(numbers: tuple[int, int, int, int]) -> PricedLine:
    quantity, price, discount, rate = numbers
    return PricedLine(
        Decimal(quantity).scaleb(-4), Decimal(price).scaleb(-4), Decimal(discount).scaleb(-2), Decimal(rate).scaleb(-2)
    )


LINES = st.lists(
    st.tuples(
        st.integers(0, 10**9),
        st.integers(-(10**8), 10**8),
        st.integers(0, 10**5),
        st.sampled_from([0, 500, 1500, 1750, 2000, 2333]),
    ),
    max_size=12,
)


@given(LINES, st.sampled_from(list(Amounts)))
def test_the_predicted_total_is_the_oracles(numbers: list[tuple[int, int, int, int]], amounts: Amounts) -> None:
    predicted = predict_total([to_line(line) for line in numbers], amounts)
    assert predicted * 100 == oracle_total(numbers, amounts)


@given(st.integers(-(10**12), 10**12), st.sampled_from([0, 500, 1500, 2000]))
def test_tax_within_an_inclusive_amount_is_what_is_left_of_the_net(cents: int, rate: int) -> None:
    line = PricedLine(Decimal(1), Decimal(cents).scaleb(-2), rate=Decimal(rate).scaleb(-2))
    net = round_half_away(cents * 10_000, 10_000 + rate)
    assert line_tax(line, Amounts.INCLUSIVE) * 100 == cents - net


def test_tax_is_rounded_by_line_and_then_added_up() -> None:
    # Xero: Rounding in Xero. Rounding the sum instead would give 11.45.
    lines = [PricedLine(Decimal(1), Decimal(price), rate=Decimal(15)) for price in ("25.06", "25.61", "25.63")]
    assert sum(line_tax(line, Amounts.EXCLUSIVE) for line in lines) == Decimal("11.44")


@pytest.mark.parametrize(
    ("value", "rounded"), [("0.005", "0.01"), ("-0.005", "-0.01"), ("0.0049", "0.00"), ("2.675", "2.68")]
)
def test_halves_go_away_from_zero(value: str, rounded: str) -> None:
    assert round_money(Decimal(value)) == Decimal(rounded)


@given(
    st.integers(-(10**9), 10**9),
    st.lists(st.integers(-(10**7), 10**7), min_size=1, max_size=9).filter(sum),
)
def test_shares_are_whole_cents_and_add_up_exactly(cents: int, weights: list[int]) -> None:
    amount = Decimal(cents).scaleb(-2)
    shares = share_out(amount, [Decimal(weight).scaleb(-2) for weight in weights])
    assert sum(shares) == amount
    assert all(share == round_money(share) for share in shares)


def test_shares_are_pro_rata() -> None:
    assert share_out(Decimal("10.00"), [Decimal(75), Decimal(25)]) == [Decimal("7.50"), Decimal("2.50")]


def test_nothing_can_be_shared_out_over_nothing() -> None:
    with pytest.raises(ValueError, match="nothing"):
        share_out(Decimal(1), [Decimal(1), Decimal(-1)])


@pytest.mark.parametrize(("lines", "tolerance"), [(1, "0.01"), (4, "0.04"), (5, "0.05"), (593, "0.05")])
def test_tolerance_is_a_cent_a_line_and_five_a_document(lines: int, tolerance: str) -> None:
    assert cent_tolerance(lines) == Decimal(tolerance)


def test_a_line_discount_comes_off_before_rounding() -> None:
    assert line_amount(PricedLine(Decimal(3), Decimal("1.115"), Decimal("0.10"))) == Decimal("3.25")
