"""Section `calls`: what a first sync, fifty changed invoices and nothing changed cost in vendor calls, and the memory.

The figures are the sandbox's own ledger's, not ours; OAuth calls are apart. The check before the first sync is counted
by itself.
"""

from collections.abc import Callable
from typing import Any

from tests.bench.business import Size, edit_invoices, fill_books, fill_crm
from tests.bench.house import House, OpenHouse, open_house

CHANGED = 50
OVERLAP_SECONDS = 500
"""More than either side looks back, so that a run that finds nothing new reads nothing again. The vendors' clock runs
ahead of ours by it, so all of it together has to stay well below a token's life of half an hour."""

Json = dict[str, Any]


async def measure_calls(
    size: Size, open_one: OpenHouse = open_house, tell: Callable[[str], None] = lambda _: None
) -> Json:
    """`calls` and `peak_memory_mb` of one tenant of this size, sending `all` into a ledger as large."""
    async with open_one() as house:
        await house.make_vendors()
        invoice_ids = await fill_crm(house.control, house.zoho_org_id, size)
        await fill_books(house.control, house.xero_tenant_id, size)
        await house.connect(sending="all")
        check = await _count(house, house.check)
        first = await _count(house, house.sync)
        await house.move_clock(OVERLAP_SECONDS)
        await _count(house, house.sync)  # what was written last is looked at once more; from here on all is quiet
        await edit_invoices(house.control, house.zoho_org_id, invoice_ids[:CHANGED])
        changed = await _count(house, house.sync)
        await house.move_clock(OVERLAP_SECONDS)
        await _count(house, house.sync)
        unchanged = await _count(house, house.sync)
        ledger = await house.control.read_ledger(house.xero_tenant_id)
        if int(ledger["invoices"]) != 2 * size.invoices:
            raise RuntimeError(f"{ledger['invoices']} invoices stand in Xero instead of {2 * size.invoices}")
        found: Json = {
            "calls": {"check": check, "first": first, "changed50": changed, "unchanged": unchanged},
            "peak_memory_mb": round(house.read_peak_memory_mb(), 1),
        }
    for name, calls in found["calls"].items():
        tell(f"{name:<10} {calls['zoho']:>5} Zoho calls  {calls['xero']:>5} Xero calls")
    tell(f"peak memory of the services: {found['peak_memory_mb']} MB")
    return found


async def _count(house: House, work: Any) -> Json:
    before = await house.count_calls()
    await work()
    after = await house.count_calls()
    return {vendor: after[vendor] - before[vendor] for vendor in ("zoho", "xero")}
