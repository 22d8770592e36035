"""Xero's arithmetic, computed before anything is sent (Xero: Rounding in Xero).

LineAmount = round(quantity x unit, 2) less the discount; tax is rounded by line and then summed. The mode at exact
halves is not documented: away from zero is assumed, and the answer is compared with what was expected.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import ROUND_DOWN, ROUND_HALF_UP, Decimal
from typing import Final, Protocol

from xero_writer.domain.mapping_model import Amounts

CENT: Final = Decimal("0.01")
FOUR_PLACES: Final = Decimal("0.0001")
_DOCUMENT_TOLERANCE: Final = Decimal("0.05")


class Priced(Protocol):
    """What of a line decides money; `rate` is in percent."""

    @property
    def quantity(self) -> Decimal: ...
    @property
    def unit_amount(self) -> Decimal: ...
    @property
    def discount(self) -> Decimal: ...
    @property
    def rate(self) -> Decimal: ...


@dataclass(frozen=True)
class PricedLine:
    """That alone."""

    quantity: Decimal
    unit_amount: Decimal
    discount: Decimal = Decimal(0)
    rate: Decimal = Decimal(0)


def round_money(value: Decimal) -> Decimal:
    """To cents, halves away from zero."""
    return value.quantize(CENT, rounding=ROUND_HALF_UP)


def line_amount(line: Priced) -> Decimal:
    """Xero's LineAmount."""
    return round_money(line.quantity * line.unit_amount - line.discount)


def line_tax(line: Priced, amounts: Amounts) -> Decimal:
    """The tax on one line, or within it when amounts are inclusive."""
    return _tax_on(line_amount(line), line.rate, amounts)


def _tax_on(amount: Decimal, rate: Decimal, amounts: Amounts) -> Decimal:
    if amounts is Amounts.NONE:
        return Decimal("0.00")
    if amounts is Amounts.INCLUSIVE:
        return amount - round_money(amount / (1 + rate / 100))
    return round_money(amount * rate / 100)


def predict_total(lines: Iterable[Priced], amounts: Amounts) -> Decimal:
    """The Total that Xero will show."""
    total = Decimal("0.00")
    for line in lines:
        amount = line_amount(line)
        total += amount
        if amounts is Amounts.EXCLUSIVE:
            total += _tax_on(amount, line.rate, amounts)
    return total


def cent_tolerance(line_count: int) -> Decimal:
    """How far Xero and the CRM may be apart by rounding alone: 0.01 a line, 0.05 a document."""
    return min(CENT * line_count, _DOCUMENT_TOLERANCE)


def share_out(amount: Decimal, weights: Sequence[Decimal]) -> list[Decimal]:
    """The amount split pro rata into whole cents that add up exactly; the largest remainders get the odd cents.

    Raises ValueError when the weights add up to nothing: there is nothing to be pro rata of.
    """
    whole = sum(weights, Decimal(0))
    if not whole:
        raise ValueError("nothing to share out over")
    exact = [amount * weight / whole for weight in weights]
    shares = [share.quantize(CENT, rounding=ROUND_DOWN) for share in exact]
    odd = int(((amount - sum(shares, Decimal(0))) / CENT).to_integral_value())
    step = CENT if odd > 0 else -CENT
    by_remainder = sorted(range(len(shares)), key=lambda place: (-abs(exact[place] - shares[place]), place))
    for count in range(abs(odd)):
        shares[by_remainder[count % len(by_remainder)]] += step
    return shares
