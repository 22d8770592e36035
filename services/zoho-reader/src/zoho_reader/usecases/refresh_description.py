"""Somebody asked to read the CRM's fields again: outside any run, with the same fences."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sync_kit.contracts.events import ConnectionFacts
from sync_kit.contracts.vocabulary import MODULE_ORDER
from sync_kit.errors import LeaseLostError, SyncError
from sync_kit.leases import Lease, check_fence
from sync_kit.store import Session, Store
from sync_kit.tenants import find_tenant
from sync_kit.worker import SliceResult
from zoho_reader.clients.zoho_crm import ZohoCrm
from zoho_reader.domain.backoff import LONGEST_LIMIT_SECONDS, count_backoff_seconds
from zoho_reader.errors import MissingScopeError
from zoho_reader.metrics import ReaderMetrics
from zoho_reader.store import KIT
from zoho_reader.store.credits import book_credits
from zoho_reader.store.descriptions import (
    RequestRow,
    find_description_request,
    put_off_description,
    settle_description_request,
)
from zoho_reader.usecases.describe_crm import keep_description, read_description
from zoho_reader.usecases.face_trouble import TROUBLE
from zoho_reader.usecases.open_slice import find_connected


@dataclass(frozen=True)
class Refresh:
    """What one reading outside a run needs."""

    store: Store
    lease: Lease
    connection: ConnectionFacts
    crm: ZohoCrm
    metrics: ReaderMetrics


async def refresh_description(work: Refresh, request: RequestRow, now: datetime) -> SliceResult:
    """Read all modules and tell them; in trouble put it off. The wish stays until it is fulfilled."""
    if request.until_at is not None and now < request.until_at:
        return SliceResult(0, request.until_at)
    try:
        try:
            found = await read_description(work.crm, MODULE_ORDER, together=True)
        except MissingScopeError:
            found = await read_description(work.crm, MODULE_ORDER, together=False)
    except TROUBLE as error:
        return await _put_off(work, request, error)
    async with work.store.transaction() as session:
        await _open(session, work)
        await keep_description(session, work.lease.tenant_id, found)
        # A wish that came while we read stays.
        latest = await find_description_request(session, work.lease.tenant_id)
        if latest is not None and latest.requested_at == request.requested_at:
            await settle_description_request(session, work.lease.tenant_id)
    return SliceResult(1, None)


async def _put_off(work: Refresh, request: RequestRow, error: SyncError) -> SliceResult:
    tenant_id, attempts = work.lease.tenant_id, request.attempts + 1
    seconds = count_backoff_seconds(tenant_id, attempts, longest_seconds=LONGEST_LIMIT_SECONDS)
    async with work.store.transaction() as session:
        await _open(session, work)
        until_at = await session.now() + timedelta(seconds=seconds)
        await put_off_description(session, tenant_id, attempts=attempts, until_at=until_at)
    work.metrics.waits.labels(cause="description").inc()
    return SliceResult(1, until_at)


async def _open(session: Session, work: Refresh) -> None:
    """Prove that this may be written, and book what was spent. Raises LeaseLostError."""
    tenant_id = work.lease.tenant_id
    await check_fence(session, KIT, work.lease)
    tenant = await find_tenant(session, KIT, tenant_id)
    now = None if tenant is None else find_connected(tenant)
    if now is None or now.generation != work.connection.generation:
        raise LeaseLostError(f"tenant {tenant_id}: the connection is over")
    spent = work.crm.take_spent()
    await book_credits(
        session,
        tenant_id,
        calls=spent.calls,
        credits_spent=spent.credits,
        credits_remaining=spent.credits_remaining,
    )
    work.metrics.vendor_calls.inc(spent.calls)
    work.metrics.vendor_credits.inc(spent.credits)
