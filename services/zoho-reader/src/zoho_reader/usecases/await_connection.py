"""There is no working connection to Zoho: say so once, and wait until auth tells of one."""

from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import Vendor
from sync_kit.leases import Lease, check_fence
from sync_kit.store import Store
from sync_kit.tenants import TenantRow
from sync_kit.worker import SliceResult
from zoho_reader.store import KIT
from zoho_reader.store.runs import RunRow
from zoho_reader.usecases.report_stage import report_stage


async def await_connection(store: Store, lease: Lease, run: RunRow, tenant: TenantRow) -> SliceResult:
    """The run waits without a time; the tenant is due again when its connection changes."""
    states = [each.state.value for each in tenant.event.connections if each.vendor is Vendor.ZOHO]
    reason = Reason(
        code="needs_reauthorisation",
        facts={"vendor": "Zoho CRM", "cause": states[0] if states else "never_connected"},
    )
    if run.state == "done" or (run.state == "waiting" and run.waiting_for == reason):
        return SliceResult(0, None)
    async with store.transaction() as session:
        await check_fence(session, KIT, lease)
        await report_stage(session, run, "waiting", waiting_for=reason)
    return SliceResult(1, None)
