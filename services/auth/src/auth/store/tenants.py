"""Tenants and the telling of their state. A deleted one is found by nobody but its tombstone."""

from collections.abc import Sequence
from typing import Final

from sqlalchemy import select, update

from auth.domain.tenant import Tenant
from auth.store.connections import list_connections
from auth.store.tables import KIT, TENANTS
from sync_kit.contracts.events import TenantChanged
from sync_kit.errors import NotFoundError
from sync_kit.outbox import write_events
from sync_kit.store import Session

SOURCE: Final = "auth"
"""Who says it, in the envelope of every event of this service."""


async def insert_tenant(session: Session, tenant: Tenant) -> None:
    """A new tenant, not yet announced."""
    await session.insert(TENANTS, [vars(tenant)])


async def find_tenant(session: Session, tenant_id: str) -> Tenant | None:
    """The tenant of whichever partner, unless it was deleted."""
    row = await session.fetch_one(
        select(TENANTS).where(TENANTS.c.tenant_id == tenant_id, TENANTS.c.deleted_at.is_(None))
    )
    return None if row is None else Tenant(**row)


async def get_tenant(session: Session, partner_id: str, tenant_id: str) -> Tenant:
    """The partner's own tenant. Raises NotFoundError for any other."""
    tenant = await find_tenant(session, tenant_id)
    if tenant is None or tenant.partner_id != partner_id:
        raise NotFoundError("There is no such tenant.")
    return tenant


async def list_tenants(session: Session, partner_id: str, *, after: str | None, limit: int) -> Sequence[Tenant]:
    """A partner's tenants by id, those after `after`."""
    statement = (
        select(TENANTS)
        .where(TENANTS.c.partner_id == partner_id, TENANTS.c.deleted_at.is_(None))
        .order_by(TENANTS.c.tenant_id)
        .limit(limit)
    )
    if after is not None:
        statement = statement.where(TENANTS.c.tenant_id > after)
    return [Tenant(**row) for row in await session.fetch_all(statement)]


async def lock_tenant(session: Session, tenant_id: str) -> bool:
    """Count the tenant's version up, which also makes concurrent changes wait. False if it was deleted."""
    result = await session.execute(
        update(TENANTS)
        .where(TENANTS.c.tenant_id == tenant_id, TENANTS.c.deleted_at.is_(None))
        .values(version=TENANTS.c.version + 1)
    )
    return result.rowcount == 1


async def bury_tenant(session: Session, tenant_id: str) -> None:
    """Keep nothing of a tenant but its ids, its version and the time."""
    await session.execute(
        update(TENANTS).where(TENANTS.c.tenant_id == tenant_id).values(name="", deleted_at=await session.now())
    )


async def announce_tenant(session: Session, tenant_id: str) -> None:
    """Write the tenant's whole state to the outbox, in this transaction; its version was counted up before."""
    row = await session.fetch_one(select(TENANTS).where(TENANTS.c.tenant_id == tenant_id))
    if row is None:
        raise NotFoundError("There is no such tenant.")
    tenant = Tenant(**row)
    deleted = tenant.deleted_at is not None
    connections = [] if deleted else await list_connections(session, tenant_id)
    event = TenantChanged(
        tenant_id=tenant_id,
        partner_id=tenant.partner_id,
        version=tenant.version,
        deleted=deleted,
        connections=tuple(connection.to_facts() for connection in connections),
    )
    await write_events(session, KIT, [event], source=SOURCE)
