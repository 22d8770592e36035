"""Section `overhead`: the four services against a bare replay of the vendor requests that they sent.

The sandbox runs in a process of its own, on both sides of the comparison, and outside the figures of processor time.
Each pair is a whole first sync of a fresh tenant and a replay of exactly its requests against a sandbox in the same
state; runs alternate, and the median of the ratios is what counts.
"""

import asyncio
import json
import statistics
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from tests.bench.business import Size, fill_crm
from tests.bench.consents import get_xero_token, get_zoho_token
from tests.bench.house import OpenHouse, make_vendors, open_house, open_sandbox
from tests.bench.recording import Stage, record_stages

from sync_kit.clock import SystemClock
from sync_kit.contracts import codec

PAIRS: Final = 5
SIZE: Final = Size(invoices=2_000, accounts=400, products=100)
LATENCY_MS: Final = 100

Json = dict[str, Any]


async def measure_overhead(
    size: Size = SIZE,
    pairs: int = PAIRS,
    tell: Callable[[str], None] = lambda _: None,
    open_one: OpenHouse = open_house,
) -> Json:
    """`wall_ratio` at 100 ms a vendor call, `cpu_ratio` at none; with all figures that they rest on, and the processor
    seconds of the four services for 1,000 records. `tell` is told of each pair."""
    slow = [await _measure_told(open_one, size, LATENCY_MS, tell) for _ in range(pairs)]
    fast = [await _measure_told(open_one, size, 0, tell) for _ in range(pairs)]
    return {
        "wall_ratio": _median(pair["ours"]["wall"] / pair["replay"]["wall"] for pair in slow),
        "cpu_ratio": _median(pair["ours"]["cpu"] / pair["replay"]["cpu"] for pair in fast),
        "cpu_seconds_per_1000_records": round(
            statistics.median(pair["ours"]["cpu"] for pair in fast) / size.records * 1000,
            2,
        ),
        "invoices": size.invoices,
        "at_100_ms": slow,
        "at_once": fast,
    }


async def _measure_told(open_one: OpenHouse, size: Size, latency_ms: int, tell: Callable[[str], None]) -> Json:
    pair = await _measure_pair(open_one, size, latency_ms)
    ours, replay = pair["ours"], pair["replay"]
    tell(
        f"at {latency_ms:>3} ms: ours {ours['wall']:.1f} s, {ours['cpu']:.2f} s of processor time; "
        f"replay {replay['wall']:.1f} s, {replay['cpu']:.2f} s"
    )
    return pair


async def _measure_pair(open_one: OpenHouse, size: Size, latency_ms: int) -> Json:
    async with open_one() as house:
        await house.make_vendors()
        await fill_crm(house.control, house.zoho_org_id, size)
        await house.connect(sending="all")
        await house.check()
        calls = await house.control.call("GET", "/calls?kind=api")
        since = max((call["seq"] for call in calls["calls"]), default=0)
        await house.set_switches(latency_ms=latency_ms)
        cpu = house.read_cpu_seconds()
        run = await house.sync()
        cpu = house.read_cpu_seconds() - cpu
        await house.set_switches(latency_ms=0)
        stages = await record_stages(house.control, since)
        contacts = await house.control.call("GET", f"/xero/{house.xero_tenant_id}/Contacts")
        ids = {row["ContactNumber"]: row["ContactID"] for row in contacts["Contacts"] if row.get("ContactNumber")}
    replay = await _replay(size, latency_ms, stages, ids)
    ours = {"wall": float(run["seconds"]), "cpu": cpu}
    return {"ours": _round(ours), "replay": _round(replay), "requests": replay["requests"]}


async def _replay(size: Size, latency_ms: int, stages: list[Stage], contacts: Mapping[str, str]) -> Json:
    with tempfile.TemporaryDirectory(prefix="zoho2xero-bench-") as folder:
        async with open_sandbox(Path(folder), SystemClock()) as sandbox:
            zoho_org_id, xero_tenant_id = await make_vendors(sandbox.control)
            await fill_crm(sandbox.control, zoho_org_id, size)
            plan = {
                "url": sandbox.url,
                "tokens": {"zoho": await get_zoho_token(sandbox), "xero": await get_xero_token(sandbox)},
                "xero_tenant_id": xero_tenant_id,
                "contacts": contacts,
                "stages": [stage.to_json() for stage in stages],
            }
            file = Path(folder) / "plan.json"
            file.write_bytes(codec.dumps(plan))
            await sandbox.control.call("PUT", "/switches", {"latency_ms": latency_ms})
            done = await asyncio.to_thread(
                subprocess.run,
                [sys.executable, "-m", "tests.bench.replay", str(file)],
                check=True,
                capture_output=True,
                text=True,
            )
    answer: Json = json.loads(done.stdout)
    return answer


def _median(ratios: Any) -> float:
    return round(statistics.median(ratios), 2)


def _round(figures: Mapping[str, float]) -> Json:
    return {name: round(figures[name], 2) for name in ("wall", "cpu")}
