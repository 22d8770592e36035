"""Tell what the run has come to: the writer's half of the equation by module, and the stage's state."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sync_kit.contracts.events import ModuleAccounted, RecordLabel
from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import Module, Outcome, RunMode
from sync_kit.store import Session
from xero_writer.store import counters, intents, links, owed, runs, wanted
from xero_writer.store.owed import ModuleCount
from xero_writer.store.runs import RunState
from xero_writer.store.staging import AGREED, REHEARSED
from xero_writer.usecases.count_least_calls import count_least_calls
from xero_writer.usecases.desk import Desk
from xero_writer.usecases.settle_records import Settlement, settle_records
from xero_writer.usecases.tell import tell_state, write
from xero_writer.usecases.tell_findings import tell_findings

RESTING_PAGE = 500


async def finish_run(desk: Desk, requested: Sequence[Module], closed: Mapping[Module, bool]) -> datetime | None:
    """Tell what can be told; returns when an open intent may be looked at, if that is what the run waits for."""
    run_id = desk.run_id
    if run_id is None:
        return None
    return await desk.write(lambda session: _finish(desk, session, run_id, requested, closed))


async def _finish(
    desk: Desk, session: Session, run_id: str, requested: Sequence[Module], closed: Mapping[Module, bool]
) -> datetime | None:
    while await _tell_resting(desk, session, run_id):
        pass
    counts = await owed.count_owed(session, desk.partition, run_id)
    await _account(desk, session, run_id, requested, closed, counts)
    run = await runs.find_run(session, desk.tenant_id, run_id)
    next_due_at = await intents.find_next_due(session, desk.partition)
    if run is None or run["state"] != RunState.REQUESTED:
        return next_due_at
    questions = await wanted.count_open(session, desk.partition, run_id)
    unsettled = sum(count.unsettled for count in counts.values())
    if all(closed[module] for module in requested) and not unsettled and not questions:
        least = await count_least_calls(desk, session)
        if desk.mode is RunMode.CHECK:
            await tell_findings(desk, session, run)
        await tell_state(session, desk.tenant_id, run, state="done", least_calls=least)
    elif next_due_at is not None:
        what = "an answer was lost, so we look whether the records arrived before anything is sent again"
        reason = Reason(code="vendor_trouble", facts={"vendor": "Xero", "what": what})
        await tell_state(session, desk.tenant_id, run, state="waiting", waiting_until=next_due_at, waiting_for=reason)
    else:
        await tell_state(session, desk.tenant_id, run, state="working")
    return next_due_at


async def _tell_resting(desk: Desk, session: Session, run_id: str) -> int:
    """Records that were settled before the run asked for them (an older version came late): tell what is known."""
    rows = await owed.list_resting(session, desk.partition, run_id, RESTING_PAGE)
    linked = {
        module: await links.list_links(
            session, desk.partition, module, [row["record_id"] for row in rows if row["module"] == module]
        )
        for module in {Module(row["module"]) for row in rows}
    }
    settlements = []
    for row in rows:
        module = Module(row["module"])
        outcome = Outcome(row["outcome"])
        link = linked[module].get(row["record_id"])
        settlements.append(
            Settlement(
                module=module,
                record_id=row["record_id"],
                extraction_seq=row["extraction_seq"],
                outcome=Outcome.UNCHANGED if outcome in AGREED - REHEARSED else outcome,
                label=RecordLabel.model_validate(row["label"] or {}),
                reasons=tuple(Reason.model_validate(reason) for reason in row["reasons"] or ()),
                xero_id=link["xero_id"] if link is not None else None,
                facts=None,
            )
        )
    await settle_records(desk, session, settlements)
    return len(settlements)


async def _account(
    desk: Desk,
    session: Session,
    run_id: str,
    requested: Sequence[Module],
    closed: Mapping[Module, bool],
    counts: Mapping[Module, ModuleCount],
) -> None:
    told = await runs.list_modules(session, desk.tenant_id, run_id)
    news: dict[Module, ModuleCount] = {}
    for module in sorted({*requested, *counts}):
        count = counts.get(module, ModuleCount(module, 0, 0, 0))
        if not closed.get(module, True) or count.unsettled:
            continue
        before = told.get(module)
        now = (count.emitted, count.carried, count.settled_sum)
        if before is None or (before["told_emitted"], before["told_carried"], before["told_sum"]) != now:
            news[module] = count
    if not news:
        return
    first = await counters.take_progress_numbers(session, desk.tenant_id, len(news))
    await write(
        session,
        [
            ModuleAccounted(
                tenant_id=desk.tenant_id,
                run_id=run_id,
                module=module,
                progress_seq=first + number,
                emitted=count.emitted,
                carried=count.carried,
                settled_sum=count.settled_sum,
            )
            for number, (module, count) in enumerate(news.items())
        ],
    )
    await runs.note_accounted(
        session,
        desk.tenant_id,
        run_id,
        {
            module: {"told_emitted": each.emitted, "told_carried": each.carried, "told_sum": each.settled_sum}
            for module, each in news.items()
        },
    )
