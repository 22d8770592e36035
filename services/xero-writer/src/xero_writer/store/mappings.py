"""Mappings: every version is kept for the tenant's life (nothing personal is in them), the highest is in force."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any, Final

from sqlalchemy import RowMapping, bindparam, func, select

from sync_kit.store import Session
from xero_writer.store.tables import mappings

_NEWEST: Final = (
    select(mappings).where(mappings.c.tenant_id == bindparam("of_tenant")).order_by(mappings.c.version.desc()).limit(1)
)
_NEWEST_NUMBER: Final = select(func.max(mappings.c.version)).where(mappings.c.tenant_id == bindparam("of_tenant"))


async def find_mapping(session: Session, tenant_id: str) -> RowMapping | None:
    """The mapping in force with its version, or None when the tenant has chosen nothing yet."""
    return await session.fetch_one(_NEWEST, {"of_tenant": tenant_id})


async def find_newest_number(session: Session, tenant_id: str) -> int | None:
    """The version in force, or None when the tenant has chosen nothing yet."""
    number: int | None = await session.fetch_value(_NEWEST_NUMBER, {"of_tenant": tenant_id})
    return number


async def find_version(session: Session, tenant_id: str, version: int) -> RowMapping | None:
    """One version, or None when there is none of that number."""
    row = mappings.c
    return await session.fetch_one(select(mappings).where(row.tenant_id == tenant_id, row.version == version))


async def list_versions(session: Session, tenant_id: str, *, before: int | None, limit: int) -> Sequence[RowMapping]:
    """version and saved_at, the newest first, below `before`."""
    row = mappings.c
    query = select(row.version, row.saved_at).where(row.tenant_id == tenant_id)
    if before is not None:
        query = query.where(row.version < before)
    return await session.fetch_all(query.order_by(row.version.desc()).limit(limit))


async def add_version(session: Session, tenant_id: str, version: int, mapping: Any, saved_at: datetime) -> bool:
    """Save a new version; False when somebody else has just taken that number."""
    row = {"tenant_id": tenant_id, "version": version, "mapping": mapping, "saved_at": saved_at}
    return await session.insert_missing(mappings, [row]) == 1
