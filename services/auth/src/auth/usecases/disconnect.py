"""Disconnect a tenant from one vendor. The organisation stays remembered: record links belong to the pair."""

from auth.domain.revoking import DISCONNECTION_PATIENCE
from auth.store.attempts import forget_attempts_of_connection
from auth.store.connections import change_connection, get_connection
from auth.store.revocations import add_revocation
from auth.store.tenants import announce_tenant, lock_tenant
from auth.usecases.release_grant import release_grant_if_unneeded
from sync_kit.contracts.vocabulary import ConnectionState
from sync_kit.errors import NotFoundError
from sync_kit.store import Store


async def disconnect(partner_id: str, connection_id: str, *, store: Store) -> None:
    """Fenced off at once; the vendor is told by a job. Again is fine. Raises NotFoundError for a foreign one."""
    async with store.transaction() as session:
        seen = await get_connection(session, partner_id, connection_id)
        if not await lock_tenant(session, seen.tenant_id):
            raise NotFoundError("There is no such connection.")
        connection = await get_connection(session, partner_id, connection_id)
        let_go = set(await forget_attempts_of_connection(session, connection_id))
        if connection.state is not ConnectionState.DISCONNECTED:
            await change_connection(
                session,
                connection,
                state=ConnectionState.DISCONNECTED,
                cause=None,
                grant_id=None,
                vendor_connection_id=None,
            )
            await announce_tenant(session, connection.tenant_id)
        if connection.grant_id is not None:
            let_go.add(connection.grant_id)
            if connection.vendor_connection_id is not None:
                await add_revocation(
                    session,
                    connection.grant_id,
                    vendor_connection_id=connection.vendor_connection_id,
                    patience=DISCONNECTION_PATIENCE,
                )
        for grant_id in sorted(let_go):
            await release_grant_if_unneeded(session, grant_id)
