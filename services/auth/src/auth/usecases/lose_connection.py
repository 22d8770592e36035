"""A connection stopped working and a person must act: say so, once, to everybody."""

from auth.domain.connection import Cause, Connection
from auth.store.connections import change_connection, find_connection, list_live_connections_of_grant
from auth.store.grants import mark_grant_refused
from auth.store.tenants import announce_tenant, lock_tenant
from sync_kit.contracts.vocabulary import ConnectionState
from sync_kit.store import Session, Store


async def lose_connection(connection: Connection, cause: Cause, *, store: Store) -> None:
    """Mark this one connection, unless it has changed since it was read (somebody connected again)."""
    async with store.transaction() as session:
        await _mark(session, connection, cause)


async def lose_grant(session: Session, grant_id: str) -> None:
    """The vendor no longer accepts the grant: every connection that it carries needs a person."""
    await mark_grant_refused(session, grant_id)
    for connection in await list_live_connections_of_grant(session, grant_id):
        await _mark(session, connection, Cause.EXPIRED)


async def _mark(session: Session, seen: Connection, cause: Cause) -> None:
    if not await lock_tenant(session, seen.tenant_id):
        return
    connection = await find_connection(session, seen.connection_id)
    if connection is None or connection.generation != seen.generation:
        return
    if connection.state is ConnectionState.CONNECTED:
        await change_connection(session, connection, state=ConnectionState.NEEDS_REAUTHORISATION, cause=cause)
        await announce_tenant(session, connection.tenant_id)
