"""Section `field`: beside us two habits of the field, on the same records and the same sandbox.

`single` writes one record per call without a key, `sdk` fifty per call through the vendor's own library; both as
tests/bench/field_loops.py has them. Each works into empty books twice: with every answer, vendor calls taking 20 ms;
and once more with answers to document writes lost on their way, one in two hundred of each kind and at least one. What
came of it is counted in Xero itself: a duplicate is a document, contact or item that stands there once too often, a
missing one does not stand there at all.
"""

import asyncio
import json
import random
import subprocess
import sys
import tempfile
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from tests.bench import field_loops
from tests.bench.business import Size, fill_crm
from tests.bench.consents import get_xero_token, get_zoho_token
from tests.bench.field_environment import NoSdkError, prepare_sdk
from tests.bench.house import make_vendors, open_house, open_sandbox

from sync_kit.clock import SystemClock
from sync_kit.contracts import codec
from zoho2xero.demo.sandbox import SandboxControl

SIZE: Final = Size(invoices=600, accounts=120, products=40, vendors=40, purchase_orders=600)
LATENCY_MS: Final = 20
"""What a vendor call takes while the wall time is measured; real ones take longer, which counts for each call."""
XERO_CALLS_A_MINUTE: Final = 60
LOST_IN: Final = 200
"""One answer in so many is lost."""
SEED: Final = 4
GONE: Final = frozenset({"VOIDED", "DELETED", "ARCHIVED"})

Json = dict[str, Any]
Tell = Callable[[str], None]


async def measure_field(size: Size = SIZE, tell: Tell = lambda _: None) -> Json:
    """By contender: `calls`, `wall_seconds`, and `with_lost_answers` the same with duplicates and missing ones."""
    found: Json = {"records": size.records, "bills": size.purchase_orders}
    found["ours"] = await _measure(size, _run_ours, field_loops.BATCH, "ours", tell)
    found["single"] = await _measure(
        size, lambda *asked: _run_loop("single", Path(sys.executable), *asked), 1, "one record per call", tell
    )
    try:
        python = await asyncio.to_thread(prepare_sdk)
    except NoSdkError as error:
        tell(f"the vendor's SDK is left out: {error}")
        found["sdk"] = {"skipped": str(error)}
    else:
        found["sdk"] = await _measure(
            size, lambda *asked: _run_loop("sdk", python, *asked), field_loops.BATCH, "the SDK in batches", tell
        )
    return found


async def _measure(size: Size, run: Any, batch: int, name: str, tell: Tell) -> Json:
    whole = await run(size, 0)
    told = f"{name}: {whole['calls']['zoho']} Zoho and {whole['calls']['xero']} Xero calls, {whole['wall_seconds']} s"
    tell(told)
    if whole["duplicates"] or whole["missing"]:
        raise RuntimeError(f"with every answer there: {whole}")
    lost = await run(size, batch)
    # Batches of a small business are fewer than two hundred: what half a percent of them would have cost.
    writes = (size.invoices + size.purchase_orders) / batch
    lost["duplicates_at_half_a_percent"] = round(lost["duplicates"] * writes / LOST_IN / lost["lost_answers"], 1)
    tell(
        f"{name}: {lost['lost_answers']} answers lost: {lost['duplicates']} duplicates, {lost['missing']} missing, "
        f"{lost['given_up']} given up, {lost['wall_seconds']} s"
    )
    return {
        "calls": whole["calls"],
        "wall_seconds": whole["wall_seconds"],
        "least_minutes_by_xeros_limit": round(whole["calls"]["xero"] / XERO_CALLS_A_MINUTE, 1),
        "with_lost_answers": lost,
    }


