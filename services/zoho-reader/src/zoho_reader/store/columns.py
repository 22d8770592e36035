"""Which columns are asked for: the mapping's wishes, and what this CRM cannot give."""

from collections.abc import Collection, Mapping
from datetime import datetime

from sqlalchemy import delete, select

from sync_kit.contracts.events import MappingChanged
from sync_kit.contracts.vocabulary import Module
from sync_kit.store import Session
from zoho_reader.domain.sources import SHAPES, Source
from zoho_reader.store.tables import field_cache, mapping_fields


async def save_mapping_fields(session: Session, event: MappingChanged) -> bool:
    """The newest version wins; returns whether this one does."""
    known = await session.fetch_value(
        select(mapping_fields.c.version).where(mapping_fields.c.tenant_id == event.tenant_id)
    )
    if known is not None and known >= event.version:
        return False
    row = {
        "tenant_id": event.tenant_id,
        "version": event.version,
        "fields": {module.value: list(names) for module, names in event.fields.items()},
    }
    await session.upsert(
        mapping_fields,
        [row],
        key=("tenant_id",),
        update=("version", "fields"),
        only_if=lambda new, table: new.version > table.c.version,
    )
    return True


async def forget_left_out(session: Session, tenant_id: str) -> None:
    """Ask for every column again."""
    await session.execute(delete(field_cache).where(field_cache.c.tenant_id == tenant_id))


async def list_mapping_fields(session: Session, tenant_id: str) -> Mapping[Source, tuple[str, ...]]:
    """Fields that the mapping needs, by the source whose header they are on."""
    fields = await session.fetch_value(select(mapping_fields.c.fields).where(mapping_fields.c.tenant_id == tenant_id))
    known = {module.value for module in Module}
    return {SHAPES[Module(name)].headers: tuple(names) for name, names in (fields or {}).items() if name in known}


async def list_left_out(session: Session, tenant_id: str, *, since: datetime) -> Mapping[Source, frozenset[str]]:
    """Columns known to be refused, by source; what was found out before `since` is tried again."""
    rows = await session.fetch_all(
        select(field_cache).where(field_cache.c.tenant_id == tenant_id, field_cache.c.looked_at >= since)
    )
    return {Source(row["source"]): frozenset(row["left_out"]) for row in rows}


async def list_slow(session: Session, tenant_id: str, *, since: datetime) -> Mapping[Source, str]:
    """Sources that COQL cannot serve, and why; what was found out before `since` is tried again."""
    rows = await session.fetch_all(
        select(field_cache).where(field_cache.c.tenant_id == tenant_id, field_cache.c.looked_at >= since)
    )
    return {Source(row["source"]): row["slow_cause"] for row in rows if row["slow_cause"] is not None}


async def save_slow(session: Session, tenant_id: str, causes: Mapping[Source, str]) -> None:
    """Remember that COQL cannot serve those sources."""
    now = await session.now()
    await session.upsert(
        field_cache,
        [
            {
                "tenant_id": tenant_id,
                "source": source.value,
                "left_out": [],
                "looked_at": now,
                "slow_cause": cause,
            }
            for source, cause in causes.items()
        ],
        key=("tenant_id", "source"),
        update=("looked_at", "slow_cause"),
    )


async def save_left_out(session: Session, tenant_id: str, source: Source, columns: Collection[str]) -> None:
    """Remember what this CRM refuses of the source."""
    row = {
        "tenant_id": tenant_id,
        "source": source.value,
        "left_out": sorted(columns),
        "looked_at": await session.now(),
    }
    await session.upsert(field_cache, [row], key=("tenant_id", "source"), update=("left_out", "looked_at"))
