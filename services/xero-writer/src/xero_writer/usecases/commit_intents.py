"""Commit intents: what is about to be sent is written down before it is, with all that settling it will need.

Raises nothing of Xero's: a request starts when its intent is committed.
"""

import uuid
from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sync_kit.store import Session
from xero_writer.domain.batches import Batch, idempotency_key
from xero_writer.errors import SliceOverError
from xero_writer.store import intents, runs, staging
from xero_writer.store.intents import IntentState
from xero_writer.store.runs import RunState
from xero_writer.store.staging import State
from xero_writer.usecases.desk import Desk
from xero_writer.usecases.ready_records import ready_to_json
from xero_writer.usecases.sendings import Sending, SentRecord


async def commit_intents(desk: Desk, session: Session, batches: Sequence[Batch]) -> list[Sending]:
    """Write down an intent for each; their records must still be at the versions that were planned. Raises
    SliceOverError when the run was stopped."""
    run = await runs.find_run(session, desk.tenant_id, desk.run_id or "")
    if run is None or run["state"] != RunState.REQUESTED:
        raise SliceOverError("the run was stopped")
    sendings = [_make_sending(desk, batch) for batch in batches]
    if not sendings:
        return []
    now = await session.now()
    records = [(sending, record) for sending in sendings for record in sending.records]
    await intents.add_intents(
        session,
        [_to_intent(desk, sending, now) for sending in sendings],
        [_to_row(desk, sending, record) for sending, record in records],
    )
    await staging.change_states(session, desk.tenant_id, [_to_change(record) for _, record in records])
    return sendings


def _make_sending(desk: Desk, batch: Batch) -> Sending:
    return Sending(
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
                extraction_seq=each.extraction_seq,
                xero_id=each.verdict.xero_id,
                business_key=each.verdict.business_key,
                verdict=each.verdict,
            )
            for position, each in enumerate(batch.candidates)
        ),
    )


def _to_intent(desk: Desk, sending: Sending, now: datetime) -> dict[str, Any]:
    return {
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
        "ready": None,
    }
