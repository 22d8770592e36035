"""Connections, found by whoever may see them."""

from collections.abc import Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import delete, select, update
from sqlalchemy.exc import IntegrityError

from auth.domain.connection import LIVE, Connection, refuse_organisation_in_use
from auth.store.tables import CONNECTIONS, TENANTS
from sync_kit.contracts.vocabulary import Vendor
from sync_kit.errors import LeaseLostError, NotFoundError
from sync_kit.store import Session

_C = CONNECTIONS.c
_LIVE = [str(state) for state in LIVE]


async def insert_connection(session: Session, connection: Connection) -> None:
    """A connection that nobody has authorised yet."""
    row = {**vars(connection), "vendor": str(connection.vendor), "state": str(connection.state)}
    await session.insert(CONNECTIONS, [row])


async def find_connection(session: Session, connection_id: str) -> Connection | None:
    """The connection of whichever partner."""
    row = await session.fetch_one(select(CONNECTIONS).where(_C.connection_id == connection_id))
    return None if row is None else Connection.from_row(dict(row))


async def get_connection(session: Session, partner_id: str, connection_id: str) -> Connection:
    """The partner's own connection. Raises NotFoundError for any other."""
    row = await session.fetch_one(
        select(CONNECTIONS)
        .join(TENANTS, TENANTS.c.tenant_id == _C.tenant_id)
        .where(_C.connection_id == connection_id, TENANTS.c.partner_id == partner_id, TENANTS.c.deleted_at.is_(None))
    )
    if row is None:
        raise NotFoundError("There is no such connection.")
    return Connection.from_row(dict(row))


async def find_connection_of(session: Session, tenant_id: str, vendor: Vendor) -> Connection | None:
    """A tenant's connection to a vendor."""
    row = await session.fetch_one(select(CONNECTIONS).where(_C.tenant_id == tenant_id, _C.vendor == str(vendor)))
    return None if row is None else Connection.from_row(dict(row))


async def list_connections(session: Session, tenant_id: str) -> Sequence[Connection]:
    """A tenant's connections, by vendor."""
    rows = await session.fetch_all(select(CONNECTIONS).where(_C.tenant_id == tenant_id).order_by(_C.vendor))
    return [Connection.from_row(dict(row)) for row in rows]


async def list_live_connections_of_grant(session: Session, grant_id: str) -> Sequence[Connection]:
    """The connections that a grant carries, over all tenants and partners, by tenant."""
    rows = await session.fetch_all(
        select(CONNECTIONS).where(_C.grant_id == grant_id, _C.state.in_(_LIVE)).order_by(_C.tenant_id)
    )
    return [Connection.from_row(dict(row)) for row in rows]


async def is_vendor_connection_live(session: Session, vendor_connection_id: str) -> bool:
    """Whether a live connection rests on this Xero link."""
    found = await session.fetch_value(
        select(_C.connection_id).where(_C.vendor_connection_id == vendor_connection_id, _C.state.in_(_LIVE))
    )
    return found is not None


async def check_organisation_free(session: Session, connection: Connection, external_id: str) -> None:
    """Raises ConflictError `organisation_in_use` if the organisation lives at another connection."""
    other = await session.fetch_value(
        select(_C.connection_id).where(
            _C.vendor == str(connection.vendor),
            _C.external_id == external_id,
            _C.state.in_(_LIVE),
            _C.connection_id != connection.connection_id,
        )
    )
    if other is not None:
        raise refuse_organisation_in_use()


async def change_connection(session: Session, connection: Connection, **changes: Any) -> Connection:
    """Change the connection as it was read, and count its generation up.

    Raises LeaseLostError when somebody else changed it since, ConflictError `organisation_in_use` when the
    organisation came to live elsewhere at this moment.
    """
    values = {**changes, "generation": connection.generation + 1, "updated_at": await session.now()}
    statement = (
        update(CONNECTIONS)
        .where(_C.connection_id == connection.connection_id, _C.generation == connection.generation)
        .values(**{name: str(value) if isinstance(value, StrEnum) else value for name, value in values.items()})
    )
    try:
        async with session.nested():
            result = await session.execute(statement)
    except IntegrityError as error:
        raise refuse_organisation_in_use() from error
    if result.rowcount != 1:
        raise LeaseLostError(f"connection {connection.connection_id} changed meanwhile")
    return Connection(**{**vars(connection), **values})


async def delete_connections(session: Session, tenant_id: str) -> None:
    """Forget a deleted tenant's connections."""
    await session.execute(delete(CONNECTIONS).where(_C.tenant_id == tenant_id))
