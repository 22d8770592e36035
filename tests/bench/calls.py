"""Section `calls`: what a first sync, fifty changed invoices and nothing changed cost in vendor calls, and the memory.

The figures are the sandbox's own ledger's, not ours; OAuth calls are apart. The check before the first sync is counted
by itself.
"""

from typing import Any

from tests.bench.business import Size, edit_invoices, fill_books, fill_crm
from tests.bench.house import House, open_house
from tests.bench.machine import read_peak_memory_mb

CHANGED = 50
OVERLAP_SECONDS = 1_200
"""More than the reader looks back, so that a run that finds nothing new reads nothing again."""

Json = dict[str, Any]


async def measure_calls(size: Size) -> Json:
    """`calls` and `peak_memory_mb` of one tenant of this size, sending `all` into a ledger as large."""
    async with open_house() as house:
        await house.make_vendors()
        await fill_crm(house.control, house.zoho_org_id, size)
        await fill_books(house.control, house.xero_tenant_id, size)
        await house.connect(sending="all")
        check = await _count(house, house.check)
        first = await _count(house, house.sync)
        await house.move_clock(OVERLAP_SECONDS)
        await _count(house, house.sync)  # what was written last is looked at once more; from here on all is quiet
        await edit_invoices(house.control, house.zoho_org_id, CHANGED)
        changed = await _count(house, house.sync)
        await house.move_clock(OVERLAP_SECONDS)
        await _count(house, house.sync)
        await house.move_clock(OVERLAP_SECONDS)
        unchanged = await _count(house, house.sync)
        ledger = await house.control.read_ledger(house.xero_tenant_id)
        if int(ledger["invoices"]) != 2 * size.invoices:
            raise RuntimeError(f"{ledger['invoices']} invoices stand in Xero instead of {2 * size.invoices}")
        return {
            "calls": {"check": check, "first": first, "changed50": changed, "unchanged": unchanged},
            "peak_memory_mb": round(read_peak_memory_mb(house.pid), 1),
        }


async def _count(house: House, work: Any) -> Json:
    before = await house.count_calls()
    await work()
    after = await house.count_calls()
    return {vendor: after[vendor] - before[vendor] for vendor in ("zoho", "xero")}
