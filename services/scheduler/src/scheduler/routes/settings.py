"""`/v1/settings`: a tenant's decisions."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path

from scheduler.domain.sync_settings import SyncSettings, complete_directions
from scheduler.routes.views import show_settings
from scheduler.schemas.fields import Id
from scheduler.schemas.settings import SettingsBody, SettingsView
from scheduler.store import KIT_TABLES
from scheduler.usecases.change_settings import change_settings
from scheduler.usecases.read_readiness import read_readiness
from sync_kit.identity import Principal, require_scope
from sync_kit.store import Store
from sync_kit.tenants import get_tenant_of_partner

Reader = Annotated[Principal, Depends(require_scope("syncs:read"))]
Writer = Annotated[Principal, Depends(require_scope("settings:write"))]
TenantId = Annotated[Id, Path()]


def make_router(store: Store) -> APIRouter:
    """The routes over this store."""
    router = APIRouter(prefix="/v1/settings", tags=["settings"])

    @router.get("/{tenant_id}")
    async def read_settings(tenant_id: TenantId, caller: Reader) -> SettingsView:
        """The tenant's settings and what a sync still waits for."""
        async with store.reading() as session:
            tenant = await get_tenant_of_partner(session, KIT_TABLES, caller.partner_id, tenant_id)
            return show_settings(tenant, await read_readiness(session, tenant_id, tenant.event.connections))

    @router.put("/{tenant_id}")
    async def replace_settings(tenant_id: TenantId, body: SettingsBody, caller: Writer) -> SettingsView:
        """Replace the tenant's settings."""
        wanted = SyncSettings(
            books_start_date=body.books_start_date,
            directions=complete_directions(body.directions),
            sending=body.sending,
            go_ahead_xero_tenant_id=body.go_ahead.xero_tenant_id if body.go_ahead else None,
        )
        async with store.transaction() as session:
            await session.take_turn(tenant_id)
            tenant = await get_tenant_of_partner(session, KIT_TABLES, caller.partner_id, tenant_id)
            await change_settings(session, tenant_id, wanted, connections=tenant.event.connections)
            return show_settings(tenant, await read_readiness(session, tenant_id, tenant.event.connections))

    return router
