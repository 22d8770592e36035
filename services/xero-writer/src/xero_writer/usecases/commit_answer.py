"""Commit what became of an intent: links and outcomes, or back to ready, or uncertain and to be looked up.

Each in one transaction and one trip to the store.
"""

from collections.abc import Sequence
from datetime import timedelta
from typing import Final

from sync_kit import points
from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import Outcome
from sync_kit.errors import AnswerLostError, BadAnswerError, NeedsReauthorisationError, TryLaterError
from sync_kit.store import Session
from xero_writer.clients.xero_accounting import CALL_TIMEOUT_SECONDS, XeroAnswer
from xero_writer.domain.answers import Effect, ElementAnswer, read_batch_answer
from xero_writer.domain.refusals import Refusal, RefusalKind, read_refusal, read_whole_refusal
from xero_writer.store import intents, staging
from xero_writer.store.intents import IntentState
from xero_writer.store.staging import State
from xero_writer.usecases.agree_records import agree_records, build_agreement
from xero_writer.usecases.desk import Desk
from xero_writer.usecases.sendings import Sending, SentRecord
from xero_writer.usecases.settle_records import Settlement, settle_records

Came = XeroAnswer | AnswerLostError | NeedsReauthorisationError | TryLaterError
"""What comes of a sending: an answer, one that was lost, or the reason why nothing was sent."""
ZOMBIE_SECONDS: Final = 60
"""How long after its timeout a request may still be executed; the look-up waits that out."""
UNCERTAIN_WAIT: Final = timedelta(seconds=CALL_TIMEOUT_SECONDS + ZOMBIE_SECONDS)
LONGEST_WAIT: Final = timedelta(minutes=10)


async def commit_what_came(desk: Desk, sending: Sending, came: Came) -> None:
    """Commit what came of a sending. Raises afterwards what stops further ones: OutOfCallsError after a limit, or the
    error because of which it was not sent."""
    if isinstance(came, AnswerLostError):
        await _set_uncertain(desk, sending, words=None)
    elif isinstance(came, NeedsReauthorisationError | TryLaterError):
        await _put_back(desk, sending)
        raise came
    else:
        await _commit_answer(desk, sending, came)
        if came.status == 429:
            raise desk.blocked("Xero refused for a limit")


async def _commit_answer(desk: Desk, sending: Sending, answer: XeroAnswer) -> None:
    read = read_batch_answer(sending.lane, answer.status, answer.body, len(sending.records))
    if read.effect is Effect.NOT_EXECUTED:
        await _put_back(desk, sending)
    elif read.effect is Effect.UNCERTAIN:
        if answer.status >= 500:
            desk.allowance.note_trouble(desk.now(), patient=2)
        await _set_uncertain(desk, sending, words=read.words if answer.status == 400 else None)
    elif read.effect is Effect.NOTHING_WRITTEN_SPLIT:
        await _split_intent(desk, sending, words=read.words)
    else:
        await _commit_elements(desk, sending, read.elements)


async def _commit_elements(desk: Desk, sending: Sending, elements: Sequence[ElementAnswer]) -> None:
    pairs = list(zip(sending.records, elements, strict=True))
    try:
        agreements = [build_agreement(desk, record, each.element) for record, each in pairs if each.ok]
    except BadAnswerError:
        # What was written is written, and cannot be understood: look it up.
        await _set_uncertain(desk, sending, words=None)
        return
    refused = [(record, _read_refusal(record, each)) for record, each in pairs if not each.ok]
    look_up = [record.position for record, refusal in refused if refusal.kind is RefusalKind.LOOK_UP]
    held = [
        hold_record(record, refusal.outcome, refusal.reasons)
        for record, refusal in refused
        if refusal.kind is not RefusalKind.LOOK_UP
    ]

    async def commit(session: Session) -> None:
        await agree_records(desk, session, agreements, run_id=sending.run_id)
        await settle_records(desk, session, held)
        if not look_up:
            await intents.close_intent(session, sending.intent_id)
            return
        known = [record.position for record in sending.records if record.position not in look_up]
        await intents.close_records(session, sending.intent_id, known)
        await intents.mark_refused(session, sending.intent_id, look_up)
        due_at = await session.now()
        await intents.change_intent(session, sending.intent_id, state=IntentState.LOOK_UP.value, due_at=due_at)

    await desk.write(commit)
    if not look_up:
        desk.tools.metrics.intents.labels(how="answered").inc()
    points.passing("results.committed")


def _read_refusal(record: SentRecord, answer: ElementAnswer) -> Refusal:
    return read_refusal(answer.messages, record.text, record.verdict.label, record.side)


def hold_record(record: SentRecord, outcome: Outcome, reasons: tuple[Reason, ...]) -> Settlement:
    """A record of an intent that Xero refused."""
    return Settlement(
        module=record.module,
        record_id=record.record_id,
        extraction_seq=record.extraction_seq,
        outcome=outcome,
        label=record.verdict.label,
        reasons=reasons,
        xero_id=record.xero_id,
        document=record.verdict.facts.kind,
    )


async def _put_back(desk: Desk, sending: Sending) -> None:
    """Xero did not execute it: its records are ready again, with a new revision when they go."""

    async def put_back(session: Session) -> None:
        await back_to_ready(desk, session, sending.records)
        await intents.close_intent(session, sending.intent_id)

    await desk.write(put_back)
    desk.tools.metrics.intents.labels(how="not_executed").inc()


async def back_to_ready(
    desk: Desk,
    session: Session,
    records: Sequence[SentRecord],
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
            record.module,
            record.record_id,
            state=state,
            max_batch=max_batch,
            refused=refused,
        )


async def _set_uncertain(desk: Desk, sending: Sending, *, words: str | None) -> None:
    """Its effect is unknown: nothing is sent again before it was looked up, and that not before a zombie is dead."""
    # A useless answer may be repeated for as long as Xero keeps the key (6 minutes): ask less and less often.
    wait = min(UNCERTAIN_WAIT * 2 ** min(sending.attempts - 1, 3), LONGEST_WAIT)

    async def change(session: Session) -> None:
        due_at = await session.now() + wait
        state = IntentState.UNCERTAIN.value
        await intents.change_intent(session, sending.intent_id, state=state, due_at=due_at, words=words)

    await desk.write(change)
    desk.allowance.uncertain += 1
    desk.tools.metrics.uncertain.inc()


async def _split_intent(desk: Desk, sending: Sending, *, words: str | None) -> None:
    """Xero could not read the request and wrote nothing: halves go; one alone is refused with Xero's words."""

    async def split(session: Session) -> None:
        await go_in_halves(desk, session, sending.records, words=words)
        await intents.close_intent(session, sending.intent_id)

    await desk.write(split)
    desk.tools.metrics.intents.labels(how="answered").inc()


async def go_in_halves(
    desk: Desk,
    session: Session,
    records: Sequence[SentRecord],
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
        refusal = read_whole_refusal(words, record.text, record.verdict.label, record.side)
        settlements.append(hold_record(record, refusal.outcome, refusal.reasons))
    await settle_records(desk, session, settlements)
