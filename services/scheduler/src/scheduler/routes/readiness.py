"""`/v1/readiness`: check a tenant's set-up before anything is written, and say what would be."""

from typing import Annotated

from fastapi import APIRouter, Depends, Query

from scheduler.routes.readiness_views import show_readiness
from scheduler.routes.starting import IdempotencyKey, start_and_show
from scheduler.schemas.fields import Id
from scheduler.schemas.readiness import ReadinessView, StartCheckBody
from scheduler.schemas.runs import RunResource
from scheduler.store import KIT_TABLES
from scheduler.usecases.show_readiness import report_readiness
from scheduler.usecases.start_run import RunOrder
from sync_kit.contracts.vocabulary import RunMode
from sync_kit.identity import Principal, require_scope
from sync_kit.store import Store
from sync_kit.tenants import get_tenant_of_partner

Reader = Annotated[Principal, Depends(require_scope("syncs:read"))]
Writer = Annotated[Principal, Depends(require_scope("syncs:write"))]


def make_router(store: Store) -> APIRouter:
    """The routes over this store."""
    router = APIRouter(prefix="/v1/readiness", tags=["readiness"])

    @router.post("", status_code=202)
    async def start_check(body: StartCheckBody, caller: Writer, key: IdempotencyKey = None) -> RunResource:
        """Start a check: a rehearsal of a first sync whose stages also look at the set-up. Nothing is written."""
        return await start_and_show(store, caller, key, RunOrder(tenant_id=body.tenant_id, mode=RunMode.CHECK))

    @router.get("")
    async def read_readiness(tenant_id: Annotated[Id, Query()], caller: Reader) -> ReadinessView:
        """What the newest check found, what a sync would do, what it would hold back, and what to do next."""
        async with store.reading() as session:
            tenant = await get_tenant_of_partner(session, KIT_TABLES, caller.partner_id, tenant_id)
            return show_readiness(tenant_id, await report_readiness(session, tenant))

    return router
