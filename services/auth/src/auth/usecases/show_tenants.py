"""Show a partner its tenants."""

from collections.abc import Sequence

from auth.domain.tenant import Tenant
from auth.store.tenants import get_tenant, list_tenants
from sync_kit.paging import cut_page, decode_cursor
from sync_kit.store import Store


async def show_tenant(partner_id: str, tenant_id: str, *, store: Store) -> Tenant:
    """Raises NotFoundError for a tenant that is not the partner's."""
    async with store.reading() as session:
        return await get_tenant(session, partner_id, tenant_id)


async def show_page(
    partner_id: str, *, cursor: str | None, limit: int, store: Store
) -> tuple[Sequence[Tenant], str | None]:
    """A page of the partner's tenants and the next cursor. Raises InvalidInputError for a damaged one."""
    after = None if cursor is None else str(decode_cursor(cursor, [str])[0])
    async with store.reading() as session:
        rows = await list_tenants(session, partner_id, after=after, limit=limit + 1)
    return cut_page(rows, limit, lambda tenant: [tenant.tenant_id])
