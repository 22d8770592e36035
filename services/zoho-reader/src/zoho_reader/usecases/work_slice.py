"""Work one slice for a tenant: step by step through its open run, until the slice is used up or nothing is left."""

from datetime import datetime

from sync_kit.clock import Clock
from sync_kit.contracts.vocabulary import RunMode
from sync_kit.http import HttpClient
from sync_kit.leases import Lease, check_fence
from sync_kit.store import Session, Store
from sync_kit.tenants import TenantRow, find_tenant
from sync_kit.worker import SliceResult
from zoho_reader.clients.zoho_crm import ZohoCrm
from zoho_reader.clients.zoho_exchange import TokenLender, ZohoExchange
from zoho_reader.domain.pace import Pace
from zoho_reader.domain.steps import (
    AskTogether,
    CloseModules,
    Complete,
    DescribeCrm,
    Finish,
    PlanRun,
    ReadDeleted,
    ReadPage,
    ReportFindings,
    Rest,
    Step,
    TakeUpWanted,
    choose_ending,
    choose_page,
    choose_question,
)
from zoho_reader.errors import MissingScopeError
from zoho_reader.metrics import ReaderMetrics
from zoho_reader.store import KIT
from zoho_reader.store.checkpoints import forget_digests
from zoho_reader.store.deletions import list_deletion_tasks
from zoho_reader.store.descriptions import RequestRow, find_description_request
from zoho_reader.store.purge import forget_run_work
from zoho_reader.store.run_modules import list_modules
from zoho_reader.store.runs import RunRow, find_current_run
from zoho_reader.store.staged import count_held
from zoho_reader.store.tasks import list_tasks
from zoho_reader.store.wanted import count_not_taken_up
from zoho_reader.usecases.await_connection import await_connection
from zoho_reader.usecases.close_modules import close_modules
from zoho_reader.usecases.complete_records import complete_records, take_up_wanted
from zoho_reader.usecases.describe_crm import describe_in_run
from zoho_reader.usecases.face_trouble import TROUBLE, face_trouble
from zoho_reader.usecases.go_slow import face_missing_scope
from zoho_reader.usecases.open_slice import Slice, find_connected
from zoho_reader.usecases.plan_run import plan_run
from zoho_reader.usecases.read_deleted import read_deleted
from zoho_reader.usecases.read_source import ask_together, read_page
from zoho_reader.usecases.refresh_description import Refresh, refresh_description
from zoho_reader.usecases.report_findings import report_findings
from zoho_reader.usecases.report_stage import report_stage
from zoho_reader.usecases.seek_returned import list_sources_to_seek

NOTHING = SliceResult(0, None)


async def work_slice(
    lease: Lease,
    *,
    store: Store,
    clock: Clock,
    http: HttpClient,
    tokens: TokenLender,
    pace: Pace,
    metrics: ReaderMetrics,
) -> SliceResult:
    """What is due for the tenant; the result says what was done and when there is more. Raises LeaseLostError."""
    now, tenant, run, request = await store.read(lambda session: _look_up(session, lease.tenant_id))
    if tenant is None or tenant.deleted or (run is None and request is None):
        return NOTHING
    if run is not None and run.cancelled and run.state != "cancelled":
        return await _stop_cancelled(store, lease, run)
    connection = find_connected(tenant)
    if connection is None:
        return NOTHING if run is None or run.cancelled else await await_connection(store, lease, run, tenant)
    crm = ZohoCrm(
        ZohoExchange(
            http,
            tokens,
            lease.tenant_id,
            connection_generation=connection.generation,
            before_send=lambda seconds: lease.ensure_time(clock, seconds),
        )
    )
    aside = NOTHING
    if request is not None:
        aside = await refresh_description(Refresh(store, lease, connection, crm, metrics), request, now)
    if run is None or run.cancelled:
        return aside
    if run.waiting_until is not None and now < run.waiting_until:
        return _combine(aside, SliceResult(0, run.waiting_until))
    ends_at = clock.monotonic() + pace.slice_seconds
    work = Slice(store, clock, lease, run, connection, crm, pace, metrics, now, ends_at)
    await work.load_left_out()
    try:
        return _combine(aside, await _go_through(work))
    finally:
        await work.drop_ahead(cancel=True)


