"""`/v1/syncs`: start, follow, cancel and retry runs."""

from datetime import datetime
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from scheduler.routes.starting import IdempotencyKey, start_and_show
from scheduler.routes.views import show_run
from scheduler.schemas.fields import Id
from scheduler.schemas.runs import RetryBody, RunResource, StartRunBody
from scheduler.store import KIT_TABLES, runs
from scheduler.usecases.cancel_run import cancel_run
from scheduler.usecases.retry_run import order_retry
from scheduler.usecases.show_run import RunView, get_run_of_partner, view_run
from scheduler.usecases.start_run import RunOrder
from sync_kit.identity import Principal, require_scope
from sync_kit.paging import CursorQuery, LimitQuery, Page, cut_page, decode_cursor
from sync_kit.store import Session, Store
from sync_kit.tenants import get_tenant_of_partner

Reader = Annotated[Principal, Depends(require_scope("syncs:read"))]
Writer = Annotated[Principal, Depends(require_scope("syncs:write"))]
RunId = Annotated[Id, Path()]


def make_router(store: Store) -> APIRouter:
    """The routes over this store."""
    router = APIRouter(prefix="/v1/syncs", tags=["syncs"])

    @router.post("", status_code=202)
    async def start_sync(body: StartRunBody, caller: Writer, key: IdempotencyKey = None) -> RunResource:
        """Start a sync, or a plan of one. The same Idempotency-Key with the same body gives the first answer again for
        24 hours."""
        order = RunOrder(tenant_id=body.tenant_id, mode=body.mode, modules=body.modules, since=body.since)
        return await start_and_show(store, caller, key, order)

    @router.get("")
    async def list_syncs(
        tenant_id: Annotated[Id, Query()], caller: Reader, cursor: CursorQuery = None, limit: LimitQuery = 50
    ) -> Page[RunResource]:
        """A tenant's runs, newest first."""
        before = decode_cursor(cursor, (datetime, str)) if cursor is not None else None
        async with store.reading() as session:
            await get_tenant_of_partner(session, KIT_TABLES, caller.partner_id, tenant_id)
            found = await runs.list_runs(session, tenant_id, before=before, limit=limit + 1)
            rows, next_cursor = cut_page(found, limit, lambda row: (row["requested_at"], row["run_id"]))
            items = [show_run(await view_run(session, row)) for row in rows]
        return Page[RunResource](items=items, next_cursor=next_cursor)

    @router.get("/{run_id}")
    async def read_sync(run_id: RunId, caller: Reader) -> RunResource:
        """A run with its progress by module."""

        async def look(session: Session) -> RunView:
            return await view_run(session, await get_run_of_partner(session, caller.partner_id, run_id))

        return show_run(await store.read(look))

    @router.post("/{run_id}/cancel", status_code=202)
    async def cancel_sync(run_id: RunId, caller: Writer) -> RunResource:
        """Stop a run; it ends within a minute. What was read stays and goes with the next run."""
        async with store.transaction() as session:
            run = await get_run_of_partner(session, caller.partner_id, run_id)
            await session.take_turn(run["tenant_id"])
            await cancel_run(session, await get_run_of_partner(session, caller.partner_id, run_id))
            return show_run(await view_run(session, await get_run_of_partner(session, caller.partner_id, run_id)))

    @router.post("/{run_id}/retry", status_code=202)
    async def retry_sync(
        run_id: RunId, caller: Writer, body: RetryBody | None = None, key: IdempotencyKey = None
    ) -> RunResource:
        """Judge the records that this run held back once more, without reading the CRM again: all of them, or those
        that one cause holds."""
        async with store.reading() as session:
            run = await get_run_of_partner(session, caller.partner_id, run_id)
            order = await order_retry(session, run, body.code if body is not None else None)
        return await start_and_show(store, caller, key, order)

    return router
