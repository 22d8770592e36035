"""Judge what is staged, page by page: rows are gathered, the domain decides, and its verdicts are applied at once.

What the domain asks for first (reference data, the ledger, what Xero changed) is returned to the caller; those
records stay staged and are judged again when it is there.
"""

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final

from sqlalchemy import RowMapping

from sync_kit.contracts.events import RecordsWanted
from sync_kit.contracts.vocabulary import Module, Outcome, ReopenedBy, WantedCause
from sync_kit.store import Session
from xero_writer.domain.judge import judge, list_missing_fields
from xero_writer.domain.rows import JudgeContext, JudgeInput, ParentState, StagedRecord
from xero_writer.domain.verdicts import (
    Action,
    Held,
    Need,
    Needs,
    Ready,
    Skipped,
    Unchanged,
    Verdict,
    WaitsFor,
)
from xero_writer.store import ledger, links, runs, staging, waits, wanted
from xero_writer.store.staging import State
from xero_writer.usecases.desk import Desk
from xero_writer.usecases.gather_rows import CONTACT_MODULES, gather_inputs
from xero_writer.usecases.ready_records import ready_to_json
from xero_writer.usecases.settle_records import Settlement, settle_records
from xero_writer.usecases.tell import write

PAGE: Final = 300
_ARRIVED: Final = frozenset({ParentState.LINKED, ParentState.AS_TEXT})


@dataclass
class Judged:
    """What judging one page came to."""

    looked_at: int = 0
    settled: int = 0
    needs: set[Need] = field(default_factory=set)
    to_sweep: list[str] = field(default_factory=list)
    """Xero ids of linked records that Xero must be asked about first."""


@dataclass(frozen=True)
class _Page:
    module: Module
    rows: Sequence[RowMapping]
    given: Sequence[JudgeInput]
    verdicts: Sequence[Verdict]


async def judge_page(
    desk: Desk, module: Module, context: JudgeContext, *, unneeded_too: bool, contacts_fresh: bool
) -> Judged:
    """Judge up to a page of the module's staged records. `unneeded_too`: also parents that no document needs.

    `contacts_fresh`: the ledger's contacts were read in this run, so that a new one may be created.
    """
    run_id = desk.run_id
    if run_id is None:
        return Judged()
    async with desk.tools.store.reading() as session:
        rows = await staging.list_to_judge(
            session,
            desk.tenant_id,
            module,
            only_used=not unneeded_too,
            limit=PAGE,
        )
        if not rows:
            return Judged()
        asked_before = await wanted.list_asked(
            session, desk.tenant_id, run_id, module, [row["record_id"] for row in rows]
        )
        incomplete = [row for row in rows if _is_incomplete(desk, module, row, asked_before)]
        whole = [row for row in rows if row not in incomplete]
        given = await gather_inputs(session, desk.tenant_id, module, whole, desk.digest_key)
        seen = await _list_seen(session, desk, module, given)
    if module in CONTACT_MODULES and not contacts_fresh and any(_is_new(each) for each in given):
        return Judged(needs={Need.SWEEP})
    verdicts = [judge(each, _sharpen(context, module, each, seen)) for each in given]
    page = _Page(module, whole, given, verdicts)
    async with desk.writing() as session:
        await runs.owe(session, desk.tenant_id, run_id, module, [row["record_id"] for row in rows])
        asked = await _want_payloads(desk, session, run_id, module, incomplete)
        settled = await _apply(desk, session, run_id, page)
    judged = Judged(looked_at=len(whole) + asked, settled=settled)
    for each, verdict in zip(given, verdicts, strict=True):
        if isinstance(verdict, Needs):
            judged.needs |= verdict.what
            if Need.SWEEP in verdict.what and each.link is not None:
                judged.to_sweep.append(each.link.xero_id)
    judged.looked_at -= sum(isinstance(verdict, Needs) for verdict in verdicts)
    return judged


def _is_new(given: JudgeInput) -> bool:
    return given.link is None and not given.record.deleted


