"""Delete a tenant: tombstone for everybody, vendors told, nothing of it kept but its ids."""

from auth.domain.revoking import DELETION_PATIENCE
from auth.store.attempts import forget_attempts_of_tenant
from auth.store.connections import delete_connections, list_connections
from auth.store.revocations import add_revocation
from auth.store.tenants import announce_tenant, bury_tenant, get_tenant, lock_tenant
from auth.usecases.release_grant import release_grant_if_unneeded
from sync_kit.errors import NotFoundError
from sync_kit.store import Store


async def delete_tenant(partner_id: str, tenant_id: str, *, store: Store) -> None:
    """Raises NotFoundError for a tenant that is not the partner's, or is deleted already."""
    async with store.transaction() as session:
        await get_tenant(session, partner_id, tenant_id)
        if not await lock_tenant(session, tenant_id):
            raise NotFoundError("There is no such tenant.")
        connections = await list_connections(session, tenant_id)
        grant_ids = set(await forget_attempts_of_tenant(session, tenant_id))
        await delete_connections(session, tenant_id)
        for connection in connections:
            if connection.grant_id is None:
                continue
            grant_ids.add(connection.grant_id)
            if connection.vendor_connection_id is not None:
                await add_revocation(
                    session,
                    connection.grant_id,
                    vendor_connection_id=connection.vendor_connection_id,
                    patience=DELETION_PATIENCE,
                )
        for grant_id in sorted(grant_ids):
            await release_grant_if_unneeded(session, grant_id, patience=DELETION_PATIENCE)
        await bury_tenant(session, tenant_id)
        await announce_tenant(session, tenant_id)
