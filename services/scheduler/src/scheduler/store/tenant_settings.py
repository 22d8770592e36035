"""What a tenant has decided about its syncs."""

from collections.abc import Mapping
from typing import Any

from sqlalchemy import RowMapping, delete, select

from scheduler.store.tables import tenant_settings
from sync_kit.store import Session


async def find_settings(session: Session, tenant_id: str) -> RowMapping | None:
    """The tenant's settings, or None when nothing was ever set."""
    return await session.fetch_one(select(tenant_settings).where(tenant_settings.c.tenant_id == tenant_id))


async def save_settings(session: Session, settings: Mapping[str, Any]) -> None:
    """Write the whole settings of a tenant."""
    columns = [column.name for column in tenant_settings.c if column.name != "tenant_id"]
    await session.upsert(tenant_settings, [dict(settings)], key=["tenant_id"], update=columns)


async def forget_settings(session: Session, tenant_id: str) -> None:
    """Remove a deleted tenant's settings."""
    await session.execute(delete(tenant_settings).where(tenant_settings.c.tenant_id == tenant_id))
