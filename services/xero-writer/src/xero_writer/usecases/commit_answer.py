"""Commit what became of an intent: links and outcomes, or back to ready, or uncertain and to be looked up."""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sqlalchemy import RowMapping

from sync_kit import points
from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import Module, Outcome
from sync_kit.errors import BadAnswerError
from sync_kit.store import Session
from xero_writer.clients.xero_accounting import CALL_TIMEOUT_SECONDS, XeroAnswer
from xero_writer.domain.answers import BatchAnswer, Effect, ElementAnswer, read_batch_answer
from xero_writer.domain.lanes import LANES, Lane, lane_of
from xero_writer.domain.refusals import Refusal, RefusalKind, read_refusal, read_whole_refusal
from xero_writer.domain.text import describe_record
from xero_writer.store import intents, staging
from xero_writer.store.intents import IntentState
from xero_writer.store.staging import State
from xero_writer.usecases.agree_records import agree_records, build_agreement
from xero_writer.usecases.desk import Desk
from xero_writer.usecases.ready_records import ready_from_json
from xero_writer.usecases.settle_records import Settlement, settle_records

ZOMBIE_SECONDS: Final = 60
"""How long after its timeout a request may still be executed; the look-up waits that out."""
UNCERTAIN_WAIT: Final = timedelta(seconds=CALL_TIMEOUT_SECONDS + ZOMBIE_SECONDS)
LONGEST_WAIT: Final = timedelta(minutes=10)


async def commit_answer(desk: Desk, intent_id: str, answer: XeroAnswer) -> None:
    """Commit a whole answer."""
    async with desk.tools.store.reading() as session:
        records = await intents.list_records(session, intent_id)
    read = read_batch_answer(find_lane_of(records), answer.status, answer.body, len(records))
    if read.effect is Effect.NOT_EXECUTED:
        await put_back(desk, intent_id)
    elif read.effect is Effect.UNCERTAIN:
        if answer.status >= 500:
            desk.allowance.note_trouble(desk.now(), patient=2)
        await set_uncertain(desk, intent_id, words=read.words if answer.status == 400 else None)
    elif read.effect is Effect.NOTHING_WRITTEN_SPLIT:
        await split_intent(desk, intent_id, words=read.words)
    else:
        await _commit_elements(desk, intent_id, records, read)


def find_lane_of(records: Sequence[RowMapping]) -> Lane:
    """The lane of an intent's records; they share one."""
    return lane_of(Module(records[0]["module"]), ready_from_json(records[0]["verdict"]).facts.kind)


async def _commit_elements(desk: Desk, intent_id: str, records: Sequence[RowMapping], answer: BatchAnswer) -> None:
    pairs = list(zip(records, answer.elements, strict=True))
    try:
        agreements = [build_agreement(desk, record, each.element) for record, each in pairs if each.ok]
    except BadAnswerError:
        # What was written is written, and cannot be understood: look it up.
        await set_uncertain(desk, intent_id, words=None)
        return
    refused = [(record, _read_refusal(record, each)) for record, each in pairs if not each.ok]
    look_up = [record for record, refusal in refused if refusal.kind is RefusalKind.LOOK_UP]
    async with desk.writing() as session:
        run_id = (await intents.get_intent(session, intent_id))["run_id"]
        await intents.close_records(
            session, intent_id, [record["position"] for record in records if record not in look_up]
        )
        await agree_records(desk, session, agreements, run_id=run_id)
        held = [(record, refusal) for record, refusal in refused if refusal.kind is not RefusalKind.LOOK_UP]
        await settle_records(
            desk, session, [hold_record(record, refusal.outcome, refusal.reasons) for record, refusal in held]
        )
        if look_up:
            await intents.mark_refused(session, intent_id, [record["position"] for record in look_up])
            await intents.change_intent(session, intent_id, state=IntentState.LOOK_UP.value, due_at=await session.now())
        else:
            await intents.close_intent(session, intent_id)
            desk.tools.metrics.intents.labels(how="answered").inc()
    points.passing("results.committed")


