"""Take in what the reader extracted: the newest version of each record is staged, whatever the order of events.

Everything here is a max-merge by extraction_seq, so events that come twice, late or shuffled end in the same state.
No vendor is called; a worker judges and sends later.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sync_kit.contracts.envelope import Envelope
from sync_kit.contracts.events import ExtractedRecord, ModuleExtracted, RecordsExtracted, RecordsNotFound
from sync_kit.contracts.vocabulary import REHEARSALS, RunMode
from sync_kit.errors import ParkEventError
from sync_kit.leases import mark_due
from sync_kit.store import Session
from sync_kit.tenants import find_tenant
from xero_writer.store import KIT_TABLES, owed, record_parts, runs, staging, wanted
from xero_writer.store.digest_keys import DigestKeys
from xero_writer.store.partitions import name_partition
from xero_writer.store.runs import RunState
from xero_writer.usecases.index_records import find_key_columns, load_mapping


async def take_in_records(
    session: Session, event: RecordsExtracted, envelope: Envelope, *, digest_keys: DigestKeys
) -> None:
    """Stage a page of records; a record in parts when the last part is there."""
    target = await _find_target(session, event.tenant_id, event.run_id)
    if target is None:
        return
    joined = [await _join_parts(session, target, event, record) for record in event.records]
    await _stage(session, target, event, [record for record in joined if record], digest_keys)
    await mark_due(session, KIT_TABLES, event.tenant_id)


async def take_in_closing(session: Session, event: ModuleExtracted, envelope: Envelope) -> None:
    """The reader has closed a module, or raised its count."""
    target = await _find_target(session, event.tenant_id, event.run_id)
    if target is None or target.ended:
        return
    failure = event.failure.model_dump() if event.failure is not None else None
    await runs.announce_extraction(
        session, event.tenant_id, event.run_id, event.module, emitted=event.emitted, failure=failure
    )
    await runs.move_run(session, event.tenant_id, event.run_id)
    await mark_due(session, KIT_TABLES, event.tenant_id)


async def take_in_not_found(session: Session, event: RecordsNotFound, envelope: Envelope) -> None:
    """Wanted records that the CRM no longer has are staged as deleted ones."""
    target = await _find_target(session, event.tenant_id, event.run_id)
    if target is None:
        return
    ids = list(event.record_ids)
    versions: list[dict[str, Any]] = [
        {
            "record_id": record_id,
            "extraction_seq": event.extraction_seq,
            "modified_at": envelope.at,
            "deleted": True,
            "lines_complete": True,
            "payload": {},
            "business_key": None,
            "name_key": None,
            "loose_key": None,
            "email_key": None,
            "code": None,
            "keys_mapping": None,
        }
        for record_id in ids
    ]
    await staging.stage(session, target.partition, event.module, versions)
    await wanted.note_answered(session, target.partition, event.module, ids)
    await runs.move_run(session, event.tenant_id, event.run_id)
    await mark_due(session, KIT_TABLES, event.tenant_id)


@dataclass(frozen=True)
class _Target:
    """Where a run's records go: to the tenant's own rows, or to the copy that a rehearsal works on."""

    partition: str
    ended: bool


async def _find_target(session: Session, tenant_id: str, run_id: str) -> _Target | None:
    """None: for a rehearsal that is over, of which nothing is kept. What comes late for an ended run that was more
    than a rehearsal is staged all the same, and the next run carries it over.

    Raises ParkEventError while the tenant is not known, or what the run may do.
    """
    if await find_tenant(session, KIT_TABLES, tenant_id) is None:
        raise ParkEventError(f"tenant {tenant_id} is not known yet")
    run = await runs.find_run(session, tenant_id, run_id)
    if run is None or run["request"] is None:
        raise ParkEventError(f"run {run_id} is not known yet")
    # Version 0.1 knew one mode and did not note it.
    if RunMode(run["mode"] or RunMode.APPLY) not in REHEARSALS:
        return _Target(tenant_id, ended=run["state"] == RunState.ENDED)
    if run["state"] != RunState.REQUESTED:
        return None
    return _Target(name_partition(tenant_id, run_id), ended=False)


async def _join_parts(
    session: Session, target: _Target, event: RecordsExtracted, record: ExtractedRecord
) -> ExtractedRecord | None:
    """The record whole, or None while parts of it are missing."""
    if record.parts == 1:
        return record
    await record_parts.add_parts(
        session,
        [
            {
                "tenant_id": target.partition,
                "module": event.module.value,
                "record_id": record.record_id,
                "extraction_seq": record.extraction_seq,
                "part": record.part,
                "parts": record.parts,
                "record": record.model_dump(),
                "received_at": await session.now(),
            }
        ],
    )
    version = (event.module, record.record_id, record.extraction_seq)
    rows = await record_parts.list_parts(session, target.partition, *version)
    if len(rows) < record.parts:
        return None
    await record_parts.forget_parts(session, target.partition, *version)
    pieces = [ExtractedRecord.model_validate(row["record"]) for row in rows]
    fields: dict[str, Any] = dict(pieces[0].fields)
    for piece in pieces[1:]:
        for name, value in piece.fields.items():
            fields[name] = [*fields.get(name, []), *value] if isinstance(value, list) else value
    return pieces[0].model_copy(update={"fields": fields, "part": 1, "parts": 1})


async def _stage(
    session: Session,
    target: _Target,
    event: RecordsExtracted,
    records: Sequence[ExtractedRecord],
    digest_keys: DigestKeys,
) -> None:
    if not records:
        return
    module, partition = event.module, target.partition
    ids = [record.record_id for record in records]
    known = await staging.find_sequences(session, partition, module, ids)
    newest: dict[str, ExtractedRecord] = {}
    for record in records:
        if record.extraction_seq > known.get(record.record_id, -1):
            known[record.record_id] = record.extraction_seq
            newest[record.record_id] = record
    version, mapping = await load_mapping(session, event.tenant_id)
    key = await digest_keys.get(session)
    await staging.stage(
        session,
        partition,
        module,
        [_to_version(record) | find_key_columns(module, record, mapping, version, key) for record in newest.values()],
    )
    await wanted.note_answered(session, partition, module, ids)
    if not target.ended:
        old = [record_id for record_id in ids if record_id not in newest]
        await owed.owe_emitted(session, partition, event.run_id, module, newer=newest, known=old)
        await runs.move_run(session, event.tenant_id, event.run_id)


def _to_version(record: ExtractedRecord) -> dict[str, Any]:
    return {
        "record_id": record.record_id,
        "extraction_seq": record.extraction_seq,
        "modified_at": record.modified_at,
        "deleted": record.deleted,
        "lines_complete": record.lines_complete,
        "payload": dict(record.fields),
    }
