"""A walk through real sales: a first sync, a few edits and a second sync, then a third that finds nothing to do.

Each run is held against what it promises; `problems` collects every promise that did not hold.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from rich.console import Console

from sync_kit.clock import Clock
from zoho2xero.demo.prepare import Prepared
from zoho2xero.demo.report import describe_ledger, describe_run
from zoho2xero.demo.sandbox import SandboxControl
from zoho2xero.screen import ProgressTeller, show_causes, show_run
from zoho2xero.watching import watch_run

MOVED = ("created", "updated", "linked")
EDITED_INVOICES = 3

Json = dict[str, Any]


@dataclass
class Walk:
    """What the demo has seen so far."""

    console: Console
    prepared: Prepared
    sandbox: SandboxControl
    zoho_org_id: str
    clock: Clock
    runs: list[Json] = field(default_factory=list)
    problems: list[str] = field(default_factory=list)

    def expect(self, holds: bool, otherwise: str) -> None:
        """Note a promise that did not hold."""
        if not holds:
            self.problems.append(otherwise)


async def walk(demo: Walk) -> Json:
    """All three runs; returns the ledger as it stands at the end."""
    demo.console.rule("2. The first sync")
    first = await sync(demo)
    demo.expect(count(first, "created") > 0, "the first sync created nothing")
    await _expect_every_document_accounted(demo, first)

    demo.console.rule("3. A few edits in the CRM, and a second sync: only those move")
    edited = await edit_drafts(demo, EDITED_INVOICES)
    second = await sync(demo)
    demo.expect(count(second, *MOVED) == edited, f"{edited} records were edited, {count(second, *MOVED)} moved")
    demo.expect(count(second, "created") == 0, "the second sync created something")

    demo.console.rule("4. A third sync: nothing moves")
    third = await sync(demo)
    demo.expect(count(third, *MOVED) == 0, "the third sync moved something")

    ledger = describe_ledger(await demo.sandbox.read_ledger(demo.prepared.xero_tenant_id))
    demo.console.rule("What stands in Xero now")
    demo.console.print(
        f"{ledger['invoices']} invoices over {ledger['total']} in all, "
        f"{ledger['contacts']} contacts, {ledger['items']} items, {ledger['bills']} bills."
    )
    return ledger


async def sync(demo: Walk) -> Json:
    """A run to its end, with all that people see of it."""
    started = await demo.prepared.api.post("/v1/syncs", {"tenant_id": demo.prepared.tenant_id})
    run = await watch_run(
        demo.prepared.api,
        started["run_id"],
        clock=demo.clock,
        tell=ProgressTeller(demo.console, demo.clock),
    )
    show_run(demo.console, run)
    show_causes(demo.console, await demo.prepared.api.get("/v1/log/summary", run_id=run["run_id"]))
    demo.runs.append(describe_run(run))
    demo.expect(run["state"] in ("succeeded", "partial"), f"run {run['run_id']} ended as {run['state']}")
    return run


async def edit_drafts(demo: Walk, most: int) -> int:
    """Change the due date of some invoices that are drafts in Xero, as somebody in sales would; how many."""
    log = await demo.prepared.api.get(
        "/v1/log",
        tenant_id=demo.prepared.tenant_id,
        run_id=demo.runs[0]["id"],
        module="invoices",
        outcome="created",
        limit=100,
    )
    drafts = [entry for entry in log["items"] if entry["status"] == "DRAFT"][:most]
    for entry in drafts:
        await demo.sandbox.edit_crm_record(demo.zoho_org_id, "Invoices", entry["record_id"], {"Due_Date": "2031-01-31"})
        demo.console.print(f"Invoice {entry['label']['number']}: new due date 2031-01-31.", markup=False)
    return len(drafts)


async def _expect_every_document_accounted(demo: Walk, run: Mapping[str, Any]) -> None:
    """Each CRM invoice is in Xero or has its reason."""
    in_crm = len(await demo.sandbox.list_crm_records(demo.zoho_org_id, "Invoices"))
    invoices = next(module for module in run["modules"] if module["module"] == "invoices")
    demo.expect(invoices["settled"] == in_crm, f"{in_crm} invoices in the CRM, {invoices['settled']} have an outcome")
    in_xero = (await demo.sandbox.read_ledger(demo.prepared.xero_tenant_id))["invoices"]
    went = sum(invoices[outcome] or 0 for outcome in MOVED)
    demo.expect(in_xero == went, f"{went} invoices went, {in_xero} stand in Xero")


def count(run: Mapping[str, Any], *outcomes: str) -> int:
    """Records of all modules with one of these outcomes."""
    modules: Sequence[Mapping[str, Any]] = run["modules"]
    return sum(int(module[outcome] or 0) for module in modules for outcome in outcomes)
