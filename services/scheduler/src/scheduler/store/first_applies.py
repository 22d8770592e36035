"""Pairs of organisations that a sync was once accepted for. Kept for the tenant's life."""

from datetime import datetime

from sqlalchemy import delete, select

from scheduler.domain.connected_pair import Pair
from scheduler.store.tables import first_applies
from sync_kit.store import Session


async def remember_apply(session: Session, tenant_id: str, pair: Pair, run_id: str, *, now: datetime) -> None:
    """The run was accepted; only the first of a pair is kept."""
    await session.insert_missing(
        first_applies,
        [
            {
                "tenant_id": tenant_id,
                "zoho_org_id": pair.zoho_org_id,
                "xero_tenant_id": pair.xero_tenant_id,
                "run_id": run_id,
                "accepted_at": now,
            }
        ],
    )


async def was_applied(session: Session, tenant_id: str, pair: Pair) -> bool:
    """Whether a sync was ever accepted for this pair."""
    row = first_applies.c
    found = await session.fetch_one(
        select(row.run_id).where(
            row.tenant_id == tenant_id,
            row.zoho_org_id == pair.zoho_org_id,
            row.xero_tenant_id == pair.xero_tenant_id,
        )
    )
    return found is not None


async def forget_applies(session: Session, tenant_id: str) -> None:
    """Remove a deleted tenant's."""
    await session.execute(delete(first_applies).where(first_applies.c.tenant_id == tenant_id))
