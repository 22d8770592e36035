"""Delete what nobody can ask for any more."""

from datetime import timedelta

from sync_kit.store import Store
from zoho_reader.store.credits import purge_hours
from zoho_reader.store.emissions import purge_emissions
from zoho_reader.store.known import purge_gone
from zoho_reader.store.purge import forget_run
from zoho_reader.store.runs import list_ended_before


async def purge_old(store: Store, *, keep_pages: timedelta, keep_runs: timedelta) -> int:
    """Which records went on which page, as long as an event of that page may still be found unreadable; ended runs;
    hours outside Zoho's credit window; records deleted so long ago that nobody can restore them.

    Returns how many rows.
    """
    async with store.transaction() as session:
        now = await session.now()
        purged = await purge_emissions(session, now - keep_pages)
        purged += await purge_hours(session, now - timedelta(days=2))
        purged += await purge_gone(session, now - timedelta(days=200))
        ended = await list_ended_before(session, now - keep_runs)
        for tenant_id, run_id in ended:
            await forget_run(session, tenant_id, run_id)
    return purged + len(ended)
