"""Section `many_tenants`: two hundred tenants start their first sync at the same moment.

The vendors' limits are off, so what bounds it is the processor. Sandbox, engines and services share the machine;
records per second are those of all of them together, processor time is told for each service alone. For that, each
service needs a process of its own, and so real engines; where there are none the four share one process, and only
their sum can be told.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime, timedelta
from typing import Any, Final

from tests.bench.business import DAYS, Size, add_records, describe_accounts, describe_invoices, describe_products
from tests.bench.engine_house import WIDE_LIMITS, NoEnginesError, open_engines
from tests.bench.growth import split_records
from tests.bench.house import House, OpenHouse, open_house
from tests.bench.machine import read_cpu_seconds
from tests.bench.tenants import Partner, Tenant

from zoho2xero.demo.sandbox import SandboxControl
from zoho2xero.home import read_secrets

TENANTS: Final = 200
RECORDS: Final = 200
CHECKS_AT_ONCE: Final = 8
LONGEST_SECONDS: Final = 1_800

Json = dict[str, Any]
Tell = Callable[[str], None]


async def measure_many_tenants(tenants: int = TENANTS, records: int = RECORDS, tell: Tell = lambda _: None) -> Json:
    """`records_per_second` from the first start to the last end, and processor seconds for 1,000 records."""
    try:
        async with open_engines() as bench:
            return await _measure(bench.open_house, tenants, records, tell)
    except NoEnginesError as error:
        tell(f"no processor time by service: {error}")
        return {**await _measure(_open_roomy_house, tenants, records, tell), "no_engines": str(error)}


@asynccontextmanager
async def _open_roomy_house() -> AsyncIterator[House]:
    """One process that lets this bench call as often as it does."""
    services = ("AUTH", "SCHEDULER", "ZOHO_READER", "XERO_WRITER")
    environment = {f"{service}_{name}": value for service in services for name, value in WIDE_LIMITS.items()}
    async with open_house(environment=environment) as house:
        yield house


async def _measure(open_one: OpenHouse, tenants: int, records: int, tell: Tell) -> Json:
    size = split_records(records)
    async with open_one() as house:
        tell(f"{tenants} tenants of {records} records: filling, connecting and checking ...")
        org_ids = await _fill_crms(house.control, tenants, size)
        token = read_secrets(house.home).operator_token
        partner = await Partner.register(house.http, house.control, house.clock, house.url, token)
        connected = [await partner.connect_tenant(org_id, number) for number, org_id in enumerate(org_ids)]
        await _check_all(partner, connected)
        tell("all syncs start ...")
        before = _read_cpu(house)
        sandbox_before = read_cpu_seconds(house.sandbox_pid)
        async with asyncio.timeout(LONGEST_SECONDS):
            run_ids = [await partner.start(tenant) for tenant in connected]
            # One is asked for at a time, so that watching costs next to nothing.
            runs = [await partner.wait_for_end(run_id) for run_id in run_ids]
        cpu = {name: seconds - before[name] for name, seconds in _read_cpu(house).items()}
        sandbox_cpu = read_cpu_seconds(house.sandbox_pid) - sandbox_before
        memory = house.read_peak_memory_mb()
    began = min(datetime.fromisoformat(run["requested_at"]) for run in runs)
    wall = max(datetime.fromisoformat(run["ended_at"]) for run in runs) - began
    thousands = tenants * size.records / 1_000
    found: Json = {
        "tenants": tenants,
        "records_each": size.records,
        "wall_seconds": round(wall.total_seconds(), 1),
        "records_per_second": round(thousands * 1_000 / wall.total_seconds()),
        "cpu_seconds_per_1000_records": round(sum(cpu.values()) / thousands, 2),
        "by_service": {name: round(seconds / thousands, 2) for name, seconds in cpu.items()} if len(cpu) > 1 else None,
        "sandbox_cpu_seconds_per_1000_records": round(sandbox_cpu / thousands, 2),
        "peak_memory_mb": round(memory, 1),
    }
    shares = ", ".join(f"{name} {share}" for name, share in (found["by_service"] or {}).items())
    tell(
        f"{found['records_per_second']} records/s; {found['cpu_seconds_per_1000_records']} s of processor time for "
        f"1,000 records{f' ({shares})' if shares else ''}"
    )
    return found


def _read_cpu(house: House) -> dict[str, float]:
    return {name: read_cpu_seconds(pid) for name, pid in house.pids.items()}


async def _fill_crms(control: SandboxControl, tenants: int, size: Size) -> list[str]:
    """All written 90 days ago, so that nothing is new enough to be looked at twice."""
    now = datetime.now(UTC).replace(microsecond=0)
    first_day: date = (now - timedelta(days=DAYS)).date()
    await control.call("PUT", "/clock", {"freeze_at": (now - timedelta(days=DAYS)).isoformat()})
    org_ids = []
    for number in range(tenants):
        org_id = await control.make_zoho_org(f"Bench {number}", "eu")
        await control.call("POST", f"/zoho/{org_id}/taxes", {"name": "VAT 20%", "value": 20})
        accounts = await add_records(control, org_id, "Accounts", describe_accounts(size.accounts))
        products = await add_records(control, org_id, "Products", describe_products(size.products))
        invoices = describe_invoices(size.invoices, accounts, products, first_day)
        await add_records(control, org_id, "Invoices", invoices)
        org_ids.append(org_id)
    await control.call("PUT", "/clock", {"advance_seconds": DAYS * 24 * 3600})
    await control.call("PUT", "/clock", {"run": True})
    return org_ids


async def _check_all(partner: Partner, tenants: list[Tenant]) -> None:
    free = asyncio.Semaphore(CHECKS_AT_ONCE)

    async def check(tenant: Tenant) -> None:
        async with free:
            await partner.check(tenant)

    async with asyncio.timeout(LONGEST_SECONDS), asyncio.TaskGroup() as group:
        for tenant in tenants:
            group.create_task(check(tenant))
