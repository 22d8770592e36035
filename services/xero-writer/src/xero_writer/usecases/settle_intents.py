"""Settle open intents before anything new is done: an effect that is not known is looked up, never guessed.

- A create whose answer was lost: wait until no zombie of it can still be executed, look its records up by key, adopt
  what is ours. Nothing of it there: the same bytes and key again, or back to ready when its run was stopped.
- A bill, whose number Xero does not keep unique: the same, but nothing goes again before 7 minutes after the first
  sending, so that a copy of a paused sender falls under the same key; one that nobody may send now stays open. Two of
  them with our link: frozen, a person decides.
- An update whose answer was lost: the same bytes and key again; it says by id what shall be.
- A key that Xero calls taken: look up at once. Ours: adopt. Somebody else's: the record is judged again with what was
  found, and held when that explains nothing.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import RowMapping

from sync_kit.contracts import codec
from sync_kit.contracts.vocabulary import Outcome
from sync_kit.errors import BadAnswerError
from sync_kit.store import Session
from xero_writer.domain.lanes import LANES, Lane
from xero_writer.domain.look_ups import explain_not_ours, explain_two, is_ours
from xero_writer.store import intents, staging
from xero_writer.store.intents import IntentState
from xero_writer.store.runs import RunState
from xero_writer.usecases.agree_records import Agreement, agree_records, build_agreement
from xero_writer.usecases.commit_answer import (
    UNCERTAIN_WAIT,
    back_to_staged,
    go_in_halves,
    hold_record,
)
from xero_writer.usecases.desk import Desk
from xero_writer.usecases.find_in_xero import Found, find_in_xero
from xero_writer.usecases.flights import open_flights
from xero_writer.usecases.read_ledger import sweep_changes
from xero_writer.usecases.save_rows import save_rows
from xero_writer.usecases.sendings import Sending, SentRecord, read_sent_record
from xero_writer.usecases.settle_records import settle_records

MOST_REFUSALS: Final = 2
BILL_PATIENCE: Final = timedelta(minutes=7)
"""Xero keeps an idempotency key for 6 minutes from its first use: after that a copy would be a second bill unless the
key is used again, which this waits for."""
CREATES: Final = "PUT"


@dataclass
class _Split:
    """The records of an intent by what the look-up said of them."""

    ours: list[tuple[SentRecord, Mapping[str, Any]]]
    others: list[tuple[SentRecord, Sequence[Mapping[str, Any]], Mapping[str, Any]]]
    absent: list[SentRecord]
    doubled: list[tuple[SentRecord, Sequence[Mapping[str, Any]]]]
    """Several that are ours."""


@dataclass(frozen=True)
class _Opened:
    """What an open intent was sent with. `records`: those of which nothing is known yet, of `total`."""

    records: tuple[SentRecord, ...]
    total: int
    body: bytes
    now: datetime


async def _open_intent(session: Session, intent_id: str) -> _Opened:
    rows = await intents.list_records(session, intent_id, only_open=False)
    return _Opened(
        records=tuple(read_sent_record(row) for row in rows if row["is_open"]),
        total=len(rows),
        body=await intents.get_body(session, intent_id),
        now=await session.now(),
    )


async def settle_intents(desk: Desk) -> int:
    """Settle what is due; returns how many were looked at. Raises what calls raise when they must wait."""
    opened, now = await _list_open(desk)
    if await _find_orphans(desk, opened):
        opened, now = await _list_open(desk)
    due = [intent for intent in opened if _is_due(desk, intent, now)]
    for intent in due:
        if intent["method"] == CREATES or intent["state"] == IntentState.LOOK_UP:
            await _look_up(desk, intent)
        else:
            await _repeat_update(desk, intent)
    return len(due)


def _is_due(desk: Desk, intent: RowMapping, now: datetime) -> bool:
    """A bill that nobody might send again waits, without a time, for a run that may."""
    if intent["due_at"] is None:
        return intent["state"] == IntentState.WAITING and _may_send(desk)
    return bool(intent["due_at"] <= now)


async def _list_open(desk: Desk) -> tuple[Sequence[RowMapping], datetime]:
    async def look(session: Session) -> tuple[Sequence[RowMapping], datetime]:
        return await intents.list_open(session, desk.tenant_id), await session.now()

    return await desk.look(look)


async def _find_orphans(desk: Desk, opened: Sequence[RowMapping]) -> int:
    """Intents that a slice left on their way: it died, so their effect is unknown. Returns how many there are.

    Those of another process count as just sent: its clock and ours may differ, and on SQLite it is dead only now.
    What is uncertain already was doubted by somebody: a process that has just started doubts it once more, and no
    other one, or replicas that take turns would put a look-up off again and again.
    """
    mine, served = desk.tools.boot_id, desk.tools.served
    unknown = desk.tenant_id not in served
    orphans = [each for each in opened if each["state"] == IntentState.SENT or (unknown and each["boot_id"] != mine)]
    served.add(desk.tenant_id)
    if not orphans:
        return 0

    async def doubt(session: Session) -> None:
        now = await session.now()
        for each in orphans:
            sent_at = now if each["boot_id"] != mine or each["last_sent_at"] > now else each["last_sent_at"]
            asks_at_once = each["state"] == IntentState.LOOK_UP
            await intents.change_intent(
                session,
                each["intent_id"],
                state=each["state"] if asks_at_once else IntentState.UNCERTAIN.value,
                boot_id=mine,
                due_at=now if asks_at_once else sent_at + UNCERTAIN_WAIT,
            )

    await desk.write(doubt)
    desk.tools.metrics.uncertain.inc(len(orphans))
    return len(orphans)


async def _look_up(desk: Desk, intent: RowMapping) -> None:
    opened = await desk.look(lambda session: _open_intent(session, intent["intent_id"]))
    records, body, total = opened.records, opened.body, opened.total
    lane = records[0].lane
    sent = _list_elements(body, intent["path"])
    keys = [record.business_key for record in records]
    split = _split(lane, records, sent, await find_in_xero(desk, lane, list(dict.fromkeys(keys))))
    try:
        agreements = [build_agreement(desk, record, element) for record, element in split.ours]
    except BadAnswerError as error:
        raise desk.trouble("what a look-up found cannot be read") from error
    untouched = intent["words"] is None and len(split.absent) == total
    if intent["state"] == IntentState.LOOK_UP:
        await _settle_refused(desk, intent, lane, split, agreements)
    elif lane is Lane.BILLS and split.absent and opened.now < intent["first_sent_at"] + BILL_PATIENCE:
        await _wait_for_bills(desk, intent, split, agreements, until=intent["first_sent_at"] + BILL_PATIENCE)
    elif untouched and _may_send(desk):
        await _send_again(desk, intent, opened)
    elif untouched and lane is Lane.BILLS:
        await _wait_for_bills(desk, intent, split, agreements, until=None)
    else:
        await _settle_looked_up(desk, intent, lane, split, agreements, total=total)


async def _wait_for_bills(
    desk: Desk, intent: RowMapping, split: _Split, agreements: Sequence[Agreement], *, until: datetime | None
) -> None:
    """What was found is settled; what was not stays open. Without a time: until a run may send it."""
    async with desk.writing() as session:
        settled = [each.record.position for each in agreements] + [each.position for each, _ in split.doubled]
        await intents.close_records(session, intent["intent_id"], settled)
        await agree_records(desk, session, agreements, run_id=intent["run_id"])
        await _hold_doubled(desk, session, split)
        await intents.change_intent(session, intent["intent_id"], state=IntentState.WAITING.value, due_at=until)


def _list_elements(body: bytes, path: str) -> list[Mapping[str, Any]]:
    elements: list[Mapping[str, Any]] = codec.loads(body)[path]
    return elements


def _split(lane: Lane, records: Sequence[SentRecord], sent: Sequence[Mapping[str, Any]], found: Found) -> _Split:
    split = _Split([], [], [], [])
    for record in records:
        element = sent[record.position]
        rows = found.get(record.business_key, ())
        mine = [row for row in rows if is_ours(lane, element, row)]
        if len(mine) == 1:
            split.ours.append((record, mine[0]))
        elif lane is Lane.BILLS and mine:
            split.doubled.append((record, mine))
        elif rows and lane is not Lane.BILLS:
            split.others.append((record, rows, element))
        else:
            split.absent.append(record)
    return split


def _may_send(desk: Desk) -> bool:
    """A create goes again only while a run goes on: a person who stops a run wants nothing new in the books."""
    return desk.run is not None and desk.run["state"] == RunState.REQUESTED


async def _settle_looked_up(
    desk: Desk, intent: RowMapping, lane: Lane, split: _Split, agreements: Sequence[Agreement], *, total: int
) -> None:
    """What is ours is adopted, what is somebody else's is judged again, what is not there is judged and goes again."""
    async with desk.writing() as session:
        await intents.close_records(session, intent["intent_id"], [*(each.record.position for each in agreements)])
        await agree_records(desk, session, agreements, run_id=intent["run_id"])
        await _hold_doubled(desk, session, split)
        await _judge_again(desk, session, lane, split)
        if intent["words"] is not None:
            if total == 1:
                await go_in_halves(desk, session, split.absent, words=intent["words"])
            else:
                await back_to_staged(desk, session, split.absent, max_batch=max(1, total // 2))
        else:
            await back_to_staged(desk, session, split.absent)
        await intents.close_intent(session, intent["intent_id"])
    desk.tools.metrics.intents.labels(how="looked_up").inc()


async def _settle_refused(
    desk: Desk, intent: RowMapping, lane: Lane, split: _Split, agreements: Sequence[Agreement]
) -> None:
    """Keys that Xero called taken: adopt what is ours, judge again what is not, hold what stays unexplained."""
    absent = split.absent
    if lane is Lane.CONTACTS and absent:
        # The number is free, so it is the name: somebody made that contact since the ledger was read.
        await sweep_changes(desk, lane)
    async with desk.writing() as session:
        await intents.close_records(session, intent["intent_id"], [each.record.position for each in agreements])
        await agree_records(desk, session, agreements, run_id=intent["run_id"])
        await _judge_again(desk, session, lane, split)
        sent = _list_elements(await intents.get_body(session, intent["intent_id"]), intent["path"])
        await _judge_or_hold(desk, session, lane, [(record, (), sent[record.position]) for record in absent])
        await intents.close_intent(session, intent["intent_id"])
    desk.tools.metrics.intents.labels(how="looked_up").inc()


async def _hold_doubled(desk: Desk, session: Session, split: _Split) -> None:
    """Two documents carry our link: neither is touched, a person leaves one."""
    held = []
    for record, rows in split.doubled:
        await save_rows(desk, session, LANES[Lane.BILLS].path, rows)
        held.append(hold_record(record, Outcome.BLOCKED, (explain_two(rows, record.text),)))
    await settle_records(desk, session, held)


async def _judge_again(desk: Desk, session: Session, lane: Lane, split: _Split) -> None:
    """What was found belongs to somebody else: keep it as a ledger row, and let the judge say what that means."""
    for _, rows, _ in split.others:
        await save_rows(desk, session, LANES[lane].path, rows)
    await _judge_or_hold(desk, session, lane, split.others)


async def _judge_or_hold(
    desk: Desk,
    session: Session,
    lane: Lane,
    refused: Sequence[tuple[SentRecord, Sequence[Mapping[str, Any]], Mapping[str, Any]]],
) -> None:
    held = []
    for record, rows, element in refused:
        if await _count_refusals(desk, session, record) + 1 >= MOST_REFUSALS:
            held.append(hold_record(record, Outcome.BLOCKED, (explain_not_ours(lane, element, rows, record.text),)))
        else:
            await staging.leave_intent(session, desk.tenant_id, record.module, record.record_id, refused=True)
    await settle_records(desk, session, held)


async def _send_again(desk: Desk, intent: RowMapping, opened: _Opened) -> None:
    """The same bytes under the same key. Raises what the allowance raises when they may not go now."""
    if not desk.allowance.count_free(desk.now(), settling=True):
        raise desk.wait_for_uncertain()
    attempts = intent["attempts"] + 1

    async def note(session: Session) -> None:
        await intents.change_intent(
            session,
            intent["intent_id"],
            state=IntentState.SENT.value,
            attempts=attempts,
            last_sent_at=await session.now(),
            due_at=None,
            boot_id=desk.tools.boot_id,
        )

    await desk.write(note)
    sending = Sending(
        intent_id=intent["intent_id"],
        method=intent["method"],
        path=intent["path"],
        body=opened.body,
        key=intent["idempotency_key"],
        run_id=intent["run_id"],
        attempts=attempts,
        records=opened.records,
    )
    async with open_flights(desk) as flights:
        flights.start([sending])
        await flights.wait()
        await flights.land()


async def _repeat_update(desk: Desk, intent: RowMapping) -> None:
    opened = await desk.look(lambda session: _open_intent(session, intent["intent_id"]))
    if intent["words"] is None:
        await _send_again(desk, intent, opened)
        return

    async def go_again(session: Session) -> None:
        records = opened.records
        if len(records) == 1 and not await _count_refusals(desk, session, records[0]):
            # It may have been written all the same: once more, under a new key, before Xero's words are believed.
            await back_to_staged(desk, session, records, max_batch=1, refused=True)
        else:
            await go_in_halves(desk, session, records, words=intent["words"])
        await intents.close_intent(session, intent["intent_id"])

    await desk.write(go_again)
    desk.tools.metrics.intents.labels(how="looked_up").inc()


async def _count_refusals(desk: Desk, session: Session, record: SentRecord) -> int:
    staged = await staging.list_by_ids(session, desk.tenant_id, record.module, [record.record_id])
    return int(staged[record.record_id]["refusals"]) if record.record_id in staged else 0


async def find_next_settling(desk: Desk) -> datetime | None:
    """When the next open intent may be looked at."""
    return await desk.look(lambda session: intents.find_next_due(session, desk.tenant_id))
