"""Take in what the reader found out about a tenant's CRM: mappings are checked against it from then on."""

from sync_kit.contracts.envelope import Envelope
from sync_kit.contracts.events import CrmDescribed
from sync_kit.errors import ParkEventError
from sync_kit.store import Session
from sync_kit.tenants import find_tenant
from xero_writer.store import KIT_TABLES, crm_metadata


async def take_in_metadata(session: Session, event: CrmDescribed, envelope: Envelope) -> None:
    """Keep the newest description. Raises ParkEventError while the tenant is not known."""
    if await find_tenant(session, KIT_TABLES, event.tenant_id) is None:
        raise ParkEventError(f"tenant {event.tenant_id} is not known yet")
    await crm_metadata.save_description(session, event)
