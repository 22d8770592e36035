"""Create a tenant and tell everybody."""

from auth.domain.client_secrets import make_id
from auth.domain.tenant import Tenant
from auth.store.tenants import announce_tenant, insert_tenant
from sync_kit.store import Store


async def create_tenant(partner_id: str, name: str, *, store: Store) -> Tenant:
    """A tenant of this partner without connections."""
    async with store.transaction() as session:
        tenant = Tenant(make_id("ten"), partner_id, name, version=1, created_at=await session.now())
        await insert_tenant(session, tenant)
        await announce_tenant(session, tenant.tenant_id)
    return tenant
