"""Commit what became of intents: links and outcomes, or judged again, or uncertain and to be looked up.

Answers that came together are committed together, in one transaction and one trip to the store.
"""

from collections.abc import Sequence
from dataclasses import dataclass
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
from xero_writer.usecases.agree_records import Agreement, agree_records, build_agreement
from xero_writer.usecases.desk import Desk, Work
from xero_writer.usecases.sendings import Sending, SentRecord
from xero_writer.usecases.settle_records import Settlement, settle_records

Came = XeroAnswer | AnswerLostError | NeedsReauthorisationError | TryLaterError
"""What comes of a sending: an answer, one that was lost, or the reason why nothing was sent."""
ZOMBIE_SECONDS: Final = 60
"""How long after its timeout a request may still be executed; the look-up waits that out."""
UNCERTAIN_WAIT: Final = timedelta(seconds=CALL_TIMEOUT_SECONDS + ZOMBIE_SECONDS)
LONGEST_WAIT: Final = timedelta(minutes=10)


@dataclass(frozen=True)
class Landing:
    """What became of one sending, before it is committed."""

    sending: Sending
    finish: Work[None]
    """What becomes of the intent, and of records that were not written."""
    agreements: Sequence[Agreement] = ()
    held: Sequence[Settlement] = ()
    how: str | None = None
    """How the intent was closed, for the metrics; None: it stays open."""
    uncertain: bool = False


async def commit_what_came(desk: Desk, came: Sequence[tuple[Sending, Came]]) -> None:
    """Commit what came of these sendings, all or nothing. Raises afterwards what stops further ones: OutOfCallsError
    after a limit, or the error because of which one was not sent."""
    landings = [_read_what_came(desk, sending, each) for sending, each in came]

    async def commit(session: Session) -> None:
        for run_id in {landing.sending.run_id: None for landing in landings}:
            mine = [landing for landing in landings if landing.sending.run_id == run_id]
            agreed = [agreement for landing in mine for agreement in landing.agreements]
            await agree_records(desk, session, agreed, run_id=run_id)
        await settle_records(desk, session, [each for landing in landings for each in landing.held])
        for landing in landings:
            await landing.finish(session)

    await desk.write(commit)
    for landing in landings:
        _count(desk, landing)
    if any(landing.agreements or landing.held for landing in landings):
        points.passing("results.committed")
    for _, each in came:
        if isinstance(each, NeedsReauthorisationError | TryLaterError):
            raise each
        if isinstance(each, XeroAnswer) and each.status == 429:
            raise desk.blocked("Xero refused for a limit")


def _count(desk: Desk, landing: Landing) -> None:
    if landing.how is not None:
        desk.tools.metrics.intents.labels(how=landing.how).inc()
    if landing.uncertain:
        desk.allowance.uncertain += 1
        desk.tools.metrics.uncertain.inc()


def _read_what_came(desk: Desk, sending: Sending, came: Came) -> Landing:
    if isinstance(came, AnswerLostError):
        return _set_uncertain(sending, words=None)
    if isinstance(came, NeedsReauthorisationError | TryLaterError):
        return _put_back(desk, sending)
    read = read_batch_answer(sending.lane, came.status, came.body, len(sending.records))
    if read.effect is Effect.NOT_EXECUTED:
        return _put_back(desk, sending)
    if read.effect is Effect.UNCERTAIN:
        if came.status >= 500:
            desk.allowance.note_trouble(desk.now(), patient=2)
        return _set_uncertain(sending, words=read.words if came.status == 400 else None)
    if read.effect is Effect.NOTHING_WRITTEN_SPLIT:
        return _split_intent(desk, sending, words=read.words)
    return _read_elements(desk, sending, read.elements)


def _read_elements(desk: Desk, sending: Sending, elements: Sequence[ElementAnswer]) -> Landing:
    pairs = list(zip(sending.records, elements, strict=True))
    try:
        agreements = [build_agreement(desk, record, each.element) for record, each in pairs if each.ok]
    except BadAnswerError:
        # What was written is written, and cannot be understood: look it up.
        return _set_uncertain(sending, words=None)
    refused = [(record, _read_refusal(record, each)) for record, each in pairs if not each.ok]
    look_up = [record.position for record, refusal in refused if refusal.kind is RefusalKind.LOOK_UP]
    held = [
        hold_record(record, refusal.outcome, refusal.reasons)
        for record, refusal in refused
        if refusal.kind is not RefusalKind.LOOK_UP
    ]

    async def finish(session: Session) -> None:
        if not look_up:
            await intents.close_intent(session, sending.intent_id)
            return
        known = [record.position for record in sending.records if record.position not in look_up]
        await intents.close_records(session, sending.intent_id, known)
        await intents.mark_refused(session, sending.intent_id, look_up)
        due_at = await session.now()
        await intents.change_intent(session, sending.intent_id, state=IntentState.LOOK_UP.value, due_at=due_at)

    return Landing(sending, finish, agreements, held, how=None if look_up else "answered")


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


def _put_back(desk: Desk, sending: Sending) -> Landing:
    """Xero did not execute it."""

    async def put_back(session: Session) -> None:
        await back_to_staged(desk, session, sending.records)
        await intents.close_intent(session, sending.intent_id)

    return Landing(sending, put_back, how="not_executed")


async def back_to_staged(
    desk: Desk,
    session: Session,
    records: Sequence[SentRecord],
    *,
    max_batch: int | None = None,
    refused: bool = False,
) -> None:
    """Records of an intent that wrote nothing of them are judged again, and go under a new revision."""
    for record in records:
        await staging.leave_intent(
            session,
            desk.tenant_id,
            record.module,
            record.record_id,
            max_batch=max_batch,
            refused=refused,
        )


def _set_uncertain(sending: Sending, *, words: str | None) -> Landing:
    """Its effect is unknown: nothing is sent again before it was looked up, and that not before a zombie is dead."""
    # A useless answer may be repeated for as long as Xero keeps the key (6 minutes): ask less and less often.
    wait = min(UNCERTAIN_WAIT * 2 ** min(sending.attempts - 1, 3), LONGEST_WAIT)

    async def change(session: Session) -> None:
        due_at = await session.now() + wait
        state = IntentState.UNCERTAIN.value
        await intents.change_intent(session, sending.intent_id, state=state, due_at=due_at, words=words)

    return Landing(sending, change, uncertain=True)


def _split_intent(desk: Desk, sending: Sending, *, words: str | None) -> Landing:
    """Xero could not read the request and wrote nothing: halves go; one alone is refused with Xero's words."""

    async def split(session: Session) -> None:
        await go_in_halves(desk, session, sending.records, words=words)
        await intents.close_intent(session, sending.intent_id)

    return Landing(sending, split, how="answered")


async def go_in_halves(
    desk: Desk,
    session: Session,
    records: Sequence[SentRecord],
    *,
    words: str | None,
) -> None:
    """Records of a request that was refused whole go again in smaller ones; one that was alone is held."""
    if len(records) > 1:
        await back_to_staged(desk, session, records, max_batch=max(1, len(records) // 2))
        return
    settlements = []
    for record in records:
        refusal = read_whole_refusal(words, record.text, record.verdict.label, record.side)
        settlements.append(hold_record(record, refusal.outcome, refusal.reasons))
    await settle_records(desk, session, settlements)
