"""Forget: everything of a deleted tenant once its last lease is over, the copies of rehearsals, payloads after 30 days.

What a purge takes from a record that is still held is not lost: the record is wanted again when its turn comes.
"""

from datetime import timedelta
from typing import Final

from sync_kit.leases import find_lease_end
from sync_kit.store import Store
from xero_writer.store import KIT_TABLES, purging, runs
from xero_writer.store.partitions import drop_rows, name_partition

KEEP_PAYLOADS: Final = timedelta(days=30)
KEEP_PARTS: Final = timedelta(days=3)
"""As long as the topic that the missing parts could still come from."""


async def purge_deleted_tenants(store: Store, purged: set[str]) -> int:
    """Purge each deleted tenant once; `purged` remembers those that are done. Returns how many were purged now."""
    async with store.reading() as session:
        deleted = [each for each in await purging.list_deleted(session) if each not in purged]
    done = 0
    for tenant_id in deleted:
        async with store.transaction() as session:
            await session.take_turn(tenant_id)
            lease_ends_at = await find_lease_end(session, KIT_TABLES, tenant_id)
            if lease_ends_at is not None and lease_ends_at > await session.now():
                continue
            done += bool(await purging.delete_tenant(session, tenant_id))
        purged.add(tenant_id)
    if done:
        await store.forget_deleted()
    return done


async def drop_rehearsals(store: Store) -> int:
    """Delete the copies of rehearsals that have ended; returns how many."""
    async with store.reading() as session:
        ended = await runs.list_to_drop(session)
    for run in ended:
        async with store.transaction() as session:
            await session.take_turn(run["tenant_id"])
            await drop_rows(session, name_partition(run["tenant_id"], run["run_id"]))
            await runs.change_run(session, run["tenant_id"], run["run_id"], dropped_at=await session.now())
    return len(ended)


async def purge_old_payloads(store: Store) -> None:
    """Delete payloads, labels and closed intents of more than 30 days, and pieces of records that never came whole."""
    async with store.transaction() as session:
        now = await session.now()
        await purging.delete_payloads(session, before=now - KEEP_PAYLOADS)
        await purging.delete_parts(session, before=now - KEEP_PARTS)
    await store.forget_deleted()
