"""A slice goes on while nobody else waits for a worker: its requests on the way need not land before the next ones go.

What a slice knows from its start must still hold: the tenant, its mapping and its run as they were, and nothing to be
settled first.
"""

from sqlalchemy import RowMapping

from sync_kit.leases import LEASE_SECONDS, Lease, is_anyone_due, renew
from sync_kit.store import Session
from sync_kit.tenants import find_tenant
from xero_writer.store import KIT_TABLES, intents, mappings, runs
from xero_writer.store.runs import RunState
from xero_writer.usecases.desk import SLICE_SECONDS, Desk


async def go_on(desk: Desk) -> bool:
    """Another share of calls and seconds, under a renewed lease. False: the slice has to end; that stays so.

    Raises LeaseLostError.
    """
    if not desk.may_go_on:
        return False
    lease = await desk.write(lambda session: _renew(desk, session))
    if lease is None:
        desk.may_go_on = False
        return False
    desk.lease = lease
    desk.calls = 0
    desk.ends_at = desk.tools.clock.monotonic() + SLICE_SECONDS
    return True


async def _renew(desk: Desk, session: Session) -> Lease | None:
    if await is_anyone_due(session, KIT_TABLES):
        return None
    if await intents.find_next_due(session, desk.tenant_id) is not None:
        return None
    if await find_tenant(session, KIT_TABLES, desk.tenant_id) != desk.tenant:
        return None
    if await mappings.find_newest_number(session, desk.tenant_id) != (desk.mapping_version or None):
        return None
    run = await runs.find_open_run(session, desk.tenant_id)
    if run is None or run["run_id"] != desk.run_id or not _is_under_way(run):
        return None
    return await renew(session, KIT_TABLES, desk.lease, LEASE_SECONDS)


def _is_under_way(run: RowMapping) -> bool:
    """Nothing has to be done for it first, which a slice does when it begins."""
    return bool(run["state"] == RunState.REQUESTED and run["opened"] and run["reexamined"])