def _read_refusal(record: RowMapping, answer: ElementAnswer) -> Refusal:
    module = Module(record["module"])
    verdict = ready_from_json(record["verdict"])
    text = describe_record(module, verdict.label, record["record_id"])
    side = LANES[lane_of(module, verdict.facts.kind)].side
    return read_refusal(answer.messages, text, verdict.label, side)


def hold_record(record: RowMapping, outcome: Outcome, reasons: tuple[Reason, ...]) -> Settlement:
    """A record of an intent that Xero refused."""
    return Settlement(
        module=Module(record["module"]),
        record_id=record["record_id"],
        extraction_seq=record["extraction_seq"],
        outcome=outcome,
        label=ready_from_json(record["verdict"]).label,
        reasons=reasons,
        xero_id=record["xero_id"],
        document=ready_from_json(record["verdict"]).facts.kind,
    )


async def put_back(desk: Desk, intent_id: str) -> None:
    """Xero did not execute it: its records are ready again, with a new revision when they go."""
    async with desk.writing() as session:
        records = await intents.list_records(session, intent_id)
        await back_to_ready(desk, session, records)
        await intents.close_intent(session, intent_id)
    desk.tools.metrics.intents.labels(how="not_executed").inc()


async def back_to_ready(
    desk: Desk,
    session: Session,
    records: Sequence[RowMapping],
    *,
    state: State = State.READY,
    max_batch: int | None = None,
    refused: bool = False,
) -> None:
    """Records of an intent that wrote nothing of them go again; STAGED: they are judged before."""
    for record in records:
        await staging.leave_intent(
            session,
            desk.tenant_id,
            Module(record["module"]),
            record["record_id"],
            state=state,
            max_batch=max_batch,
            refused=refused,
        )


async def set_uncertain(desk: Desk, intent_id: str, *, words: str | None) -> None:
    """Its effect is unknown: nothing is sent again before it was looked up, and that not before a zombie is dead."""
    async with desk.writing() as session:
        attempts = (await intents.get_intent(session, intent_id))["attempts"]
        # A useless answer may be repeated for as long as Xero keeps the key (6 minutes): ask less and less often.
        wait = min(UNCERTAIN_WAIT * 2 ** min(attempts - 1, 3), LONGEST_WAIT)
        await intents.change_intent(
            session,
            intent_id,
            state=IntentState.UNCERTAIN.value,
            due_at=await session.now() + wait,
            words=words,
        )
    desk.allowance.uncertain += 1
    desk.tools.metrics.uncertain.inc()


async def split_intent(desk: Desk, intent_id: str, *, words: str | None) -> None:
    """Xero could not read the request and wrote nothing: halves go; one alone is refused with Xero's words."""
    async with desk.writing() as session:
        records = await intents.list_records(session, intent_id)
        await go_in_halves(desk, session, records, words=words)
        await intents.close_intent(session, intent_id)
    desk.tools.metrics.intents.labels(how="answered").inc()


async def go_in_halves(
    desk: Desk,
    session: Session,
    records: Sequence[RowMapping],
    *,
    words: str | None,
    state: State = State.READY,
) -> None:
    """Records of a request that was refused whole go again in smaller ones; one that was alone is held."""
    if len(records) > 1:
        await back_to_ready(desk, session, records, state=state, max_batch=max(1, len(records) // 2))
        return
    settlements = []
    for record in records:
        verdict = ready_from_json(record["verdict"])
        module = Module(record["module"])
        text = describe_record(module, verdict.label, record["record_id"])
        side = LANES[lane_of(module, verdict.facts.kind)].side
        refusal = read_whole_refusal(words, text, verdict.label, side)
        settlements.append(hold_record(record, refusal.outcome, refusal.reasons))
    await settle_records(desk, session, settlements)
