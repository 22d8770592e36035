"""Refresh Xero grants that nobody used for weeks: an unused refresh token dies after 60 days (Xero: token types)."""

from auth.domain.grant import IDLE_BEFORE_WARMING
from auth.store.grants import list_idle_grants
from auth.usecases.refresh_grant import Refresher
from sync_kit.contracts.vocabulary import Vendor
from sync_kit.errors import NeedsReauthorisationError, TryLaterError
from sync_kit.store import Store

AT_ONCE = 20


async def keep_grants_warm(*, store: Store, refresher: Refresher) -> int:
    """Refresh some that have been idle for 20 days; returns how many succeeded."""
    async with store.reading() as session:
        before = await session.now() - IDLE_BEFORE_WARMING
        idle = await list_idle_grants(session, Vendor.XERO, renewed_before=before, limit=AT_ONCE)
    renewed = 0
    for grant in idle:
        try:
            await refresher.renew(grant.grant_id, seen_generation=grant.generation)
        except (NeedsReauthorisationError, TryLaterError):
            continue
        renewed += 1
    return renewed