def _is_incomplete(desk: Desk, module: Module, row: RowMapping, asked_before: frozenset[str]) -> bool:
    """Its payload is gone, or was read before the reader knew of a field that the mapping uses."""
    if row["deleted"]:
        return False
    if row["payload"] is None:
        return True
    if row["record_id"] in asked_before:
        return False
    record = StagedRecord(module=module, record_id=row["record_id"], fields=row["payload"])
    return bool(list_missing_fields(record, desk.mapping))


async def _list_seen(session: Session, desk: Desk, module: Module, given: Sequence[JudgeInput]) -> frozenset[str]:
    """Linked invoices that Xero has shown in this run."""
    if module is not Module.INVOICES:
        return frozenset()
    xero_ids = [each.link.xero_id for each in given if each.link is not None]
    rows = await ledger.list_invoices(session, desk.tenant_id, numbers=(), xero_ids=xero_ids)
    return frozenset(row["xero_id"] for row in rows if row["seen_run"] == desk.run_id)


def _sharpen(context: JudgeContext, module: Module, given: JudgeInput, seen: frozenset[str]) -> JudgeContext:
    """A document that was asked for by its id in this run counts as swept."""
    if given.link is None or given.link.xero_id not in seen or module in context.swept:
        return context
    return replace(context, swept=context.swept | {module})


async def _want_payloads(desk: Desk, session: Session, run_id: str, module: Module, rows: Sequence[RowMapping]) -> int:
    """Ask the reader for records whose payload is gone; they wait until they come."""
    if not rows:
        return 0
    ids = [row["record_id"] for row in rows]
    await want_records(desk, session, run_id, module, ids, WantedCause.PAYLOAD_GONE)
    await staging.change_states(
        session,
        desk.tenant_id,
        [
            {
                "module": module.value,
                "record_id": row["record_id"],
                "extraction_seq": row["extraction_seq"],
                "state": State.WAITING.value,
            }
            for row in rows
        ],
    )
    return len(rows)


async def want_records(
    desk: Desk, session: Session, run_id: str, module: Module, ids: Sequence[str], cause: WantedCause
) -> None:
    """RecordsWanted for those that were not asked for in this run before."""
    new = await wanted.want(session, desk.tenant_id, run_id, module, ids, cause)
    for start in range(0, len(new), 500):
        event = RecordsWanted(
            tenant_id=desk.tenant_id,
            run_id=run_id,
            module=module,
            cause=cause,
            record_ids=tuple(new[start : start + 500]),
        )
        await write(session, [event])


async def _apply(desk: Desk, session: Session, run_id: str, page: _Page) -> int:
    settlements: list[Settlement] = []
    changes: list[dict[str, Any]] = []
    waiting: list[tuple[str, list[tuple[Module, str]]]] = []
    linking: dict[str, tuple[RowMapping, Ready]] = {}
    for row, given, verdict in zip(page.rows, page.given, page.verdicts, strict=True):
        seq = {
            "module": page.module.value,
            "record_id": row["record_id"],
            "extraction_seq": row["extraction_seq"],
        }
        parents: list[tuple[Module, str]] = []
        if isinstance(verdict, Needs):
            continue
        if isinstance(verdict, WaitsFor):
            changes.append({**seq, "state": State.WAITING.value, "ready": None})
            parents = [(ref.module, ref.record_id) for ref in verdict.parents]
        elif isinstance(verdict, Ready) and verdict.action is Action.LINK:
            # Of two records that found the same counterpart in one page, the second is judged when the first is linked.
            if verdict.xero_id is None or verdict.xero_id in linking:
                continue
            linking[verdict.xero_id] = (row, verdict)
        elif isinstance(verdict, Ready):
            changes.append({**seq, "state": State.READY.value, "ready": ready_to_json(verdict)})
        else:
            settlements.append(_to_settlement(page.module, row, given, verdict))
            if isinstance(verdict, Held) and ReopenedBy.PARENT_LINKED in verdict.watches:
                parents = [
                    (ref.module, ref.record_id) for ref, view in given.parents.items() if view.state not in _ARRIVED
                ]
        waiting.append((row["record_id"], parents))
    await waits.replace_waits(session, desk.tenant_id, page.module, waiting)
    await staging.change_states(session, desk.tenant_id, changes)
    await _need_parents(desk, session, run_id, page)
    await _refresh_facts(session, desk, page)
    settlements += await _link(desk, session, run_id, page.module, list(linking.values()))
    await settle_records(desk, session, settlements)
    return len(settlements)


