"""Send what is ready: intents are committed first, then up to four requests travel at once, then answers are committed.

A batch that is not full waits while other records could still join it.
"""

import asyncio
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import RowMapping

from sync_kit import points
from sync_kit.contracts.vocabulary import MODULE_ORDER
from sync_kit.errors import AnswerLostError, NeedsReauthorisationError, TryLaterError
from sync_kit.store import Session
from xero_writer.clients.xero_accounting import XeroRequest
from xero_writer.domain.batches import (
    MAX_ELEMENTS,
    WRITE_QUERY,
    Batch,
    BatchPlan,
    Candidate,
    idempotency_key,
    plan_batches,
)
from xero_writer.domain.lanes import Lane
from xero_writer.errors import OutOfCallsError, SliceOverError
from xero_writer.store import intents, runs, staging
from xero_writer.store.intents import IntentState
from xero_writer.store.runs import RunState
from xero_writer.store.staging import State
from xero_writer.usecases.commit_answer import commit_answer, put_back, set_uncertain
from xero_writer.usecases.desk import Desk
from xero_writer.usecases.ready_records import ready_from_json, ready_to_json

CANDIDATES: Final = 5 * MAX_ELEMENTS


@dataclass(frozen=True)
class Sending:
    """A committed intent on its way."""

    intent_id: str
    method: str
    path: str
    body: bytes
    key: str
    run_id: str | None

    def to_request(self) -> XeroRequest:
        """The call; the same bytes and key each time."""
        return XeroRequest(self.method, self.path, WRITE_QUERY, body=self.body, idempotency_key=self.key)


async def send_wave(desk: Desk, growing: Mapping[Lane, bool]) -> int:
    """Send what may go now; returns how many requests went. `growing`: lanes whose partial batches may still fill.

    Raises SliceOverError or OutOfCallsError when something is ready and may not be sent now.
    """
    async with desk.tools.store.reading() as session:
        plan = await _plan(desk, session)
    chosen = _choose(plan, growing)
    if not chosen and not plan.deferred:
        return 0
    if not desk.calls_left:
        raise SliceOverError("this slice has made its calls")
    free = desk.allowance.count_free(desk.now())
    if not free:
        raise desk.wait_for_uncertain()
    async with desk.writing() as session:
        run = await runs.find_run(session, desk.tenant_id, desk.run_id or "")
        if run is None or run["state"] != RunState.REQUESTED:
            raise SliceOverError("the run was stopped")
        committed = [await _commit_intent(desk, session, batch) for batch in chosen[: min(free, desk.calls_left)]]
        for candidate in plan.deferred:
            await staging.restage_ids(session, desk.tenant_id, candidate.module, [candidate.record_id], State.READY)
    sendings = [sending for sending in committed if sending is not None]
    if sendings:
        points.passing("intent.committed")
    await send_all(desk, sendings)
    return len(committed) + len(plan.deferred)


async def _plan(desk: Desk, session: Session) -> BatchPlan:
    candidates = []
    for module in MODULE_ORDER:
        for row in await staging.list_ready(session, desk.tenant_id, module, CANDIDATES):
            candidates.append(
                Candidate(
                    module=module,
                    record_id=row["record_id"],
                    revision=row["revision"] + 1,
                    verdict=ready_from_json(row["ready"]),
                    max_batch=row["max_batch"] or MAX_ELEMENTS,
                )
            )
    return plan_batches(candidates)


def _choose(plan: BatchPlan, growing: Mapping[Lane, bool]) -> list[Batch]:
    return [batch for batch in plan.batches if batch.full or not growing.get(batch.lane, False)]


async def _commit_intent(desk: Desk, session: Session, batch: Batch) -> Sending | None:
    """None, and nothing done, when a newer version of one of its records came since the batch was planned."""
    staged = {
        module: await staging.list_by_ids(
            session, desk.tenant_id, module, [each.record_id for each in batch.candidates if each.module is module]
        )
        for module in {each.module for each in batch.candidates}
    }
    if any(not _is_as_planned(staged[each.module].get(each.record_id), each) for each in batch.candidates):
        return None
    now = await session.now()
    sending = Sending(
        intent_id=uuid.uuid4().hex,
        method=batch.method,
        path=batch.path,
        body=batch.body,
        key=idempotency_key(desk.tenant_id, batch),
        run_id=desk.run_id,
    )
    intent = {
        "intent_id": sending.intent_id,
        "tenant_id": desk.tenant_id,
        "run_id": sending.run_id,
        "method": sending.method,
        "path": sending.path,
        "state": IntentState.SENT.value,
        "body": sending.body,
        "idempotency_key": sending.key,
        "boot_id": desk.tools.boot_id,
        "attempts": 1,
        "first_sent_at": now,
        "last_sent_at": now,
        "due_at": None,
    }
    records: list[dict[str, Any]] = []
    changes: list[dict[str, Any]] = []
    for position, each in enumerate(batch.candidates):
        seq = staged[each.module][each.record_id]["extraction_seq"]
        records.append(
            {
                "intent_id": sending.intent_id,
                "position": position,
                "tenant_id": desk.tenant_id,
                "module": each.module.value,
                "record_id": each.record_id,
                "revision": each.revision,
                "extraction_seq": seq,
                "is_open": True,
                "xero_id": each.verdict.xero_id,
                "business_key": each.verdict.business_key,
                "digest": each.verdict.digest,
                "verdict": ready_to_json(each.verdict, with_element=False),
                "refused": False,
            }
        )
        changes.append(
            {
                "module": each.module.value,
                "record_id": each.record_id,
                "extraction_seq": seq,
                "state": State.IN_INTENT.value,
                "revision": each.revision,
            }
        )
    await intents.add_intents(session, [intent], records)
    await staging.change_states(session, desk.tenant_id, changes)
    return sending


def _is_as_planned(row: RowMapping | None, candidate: Candidate) -> bool:
    return row is not None and row["state"] == State.READY and row["revision"] + 1 == candidate.revision


async def send_all(desk: Desk, sendings: list[Sending]) -> None:
    """Send them at once; one that could not be sent does not stop the others. Raises the first trouble afterwards."""
    troubles: list[Exception] = []

    async def send(sending: Sending) -> None:
        try:
            await send_intent(desk, sending)
        except (NeedsReauthorisationError, TryLaterError, OutOfCallsError) as error:
            troubles.append(error)

    try:
        async with asyncio.TaskGroup() as group:
            for sending in sendings:
                group.create_task(send(sending))
    except BaseExceptionGroup as group_error:
        raise group_error.exceptions[0] from None
    if troubles:
        raise troubles[0]


async def send_intent(desk: Desk, sending: Sending) -> None:
    """Send a committed intent and commit what came of it."""
    try:
        answer = await desk.send(sending.to_request())
    except (NeedsReauthorisationError, TryLaterError):
        await put_back(desk, sending.intent_id)
        raise
    except AnswerLostError:
        await set_uncertain(desk, sending.intent_id, words=None)
        return
    await commit_answer(desk, sending.intent_id, answer)
    if answer.status == 429:
        raise desk.blocked("Xero refused for a limit")
