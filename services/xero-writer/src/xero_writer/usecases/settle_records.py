"""Settle records: each gets its outcome, those that wait for it move, and the run hears of it.

A record whose newer version came meanwhile is not settled: what is known of the older one is only remembered, so that
"created" is not lost behind the "updated" that follows in the same run.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from sync_kit.contracts.codec import content_digest
from sync_kit.contracts.events import RecordLabel, RecordOutcome
from sync_kit.contracts.parts import FieldChange
from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import Module, Outcome, ReopenedBy
from sync_kit.store import Session
from xero_writer.domain.document_kinds import XeroKind
from xero_writer.domain.link_facts import LinkFacts
from xero_writer.domain.verdicts import watches_of
from xero_writer.store import counters, decisions, owed, runs, staging, waits
from xero_writer.store.owed import Told
from xero_writer.store.staging import AGREED, State
from xero_writer.usecases.desk import Desk
from xero_writer.usecases.tell import tell_outcomes

_WOULD_BE: Final = "would-be:"


@dataclass(frozen=True)
class Settlement:
    """What became of one version of one record."""

    module: Module
    record_id: str
    extraction_seq: int
    outcome: Outcome
    label: RecordLabel
    reasons: tuple[Reason, ...] = ()
    xero_id: str | None = None
    facts: LinkFacts | None = None
    """What documents need although it has no counterpart of its own."""
    document: XeroKind | None = None
    """What it is in Xero, or would be."""
    status: str | None = None
    """The status that it has there, or would have."""
    changes: tuple[FieldChange, ...] = ()
    """A rehearsal's update, field by field."""

    @property
    def watches(self) -> frozenset[ReopenedBy]:
        """What re-opens it; nothing re-opens what was agreed but a newer version."""
        return frozenset() if self.outcome in AGREED else watches_of(self.reasons)

    @property
    def arrived(self) -> bool:
        """Whether those who wait for it may go on: as a link, or as text."""
        return self.outcome in AGREED or self.xero_id is not None or self.facts is not None


def name_would_be(module: Module, record_id: str) -> str:
    """What stands for the id of a record that a rehearsal would create."""
    return f"{_WOULD_BE}{module.value}:{record_id}"


def is_would_be(xero_id: str | None) -> bool:
    """Whether the id is only imagined by a rehearsal."""
    return xero_id is not None and xero_id.startswith(_WOULD_BE)


def digest_settings(request: Mapping[str, object]) -> str | None:
    """The run's settings as one value, so that a change of them is noticed."""
    settings = request.get("settings")
    return content_digest(settings) if settings is not None else None


async def settle_records(desk: Desk, session: Session, settlements: Iterable[Settlement]) -> None:
    """Settle them in the given transaction."""
    by_module: dict[Module, list[Settlement]] = defaultdict(list)
    for settlement in settlements:
        by_module[settlement.module].append(settlement)
    for module, found in by_module.items():
        await _settle_module(desk, session, module, found)


async def _settle_module(desk: Desk, session: Session, module: Module, settlements: Sequence[Settlement]) -> None:
    ids = [settlement.record_id for settlement in settlements]
    newest = await staging.find_sequences(session, desk.partition, module, ids)
    current = [each for each in settlements if newest.get(each.record_id) == each.extraction_seq]
    await _change_states(desk, session, current)
    decided = [each.record_id for each in current if each.outcome in AGREED]
    await decisions.mark_used(session, desk.partition, module, decided)
    for arrived in (True, False):
        moved = [each.record_id for each in settlements if each.arrived is arrived]
        await wake_children(desk, session, module, moved, arrived=arrived)
    if desk.run_id is not None:
        await _tell(desk, session, desk.run_id, module, settlements, {each.record_id for each in current})


async def _change_states(desk: Desk, session: Session, settlements: Sequence[Settlement]) -> None:
    groups: dict[bool, list[dict[str, object]]] = {True: [], False: []}
    settings = digest_settings(desk.request)
    for each in settlements:
        agreed = each.outcome in AGREED
        change: dict[str, object] = {
            "module": each.module.value,
            "record_id": each.record_id,
            "extraction_seq": each.extraction_seq,
            "state": State.SETTLED.value,
            "outcome": each.outcome.value,
            "reasons": [reason.model_dump() for reason in each.reasons] or None,
            "watches": sorted(each.watches) or None,
            "label": each.label.model_dump(),
            "facts": each.facts.to_json() if each.facts is not None else None,
            "ready": None,
            "refusals": 0,
            "judged_mapping": desk.mapping_version,
            "judged_settings": settings,
        }
        if agreed:
            change["payload"] = None
        groups[agreed].append(change)
    for changes in groups.values():
        await staging.change_states(session, desk.partition, changes)


