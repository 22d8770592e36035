"""The wholesaler's first weeks: the check, a first sync into books that are not empty, edits, and faults mended.

Each step is held against what it promises: every planted fault has exactly its reason, what stood in Xero is linked and
not made twice, the VAT of every rate is the oracle's, and what was mended goes by itself.
"""

from collections.abc import Iterable
from typing import Any, Final

from zoho2xero.demo.mending import MENDED, mend
from zoho2xero.demo.promises import list_wrong_reasons, list_wrong_vat
from zoho2xero.demo.report import describe_ledger
from zoho2xero.demo.walk import MOVED, Walk, count, edit_drafts, sync
from zoho2xero.demo.wholesaler import MODULES, Planted, read_planted
from zoho2xero.watching import list_whole_log

EDITED: Final = 3

Json = dict[str, Any]


async def walk_wholesaler(demo: Walk, story: Json) -> Json:
    """All runs; returns the ledger as it stands at the end. `story` is what the generator says of the company."""
    planted = read_planted(story)

    demo.console.rule("2. The first sync, into books that are not empty")
    first = await sync(demo)
    await _expect_first_sync(demo, story, planted, first)

    demo.console.rule("3. Sales edits a few documents: drafts follow, what is approved is locked")
    edited = await edit_drafts(demo, EDITED)
    late = [fault for fault in planted if fault.then is not None]
    for fault in late:
        then = fault.then or {}
        await demo.sandbox.edit_crm_record(demo.zoho_org_id, then["module"], then["record_id"], then["changes"])
        demo.console.print(f"{then['module']} {then['record_id']}, approved in Xero: {then['changes']}.", markup=False)
    second = await sync(demo)
    demo.expect(count(second, "updated") == edited, f"{edited} drafts were edited, {count(second, 'updated')} updated")
    demo.expect(count(second, "created", "linked") == 0, "the second sync created or linked something")
    await _expect_codes(demo, second, late, ["locked_in_xero"])

    demo.console.rule("4. People mend what they were asked to mend")
    await mend(demo, planted)
    third = await sync(demo)
    await _expect_moved(demo, third, [fault for fault in planted if fault.kind in MENDED])

    demo.console.rule("5. Another sync: nothing moves")
    last = await sync(demo)
    demo.expect(count(last, *MOVED) == 0, "the last sync moved something")

    ledger = describe_ledger(await demo.sandbox.read_ledger(demo.prepared.xero_tenant_id))
    demo.console.rule("What stands in Xero now")
    demo.console.print(
        f"{ledger['invoices']} invoices over {ledger['total']} in all, {ledger['bills']} bills, "
        f"{ledger['contacts']} contacts, {ledger['items']} items."
    )
    return ledger


async def _expect_first_sync(demo: Walk, story: Json, planted: list[Planted], run: Json) -> None:
    log = await list_whole_log(demo.prepared.api, run["run_id"], demo.prepared.tenant_id)
    wrong = list_wrong_reasons(log, planted)
    books = await demo.sandbox.read_ledger(demo.prepared.xero_tenant_id)
    wrong += list_wrong_vat(story, books)
    outcomes = {(entry["module"], entry["record_id"]): entry["outcome"] for entry in log}
    there = [*story["already_there"]["contacts"], *story["already_there"]["documents"]]
    for record in there:
        outcome = outcomes.get((MODULES[record["module"]], record["record_id"]))
        if outcome not in ("linked", "skipped", None):
            wrong.append(f"{record['module']} {record['record_id']} stood in Xero already and was {outcome}")
    demo.problems.extend(wrong)
    linked = count(run, "linked")
    demo.expect(linked > 0, "nothing was linked to what stood in Xero")
    if not wrong:
        faults = len({fault.kind for fault in planted})
        demo.console.print(
            f"{faults} kinds of faults were planted: each has exactly its reason, and nothing else is held. {linked} "
            "records were found in Xero and linked, none made twice. VAT by rate is right to the cent:",
            style="green",
        )
        _show_vat(demo, books)


def _show_vat(demo: Walk, books: Json) -> None:
    for side in ("sales", "purchases"):
        for rate, sums in sorted(books["vat"][side].items()):
            demo.console.print(f"  {side:<9} {rate:<16} net {sums['net']:>12}   VAT {sums['tax']:>10}", highlight=False)


async def _expect_codes(demo: Walk, run: Json, faults: Iterable[Planted], codes: list[str]) -> None:
    log = await list_whole_log(demo.prepared.api, run["run_id"], demo.prepared.tenant_id)
    found = {entry["record_id"]: [reason["code"] for reason in entry["reasons"]] for entry in log}
    for fault in faults:
        demo.expect(found.get(fault.record_id) == codes, f"{fault.kind}: {found.get(fault.record_id)}, not {codes}")


async def _expect_moved(demo: Walk, run: Json, faults: Iterable[Planted]) -> None:
    log = await list_whole_log(demo.prepared.api, run["run_id"], demo.prepared.tenant_id)
    outcomes = {(entry["module"], entry["record_id"]): entry["outcome"] for entry in log}
    for fault in faults:
        for key in ((fault.module, fault.record_id), *fault.holds):
            demo.expect(outcomes.get(key) in MOVED, f"{fault.kind}: {key} was mended and is {outcomes.get(key)}")
