"""Mappings: every version is kept, the highest is in force."""

from datetime import datetime
from typing import Any

from sqlalchemy import RowMapping, select

from sync_kit.store import Session
from xero_writer.store.tables import mappings


async def find_mapping(session: Session, tenant_id: str) -> RowMapping | None:
    """The mapping in force with its version, or None when the tenant has chosen nothing yet."""
    row = mappings.c
    return await session.fetch_one(
        select(mappings).where(row.tenant_id == tenant_id).order_by(row.version.desc()).limit(1)
    )


async def add_version(session: Session, tenant_id: str, version: int, mapping: Any, saved_at: datetime) -> None:
    """Save a new version; IntegrityError when that number is taken."""
    await session.insert(
        mappings, [{"tenant_id": tenant_id, "version": version, "mapping": mapping, "saved_at": saved_at}]
    )