async def _run_ours(size: Size, batch: int) -> Json:
    async with open_house() as house:
        await house.make_vendors()
        await fill_crm(house.control, house.zoho_org_id, size)
        await house.connect(sending="all")
        await house.check()
        await _set_scene(house.control, batch)
        await _lose_answers(house.control, size, batch)
        before = await house.count_calls()
        run = await house.sync()
        after = await house.count_calls()
        given_up = sum(module["blocked"] + module["failed"] for module in run["modules"])
        return {
            "calls": {vendor: after[vendor] - before[vendor] for vendor in ("zoho", "xero")},
            "wall_seconds": round(float(run["seconds"]), 1),
            "given_up": given_up,
            **await _look_at_books(house.control, house.zoho_org_id, house.xero_tenant_id),
        }


async def _run_loop(contender: str, python: Path, size: Size, batch: int) -> Json:
    with tempfile.TemporaryDirectory(prefix="zoho2xero-bench-") as folder:
        async with open_sandbox(Path(folder), SystemClock()) as sandbox:
            zoho_org_id, xero_tenant_id = await make_vendors(sandbox.control)
            await fill_crm(sandbox.control, zoho_org_id, size)
            plan = {
                "contender": contender,
                "url": sandbox.url,
                "tokens": {"zoho": await get_zoho_token(sandbox), "xero": await get_xero_token(sandbox)},
                "xero_tenant_id": xero_tenant_id,
            }
            file = Path(folder) / "plan.json"
            file.write_bytes(codec.dumps(plan))
            await _set_scene(sandbox.control, batch)
            await _lose_answers(sandbox.control, size, batch)
            done = await asyncio.to_thread(
                subprocess.run, [str(python), field_loops.__file__, str(file)], capture_output=True, text=True
            )
            if done.returncode != 0:
                raise RuntimeError(f"{contender} ended by itself: {done.stderr[-2000:]}")
            answer = json.loads(done.stdout)
            calls = await sandbox.control.call("GET", "/calls/count")
            return {
                "calls": {vendor: calls[vendor] for vendor in ("zoho", "xero")},
                "wall_seconds": round(answer["wall"], 1),
                "given_up": answer["failed"],
                **await _look_at_books(sandbox.control, zoho_org_id, xero_tenant_id),
            }


async def _set_scene(control: SandboxControl, batch: int) -> None:
    await control.call("PUT", "/switches", {"latency_ms": 0 if batch else LATENCY_MS})


async def _lose_answers(control: SandboxControl, size: Size, batch: int) -> None:
    """One in `LOST_IN` of the requests that carry each kind of document, at least one; none when `batch` is 0."""
    if not batch:
        return
    places = random.Random(SEED)
    for kind, documents in (("ACCREC", size.invoices), ("ACCPAY", size.purchase_orders)):
        requests = max(1, documents // batch)
        for skip in sorted(places.sample(range(requests), max(1, requests // LOST_IN))):
            fault = {"vendor": "xero", "kind": "lost_answer", "path": "/Invoices$", "body": kind, "skip": skip}
            await control.call("POST", "/faults", fault)


async def _look_at_books(control: SandboxControl, zoho_org_id: str, xero_tenant_id: str) -> Json:
    standing: Counter[tuple[str, str]] = Counter()
    for kind, name, state in (("Contacts", "Name", "ContactStatus"), ("Items", "Code", ""), ("Invoices", "", "Status")):
        for record in (await control.call("GET", f"/xero/{xero_tenant_id}/{kind}"))[kind]:
            if record.get(state) not in GONE:
                standing[record.get("Type", kind), record[name or "InvoiceNumber"]] += 1
    expected: set[tuple[str, str]] = set()
    for module, kind, field in (
        ("Accounts", "Contacts", "Account_Name"),
        ("Vendors", "Contacts", "Vendor_Name"),
        ("Products", "Items", "Product_Code"),
        ("Invoices", "ACCREC", "Invoice_Number"),
        ("Purchase_Orders", "ACCPAY", "PO_Number"),
    ):
        expected |= {(kind, record[field]) for record in await control.list_crm_records(zoho_org_id, module)}
    faults = (await control.call("GET", "/faults"))["faults"]
    return {
        "lost_answers": sum(fault["struck"] for fault in faults),
        "duplicates": sum(count - 1 for count in standing.values()),
        "missing": len(expected - set(standing)),
    }
