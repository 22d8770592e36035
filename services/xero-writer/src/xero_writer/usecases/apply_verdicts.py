"""Apply verdicts: each record goes to its next state, those who depend on it hear of it, and outcomes are told.

All of a page in one transaction. A record that was superseded while it was judged keeps its newer version.
"""

from collections.abc import Sequence, Set
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import RowMapping

from sync_kit.contracts.events import RecordsWanted
from sync_kit.contracts.vocabulary import Module, Outcome, ReopenedBy, WantedCause
from sync_kit.store import Session
from xero_writer.domain.judge import find_document_kind
from xero_writer.domain.rows import JudgeInput, ParentState
from xero_writer.domain.verdicts import (
    Action,
    Held,
    Needs,
    Ready,
    Skipped,
    Unchanged,
    Verdict,
    WaitsFor,
)
from xero_writer.store import links, owed, staging, waits, wanted
from xero_writer.store.staging import State
from xero_writer.usecases.desk import Desk
from xero_writer.usecases.ready_records import ready_to_json
from xero_writer.usecases.settle_records import Settlement, settle_records
from xero_writer.usecases.tell import write

_ARRIVED: Final = frozenset({ParentState.LINKED, ParentState.AS_TEXT})


@dataclass(frozen=True)
class Page:
    """Records of one module, what was known of them, and what the domain decided."""

    module: Module
    rows: Sequence[RowMapping]
    given: Sequence[JudgeInput]
    verdicts: Sequence[Verdict]


async def apply_verdicts(desk: Desk, session: Session, run_id: str, page: Page, leaving: Set[str]) -> int:
    """Returns how many records were settled; those that need something from Xero first stay as they are. `leaving`:
    records whose intents are committed beside."""
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
        elif isinstance(verdict, Ready) and row["record_id"] in leaving:
            pass
        elif isinstance(verdict, Ready):
            changes.append({**seq, "state": State.READY.value, "ready": ready_to_json(verdict)})
        else:
            settlements.append(_to_settlement(desk, page.module, row, given, verdict))
            if isinstance(verdict, Held) and ReopenedBy.PARENT_LINKED in verdict.watches:
                parents = [
                    (ref.module, ref.record_id) for ref, view in given.parents.items() if view.state not in _ARRIVED
                ]
        waiting.append((row["record_id"], parents))
    await waits.replace_waits(session, desk.partition, page.module, waiting)
    await staging.change_states(session, desk.partition, changes)
    await _need_parents(desk, session, run_id, page)
    await _refresh_facts(session, desk, page)
    settlements += await _link(desk, session, run_id, page.module, list(linking.values()))
    await settle_records(desk, session, settlements)
    return len(settlements)


def _to_settlement(
    desk: Desk, module: Module, row: RowMapping, given: JudgeInput, verdict: Unchanged | Held | Skipped
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
        document=find_document_kind(given.record, given.link, desk.mapping),
        status=given.link.status if given.link is not None else None,
    )


async def _need_parents(desk: Desk, session: Session, run_id: str, page: Page) -> None:
    """Parents of records that go: they may go too, and those never read are asked for."""
    needed: dict[Module, set[str]] = {}
    missing: dict[Module, set[str]] = {}
    for given, verdict in zip(page.given, page.verdicts, strict=True):
        if not isinstance(verdict, WaitsFor):
            continue
        for ref in verdict.parents:
            needed.setdefault(ref.module, set()).add(ref.record_id)
            view = given.parents.get(ref)
            # One of the page's own module is no parent but a sibling, which was read already.
            if view.state is ParentState.MISSING if view is not None else ref.module is not page.module:
                missing.setdefault(ref.module, set()).add(ref.record_id)
    for module, ids in needed.items():
        await staging.need(session, desk.partition, module, ids)
        # What was skipped because nothing needed it is judged again now.
        again = await staging.restage_skipped(session, desk.partition, module, ids)
        await owed.owe(session, desk.partition, run_id, module, again)
        await owed.reopen_owed(session, desk.partition, run_id, module, again)
    for module, ids in missing.items():
        await want_records(desk, session, run_id, module, sorted(ids), WantedCause.PARENT_NEVER_READ)


async def _refresh_facts(session: Session, desk: Desk, page: Page) -> None:
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
    await links.change_facts(session, desk.partition, rows)


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
                "status": verdict.status,
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
                outcome=Outcome.WOULD_LINK if desk.rehearses else Outcome.LINKED,
                label=verdict.label,
                reasons=verdict.warnings,
                xero_id=verdict.xero_id,
                document=verdict.kind,
                status=verdict.status,
            )
        )
    await links.save_links(session, desk.partition, rows)
    if not desk.rehearses:
        await links.add_actions(session, desk.tenant_id, actions)
    return settlements


async def want_records(
    desk: Desk, session: Session, run_id: str, module: Module, ids: Sequence[str], cause: WantedCause
) -> None:
    """RecordsWanted for those that were not asked for in this run before."""
    new = await wanted.want(session, desk.partition, run_id, module, ids, cause)
    for start in range(0, len(new), 500):
        event = RecordsWanted(
            tenant_id=desk.tenant_id,
            run_id=run_id,
            module=module,
            cause=cause,
            record_ids=tuple(new[start : start + 500]),
        )
        await write(session, [event])
