"""Start a run: the row and the event that tells of it are one transaction."""

import secrets
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from datetime import datetime

from scheduler.domain.run_state import RunState
from scheduler.domain.start_date import find_lock_date, propose_start_date
from scheduler.domain.sync_settings import SyncSettings, order_modules
from scheduler.errors import idempotency_key_reused, not_ready, run_in_progress
from scheduler.store import first_applies, idempotency, runs
from scheduler.usecases.read_readiness import read_readiness
from scheduler.usecases.tell import tell
from sync_kit.contracts.codec import content_digest
from sync_kit.contracts.events import ConnectionFacts, RunRequested, RunSettings
from sync_kit.contracts.vocabulary import Module, RunMode
from sync_kit.errors import Fault, InvalidInputError
from sync_kit.store import Session


@dataclass(frozen=True)
class RunOrder:
    """What a caller asks for. No modules: all that are switched on. `retry_of`: judge that run's held records again,
    with `retry_code` only those that are held for this reason."""

    tenant_id: str
    mode: RunMode = RunMode.APPLY
    modules: tuple[Module, ...] = ()
    since: datetime | None = None
    retry_of: str | None = None
    retry_code: str | None = None


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
    """The id of the new run. Raises InvalidInputError for a module that is switched off, ConflictError
    `run_in_progress` or `not_ready`."""
    readiness = await read_readiness(session, order.tenant_id, connections)
    settings, pair = readiness.settings, readiness.pair
    modules = _choose_modules(order, settings)
    open_run = await runs.find_open_run(session, order.tenant_id)
    if open_run is not None:
        raise run_in_progress(open_run["run_id"])
    missing = readiness.list_missing(order.mode)
    if missing or pair is None:
        raise not_ready(missing)

    now = await session.now()
    run_id = f"run_{secrets.token_hex(12)}"
    run_seq = await runs.get_next_run_seq(session, order.tenant_id)
    start_date = settings.books_start_date or propose_start_date(now.date(), find_lock_date(readiness.facts))
    await runs.add_run(
        session,
        {
            "run_id": run_id,
            "tenant_id": order.tenant_id,
            "run_seq": run_seq,
            "mode": order.mode,
            "modules": list(modules),
            "since": order.since,
            "retry_of": order.retry_of,
            "retry_code": order.retry_code,
            "books_start_date": start_date,
            "sending": settings.sending,
            "zoho_org_id": pair.zoho_org_id,
            "xero_tenant_id": pair.xero_tenant_id,
            "state": RunState.QUEUED,
            "requested_at": now,
            "progressed_at": now,
        },
        modules,
    )
    if order.mode == RunMode.APPLY:
        await first_applies.remember_apply(session, order.tenant_id, pair, run_id, now=now)
    await tell(
        session,
        RunRequested(
            tenant_id=order.tenant_id,
            run_id=run_id,
            run_seq=run_seq,
            mode=order.mode,
            modules=modules,
            since=order.since,
            settings=RunSettings(books_start_date=start_date, sending=settings.sending),
            retry_of=order.retry_of,
            retry_code=order.retry_code,
            requested_at=now,
        ),
    )
    await _keep_answer(session, caller, order, run_id, now)
    return run_id


def _choose_modules(order: RunOrder, settings: SyncSettings) -> tuple[Module, ...]:
    """What was asked for, of what is switched on; a retry takes what is left of the modules of the run before."""
    off = set(order.modules) - set(settings.modules)
    if off and order.retry_of is None:
        raise InvalidInputError(
            "The request has faults.",
            faults=[
                Fault(f"body.modules[{place}]", f"{module} is switched off in the settings")
                for place, module in enumerate(order.modules)
                if module in off
            ],
        )
    return order_modules(set(order.modules) - off) or settings.modules


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
    return content_digest({**asdict(order), "modules": sorted(order.modules)})
