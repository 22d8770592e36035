"""`/v1/mappings`: what CRM statuses, taxes and numbers mean in Xero, chosen per tenant."""

from typing import Annotated

from fastapi import APIRouter, Depends, Header

from sync_kit.identity import Principal, require_scope
from sync_kit.store import Store
from sync_kit.tenants import get_tenant_of_partner
from xero_writer.domain.mapping_model import TenantMapping
from xero_writer.schemas import Id, MappingView
from xero_writer.store import KIT_TABLES
from xero_writer.usecases.change_mapping import change_mapping
from xero_writer.usecases.index_records import load_mapping

Reader = Annotated[Principal, Depends(require_scope("mappings:read"))]
Writer = Annotated[Principal, Depends(require_scope("mappings:write"))]
IfMatch = Annotated[str | None, Header(max_length=32, description="the version that the change is based on, such as 3")]


def make_router(store: Store) -> APIRouter:
    """The routes over this store."""
    router = APIRouter(prefix="/v1/mappings", tags=["mappings"])

    @router.get("/{tenant_id}")
    async def show_mapping(tenant_id: Id, caller: Reader) -> MappingView:
        """The mapping in force with its version."""
        async with store.reading() as session:
            await get_tenant_of_partner(session, KIT_TABLES, caller.partner_id, tenant_id)
            version, mapping = await load_mapping(session, tenant_id)
        return MappingView(tenant_id=tenant_id, version=version, mapping=mapping)

    @router.put("/{tenant_id}")
    async def replace_mapping(
        tenant_id: Id, body: TenantMapping, caller: Writer, if_match: IfMatch = None
    ) -> MappingView:
        """Replace the whole mapping; every fault is named. Records held for the mapping are judged again at the next
        run."""
        async with store.transaction() as session:
            await get_tenant_of_partner(session, KIT_TABLES, caller.partner_id, tenant_id)
            version = await change_mapping(session, tenant_id, body, based_on=if_match)
        return MappingView(tenant_id=tenant_id, version=version, mapping=body)

    return router
