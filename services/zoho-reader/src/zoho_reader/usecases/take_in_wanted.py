"""What the writer tells: fields that its mapping needs, and records whose payload it needs (again)."""

from sync_kit.contracts.envelope import Envelope
from sync_kit.contracts.events import MappingChanged, RecordsWanted
from sync_kit.contracts.vocabulary import WantedCause
from sync_kit.leases import mark_due
from sync_kit.store import Session
from zoho_reader.store import KIT
from zoho_reader.store.columns import forget_left_out, save_mapping_fields
from zoho_reader.store.emissions import list_on_page
from zoho_reader.store.runs import find_run
from zoho_reader.store.wanted import want_for_rehearsal, want_records
from zoho_reader.usecases.take_in_run import ensure_tenant_known


async def take_in_wanted(session: Session, event: RecordsWanted, _: Envelope) -> None:
    """Note the debt. A page that could not be read is wanted by the ids of the records that went on it.

    What a rehearsal wants is that rehearsal's alone, and nothing once it is over.
    """
    await ensure_tenant_known(session, event.tenant_id)
    record_ids = set(event.record_ids)
    if event.cause is WantedCause.PAGE_UNREADABLE and event.page is not None:
        record_ids |= set(await list_on_page(session, event.tenant_id, event.run_id, event.module, event.page))
    run = await find_run(session, event.tenant_id, event.run_id)
    if run is None or not run.rehearses:
        await want_records(session, event.tenant_id, event.module, record_ids, event.cause)
    elif not run.ended and not run.cancelled:
        await want_for_rehearsal(session, run, event.module, record_ids)
    await mark_due(session, KIT, event.tenant_id)


async def take_in_mapping(session: Session, event: MappingChanged, _: Envelope) -> None:
    """The next run asks for these fields too, and reads everything once more where they were not asked for before.

    With a newer mapping, fields that this CRM did not have are looked for again.
    """
    await ensure_tenant_known(session, event.tenant_id)
    if await save_mapping_fields(session, event):
        await forget_left_out(session, event.tenant_id)
