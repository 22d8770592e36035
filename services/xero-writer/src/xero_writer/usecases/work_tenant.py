"""One slice of work for one tenant: settle what is uncertain, judge what is staged, send what is ready, tell.

Bounded in calls and seconds, so that a large tenant does not keep the others waiting. A tenant that waits for a
limit, for a person or for the reader costs no worker: it is due again when that is over.
"""

import hashlib
from datetime import datetime, timedelta
from typing import Final

from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import RunMode, Vendor
from sync_kit.errors import NeedsReauthorisationError, TryLaterError
from sync_kit.leases import Lease
from sync_kit.store import Session
from sync_kit.tenants import find_tenant, get_connection
from sync_kit.worker import SliceResult
from xero_writer.errors import OutOfCallsError, SliceOverError
from xero_writer.store import KIT_TABLES, budgets, intents, runs
from xero_writer.store.intents import IntentState
from xero_writer.store.partitions import drop_rows
from xero_writer.store.runs import RunState
from xero_writer.usecases.allowance import Allowance
from xero_writer.usecases.desk import SLICE_SECONDS, Desk, Tools
from xero_writer.usecases.index_records import load_mapping
from xero_writer.usecases.open_run import open_run
from xero_writer.usecases.read_set_up import read_set_up
from xero_writer.usecases.reexamine_held import reexamine_held
from xero_writer.usecases.settle_intents import find_next_settling, settle_intents
from xero_writer.usecases.tell import tell_state
from xero_writer.usecases.work_run import work_run

UNTOLD_SECONDS: Final = 5
"""A shorter pause is not worth telling."""


async def work_tenant(lease: Lease, *, tools: Tools) -> SliceResult:
    """The worker's step for a leased tenant."""
    desk = await _open_desk(lease, tools)
    if desk is None:
        return SliceResult(1, None)
    try:
        next_due_at = await _work(desk)
    except SliceOverError:
        await desk.save()
        return SliceResult(1, await _store_now(desk))
    except OutOfCallsError as error:
        await _tell_waiting(desk, error.until, _explain(error))
        tools.metrics.waits.labels(limit=error.limit).inc()
        return SliceResult(1, error.until)
    except NeedsReauthorisationError as error:
        reason = Reason(code="needs_reauthorisation", facts={"vendor": "Xero", "cause": error.cause})
        await _tell_waiting(desk, None, reason)
        tools.metrics.waits.labels(limit="connection").inc()
        return SliceResult(1, None)
    except TryLaterError as error:
        until = error.retry_at or desk.now() + timedelta(seconds=15)
        await _tell_waiting(desk, until, _trouble("it cannot be reached"))
        return SliceResult(1, until)
    await desk.save()
    return SliceResult(1, next_due_at)


async def _open_desk(lease: Lease, tools: Tools) -> Desk | None:
    """All that the slice must know; None for a tenant that is unknown, deleted, or was never connected to Xero."""
    return await tools.store.transact(lambda session: _find_desk(session, lease, tools))


async def _find_desk(session: Session, lease: Lease, tools: Tools) -> Desk | None:
    tenant = await find_tenant(session, KIT_TABLES, lease.tenant_id)
    if tenant is None or tenant.deleted:
        return None
    try:
        connection = get_connection(tenant, Vendor.XERO)
    except NeedsReauthorisationError:
        connection = None
    version, mapping = await load_mapping(session, lease.tenant_id)
    now = await session.now()
    uncertain = sum(
        each["state"] == IntentState.UNCERTAIN and each["due_at"] is not None and each["due_at"] > now
        for each in await intents.list_open(session, lease.tenant_id)
    )
    jitter = int(hashlib.sha256(lease.tenant_id.encode()).hexdigest()[:4], 16) / 0xFFFF
    allowance = Allowance.load(await budgets.find_budget(session, lease.tenant_id), uncertain=uncertain, jitter=jitter)
    run = await runs.find_open_run(session, lease.tenant_id)
    if connection is None and run is None:
        return None
    return Desk(
        tools=tools,
        lease=lease,
        tenant=tenant,
        allowance=allowance,
        digest_key=await tools.digest_keys.get(session),
        mapping=mapping,
        mapping_version=version,
        run=run,
        ends_at=tools.clock.monotonic() + SLICE_SECONDS,
    )


async def _work(desk: Desk) -> datetime | None:
    if not desk.rehearses:
        # What is uncertain of the tenant's own is settled when the rehearsal is over: it moves nothing of the tenant's.
        await settle_intents(desk)
    if desk.run is None:
        return await find_next_settling(desk)
    if desk.run["state"] == RunState.CANCELLED:
        await desk.write(lambda session: _tell_cancelled(desk, session))
        return await find_next_settling(desk)
    if not desk.run["opened"]:
        await open_run(desk)
    if desk.mode is RunMode.CHECK:
        await read_set_up(desk)
    if not desk.run["reexamined"]:
        await reexamine_held(desk)
    return await work_run(desk)


async def _tell_cancelled(desk: Desk, session: Session) -> None:
    run = await runs.find_run(session, desk.tenant_id, desk.run_id or "")
    if run is not None:
        await tell_state(session, desk.tenant_id, run, state="cancelled")
    if desk.rehearses:
        await drop_rows(session, desk.partition)


async def _tell_waiting(desk: Desk, until: datetime | None, reason: Reason) -> None:
    short = until is not None and until - desk.now() < timedelta(seconds=UNTOLD_SECONDS)

    async def tell(session: Session) -> None:
        run_id = desk.run_id
        run = await runs.find_run(session, desk.tenant_id, run_id) if run_id is not None else None
        if run is not None and run["state"] == RunState.REQUESTED and not short:
            await tell_state(session, desk.tenant_id, run, state="waiting", waiting_until=until, waiting_for=reason)

    await desk.write(tell)


def _explain(error: OutOfCallsError) -> Reason:
    if error.limit == "trouble":
        return _trouble("its answers are lost, late or of no use")
    until = error.until.isoformat(timespec="minutes")
    return Reason(code="waiting_for_limit", facts={"vendor": "Xero", "until": until, "limit": error.limit})


def _trouble(what: str) -> Reason:
    return Reason(code="vendor_trouble", facts={"vendor": "Xero", "what": what})


async def _store_now(desk: Desk) -> datetime:
    return await desk.look(lambda session: session.now())