async def _look_up(
    session: Session, tenant_id: str
) -> tuple[datetime, TenantRow | None, RunRow | None, RequestRow | None]:
    return (
        await session.now(),
        await find_tenant(session, KIT, tenant_id),
        await find_current_run(session, tenant_id),
        await find_description_request(session, tenant_id),
    )


def _combine(one: SliceResult, other: SliceResult) -> SliceResult:
    due = [result.next_due_at for result in (one, other) if result.next_due_at is not None]
    return SliceResult(one.did + other.did, min(due, default=None))


async def _go_through(work: Slice) -> SliceResult:
    steps = 0
    while work.awaits_answer or work.has_time:
        step = await work.store.read(lambda session: _look_on(session, work))
        if step is None:
            await work.drop_ahead()
            await work.book()
            break
        if isinstance(step, Finish):
            if work.run.state != "done":
                async with work.telling() as session:
                    work.run = await report_stage(session, work.run, "done")
            return SliceResult(steps, None)
        steps += 1
        if not isinstance(step, ReadPage):
            await work.drop_ahead()
        try:
            await _take_step_somehow(work, step)
        except TROUBLE as error:
            return SliceResult(steps, await face_trouble(work, error))
    return SliceResult(steps, await work.store.read(lambda session: session.now()))


async def _look_on(session: Session, work: Slice) -> Step | None:
    """The next step of the run as it stands now; None when it is not ours any more."""
    run = await find_current_run(session, work.lease.tenant_id)
    if run is None or run.run_id != work.run.run_id or run.cancelled:
        return None
    work.run = run
    return await _choose(session, work)


async def _choose(session: Session, work: Slice) -> Step:
    """What comes later is not looked at before it matters: of a first load's pages the tasks alone decide."""
    run = work.run
    if not run.planned:
        return PlanRun()
    if run.mode is RunMode.CHECK and not run.described:
        return DescribeCrm()
    work.tasks = tasks = await list_tasks(session, run)
    return (
        choose_page(tasks)
        or choose_question(
            tasks, await list_deletion_tasks(session, run), returns=await list_sources_to_seek(session, work)
        )
        or choose_ending(await _list_rest(session, run))
    )


async def _list_rest(session: Session, run: RunRow) -> Rest:
    modules = await list_modules(session, run)
    failed = [module for module, row in modules.items() if row.failure is not None]
    return Rest(
        open_modules=[module for module, row in modules.items() if not row.closed],
        unfinished=await count_held(session, run),
        wanted=await count_not_taken_up(session, run, without=failed),
        unreported=run.mode is RunMode.CHECK and not run.reported,
    )


async def _take_step_somehow(work: Slice, step: Step) -> None:
    try:
        await _take_step(work, step)
    except MissingScopeError as error:
        await face_missing_scope(work, error)


async def _take_step(work: Slice, step: Step) -> None:
    match step:
        case PlanRun():
            await plan_run(work)
        case DescribeCrm():
            await describe_in_run(work)
        case ReadPage(task):
            await read_page(work, task)
        case ReadDeleted(task):
            await read_deleted(work, task)
        case AskTogether():
            await ask_together(work, step)
        case TakeUpWanted():
            await take_up_wanted(work)
        case Complete(module, need):
            await complete_records(work, module, need)
        case CloseModules(modules):
            await close_modules(work, modules)
        case ReportFindings():
            await report_findings(work)


async def _stop_cancelled(store: Store, lease: Lease, run: RunRow) -> SliceResult:
    """What the run left undone is dropped: no checkpoint moved, so a later run reads it again. Wanted records stay."""
    if run.state == "cancelled":
        return NOTHING
    async with store.transaction() as session:
        await check_fence(session, KIT, lease)
        await forget_run_work(session, run.tenant_id, run.run_id)
        await forget_digests(session, run)
        await report_stage(session, run, "cancelled")
    return SliceResult(1, None)
