"""Section `latency`: from an edit in the CRM to the change in Xero, when a partner starts a sync right after it.

The system is quiet: one tenant, one edit at a time, the next when the run before it has ended. Both moments are of the
sandbox's clock: when the edit was answered, and when the write arrived. The vendors' time is apart: the time before the
write arrived in which at least one vendor call was waited for, and how many calls those were.
"""

from collections.abc import Callable, Sequence
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any, Final

from tests.bench.business import Size, fill_crm
from tests.bench.figures import describe_spread
from tests.bench.house import House, open_house

EDITS: Final = 40
SIZE: Final = Size(invoices=400, accounts=80, products=20)
LATENCY_MS: Final = 100

Json = dict[str, Any]


async def measure_latency(size: Size = SIZE, edits: int = EDITS, tell: Callable[[str], None] = lambda _: None) -> Json:
    """`at_once` with a sandbox that answers at once, `at_100_ms` with one that takes 100 ms for a call."""
    async with open_house() as house:
        await house.make_vendors()
        await fill_crm(house.control, house.zoho_org_id, size)
        await house.connect(sending="all")
        await house.check()
        await house.sync()
        records = (await house.control.list_crm_records(house.zoho_org_id, "Invoices"))[: edits + 1]
        await _measure_edit(house, records[0], 0)  # what a process does once is not what is asked here
        found: Json = {"edits": edits}
        for name, latency_ms in (("at_once", 0), ("at_100_ms", LATENCY_MS)):
            await house.set_switches(latency_ms=latency_ms)
            each = [await _measure_edit(house, record, latency_ms) for record in records[1:]]
            found[name] = _summarise(each)
            total, ours = found[name]["seconds"], found[name]["without_vendors"]
            tell(
                f"at {latency_ms:>3} ms a call: p50 {total['p50']:.2f} s, p95 {total['p95']:.2f} s; without the "
                f"vendors p50 {ours['p50']:.2f} s, p95 {ours['p95']:.2f} s; "
                f"{found[name]['zoho_calls']:.0f} Zoho and {found[name]['xero_calls']:.0f} Xero calls"
            )
        return found


def _summarise(each: Sequence[Json]) -> Json:
    def average(name: str) -> float:
        return round(sum(one[name] for one in each) / len(each), 1)

    return {
        "seconds": describe_spread([one["seconds"] for one in each]),
        "without_vendors": describe_spread([one["seconds"] - one["vendors"] for one in each]),
        "zoho_calls": average("zoho_calls"),
        "xero_calls": average("xero_calls"),
    }


async def _measure_edit(house: House, record: Json, latency_ms: int) -> Json:
    line = record["Invoiced_Items"][0]
    line["List_Price"] = Decimal(str(line["List_Price"])) + 1
    change = {"id": line["id"], "List_Price": line["List_Price"]}
    rest = [{"id": each["id"]} for each in record["Invoiced_Items"][1:]]
    seq = await _find_last_seq(house)
    await house.control.edit_crm_record(
        house.zoho_org_id, "Invoices", record["id"], {"Invoiced_Items": [change, *rest]}
    )
    edited_at = datetime.fromisoformat((await house.control.call("GET", "/clock"))["now"])
    await house.sync()
    calls = (await house.control.call("GET", f"/calls?since_seq={seq}&kind=api"))["calls"]
    writes = [position for position, call in enumerate(calls) if call["vendor"] == "xero" and call["method"] != "GET"]
    if len(writes) != 1:
        raise RuntimeError(f"one edit made {len(writes)} writes in Xero")
    asked = calls[: writes[0]]
    written_at = datetime.fromisoformat(calls[writes[0]]["at"])
    return {
        "seconds": (written_at - edited_at).total_seconds(),
        "vendors": _sum_waiting([datetime.fromisoformat(call["at"]) for call in asked], latency_ms, written_at),
        "zoho_calls": sum(call["vendor"] == "zoho" for call in asked),
        "xero_calls": sum(call["vendor"] == "xero" for call in asked) + 1,
    }


def _sum_waiting(starts: Sequence[datetime], latency_ms: int, until: datetime) -> float:
    """Seconds in which at least one of the calls was waited for."""
    total = 0.0
    covered = datetime.min.replace(tzinfo=until.tzinfo)
    for start in sorted(starts):
        end = min(start + timedelta(milliseconds=latency_ms), until)
        begin = max(start, covered)
        if end > begin:
            total += (end - begin).total_seconds()
            covered = end
    return total


async def _find_last_seq(house: House) -> int:
    calls = (await house.control.call("GET", "/calls?kind=api"))["calls"]
    return max((int(call["seq"]) for call in calls), default=0)
