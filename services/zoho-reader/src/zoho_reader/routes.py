"""HTTP in: how a tenant's reading stands, and what its CRM has. Only the wish to read the fields again is written."""

from typing import Annotated

from fastapi import APIRouter, Depends, Path, Query

from sync_kit.contracts.vocabulary import Module
from sync_kit.identity import Principal, require_scope
from sync_kit.store import Store
from zoho_reader.schemas import FieldsOut, RefreshOut, StateOut, TaxesOut
from zoho_reader.usecases.read_state import read_state
from zoho_reader.usecases.show_description import get_description, wish_description

TenantId = Annotated[str, Path(min_length=1, max_length=64)]
MappingReader = Annotated[Principal, Depends(require_scope("mappings:read"))]
MappingWriter = Annotated[Principal, Depends(require_scope("mappings:write"))]


def make_router(store: Store) -> APIRouter:
    """The routes under /v1/zoho."""
    router = APIRouter(prefix="/v1/zoho", tags=["zoho"])

    @router.get("/{tenant_id}/state")
    async def get_zoho_state(
        tenant_id: TenantId,
        principal: Annotated[Principal, Depends(require_scope("syncs:read"))],
    ) -> StateOut:
        """Checkpoints, tasks of the open run, and credits spent in the last 24 hours."""
        return StateOut.build(await read_state(store, principal, tenant_id))

    @router.get("/{tenant_id}/fields")
    async def list_zoho_fields(
        tenant_id: TenantId, principal: MappingReader, module: Annotated[Module, Query()]
    ) -> FieldsOut:
        """Fields of a module and of its lines, with picklist values; 409 `not_fetched_yet` before the first reading."""
        return FieldsOut.build(await get_description(store, principal, tenant_id, module), module)

    @router.get("/{tenant_id}/taxes")
    async def list_zoho_taxes(tenant_id: TenantId, principal: MappingReader) -> TaxesOut:
        """The CRM's taxes; 409 `not_fetched_yet` before the first reading."""
        return TaxesOut.build(await get_description(store, principal, tenant_id, None))

    @router.post("/{tenant_id}/fields/refresh", status_code=202)
    async def refresh_zoho_fields(tenant_id: TenantId, principal: MappingWriter) -> RefreshOut:
        """Read fields and taxes again, in three or so calls, as soon as the tenant has its turn."""
        return RefreshOut(requested_at=await wish_description(store, principal, tenant_id))

    return router
