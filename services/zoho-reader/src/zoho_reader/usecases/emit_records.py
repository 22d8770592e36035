"""Hand records on to the writer: numbered, cut into events, remembered by page, all in the page's own transaction."""

from collections.abc import Sequence

from sync_kit.contracts.events import RecordsNotFound
from sync_kit.contracts.vocabulary import Module
from sync_kit.outbox import write_events
from sync_kit.store import Session
from zoho_reader.domain.assembly import Draft, cut_into_events
from zoho_reader.domain.sources import SHAPES
from zoho_reader.store import KIT
from zoho_reader.store.deletions import begin_deletions
from zoho_reader.store.emissions import note_emissions, take_extraction_seq
from zoho_reader.store.known import note_known
from zoho_reader.store.run_modules import count_emitted, open_module
from zoho_reader.store.runs import RunRow
from zoho_reader.store.staged import drop_held
from zoho_reader.store.wanted import settle_wanted
from zoho_reader.usecases.open_slice import Slice
from zoho_reader.usecases.report_stage import SOURCE_NAME, announce_modules


async def emit_records(session: Session, work: Slice, module: Module, drafts: Sequence[Draft]) -> None:
    """Emit records of one module and tell E as it is now. What was wanted or held of them is settled."""
    if not drafts:
        return
    run = work.run
    row = await open_module(session, run, module)
    seq = await take_extraction_seq(session, run.tenant_id)
    events, emitted = cut_into_events(run.tenant_id, run.run_id, drafts, extraction_seq=seq, first_page=row.next_page)
    await note_emissions(session, run, module, emitted)
    ids = [draft.record_id for draft in drafts]
    await settle_wanted(session, run, module, ids)
    if not run.rehearses:
        await _note_known(session, run, module, drafts)
    await drop_held(session, run, module, ids)
    counted = await count_emitted(session, run, [module], more_pages=len(events))
    await announce_modules(session, run, counted, after=events)
    work.metrics.records.labels(module=module.value).inc(len(drafts))
    work.metrics.incomplete.inc(sum(not draft.lines_complete for draft in drafts))


async def _note_known(session: Session, run: RunRow, module: Module, drafts: Sequence[Draft]) -> None:
    """What was emitted once may be deleted: from the run's beginning on we ask for that."""
    living = [draft.record_id for draft in drafts if draft.deleted_at is None]
    await note_known(session, run.tenant_id, module, living)
    if run.began_at is not None:
        await begin_deletions(session, run.tenant_id, [SHAPES[module].headers], run.began_at)
    for draft in drafts:
        if draft.deleted_at is not None:
            await note_known(session, run.tenant_id, module, [draft.record_id], gone_at=draft.deleted_at)


async def settle_missing(session: Session, work: Slice, module: Module, record_ids: Sequence[str]) -> None:
    """The CRM does not have those records (any more). The writer hears of those that it wanted."""
    if not record_ids:
        return
    run = work.run
    await drop_held(session, run, module, record_ids)
    missed = await settle_wanted(session, run, module, record_ids)
    if missed:
        event = RecordsNotFound(
            tenant_id=run.tenant_id,
            run_id=run.run_id,
            module=module,
            extraction_seq=await take_extraction_seq(session, run.tenant_id),
            record_ids=tuple(missed),
        )
        await write_events(session, KIT, [event], source=SOURCE_NAME)
