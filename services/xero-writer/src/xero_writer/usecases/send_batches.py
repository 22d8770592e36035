"""Send what is ready: intents are committed first, then their requests start, as many as there are free places.

A batch that is not full waits while other records could still join it.
"""

import uuid
from collections.abc import Mapping, Sequence, Set
from typing import Any, Final

from sqlalchemy import RowMapping

from sync_kit import points
from sync_kit.contracts.vocabulary import DOCUMENT_MODULES, Module
from sync_kit.store import Session
from xero_writer.domain.batches import (
    MAX_ELEMENTS,
    Batch,
    BatchPlan,
    Candidate,
    idempotency_key,
    list_keys,
    plan_batches,
)
from xero_writer.domain.lanes import Lane, choose_lane
from xero_writer.errors import SliceOverError
from xero_writer.store import intents, runs, staging
from xero_writer.store.intents import IntentState
from xero_writer.store.runs import RunState
from xero_writer.store.staging import State
from xero_writer.usecases.allowance import MOST_AT_ONCE
from xero_writer.usecases.desk import Desk
from xero_writer.usecases.flights import Flights
from xero_writer.usecases.ready_records import ready_from_json, ready_to_json
from xero_writer.usecases.sendings import Sending, SentRecord

COMPARED: Final = 5 * MAX_ELEMENTS
"""So many are looked at together where Xero could take one for another: the second is judged again afterwards."""


async def send_ready(desk: Desk, flights: Flights, modules: Sequence[Module], growing: Mapping[Lane, bool]) -> int:
    """Start what may go now of these modules; returns how much moved. `growing`: lanes whose partial batches may still
    fill.

    Raises SliceOverError or OutOfCallsError when something may go, no more calls may be made, and none is under way.
    """
    places = MOST_AT_ONCE - desk.allowance.in_flight
    if places <= 0:
        return 0
    under_way = flights.keys
    plan = await desk.look(lambda session: _plan(desk, session, modules, places, under_way))
    chosen = [batch for batch in plan.batches if batch.full or not growing.get(batch.lane, False)]
    free = min(desk.calls_left, desk.allowance.count_free(desk.now()))
    if not free and flights:
        return 0
    deferred = _list_rivals(plan.deferred, chosen[:free], under_way)
    if not chosen and not deferred:
        return 0
    if not desk.calls_left:
        raise SliceOverError("this slice has made its calls")
    if not free:
        raise desk.wait_for_uncertain()
    sendings = await desk.write(lambda session: _commit_intents(desk, session, chosen[:free], deferred))
    if sendings:
        points.passing("intent.committed")
    for sending in sendings:
        flights.start(sending)
    if flights:
        flights.rivals |= {candidate.module for candidate in deferred}
    return len(chosen) + len(deferred)


def _list_rivals(
    deferred: Sequence[Candidate], chosen: Sequence[Batch], under_way: Set[tuple[str, str]]
) -> list[Candidate]:
    """Those whose rival goes now or is on its way. The others stay ready: their rival waits for its request to fill,
    and judging them again now would say the same, again and again."""
    going = {key for batch in chosen for each in batch.candidates for key in list_keys(each.lane, each.verdict)}
    going |= under_way
    return [each for each in deferred if list_keys(each.lane, each.verdict) & going]


async def _plan(
    desk: Desk, session: Session, modules: Sequence[Module], places: int, under_way: Set[tuple[str, str]]
) -> BatchPlan:
    """What so many requests could carry."""
    candidates = []
    for module in modules:
        # The judge holds all but one document of a number, except bills: suppliers share theirs.
        unique = module in DOCUMENT_MODULES and choose_lane(module, desk.mapping) is not Lane.BILLS
        most = places * MAX_ELEMENTS if unique else COMPARED
        for row in await staging.list_ready(session, desk.tenant_id, module, most):
            candidates.append(
                Candidate(
                    module=module,
                    record_id=row["record_id"],
                    revision=row["revision"] + 1,
                    verdict=ready_from_json(row["ready"]),
                    max_batch=row["max_batch"] or MAX_ELEMENTS,
                )
            )
    return plan_batches(candidates, under_way)


async def _commit_intents(
    desk: Desk, session: Session, batches: Sequence[Batch], deferred: Sequence[Candidate]
) -> list[Sending]:
    run = await runs.find_run(session, desk.tenant_id, desk.run_id or "")
    if run is None or run["state"] != RunState.REQUESTED:
        raise SliceOverError("the run was stopped")
    committed = [await _commit_intent(desk, session, batch) for batch in batches]
    for candidate in deferred:
        await staging.restage_ids(session, desk.tenant_id, candidate.module, [candidate.record_id], State.READY)
    return [sending for sending in committed if sending is not None]


async def _commit_intent(desk: Desk, session: Session, batch: Batch) -> Sending | None:
    """None, and nothing done, when a newer version of one of its records came since the batch was planned."""
    staged: dict[tuple[Module, str], RowMapping] = {}
    for module in {each.module for each in batch.candidates}:
        ids = [each.record_id for each in batch.candidates if each.module is module]
        found = await staging.list_states(session, desk.tenant_id, module, ids)
        staged |= {(module, record_id): row for record_id, row in found.items()}
    if any(not _is_as_planned(staged.get((each.module, each.record_id)), each) for each in batch.candidates):
        return None
    now = await session.now()
    sending = Sending(
        intent_id=uuid.uuid4().hex,
        method=batch.method,
        path=batch.path,
        body=batch.body,
        key=idempotency_key(desk.tenant_id, batch),
        run_id=desk.run_id,
        attempts=1,
        records=tuple(
            SentRecord(
                position=position,
                module=each.module,
                record_id=each.record_id,
                revision=each.revision,
                extraction_seq=staged[each.module, each.record_id]["extraction_seq"],
                xero_id=each.verdict.xero_id,
                business_key=each.verdict.business_key,
                verdict=each.verdict,
            )
            for position, each in enumerate(batch.candidates)
        ),
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
        "attempts": sending.attempts,
        "first_sent_at": now,
        "last_sent_at": now,
        "due_at": None,
    }
    await intents.add_intents(session, [intent], [_to_row(desk, sending, record) for record in sending.records])
    await staging.change_states(session, desk.tenant_id, [_to_change(record) for record in sending.records])
    return sending


def _to_row(desk: Desk, sending: Sending, record: SentRecord) -> dict[str, Any]:
    return {
        "intent_id": sending.intent_id,
        "position": record.position,
        "tenant_id": desk.tenant_id,
        "module": record.module.value,
        "record_id": record.record_id,
        "revision": record.revision,
        "extraction_seq": record.extraction_seq,
        "is_open": True,
        "xero_id": record.xero_id,
        "business_key": record.business_key,
        "digest": record.verdict.digest,
        "verdict": ready_to_json(record.verdict, with_element=False),
        "refused": False,
    }


def _to_change(record: SentRecord) -> dict[str, Any]:
    return {
        "module": record.module.value,
        "record_id": record.record_id,
        "extraction_seq": record.extraction_seq,
        "state": State.IN_INTENT.value,
        "revision": record.revision,
    }


def _is_as_planned(row: RowMapping | None, candidate: Candidate) -> bool:
    return row is not None and row["state"] == State.READY and row["revision"] + 1 == candidate.revision
