"""What should stand in the ledger once every healthy document has been written, by the generator's own arithmetic.

Per currency and CRM tax: net and tax, each rounded on its line (half a cent up). A discount on a whole document lowers
the net of its one tax; an adjustment is a sum of its own without tax. Nothing is read from either vendor.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from decimal import ROUND_HALF_UP, Decimal
from typing import Final

from vendor_sandbox.core.wire import JsonObject
from vendor_sandbox.generator.bookkeeper import APPROVED, DRAFT, NOT_CREATED, STATUSES, WAIT
from vendor_sandbox.generator.catalogue import TAX_PERCENTS
from vendor_sandbox.generator.plan import Company, Document, Line

CENT = Decimal("0.01")
NO_TAX = "no tax"
ADJUSTMENTS = "adjustments"
LEFT_OUT: Final = {WAIT: "status_waits", NOT_CREATED: "canceled"}


@dataclass(frozen=True, slots=True)
class Amount:
    """Net and tax of one rate."""

    net: Decimal = Decimal("0.00")
    tax: Decimal = Decimal("0.00")

    def __add__(self, other: Amount) -> Amount:
        return Amount(self.net + other.net, self.tax + other.tax)

    def show(self) -> JsonObject:
        """As text, so that no reader makes a float of it."""
        return {"net": str(self.net), "tax": str(self.tax)}


@dataclass(slots=True)
class Sums:
    """Documents of one module added up: by currency and tax, and whole."""

    count: int = 0
    by_rate: dict[str, dict[str, Amount]] = field(default_factory=dict)

    def add(self, document: Document) -> None:
        """Add one document."""
        self.count += 1
        rates = self.by_rate.setdefault(document.currency, {})
        for name, amount in split_document(document).items():
            rates[name] = rates.get(name, Amount()) + amount

    def show_rates(self) -> JsonObject:
        """Currency -> tax -> net and tax."""
        return {
            currency: {name: amount.show() for name, amount in sorted(rates.items())}
            for currency, rates in sorted(self.by_rate.items())
        }

    def show_gross(self) -> JsonObject:
        """Currency -> total."""
        return {
            currency: str(sum((amount.net + amount.tax for amount in rates.values()), Decimal("0.00")))
            for currency, rates in sorted(self.by_rate.items())
        }


def split_document(document: Document) -> dict[str, Amount]:
    """A document by rate; lines without a tax under "no tax", the adjustment under "adjustments"."""
    split: dict[str, Amount] = {}
    for line in document.lines:
        name = line.tax or NO_TAX
        split[name] = split.get(name, Amount()) + compute_line(line)
    if document.discount:
        (name,) = split  # discounts on whole documents are planned on those of one tax alone
        split[name] = split[name] + Amount(-document.discount)
    if document.adjustment:
        split[ADJUSTMENTS] = Amount(document.adjustment)
    return split


def compute_line(line: Line) -> Amount:
    """Net after discount, and the tax on it."""
    gross = _round(line.quantity * line.price)
    if isinstance(line.discount, str):
        net = gross - _round(gross * Decimal(line.discount.rstrip("%")) / 100)
    else:
        net = gross - (line.discount or 0)
    percent = TAX_PERCENTS[line.tax] if line.tax is not None else Decimal(0)
    return Amount(net, _round(net * percent / 100))


def add_up_total(document: Document) -> Decimal:
    """What the whole document comes to."""
    return sum((amount.net + amount.tax for amount in split_document(document).values()), Decimal("0.00"))


def list_written(company: Company, module: str) -> list[Document]:
    """The documents of a module that should stand in the ledger."""
    held = company.list_held_keys()
    return [
        one
        for one in company.documents
        if one.module == module
        and one.key not in held
        and one.dated > company.lock_date
        and STATUSES[module].get(one.status or "") in {DRAFT, APPROVED}
    ]


def describe_expected(company: Company) -> JsonObject:
    """The oracle as JSON. Sums are text with two places."""
    sales = _add_up(list_written(company, "Invoices"))
    purchases = _add_up(list_written(company, "Purchase_Orders"))
    return {
        "sales_by_rate": sales.show_rates(),
        "purchases_by_rate": purchases.show_rates(),
        "documents": {"Invoices": sales.count, "Purchase_Orders": purchases.count},
        "gross": {"sales": sales.show_gross(), "purchases": purchases.show_gross()},
        "left_out": {module: _count_left_out(company, module) for module in ("Invoices", "Purchase_Orders")},
    }


def _add_up(documents: Iterable[Document]) -> Sums:
    sums = Sums()
    for document in documents:
        sums.add(document)
    return sums


def _count_left_out(company: Company, module: str) -> JsonObject:
    """Healthy documents that are not to be written (yet): before the start, waiting for a status, canceled."""
    held = company.list_held_keys()
    counts = dict.fromkeys(("before_start", *LEFT_OUT.values()), 0)
    for one in company.documents:
        if one.module != module or one.key in held:
            continue
        if one.dated < company.start_date:
            counts["before_start"] += 1
            continue
        why = LEFT_OUT.get(STATUSES[module].get(one.status or "", ""))
        if why is not None:
            counts[why] += 1
    return counts


def _round(amount: Decimal) -> Decimal:
    return amount.quantize(CENT, ROUND_HALF_UP)
