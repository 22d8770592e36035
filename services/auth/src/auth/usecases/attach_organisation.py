"""Tie an organisation that a consent opened to the connection that asked for it, and mend its siblings."""

from collections.abc import Sequence

from auth.domain.connection import Connection, Organisation, check_same_organisation
from auth.store.attempts import complete_attempt, forget_attempts_of_connection
from auth.store.connections import (
    change_connection,
    check_organisation_free,
    find_connection,
    list_live_connections_of_grant,
)
from auth.store.tenants import announce_tenant, lock_tenant
from auth.usecases.release_grant import release_grant_if_unneeded
from sync_kit.contracts.vocabulary import ConnectionState
from sync_kit.errors import NotFoundError
from sync_kit.store import Session, Store


async def attach_organisation(
    session: Session,
    connection_id: str,
    organisation: Organisation,
    *,
    grant_id: str,
    attempt_id: str,
    data_centre: str | None,
) -> Connection:
    """The connection, connected; whatever else the tenant was about to connect here is forgotten.

    Raises ConflictError `different_organisation` or `organisation_in_use`, NotFoundError for a deleted tenant.
    """
    connection = await _lock_connection(session, connection_id)
    check_same_organisation(connection, organisation.external_id)
    await check_organisation_free(session, connection, organisation.external_id)
    connected = await change_connection(
        session,
        connection,
        state=ConnectionState.CONNECTED,
        cause=None,
        data_centre=data_centre,
        external_id=organisation.external_id,
        external_name=organisation.name,
        vendor_connection_id=organisation.vendor_connection_id,
        grant_id=grant_id,
        web_url=organisation.web_url,
    )
    await complete_attempt(session, attempt_id)
    let_go = set(await forget_attempts_of_connection(session, connection_id, but=attempt_id))
    if connection.grant_id is not None:
        let_go.add(connection.grant_id)
    for old_grant_id in sorted(let_go - {grant_id}):
        await release_grant_if_unneeded(session, old_grant_id)
    await announce_tenant(session, connection.tenant_id)
    return connected


async def mend_siblings(
    grant_id: str, reachable: Sequence[Organisation], *, but: str, store: Store
) -> Sequence[Connection]:
    """A Xero user consented again: every connection of the grant that waited for it works again, if the user still
    has its organisation. `but` is the connection that asked and is tied on its own."""
    found = {organisation.external_id: organisation for organisation in reachable}
    mended: list[Connection] = []
    async with store.transaction() as session:
        for sibling in await list_live_connections_of_grant(session, grant_id):
            organisation = found.get(sibling.external_id or "")
            waits = sibling.state is ConnectionState.NEEDS_REAUTHORISATION and sibling.connection_id != but
            if organisation is None or not waits or not await lock_tenant(session, sibling.tenant_id):
                continue
            mended.append(
                await change_connection(
                    session,
                    sibling,
                    state=ConnectionState.CONNECTED,
                    cause=None,
                    vendor_connection_id=organisation.vendor_connection_id,
                )
            )
            await announce_tenant(session, sibling.tenant_id)
    return mended


async def _lock_connection(session: Session, connection_id: str) -> Connection:
    seen = await find_connection(session, connection_id)
    if seen is not None and await lock_tenant(session, seen.tenant_id):
        connection = await find_connection(session, connection_id)
        if connection is not None:
            return connection
    raise NotFoundError("There is no such connection any more.")
