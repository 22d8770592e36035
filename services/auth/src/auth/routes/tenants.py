"""A partner's tenants."""

from typing import Annotated

from fastapi import APIRouter, Depends

from auth.schemas import TenantAnswer, TenantIdPath, TenantRequest
from auth.usecases.create_tenant import create_tenant as create
from auth.usecases.delete_tenant import delete_tenant as delete
from auth.usecases.show_tenants import show_page, show_tenant
from sync_kit.identity import Principal, require_scope
from sync_kit.paging import CursorQuery, LimitQuery, Page
from sync_kit.store import Store

_Reader = Annotated[Principal, Depends(require_scope("tenants:read"))]
_Writer = Annotated[Principal, Depends(require_scope("tenants:write"))]


def tenant_routes(*, store: Store) -> APIRouter:
    """`/v1/tenants`."""
    router = APIRouter(prefix="/v1/tenants", tags=["tenants"])

    @router.post("", status_code=201)
    async def create_tenant(principal: _Writer, body: TenantRequest) -> TenantAnswer:
        """Create a tenant: one customer business."""
        return TenantAnswer.of(await create(principal.partner_id, body.name, store=store))

    @router.get("")
    async def list_tenants(
        principal: _Reader, cursor: CursorQuery = None, limit: LimitQuery = 50
    ) -> Page[TenantAnswer]:
        """Your tenants."""
        rows, next_cursor = await show_page(principal.partner_id, cursor=cursor, limit=limit, store=store)
        return Page(items=[TenantAnswer.of(tenant) for tenant in rows], next_cursor=next_cursor)

    @router.get("/{tenant_id}")
    async def get_tenant(principal: _Reader, tenant_id: TenantIdPath) -> TenantAnswer:
        """One of your tenants."""
        return TenantAnswer.of(await show_tenant(principal.partner_id, tenant_id, store=store))

    @router.delete("/{tenant_id}", status_code=204)
    async def delete_tenant(principal: _Writer, tenant_id: TenantIdPath) -> None:
        """Delete a tenant for good: every service stops working for it and forgets it."""
        await delete(principal.partner_id, tenant_id, store=store)

    return router