def _to_settlement(
    module: Module, row: RowMapping, given: JudgeInput, verdict: Unchanged | Held | Skipped
) -> Settlement:
    outcome = Outcome.UNCHANGED
    if isinstance(verdict, Held):
        outcome = verdict.outcome
    elif isinstance(verdict, Skipped):
        outcome = Outcome.SKIPPED
    return Settlement(
        module=module,
        record_id=row["record_id"],
        extraction_seq=row["extraction_seq"],
        outcome=outcome,
        label=verdict.label,
        reasons=() if isinstance(verdict, Unchanged) else verdict.reasons,
        xero_id=given.link.xero_id if given.link is not None else None,
        facts=verdict.facts if isinstance(verdict, Skipped) else None,
    )


async def _need_parents(desk: Desk, session: Session, run_id: str, page: _Page) -> None:
    """Parents of records that go: they may go too, and those never read are asked for."""
    needed: dict[Module, set[str]] = {}
    missing: dict[Module, set[str]] = {}
    for given, verdict in zip(page.given, page.verdicts, strict=True):
        if not isinstance(verdict, WaitsFor):
            continue
        for ref in verdict.parents:
            needed.setdefault(ref.module, set()).add(ref.record_id)
            if given.parents.get(ref) is None or given.parents[ref].state is ParentState.MISSING:
                missing.setdefault(ref.module, set()).add(ref.record_id)
    for module, ids in needed.items():
        await staging.need(session, desk.tenant_id, module, ids)
        # What was skipped because nothing needed it is judged again now.
        again = await staging.restage_skipped(session, desk.tenant_id, module, ids)
        await runs.owe(session, desk.tenant_id, run_id, module, again)
        await runs.reopen_owed(session, desk.tenant_id, run_id, module, again)
    for module, ids in missing.items():
        await want_records(desk, session, run_id, module, sorted(ids), WantedCause.PARENT_NEVER_READ)


async def _refresh_facts(session: Session, desk: Desk, page: _Page) -> None:
    """An unchanged record may teach its link something (a field that the mapping reads since)."""
    rows = []
    for given, verdict in zip(page.given, page.verdicts, strict=True):
        if isinstance(verdict, Unchanged) and given.link is not None and verdict.facts != given.link.facts:
            rows.append(
                {
                    "module": page.module.value,
                    "record_id": given.record.record_id,
                    "facts": verdict.facts.to_json(),
                    "agreed_digest": verdict.digest,
                }
            )
    await links.change_facts(session, desk.tenant_id, rows)


async def _link(
    desk: Desk, session: Session, run_id: str, module: Module, found: Sequence[tuple[RowMapping, Ready]]
) -> list[Settlement]:
    """Adopt what Xero has already: nothing is written there."""
    if not found:
        return []
    rows: list[dict[str, Any]] = []
    actions: list[dict[str, Any]] = []
    settlements: list[Settlement] = []
    for row, verdict in found:
        rows.append(
            {
                "module": module.value,
                "record_id": row["record_id"],
                "xero_id": verdict.xero_id,
                "revision": row["revision"],
                "agreed_digest": verdict.digest,
                "agreed_updated_at": None,
                "status": None,
                "business_key": verdict.business_key,
                "facts": verdict.facts.to_json(),
            }
        )
        actions.append(
            {
                "module": module.value,
                "record_id": row["record_id"],
                "xero_id": verdict.xero_id,
                "run_id": run_id,
                "action": Outcome.LINKED.value,
                "number": verdict.label.number,
            }
        )
        settlements.append(
            Settlement(
                module=module,
                record_id=row["record_id"],
                extraction_seq=row["extraction_seq"],
                outcome=Outcome.LINKED,
                label=verdict.label,
                reasons=verdict.warnings,
                xero_id=verdict.xero_id,
            )
        )
    await links.save_links(session, desk.tenant_id, rows)
    await links.add_actions(session, desk.tenant_id, actions)
    return settlements
