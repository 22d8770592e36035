"""A tenant changed: keep its newest state; a deleted one is forgotten whole, a connected one may have work to do."""

from sync_kit.contracts.envelope import Envelope
from sync_kit.contracts.events import TenantChanged
from sync_kit.leases import mark_due
from sync_kit.store import Session
from sync_kit.tenants import find_tenant
from sync_kit.tenants import take_in_tenant as keep_tenant
from zoho_reader.store import KIT
from zoho_reader.store.columns import forget_left_out
from zoho_reader.store.purge import forget_tenant
from zoho_reader.usecases.open_slice import find_connected


async def take_in_tenant(session: Session, event: TenantChanged, _: Envelope) -> None:
    """Max-merge by version. The tombstone closes the lease, so a worker at its page writes nothing any more."""
    before = await find_tenant(session, KIT, event.tenant_id)
    if not await keep_tenant(session, KIT, event):
        return
    if event.deleted:
        await forget_tenant(session, event.tenant_id)
        return
    tenant = await find_tenant(session, KIT, event.tenant_id)
    connection = None if tenant is None else find_connected(tenant)
    if connection is None:
        return
    known = None if before is None else find_connected(before)
    if known is None or known.generation != connection.generation:
        # Another consent: what the last one could not see or ask may be open now.
        await forget_left_out(session, event.tenant_id)
    await mark_due(session, KIT, event.tenant_id)
