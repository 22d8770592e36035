"""What a tenant's CRM has, as last told: one row, the newest version wins."""

from sqlalchemy import select

from sync_kit.contracts.events import CrmDescribed
from sync_kit.store import Session
from xero_writer.store.tables import crm_metadata


async def save_description(session: Session, event: CrmDescribed) -> None:
    """Keep it, unless a newer one is there."""
    row = {
        "tenant_id": event.tenant_id,
        "version": event.version,
        "described_at": event.described_at,
        "description": event.model_dump(mode="json"),
    }
    await session.upsert(
        crm_metadata,
        [row],
        key=["tenant_id"],
        update=["version", "described_at", "description"],
        only_if=lambda new, old: new.version > old.c.version,
    )


async def find_description(session: Session, tenant_id: str) -> CrmDescribed | None:
    """The newest description, or None while nothing was told."""
    found = await session.fetch_value(select(crm_metadata.c.description).where(crm_metadata.c.tenant_id == tenant_id))
    return CrmDescribed.model_validate(found) if found is not None else None
