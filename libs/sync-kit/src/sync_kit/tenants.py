"""What a service knows of its tenants: the newest state that auth has told, by max-merge of versions."""

from dataclasses import dataclass
from functools import lru_cache

from sqlalchemy import Executable, Table, bindparam, or_, select

from sync_kit.contracts.events import ConnectionFacts, TenantChanged
from sync_kit.contracts.vocabulary import Vendor
from sync_kit.errors import NeedsReauthorisationError, NotFoundError
from sync_kit.leases import close_tenant
from sync_kit.store import KitTables, Session
from sync_kit.store.statements import insert_into


@dataclass(frozen=True)
class TenantRow:
    """One tenant as last told. A deleted one stays as its tombstone."""

    tenant_id: str
    partner_id: str
    version: int
    deleted: bool
    event: TenantChanged


async def take_in_tenant(session: Session, tables: KitTables, event: TenantChanged) -> bool:
    """Keep the event if it is newer than what is known; returns whether it was.

    A tombstone is final, whatever its version: it closes the tenant's lease, and nothing later undoes it.
    A tenant never changes hands: what names another partner than before is not taken in.
    """
    tenants = tables.tenants
    statement = insert_into(session.kind, tenants).values(
        tenant_id=event.tenant_id,
        partner_id=event.partner_id,
        version=event.version,
        deleted=event.deleted,
        event=event.model_dump(),
        updated_at=await session.now(),
    )
    newer = statement.excluded
    result = await session.execute(
        statement.on_conflict_do_update(
            index_elements=["tenant_id"],
            set_={column: newer[column] for column in ("partner_id", "version", "deleted", "event", "updated_at")},
            where=tenants.c.deleted.is_(False)
            & (newer.partner_id == tenants.c.partner_id)
            & or_(newer.deleted.is_(True), newer.version > tenants.c.version),
        )
    )
    news = bool(result.rowcount == 1)
    if event.deleted and news:
        await close_tenant(session, tables, event.tenant_id)
    return news


async def find_tenant(session: Session, tables: KitTables, tenant_id: str) -> TenantRow | None:
    """The tenant, deleted ones too; None when nothing was told of it yet."""
    row = await session.fetch_one(_of_tenant(tables.tenants), {"tenant_id": tenant_id})
    if row is None:
        return None
    return TenantRow(
        tenant_id=row["tenant_id"],
        partner_id=row["partner_id"],
        version=row["version"],
        deleted=row["deleted"],
        event=TenantChanged.model_validate(row["event"]),
    )


async def get_tenant_of_partner(session: Session, tables: KitTables, partner_id: str, tenant_id: str) -> TenantRow:
    """The partner's own living tenant. Raises NotFoundError alike for an unknown, deleted or foreign one."""
    tenant = await find_tenant(session, tables, tenant_id)
    if tenant is None or tenant.deleted or tenant.partner_id != partner_id:
        raise NotFoundError(f"no tenant {tenant_id}")
    return tenant


def get_connection(tenant: TenantRow, vendor: Vendor) -> ConnectionFacts:
    """The tenant's link to that vendor, whatever its state.

    Raises NeedsReauthorisationError (cause never_connected) when nobody has ever authorised one.
    """
    for connection in tenant.event.connections:
        if connection.vendor == vendor:
            return connection
    raise NeedsReauthorisationError(f"{vendor.value} was never connected", cause="never_connected")


@lru_cache(16)  # made once for each store of this process
def _of_tenant(tenants: Table) -> Executable:
    return select(tenants).where(tenants.c.tenant_id == bindparam("tenant_id"))
