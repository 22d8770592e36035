"""What `make bench` can measure, in the order in which it does."""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tests.bench import calls, engines, fairness, field, growth, latency, many_tenants, overhead
from tests.bench.business import Size

Json = dict[str, Any]
Tell = Callable[[str], None]


@dataclass(frozen=True)
class Extent:
    """How much is measured. `share`: of the records of every section, for a quick look that compares with nothing."""

    share: float = 1.0
    growth_sizes: Sequence[int] = growth.SIZES

    def cut(self, size: Size) -> Size:
        """That share of a business, at least a few of each kind that it has."""
        return Size(
            invoices=self.cut_number(size.invoices),
            accounts=self.cut_number(size.accounts),
            products=self.cut_number(size.products),
            vendors=self.cut_number(size.vendors),
            purchase_orders=self.cut_number(size.purchase_orders),
        )

    def cut_number(self, number: int, least: int = 10) -> int:
        """That share of a number."""
        return max(round(number * self.share), min(number, least))


@dataclass(frozen=True)
class Section:
    """`measure` gives what the report keeps under the section's name."""

    about: str
    measure: Callable[[Extent, Tell], Awaitable[Json]]


SECTIONS: Final[Mapping[str, Section]] = {
    "calls": Section(
        "vendor calls and memory of one tenant, everything sent, into a ledger as large",
        lambda extent, tell: calls.measure_calls(extent.cut(Size()), tell=tell),
    ),
    "overhead": Section(
        f"time over a bare replay: {overhead.PAIRS} pairs at 100 ms a vendor call, {overhead.PAIRS} at none",
        lambda extent, tell: overhead.measure_overhead(extent.cut(overhead.SIZE), tell=tell),
    ),
    "latency": Section(
        f"from an edit in the CRM to Xero: {latency.EDITS} edits, one at a time",
        lambda extent, tell: latency.measure_latency(latency.SIZE, extent.cut_number(latency.EDITS), tell),
    ),
    "fairness": Section(
        f"{fairness.SMALL_TENANTS} small tenants beside a large one, limits on, virtual clock",
        lambda extent, tell: fairness.measure_fairness(
            extent.cut_number(fairness.LARGE, 5_000), extent.cut_number(fairness.SMALL_TENANTS), tell
        ),
    ),
    "field": Section(
        "beside the field: one record per call, and the vendor's SDK in batches",
        lambda extent, tell: field.measure_field(extent.cut(field.SIZE), tell),
    ),
    "many_tenants": Section(
        f"{many_tenants.TENANTS} tenants start at once, separate processes on real engines",
        lambda extent, tell: many_tenants.measure_many_tenants(
            extent.cut_number(many_tenants.TENANTS), many_tenants.RECORDS, tell
        ),
    ),
    "engines": Section(
        "calls and overhead with separate processes on PostgreSQL and Kafka",
        lambda extent, tell: engines.measure_engines(extent.cut(Size()), extent.cut(overhead.SIZE), tell=tell),
    ),
    "growth": Section(
        "one tenant of growing size: time and memory for each record",
        lambda extent, tell: growth.measure_growth(
            [extent.cut_number(size, 100) for size in extent.growth_sizes], tell
        ),
    ),
}
