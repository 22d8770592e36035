"""Begin to connect a tenant to a vendor: a connection, and a link that a person opens in a browser."""

from dataclasses import dataclass, field

from auth.domain.attempt import ATTEMPT_LIFE, CHOICE_LIFE, Attempt
from auth.domain.client_secrets import digest_of, make_id, make_secret
from auth.domain.connection import Connection
from auth.domain.partner import may_return_to
from auth.store.attempts import insert_attempt
from auth.store.connections import find_connection_of, insert_connection
from auth.store.partners import list_return_urls
from auth.store.tenants import announce_tenant, get_tenant, lock_tenant
from sync_kit.contracts.vocabulary import ConnectionState, Vendor
from sync_kit.errors import Fault, InvalidInputError, NotFoundError
from sync_kit.store import Session, Store


@dataclass(frozen=True)
class StartedConnection:
    """The connection as it is now, and the secret part of the link."""

    connection: Connection
    link: str = field(repr=False)


async def start_connection(
    partner_id: str,
    tenant_id: str,
    vendor: Vendor,
    *,
    data_centre: str | None,
    return_url: str | None,
    store: Store,
) -> StartedConnection:
    """The tenant's one connection to this vendor, new or the same again, with a link of ten minutes.

    Raises NotFoundError for a foreign tenant, InvalidInputError for an address that browsers may not be sent to.
    """
    link = make_secret()
    async with store.transaction() as session:
        await get_tenant(session, partner_id, tenant_id)
        if return_url is not None and not may_return_to(return_url, await list_return_urls(session, partner_id)):
            raise InvalidInputError(
                "The return address is not one of yours.",
                faults=[Fault("body.return_url", "is neither registered for your platform nor a loopback address")],
            )
        connection = await find_connection_of(session, tenant_id, vendor)
        if connection is None:
            connection = await _insert_connection(session, tenant_id, vendor)
        now = await session.now()
        attempt = Attempt(
            attempt_id=make_id("att"),
            connection_id=connection.connection_id,
            tenant_id=tenant_id,
            vendor=vendor,
            data_centre=data_centre if data_centre is not None else connection.data_centre,
            return_url=return_url,
            expires_at=now + ATTEMPT_LIFE,
        )
        # Kept a little longer than it works, so that a late person hears "expired" instead of "unknown".
        await insert_attempt(session, attempt, link_digest=digest_of(link), forget_at=attempt.expires_at + CHOICE_LIFE)
    return StartedConnection(connection, link)


async def _insert_connection(session: Session, tenant_id: str, vendor: Vendor) -> Connection:
    if not await lock_tenant(session, tenant_id):
        raise NotFoundError("There is no such tenant.")
    now = await session.now()
    connection = Connection(
        connection_id=make_id("con"),
        tenant_id=tenant_id,
        vendor=vendor,
        state=ConnectionState.DISCONNECTED,
        generation=0,
        created_at=now,
        updated_at=now,
    )
    await insert_connection(session, connection)
    await announce_tenant(session, tenant_id)
    return connection
