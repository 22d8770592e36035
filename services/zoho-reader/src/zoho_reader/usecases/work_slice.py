"""Work one slice for a tenant: step by step through its open run, until the slice is used up or nothing is left."""

from sync_kit.clock import Clock
from sync_kit.http import HttpClient
from sync_kit.leases import Lease, check_fence
from sync_kit.store import Session, Store
from sync_kit.tenants import find_tenant
from sync_kit.worker import SliceResult
from zoho_reader.clients.zoho_crm import TokenLender, ZohoCrm
from zoho_reader.domain.pace import Pace
from zoho_reader.domain.steps import (
    AskTogether,
    CloseModule,
    Complete,
    Finish,
    ReadPage,
    Standing,
    Step,
    TakeUpWanted,
    choose_step,
)
from zoho_reader.metrics import ReaderMetrics
from zoho_reader.store import KIT
from zoho_reader.store.checkpoints import forget_digests
from zoho_reader.store.purge import forget_run_work
from zoho_reader.store.run_modules import list_modules
from zoho_reader.store.runs import RunRow, find_current_run
from zoho_reader.store.staged import count_held
from zoho_reader.store.tasks import list_tasks
from zoho_reader.store.wanted import count_not_taken_up
from zoho_reader.usecases.await_connection import await_connection
from zoho_reader.usecases.close_module import close_module
from zoho_reader.usecases.complete_records import complete_records, take_up_wanted
from zoho_reader.usecases.face_trouble import TROUBLE, face_trouble
from zoho_reader.usecases.open_slice import Slice, find_connected
from zoho_reader.usecases.plan_run import plan_run
from zoho_reader.usecases.read_source import ask_together, read_page
from zoho_reader.usecases.report_stage import report_stage

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
    async with store.reading() as session:
        now = await session.now()
        tenant = await find_tenant(session, KIT, lease.tenant_id)
        run = await find_current_run(session, lease.tenant_id)
    if tenant is None or tenant.deleted or run is None:
        return NOTHING
    if run.cancelled:
        return await _stop_cancelled(store, lease, run)
    connection = find_connected(tenant)
    if connection is None:
        return await await_connection(store, lease, run, tenant)
    if run.waiting_until is not None and now < run.waiting_until:
        return SliceResult(0, run.waiting_until)
    crm = ZohoCrm(
        http,
        tokens,
        lease.tenant_id,
        connection_generation=connection.generation,
        before_send=lambda seconds: lease.ensure_time(clock, seconds),
    )
    work = Slice(store, clock, lease, run, connection, crm, pace, metrics)
    await work.load_left_out()
    return await _go_through(work)


async def _go_through(work: Slice) -> SliceResult:
    ends_at = work.clock.monotonic() + work.pace.slice_seconds
    steps = 0
    while work.calls < work.pace.slice_calls and work.clock.monotonic() < ends_at:
        async with work.store.reading() as session:
            run = await find_current_run(session, work.lease.tenant_id)
            if run is None or run.run_id != work.run.run_id or run.cancelled:
                return SliceResult(steps, await session.now())
            work.run = run
            step = await _choose(session, run)
        if isinstance(step, Finish) and run.planned:
            if run.state != "done":
                async with work.telling() as session:
                    work.run = await report_stage(session, work.run, "done")
            return SliceResult(steps, None)
        steps += 1
        try:
            await _take_step(work, step)
        except TROUBLE as error:
            return SliceResult(steps, await face_trouble(work, error))
    async with work.store.reading() as session:
        return SliceResult(steps, await session.now())


async def _choose(session: Session, run: RunRow) -> Step:
    modules = await list_modules(session, run)
    failed = [module for module, row in modules.items() if row.failure is not None]
    return choose_step(
        Standing(
            tasks=await list_tasks(session, run),
            open_modules=[module for module, row in modules.items() if not row.closed],
            unfinished=await count_held(session, run),
            wanted=await count_not_taken_up(session, run, without=failed),
        )
    )


async def _take_step(work: Slice, step: Step) -> None:
    if not work.run.planned:
        await plan_run(work)
        return
    match step:
        case ReadPage(task):
            await read_page(work, task)
        case AskTogether(tasks):
            await ask_together(work, tasks)
        case TakeUpWanted():
            await take_up_wanted(work)
        case Complete(module, need):
            await complete_records(work, module, need)
        case CloseModule(module):
            await close_module(work, module)


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
