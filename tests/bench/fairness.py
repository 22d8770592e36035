"""Section `fairness`: do ninety-nine small tenants notice a large one?

All in one process on a virtual clock, the vendors' limits on; a vendor call takes one turn. In each wave a person edits
the one record of every small tenant, and the partner starts all their syncs at the same moment; what counts is how many
turns pass until the edit is in Xero. Waves run alone, then beside the first sync of the large tenant: at its start,
while it reads, and again and again while it writes, each time at the moment when Xero lets it write again.
"""

import asyncio
import tempfile
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, Final

from tests.bench.business import fill_crm
from tests.bench.figures import describe_spread
from tests.bench.growth import split_records
from tests.bench.moving_loop import MovingLoop, run_moving
from tests.bench.tenants import Tenant
from tests.bench.virtual_house import START, TURN_SECONDS, VirtualHouse, open_virtual_house

from sync_kit.logs import configure_logging

LARGE: Final = 10_000
SMALL_TENANTS: Final = 99
WAVES: Final = 2
BETWEEN_CONNECTIONS_SECONDS: Final = 10.0
"""One person after the other: our own limit of calls from one address holds here too."""

Json = dict[str, Any]
Tell = Callable[[str], None]


async def measure_fairness(large: int = LARGE, small_tenants: int = SMALL_TENANTS, tell: Tell = lambda _: None) -> Json:
    """`alone`, `beside_reading`, `beside_writing` (turns and wall seconds), and the ratios of their p95 to alone."""
    return await asyncio.to_thread(run_moving, lambda loop: _measure(loop, large, small_tenants, tell))


async def _measure(loop: MovingLoop, large: int, small_tenants: int, tell: Tell) -> Json:
    configure_logging("WARNING", service="bench")
    with tempfile.TemporaryDirectory(prefix="zoho2xero-bench-") as folder:
        async with open_virtual_house(loop, Path(folder)) as house:
            big = await _add_large(house, large)
            tell(f"one tenant with {large:,} records is connected; connecting {small_tenants} with one ...")
            small = [await _add_small(house, number) for number in range(1, small_tenants + 1)]
            house.begin()
            await _run_wave(house, small)  # the first sync of each
            found: Json = {"large_records": large, "small_tenants": small_tenants, "turn_seconds": TURN_SECONDS}
            found["alone"] = _summarise([await _run_wave(house, small) for _ in range(WAVES)])
            tell(f"alone: {_describe(found['alone'])}")
            began = house.clock.monotonic()
            big_run = await house.partner.start(big)
            found["beside_reading"] = _summarise([await _run_wave(house, small)])
            tell(f"while the large one reads: {_describe(found['beside_reading'])}")
            waves: list[list[Json]] = []
            while len(waves) < WAVES and await _is_writing(house, big, big_run):
                waves.append(await _run_wave(house, small))
            if not waves:
                raise RuntimeError(f"{large} records were written before anybody could stand beside that: take more")
            found["beside_writing"] = _summarise(waves)
            tell(f"while the large one writes: {_describe(found['beside_writing'])}")
            found["large_writes_meanwhile"] = len(house.list_writes(big.xero_tenant_id, began))
            found["refused_for_limits"] = house.count_refusals()
    alone = found["alone"]["turns"]["p95"]
    found["reading_ratio"] = round(found["beside_reading"]["turns"]["p95"] / alone, 2)
    found["writing_ratio"] = round(found["beside_writing"]["turns"]["p95"] / alone, 2)
    return found


async def _add_large(house: VirtualHouse, records: int) -> Tenant:
    org_id = await house.control.make_zoho_org("Large", "eu")
    await fill_crm(house.control, org_id, split_records(records), now=START, stand_still=True)
    return await _connect(house, org_id, 0)


async def _add_small(house: VirtualHouse, number: int) -> Tenant:
    org_id = await house.control.make_zoho_org(f"Small {number}", "eu")
    record = {"Account_Name": f"Only customer {number}"}
    await house.control.call("POST", f"/zoho/{org_id}/Accounts", {"records": [record]})
    return await _connect(house, org_id, number)


async def _connect(house: VirtualHouse, org_id: str, number: int) -> Tenant:
    await house.clock.sleep(BETWEEN_CONNECTIONS_SECONDS)
    tenant = await house.partner.connect_tenant(org_id, number)
    await house.partner.check(tenant)
    return tenant


async def _is_writing(house: VirtualHouse, big: Tenant, run_id: str) -> bool:
    """Wait for its next write; False when there is none, since its run is over."""
    seen = len(house.list_writes(big.xero_tenant_id, 0))
    while (await house.partner.api.get(f"/v1/syncs/{run_id}"))["ended_at"] is None:
        for _ in range(round(1 / TURN_SECONDS)):
            if len(house.list_writes(big.xero_tenant_id, 0)) > seen:
                return True
            await house.clock.sleep(TURN_SECONDS)
    return False


async def _run_wave(house: VirtualHouse, tenants: Sequence[Tenant]) -> list[Json]:
    for tenant in tenants:
        path = f"/zoho/{tenant.zoho_org_id}/Accounts"
        record = (await house.control.call("GET", path))["records"][0]
        phone = f"01632 {round(house.clock.monotonic()) % 1_000_000:06d}"
        await house.control.call("PATCH", f"{path}/{record['id']}", {"Phone": phone})
    began, began_really = house.clock.monotonic(), time.perf_counter()
    runs = [await house.partner.start(tenant) for tenant in tenants]
    for run_id in runs:
        await house.partner.wait_for_end(run_id)
    found = []
    for tenant in tenants:
        first = house.list_writes(tenant.xero_tenant_id, began)[0]
        found.append(
            {
                "turns": (first.virtual_seconds - began) / TURN_SECONDS,
                "wall_seconds": first.real_seconds - began_really,
            }
        )
    return found


def _summarise(waves: Sequence[Sequence[Json]]) -> Json:
    each = [one for wave in waves for one in wave]
    return {
        "turns": describe_spread([one["turns"] for one in each], places=0),
        "wall_seconds": describe_spread([one["wall_seconds"] for one in each], places=2),
    }


def _describe(found: Json) -> str:
    turns, wall = found["turns"], found["wall_seconds"]
    return f"p50 {turns['p50']:.0f}, p95 {turns['p95']:.0f} turns; p95 of wall time {wall['p95']:.1f} s"
