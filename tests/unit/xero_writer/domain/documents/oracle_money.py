"""An oracle of money, written apart from the mapping: whole numbers and fractions, no Decimal arithmetic of ours.

It says what a CRM document comes to, by its own rules, and what Xero makes of an element, by Xero's published rules
(Xero: Rounding in Xero): LineAmount rounded to cents, tax rounded by line and then added up. Halves go away from zero.
It imports nothing of the product.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

RATES: dict[str | None, Fraction | int] = {
    "VAT": 20,
    "Reduced": 5,
    "Odd": Fraction(35, 2),
    "Zero": 0,
    "Exempt": 0,
    None: 0,
}
"""Percent by the name of the CRM tax; None: a line without any."""


@dataclass(frozen=True)
class OracleLine:
    """Quantity and price in ten-thousandths, the discount in cents."""

    quantity: int
    price: int
    discount: int
    tax: str | None

    @property
    def gross(self) -> Fraction:
        return Fraction(self.quantity * self.price, 10**8)

    @property
    def net(self) -> int:
        """Cents."""
        return cents(self.gross - Fraction(self.discount, 100))


@dataclass(frozen=True)
class OracleDocument:
    """A CRM document. `inclusive`: prices contain the tax. `before_tax`: the discount on the whole lowers the tax."""

    lines: tuple[OracleLine, ...]
    discount: int = 0
    adjustment: int = 0
    inclusive: bool = False
    before_tax: bool = True
    rounds_sums: bool = False
    """The CRM rounds the tax of each rate once, instead of line by line."""


def cents(value: Fraction) -> int:
    """An amount in whole cents."""
    scaled = abs(value) * 100
    whole = (2 * scaled.numerator + scaled.denominator) // (2 * scaled.denominator)
    return whole if value >= 0 else -whole


def list_pieces(document: OracleDocument, *, line_discounts: bool) -> list[tuple[str | None, int]]:
    """(tax, cents) of each amount that tax is rounded on by itself.

    `line_discounts`: Xero takes a discount off its line, as long as the line stays at or above nothing.
    """
    pieces: list[tuple[str | None, int]] = []
    for line in document.lines:
        gross = cents(line.gross)
        if line.discount and line_discounts and 0 < line.discount <= gross:
            pieces.append((line.tax, line.net))
        else:
            pieces.append((line.tax, gross))
            pieces += [(line.tax, -line.discount)] if line.discount else []
    if document.discount and document.before_tax:
        weights: dict[str, int] = {}
        for tax, amount in pieces:
            weights[tax or ""] = weights.get(tax or "", 0) + amount
        shares = share(document.discount, weights)
        pieces += [(tax or None, -amount) for tax, amount in shares.items() if amount]
    return pieces


def share(amount: int, weights: Mapping[str, int]) -> dict[str, int]:
    """Cents by weight; what is left over goes to the largest remainders. Weights that add up to nothing: one piece."""
    whole = sum(weights.values())
    names = sorted(weights)
    if not whole:
        return {names[0]: amount}
    exact = {name: Fraction(amount * weights[name], whole) for name in names}
    shares = {name: int(value) for name, value in exact.items()}
    left = amount - sum(shares.values())
    order = sorted(names, key=lambda name: -abs(exact[name] - shares[name]))
    for place in range(abs(left)):
        shares[order[place % len(order)]] += 1 if left > 0 else -1
    return shares


def tax_of(amount: int, tax: str | None, *, inclusive: bool) -> int:
    """The tax on (or within) an amount, in cents."""
    rate = Fraction(RATES[tax])
    if inclusive:
        return amount - cents(Fraction(amount, 100) / (1 + rate / 100))
    return cents(Fraction(amount, 100) * rate / 100)


def add_up_vat(document: OracleDocument, *, line_discounts: bool) -> dict[str, int]:
    """VAT by CRM tax as the ledger should show it: rounded piece by piece."""
    vat: dict[str, int] = {}
    for tax, amount in list_pieces(document, line_discounts=line_discounts):
        if RATES[tax]:
            vat[str(tax)] = vat.get(str(tax), 0) + tax_of(amount, tax, inclusive=document.inclusive)
    return vat


def add_up_crm(document: OracleDocument) -> int:
    """The CRM's own grand total, in cents."""
    nets = sum(line.net for line in document.lines) - document.discount + document.adjustment
    if document.inclusive:
        return nets
    pieces = list_pieces(document, line_discounts=True)
    if not document.rounds_sums:
        return nets + sum(tax_of(amount, tax, inclusive=False) for tax, amount in pieces)
    sums: dict[str | None, int] = {}
    for tax, amount in pieces:
        sums[tax] = sums.get(tax, 0) + amount
    return nets + sum(tax_of(amount, tax, inclusive=False) for tax, amount in sums.items())


def read_xero(element: Mapping[str, Any], rates: Mapping[str, Fraction]) -> tuple[int, dict[str, int]]:
    """Xero's total of an element and its tax by TaxType, in cents. `rates` are in percent by TaxType."""
    words = str(element["LineAmountTypes"]).upper()
    total = 0
    by_type: dict[str, int] = {}
    for line in element["LineItems"]:
        assert Fraction(line["Quantity"]) >= 0, "Xero refuses a negative quantity"
        discount = Fraction(line.get("DiscountAmount", 0))
        amount = cents(Fraction(line["Quantity"]) * Fraction(line["UnitAmount"]) - discount)
        rate = rates[line["TaxType"]]
        if words == "EXCLUSIVE":
            tax = cents(Fraction(amount, 100) * rate / 100)
            total += amount + tax
        else:
            assert words == "INCLUSIVE", words
            tax = amount - cents(Fraction(amount, 100) / (1 + rate / 100))
            total += amount
        if rate:
            by_type[line["TaxType"]] = by_type.get(line["TaxType"], 0) + tax
    return total, by_type


def without_zeros(vat: Mapping[str, int]) -> dict[str, int]:
    """Rates that come to nothing are no difference."""
    return {name: amount for name, amount in vat.items() if amount}


def tolerance(lines: Iterable[object]) -> int:
    """Cents that rounding alone may cost: one a line, five a document."""
    return min(5, len(list(lines)))
