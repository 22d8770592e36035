"""Take in a tenant's newest state: a connection that works again wakes its work, a tombstone ends it."""

from sync_kit.contracts.envelope import Envelope
from sync_kit.contracts.events import TenantChanged
from sync_kit.leases import mark_due
from sync_kit.store import Session
from sync_kit.tenants import take_in_tenant as keep_tenant
from sync_kit.vendor_tokens import VendorTokens
from xero_writer.store import KIT_TABLES


async def take_in_tenant(session: Session, event: TenantChanged, envelope: Envelope, *, tokens: VendorTokens) -> None:
    """Keep the state if it is newer. Tokens of an older connection are not used any more."""
    if not await keep_tenant(session, KIT_TABLES, event):
        return
    tokens.forget(event.tenant_id)
    if not event.deleted:
        await mark_due(session, KIT_TABLES, event.tenant_id)
