"""Do the lines that were read add up to what the document says, and their taxes to its tax?

If the amounts do not, some were not delivered, or the lines and the header were read at different times.
"""

from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Final

CENT: Final = Decimal("0.01")
MOST_UNPROVEN: Final = Decimal("0.05")


def lines_add_up(header: Mapping[str, Any], lines: Sequence[Mapping[str, Any]], *, read_whole: bool = False) -> bool:
    """True when the lines make up Sub_Total, within 0.01 a line.

    Of lines that were read apart from their header at most 0.05 may be missing: a whole line of a long document could
    hide in 0.01 a line. `read_whole` says that they came with it.
    Zoho does not document whether Sub_Total is before or after line discounts and line taxes, so each reading counts.
    A document without a Sub_Total, or with lines that hold no amounts, cannot be checked and passes.
    """
    stated = find_number(header.get("Sub_Total"))
    if stated is None:
        return True
    amounts = [readings for line in lines if (readings := _list_readings(line)) is not None]
    if len(amounts) < len(lines):
        return True
    tolerance = CENT * max(len(lines), 1)
    if not read_whole:
        tolerance = min(tolerance, MOST_UNPROVEN)
    totals = [sum((readings[at] for readings in amounts), Decimal(0)) for at in range(3)]
    return any(abs(total - stated) <= tolerance for total in totals)


def taxes_add_up(header: Mapping[str, Any], lines: Sequence[Mapping[str, Any]]) -> bool:
    """True when the lines' own taxes make up the document's Tax, or it has none.

    Otherwise it has taxes on the whole document, which only a read by id tells ($line_tax). Where Sub_Total holds the
    line taxes already, Tax is the whole document's alone.
    """
    stated = find_number(header.get("Tax"))
    if not stated:
        return True
    taxes = [find_number(line.get("Tax")) for line in lines]
    known = [tax for tax in taxes if tax is not None]
    return len(known) < len(taxes) or sum(known, Decimal(0)) == stated


def find_number(value: object) -> Decimal | None:
    """An exact number, or None for anything else."""
    if value is None or isinstance(value, Decimal):
        return value
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return Decimal(value)
    if isinstance(value, str):
        try:
            number = Decimal(value)
        except InvalidOperation:
            return None
        return number if number.is_finite() else None
    return None


def _list_readings(line: Mapping[str, Any]) -> tuple[Decimal, Decimal, Decimal] | None:
    """The line's amount before discount, after discount, and with its tax; None when it has no amounts."""
    total = find_number(line.get("Total"))
    quantity, price = find_number(line.get("Quantity")), find_number(line.get("List_Price"))
    if total is None and quantity is not None and price is not None:
        total = (quantity * price).quantize(CENT)
    after_discount = find_number(line.get("Total_After_Discount"))
    if after_discount is None and total is not None:
        after_discount = total - (find_number(line.get("Discount")) or Decimal(0))
    with_tax = find_number(line.get("Net_Total"))
    if with_tax is None and after_discount is not None:
        with_tax = after_discount + (find_number(line.get("Tax")) or Decimal(0))
    known = [amount for amount in (total, after_discount, with_tax) if amount is not None]
    if not known:
        return None
    first = known[0]
    return (
        total if total is not None else first,
        after_discount if after_discount is not None else first,
        with_tax if with_tax is not None else first,
    )
