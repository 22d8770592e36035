"""What the CRM has, for those who set up a mapping; and the wish to read it again."""

from datetime import datetime

from sync_kit.contracts.events import CrmDescribed
from sync_kit.contracts.vocabulary import Module
from sync_kit.errors import ConflictError
from sync_kit.identity import Principal
from sync_kit.leases import mark_due
from sync_kit.store import Store
from sync_kit.tenants import get_tenant_of_partner
from zoho_reader.store import KIT
from zoho_reader.store.descriptions import find_description, request_description


async def get_description(store: Store, principal: Principal, tenant_id: str, module: Module | None) -> CrmDescribed:
    """The partner's own tenant's. Raises NotFoundError, ConflictError `not_fetched_yet`."""
    async with store.reading() as session:
        await get_tenant_of_partner(session, KIT, principal.partner_id, tenant_id)
        known = await find_description(session, tenant_id)
    if known is None or (module is not None and module not in known.event.fields):
        raise ConflictError(
            "The CRM's fields were not read yet; POST /v1/zoho/{tenant_id}/fields/refresh reads them.",
            code="not_fetched_yet",
        )
    return known.event


async def wish_description(store: Store, principal: Principal, tenant_id: str) -> datetime:
    """Note the wish; a worker fulfils it, once the CRM is connected. Raises NotFoundError."""
    async with store.transaction() as session:
        await session.take_turn(tenant_id)
        await get_tenant_of_partner(session, KIT, principal.partner_id, tenant_id)
        await request_description(session, tenant_id)
        await mark_due(session, KIT, tenant_id)
        return await session.now()
