"""Show a partner the connections of its tenants."""

from collections.abc import Sequence

from auth.domain.connection import Connection
from auth.store.connections import get_connection, list_connections
from auth.store.tenants import get_tenant
from sync_kit.store import Store


async def show_connection(partner_id: str, connection_id: str, *, store: Store) -> Connection:
    """Raises NotFoundError for a connection that is not the partner's."""
    async with store.reading() as session:
        return await get_connection(session, partner_id, connection_id)


async def show_connections(partner_id: str, tenant_id: str, *, store: Store) -> Sequence[Connection]:
    """All of a tenant's connections. Raises NotFoundError for a tenant that is not the partner's."""
    async with store.reading() as session:
        await get_tenant(session, partner_id, tenant_id)
        return await list_connections(session, tenant_id)
