"""Start a run: the row and the event that tells of it are one transaction."""

import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from scheduler.domain.readiness import GoAhead, list_what_is_missing
from scheduler.domain.run_state import RunState
from scheduler.errors import idempotency_key_reused, not_ready, run_in_progress
from scheduler.store import KIT_TABLES, idempotency, runs
from scheduler.usecases.change_settings import get_settings, order_modules
from sync_kit.contracts.codec import content_digest
from sync_kit.contracts.events import ConnectionFacts, RunRequested, RunSettings
from sync_kit.contracts.vocabulary import Module
from sync_kit.outbox import write_events
from sync_kit.store import Session

SOURCE = "scheduler"


@dataclass(frozen=True)
class RunOrder:
    """What a caller asks for. No modules: those of the settings. `retry_of`: judge that run's held records again."""

    tenant_id: str
    modules: tuple[Module, ...] = ()
    since: datetime | None = None
    retry_of: str | None = None


@dataclass(frozen=True)
class Caller:
    """Who asks, and under which Idempotency-Key."""

    client_id: str
    idempotency_key: str | None = None


async def find_first_answer(session: Session, caller: Caller, order: RunOrder) -> str | None:
    """The run that this key started, if it was used within a day; looked at before anything else.

    Raises InvalidInputError `idempotency_key_reused` when the key came with another request.
    """
    if caller.idempotency_key is None:
        return None
    now = await session.now()
    known = await idempotency.find_answer(session, caller.client_id, caller.idempotency_key, now=now)
    if known is None:
        return None
    if known["request_digest"] != _digest(order):
        raise idempotency_key_reused()
    return str(known["answer"]["run_id"])


async def start_run(
    session: Session, order: RunOrder, *, caller: Caller, connections: Sequence[ConnectionFacts]
) -> str:
    """The id of the new run. Raises ConflictError `not_ready` or `run_in_progress`."""
    settings = await get_settings(session, order.tenant_id)
    missing = list_what_is_missing(GoAhead(settings.books_start_date, settings.go_ahead_xero_tenant_id), connections)
    if missing or settings.books_start_date is None:
        raise not_ready(missing)
    open_run = await runs.find_open_run(session, order.tenant_id)
    if open_run is not None:
        raise run_in_progress(open_run["run_id"])

    now = await session.now()
    run_id = f"run_{secrets.token_hex(12)}"
    run_seq = await runs.get_next_run_seq(session, order.tenant_id)
    modules = order_modules(order.modules) or settings.modules
    await runs.add_run(
        session,
        {
            "run_id": run_id,
            "tenant_id": order.tenant_id,
            "run_seq": run_seq,
            "modules": list(modules),
            "since": order.since,
            "retry_of": order.retry_of,
            "state": RunState.QUEUED,
            "requested_at": now,
            "progressed_at": now,
        },
        modules,
    )
    event = RunRequested(
        tenant_id=order.tenant_id,
        run_id=run_id,
        run_seq=run_seq,
        modules=modules,
        since=order.since,
        settings=RunSettings(books_start_date=settings.books_start_date, sending=settings.sending),
        retry_of=order.retry_of,
        requested_at=now,
    )
    await write_events(session, KIT_TABLES, [event], source=SOURCE)
    await _keep_answer(session, caller, order, run_id, now)
    return run_id


async def _keep_answer(session: Session, caller: Caller, order: RunOrder, run_id: str, now: datetime) -> None:
    if caller.idempotency_key is None:
        return
    await idempotency.keep_answer(
        session,
        caller.client_id,
        caller.idempotency_key,
        request_digest=_digest(order),
        answer={"run_id": run_id},
        now=now,
    )


def _digest(order: RunOrder) -> str:
    asked: dict[str, Any] = {
        "tenant_id": order.tenant_id,
        "modules": sorted(order.modules),
        "since": order.since,
        "retry_of": order.retry_of,
    }
    return content_digest(asked)
