"""What is forgotten, and when."""

from collections.abc import Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import ColumnElement, RowMapping, bindparam, delete, exists, select, update

from sync_kit.store import Session
from xero_writer.store.partitions import drop_rows, name_partition
from xero_writer.store.runs import RunState, list_rehearsals
from xero_writer.store.staging import State
from xero_writer.store.tables import (
    KIT_TABLES,
    METADATA,
    intent_records,
    intents,
    record_parts,
    run_modules,
    run_records,
    runs,
    staged_records,
)

PAGE: Final = 500
_KEPT = frozenset({"tenants", "leases"})
"""The tombstone and its fence stay for ever."""


async def list_deleted(session: Session) -> list[str]:
    """Deleted tenants."""
    rows = await session.fetch_all(select(KIT_TABLES.tenants.c.tenant_id).where(KIT_TABLES.tenants.c.deleted))
    return [row["tenant_id"] for row in rows]


async def delete_tenant(session: Session, tenant_id: str) -> int:
    """Everything of the tenant but its tombstone, with the copies that rehearsals worked on; returns how many rows."""
    rows = 0
    for run_id in await list_rehearsals(session, tenant_id):
        rows += await drop_rows(session, name_partition(tenant_id, run_id))
    for table in METADATA.sorted_tables:
        if table.name not in _KEPT and "tenant_id" in table.c:
            rows += (await session.execute(delete(table).where(table.c.tenant_id == tenant_id))).rowcount
    outbox = KIT_TABLES.outbox
    rows += (await session.execute(delete(outbox).where(outbox.c.key == tenant_id))).rowcount
    return rows


async def delete_payloads(session: Session, *, before: datetime) -> None:
    """Payloads, labels and reasons of settled records, closed intents and ended runs from before that time."""
    row = staged_records.c
    old_rows = (row.taken_in_at < before, row.state == State.SETTLED)
    while found := await _list_worded(session, *old_rows):
        await _keep_codes(session, found)
    await session.execute(update(staged_records).where(*old_rows).values(payload=None, label=None))
    old = select(intents.c.intent_id).where(intents.c.closed_at < before)
    await session.execute(delete(intent_records).where(intent_records.c.intent_id.in_(old)))
    await session.execute(delete(intents).where(intents.c.closed_at < before))
    for table in (run_records, run_modules):
        ended = exists().where(
            runs.c.tenant_id == table.c.tenant_id, runs.c.run_id == table.c.run_id, runs.c.state == RunState.ENDED
        )
        await session.execute(delete(table).where(ended))
    await session.execute(delete(runs).where(runs.c.state == RunState.ENDED, runs.c.moved_at < before))


async def _list_worded(session: Session, *conditions: ColumnElement[bool]) -> Sequence[RowMapping]:
    """Rows whose reasons still hold words; `label` is there as long as they do."""
    row = staged_records.c
    return await session.fetch_all(
        select(row.tenant_id, row.module, row.record_id, row.reasons)
        .where(*conditions, row.reasons.is_not(None), row.label.is_not(None))
        .limit(PAGE)
    )


async def _keep_codes(session: Session, rows: Sequence[RowMapping]) -> None:
    """Of reasons only the codes stay: they say what re-opens the record; their facts name people."""
    row = staged_records.c
    statement = (
        update(staged_records)
        .where(
            row.tenant_id == bindparam("p_tenant_id"),
            row.module == bindparam("p_module"),
            row.record_id == bindparam("p_record_id"),
        )
        .values(reasons=bindparam("p_reasons", type_=row.reasons.type), label=None)
    )
    await session.execute(
        statement,
        [
            {
                "p_tenant_id": each["tenant_id"],
                "p_module": each["module"],
                "p_record_id": each["record_id"],
                "p_reasons": [{"code": reason["code"], "facts": {}} for reason in each["reasons"]],
            }
            for each in rows
        ],
    )


async def delete_parts(session: Session, *, before: datetime) -> None:
    """Pieces whose others never came."""
    await session.execute(delete(record_parts).where(record_parts.c.received_at < before))
