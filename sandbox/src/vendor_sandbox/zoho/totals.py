"""The sums that Zoho computes itself: of a line, and of a document.

A line: Total = Quantity x List_Price, less Discount, and each Line_Tax on what is left. Each figure is
rounded to 2 digits, halves away from zero (the documents do not say how). Whether Sub_Total contains the
line taxes is a switch; Grand_Total is the same either way.
"""

from __future__ import annotations

from collections.abc import Sequence
from decimal import ROUND_HALF_UP, Decimal

from vendor_sandbox.zoho.tables import HEADER_TAX, Record
from vendor_sandbox.zoho.values import Percent

CENT = Decimal("0.01")
DISCOUNT_PERCENT = "$discount_percent"


def round_money(amount: Decimal) -> Decimal:
    """Two digits, halves away from zero."""
    return amount.quantize(CENT, ROUND_HALF_UP)


def compute_line(row: Record) -> None:
    """Fill in Total, Discount, Total_After_Discount, Tax, Net_Total and the amount of each tax."""
    total = round_money(row["Quantity"] * row["List_Price"])
    discount = _take_discount(row, total)
    after = total - discount
    tax = Decimal(0)
    for each in row.get("Line_Tax") or ():
        each["value"] = round_money(after * each["percentage"] / 100)
        tax += each["value"]
    row["Total"] = total
    row["Discount"] = discount
    row["Total_After_Discount"] = after
    row["Tax"] = tax
    row["Net_Total"] = after + tax


def compute_document(record: Record, rows: Sequence[Record], *, sub_total_with_tax: bool) -> Record:
    """The values of Sub_Total, Discount, Tax and Grand_Total (and the header's taxes) for these lines."""
    before_tax = sum((row["Total_After_Discount"] for row in rows), Decimal(0))
    line_tax = sum((row["Tax"] for row in rows), Decimal(0))
    sub_total = before_tax + line_tax if sub_total_with_tax else before_tax
    values: Record = {name: record.get(name) for name in ("Discount", DISCOUNT_PERCENT)}
    discount = _take_discount(values, before_tax)
    header_tax = Decimal(0)
    taxes = [dict(each) for each in record.get(HEADER_TAX) or ()]
    for each in taxes:
        each["value"] = round_money((before_tax - discount) * each["percentage"] / 100)
        header_tax += each["value"]
    adjustment = record.get("Adjustment") or Decimal(0)
    return {
        "Sub_Total": round_money(sub_total),
        "Discount": discount,
        DISCOUNT_PERCENT: values.get(DISCOUNT_PERCENT),
        "Tax": round_money(header_tax if sub_total_with_tax else header_tax + line_tax),
        "Adjustment": adjustment,
        "Grand_Total": round_money(before_tax + line_tax - discount + header_tax + adjustment),
        HEADER_TAX: taxes,
    }


def _take_discount(values: Record, amount: Decimal) -> Decimal:
    """The discount as an amount. One given in percent is remembered, for the day the amount changes."""
    discount = values.get("Discount")
    if isinstance(discount, Percent):
        values[DISCOUNT_PERCENT] = Decimal(discount)
    percent = values.get(DISCOUNT_PERCENT)
    if percent is not None:
        return round_money(amount * percent / 100)
    return discount or Decimal(0)
