"""Xero's arithmetic: tax is rounded on each line, then summed.

Source: Xero "Rounding in Xero". How an exact half is rounded is open (switch `half_rounding`).
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from decimal import ROUND_HALF_EVEN, ROUND_HALF_UP, Decimal

from vendor_sandbox.xero.records import ZERO, Document, Line

CENT = Decimal("0.01")
HUNDRED = Decimal(100)


@dataclass(frozen=True, slots=True)
class Totals:
    """The sums of a document."""

    sub_total: Decimal
    total_tax: Decimal
    total: Decimal
    total_discount: Decimal


def round_to(value: Decimal, step: Decimal, half_rounding: str) -> Decimal:
    """Round to a step; `half_rounding` is "up" (away from zero) or "even"."""
    mode = ROUND_HALF_EVEN if half_rounding == "even" else ROUND_HALF_UP
    return value.quantize(step, rounding=mode)


def compute_line_amount(line: Line, half_rounding: str) -> Decimal:
    """Quantity x unit amount less the discount, to two places; 0.00 for a line that only describes."""
    if line.quantity is None or line.unit_amount is None:
        return ZERO
    gross = line.quantity * line.unit_amount
    if line.discount_rate is not None:
        gross = gross * (HUNDRED - line.discount_rate) / HUNDRED
    elif line.discount_amount is not None:
        gross -= line.discount_amount
    return round_to(gross, CENT, half_rounding)


def compute_line_tax(line_amount: Decimal, rate: Decimal, amount_types: str, half_rounding: str) -> Decimal:
    """The tax of one line; `rate` is a percentage. Inclusive: line - round(line / (1 + rate))."""
    if amount_types == "NoTax":
        return ZERO
    if amount_types == "Inclusive":
        net = round_to(line_amount / (1 + rate / HUNDRED), CENT, half_rounding)
        return line_amount - net
    return round_to(line_amount * rate / HUNDRED, CENT, half_rounding)


def compute_line_discount(line: Line, half_rounding: str) -> Decimal:
    """What the discount takes off one line."""
    if line.quantity is None or line.unit_amount is None:
        return ZERO
    if line.discount_rate is None and line.discount_amount is None:
        return ZERO
    return round_to(line.quantity * line.unit_amount, CENT, half_rounding) - line.line_amount


def sum_lines(lines: Iterable[Line], amount_types: str, half_rounding: str) -> Totals:
    """The document's sums from its lines as they stand."""
    amount = tax = discount = ZERO
    for line in lines:
        amount += line.line_amount
        tax += line.tax_amount
        discount += compute_line_discount(line, half_rounding)
    if amount_types == "Inclusive":
        return Totals(amount - tax, tax, amount, discount)
    return Totals(amount, tax, amount + tax, discount)


def sum_document(document: Document, half_rounding: str) -> None:
    """Set a document's sums from its lines."""
    totals = sum_lines(document.lines, document.line_amount_types, half_rounding)
    document.sub_total = totals.sub_total
    document.total_tax = totals.total_tax
    document.total = totals.total
    document.total_discount = totals.total_discount