async def wake_children(
    desk: Desk, session: Session, module: Module, parent_ids: Sequence[str], *, arrived: bool
) -> None:
    """Judge again what waits for these.

    When they have arrived: what waits for nothing else, and what was blocked. When they are held: what waits for them.
    """
    if not parent_ids:
        return
    find = waits.end_waits if arrived else waits.list_children
    children = await find(session, desk.partition, module, parent_ids)
    for child_module, ids in children.items():
        still = await waits.list_waiting(session, desk.partition, child_module, ids) if arrived else frozenset()
        await staging.restage_ids(session, desk.partition, child_module, ids - still, State.WAITING)
        if arrived:
            await staging.restage_ids(session, desk.partition, child_module, ids, State.SETTLED)
        if arrived and desk.run_id is not None and child_module in desk.modules:
            await owed.owe(session, desk.partition, desk.run_id, child_module, ids)
            await owed.reopen_owed(session, desk.partition, desk.run_id, child_module, ids)


async def _tell(
    desk: Desk,
    session: Session,
    run_id: str,
    module: Module,
    settlements: Sequence[Settlement],
    current: set[str],
) -> None:
    ids = [each.record_id for each in settlements]
    before = await owed.list_told(session, desk.partition, run_id, module, ids)
    outcomes = {each.record_id: _choose(before.get(each.record_id), each) for each in settlements}
    reasons = {each.record_id: _join_reasons(before.get(each.record_id), each) for each in settlements}
    say = {
        record_id: Told(outcome.value, [reason.model_dump() for reason in reasons[record_id]] or None)
        for record_id, outcome in outcomes.items()
    }
    superseded = {record_id: each for record_id, each in say.items() if record_id not in current}
    await owed.remember_told(session, desk.partition, run_id, module, superseded)
    told = [each for each in settlements if each.record_id in current]
    if not told:
        return
    first = await counters.take_settled_numbers(session, desk.tenant_id, len(told))
    numbered = {each.record_id: (say[each.record_id], first + number) for number, each in enumerate(told)}
    await owed.settle_owed(session, desk.partition, run_id, module, numbered)
    await runs.move_run(session, desk.tenant_id, run_id)
    settled_at = await session.now()
    await tell_outcomes(
        session,
        desk.tenant_id,
        run_id,
        [
            RecordOutcome(
                module=module,
                record_id=each.record_id,
                outcome=outcomes[each.record_id],
                settled_seq=first + number,
                reasons=reasons[each.record_id],
                label=each.label,
                xero_id=each.xero_id if not is_would_be(each.xero_id) else None,
                document=each.document.value if each.document is not None else None,
                status=each.status,
                changes=each.changes,
                settled_at=settled_at,
            )
            for number, each in enumerate(told)
        ],
    )
    for each in told:
        desk.tools.metrics.outcomes.labels(outcome=outcomes[each.record_id].value).inc()


def _choose(before: Told | None, now: Settlement) -> Outcome:
    """What one run says of a record that it settled twice: rather that it was created than what was corrected later."""
    return Outcome(before.outcome) if before is not None and _keeps(before, now) else now.outcome


def _join_reasons(before: Told | None, now: Settlement) -> tuple[Reason, ...]:
    """With an earlier outcome that is kept go its warnings, unless they were given anew."""
    if before is None or not _keeps(before, now):
        return now.reasons
    earlier = [Reason.model_validate(reason) for reason in before.reasons or ()]
    codes = {reason.code for reason in now.reasons}
    return (*now.reasons, *(reason for reason in earlier if reason.code not in codes))


def _keeps(before: Told, now: Settlement) -> bool:
    earlier = Outcome(before.outcome)
    if now.outcome is Outcome.UNCHANGED:
        return earlier in (Outcome.CREATED, Outcome.UPDATED, Outcome.LINKED)
    return now.outcome is Outcome.UPDATED and earlier is Outcome.CREATED
