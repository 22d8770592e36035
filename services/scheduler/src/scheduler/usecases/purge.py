"""Forget: everything of a deleted tenant at once, the sync log and what checks found after 30 days."""

from datetime import timedelta
from typing import Final

from scheduler.store import purging
from sync_kit.store import Store

KEEP_LOGS: Final = timedelta(days=30)


async def purge_deleted_tenants(store: Store) -> int:
    """Returns how many were purged."""
    deleted = await store.read(purging.list_deleted_tenants)
    for tenant_id in deleted:
        async with store.transaction() as session:
            await session.take_turn(tenant_id)
            await purging.forget_tenant(session, tenant_id)
    if deleted:
        await store.forget_deleted()
    return len(deleted)


async def purge_old_logs(store: Store) -> int:
    """Returns how many entries and findings were deleted."""
    async with store.transaction() as session:
        forgotten = await purging.forget_logs(session, before=await session.now() - KEEP_LOGS)
    await store.forget_deleted()
    return forgotten
