"""What a page of deleted records means: those emitted once are emitted as deleted, the others were never here.

Zoho empties the references to a deleted record without saying that the other record changed, so the people of a
deleted account are read again, and the account of a deleted person is.
"""

from collections.abc import Mapping, Sequence

from sync_kit.contracts.vocabulary import Module
from sync_kit.store import Session
from zoho_reader.domain.answers import DeletedPage, Gone, Row
from zoho_reader.domain.assembly import bury
from zoho_reader.domain.sources import SHAPES, Source
from zoho_reader.store.contact_homes import forget_homes, list_homes, list_people
from zoho_reader.store.known import list_living, note_known
from zoho_reader.store.staged import hold_ids
from zoho_reader.usecases.emit_records import emit_records
from zoho_reader.usecases.open_slice import Slice


async def take_deleted(
    session: Session, work: Slice, source: Source, page: DeletedPage, living: Mapping[str, Row]
) -> None:
    """Emit what is gone. `living` are rows of the same call: one that changed after it was deleted was restored."""
    gone = [
        each
        for each in page.rows
        if each.record_id not in living or living[each.record_id].modified_at <= each.deleted_at
    ]
    # Whatever the run was asked to read: the question is not asked again.
    for module in (shape.module for shape in SHAPES.values() if shape.headers is source):
        known = await list_living(session, work.run.tenant_id, module, [each.record_id for each in gone])
        buried = [bury(module, each) for each in gone if each.record_id in known]
        await emit_records(session, work, module, buried)
    if source is Source.CONTACTS:
        await _read_homes(session, work, gone)
    elif source is Source.ACCOUNTS:
        await _read_people(session, work, gone)


async def _read_homes(session: Session, work: Slice, gone: Sequence[Gone]) -> None:
    run = work.run
    homes = await list_homes(session, run.tenant_id, [each.record_id for each in gone])
    await hold_ids(session, run, Module.ACCOUNTS, set(homes.values()))
    if run.rehearses:
        return
    for each in gone:
        if each.record_id in homes:
            # So that somebody looks for it: a person who is restored may come without a change of its own.
            await note_known(session, run.tenant_id, Module.CONTACTS, [each.record_id], gone_at=each.deleted_at)
    await forget_homes(session, run.tenant_id, homes.keys())


async def _read_people(session: Session, work: Slice, gone: Sequence[Gone]) -> None:
    people = await list_people(session, work.run.tenant_id, [each.record_id for each in gone])
    if people:
        await hold_ids(session, work.run, Module.CONTACTS, people.keys())
