"""Section `growth`: does a record cost the same, whether its tenant has a thousand or a hundred thousand of them?

For each size a fresh system, one tenant, a first sync of everything, then a sync in which fifty invoices changed. The
sandbox runs in a process of its own and has to look through all that it holds, so its share grows; that is why the
processor time of the services, not the wall time beside it, is what the ratio is taken of.
"""

from collections.abc import Callable, Sequence
from typing import Any, Final

from tests.bench.business import Size, edit_invoices, fill_crm
from tests.bench.house import LONGEST_RUN_SECONDS, House, open_house

SIZES: Final = (1_000, 10_000, 100_000)
CHANGED: Final = 50
OVERLAP_SECONDS: Final = 500
"""More than either side looks back; far below a token's life, since the vendors' clock runs ahead of ours by it."""
SLOWEST_RECORD_SECONDS: Final = 0.03
"""A run that takes longer for each record hangs."""

Json = dict[str, Any]


async def measure_growth(sizes: Sequence[int] = SIZES, tell: Callable[[str], None] = lambda _: None) -> Json:
    """`sizes`, each with milliseconds for a record and memory; `time_ratio` and `memory_ratio`: greatest size over
    smallest."""
    found = [await _measure_size(records, tell) for records in sizes]
    first, last = found[0], found[-1]
    return {
        "sizes": found,
        "time_ratio": round(last["cpu_ms_per_record"] / first["cpu_ms_per_record"], 2),
        "changed50_ratio": round(last["changed50_cpu_seconds"] / first["changed50_cpu_seconds"], 2),
        "memory_ratio": round(last["peak_memory_mb"] / first["peak_memory_mb"], 2),
    }


def split_records(records: int) -> Size:
    """Four fifths of them invoices of three lines, the rest accounts and products."""
    products = max(1, records // 25)
    accounts = max(1, records * 4 // 25)
    return Size(invoices=records - products - accounts, accounts=accounts, products=products)


async def _measure_size(records: int, tell: Callable[[str], None]) -> Json:
    tell(f"{records:>7,} records: filling the CRM ...")
    async with open_house() as house:
        await house.make_vendors()
        invoice_ids = await fill_crm(house.control, house.zoho_org_id, split_records(records))
        await house.connect(sending="all")
        await house.check()
        longest = max(LONGEST_RUN_SECONDS, records * SLOWEST_RECORD_SECONDS)
        tell(f"{records:>7,} records: first sync ...")
        cpu, wall = await _measure_sync(house, longest)
        await house.move_clock(OVERLAP_SECONDS)
        await house.sync(longest)  # what was written last is looked at once more; from here on all is quiet
        await edit_invoices(house.control, house.zoho_org_id, invoice_ids[:CHANGED])
        changed_cpu, changed_wall = await _measure_sync(house, longest)
        memory = house.read_peak_memory_mb()
    tell(
        f"{records:>7,} records: {cpu / records * 1000:.2f} ms of processor time and {wall / records * 1000:.2f} ms "
        f"for each; {CHANGED} changed: {changed_cpu:.2f} s of processor time, {changed_wall:.1f} s; {memory:.0f} MB"
    )
    return {
        "records": records,
        "cpu_ms_per_record": round(cpu / records * 1000, 2),
        "wall_ms_per_record": round(wall / records * 1000, 2),
        "changed50_cpu_seconds": round(changed_cpu, 2),
        "changed50_wall_seconds": round(changed_wall, 2),
        "peak_memory_mb": round(memory, 1),
    }


async def _measure_sync(house: House, longest_seconds: float) -> tuple[float, float]:
    cpu = house.read_cpu_seconds()
    run = await house.sync(longest_seconds)
    return house.read_cpu_seconds() - cpu, float(run["seconds"])
