"""Copies of a tenant's rows that a rehearsal works on, so that nothing of the tenant's own moves.

The copy is the same tables under another tenant id; whoever reads or writes rows for a rehearsal names it instead.
"""

from typing import Final

from sqlalchemy import case, delete, insert, literal, select

from sync_kit.store import Session
from xero_writer.store.staging import State
from xero_writer.store.tables import METADATA

_COPIED: Final = (
    "record_links",
    "staged_records",
    "waits",
    "decisions",
    "reference_parts",
    "ledger_contacts",
    "ledger_items",
    "ledger_documents",
    "ledger_reads",
)


def name_partition(tenant_id: str, run_id: str) -> str:
    """What stands for the tenant's id in the copy."""
    return f"{tenant_id}~{run_id}"


async def copy_rows(session: Session, tenant_id: str, partition: str) -> None:
    """Copy what judging reads. What is on its way to Xero is judged again in the copy: there nothing is on its way."""
    for name in _COPIED:
        table = METADATA.tables[name]
        columns = [
            literal(partition)
            if column.name == "tenant_id"
            else case((column == State.IN_INTENT.value, State.STAGED.value), else_=column)
            if name == "staged_records" and column.name == "state"
            else column
            for column in table.c
        ]
        rows = select(*columns).where(table.c.tenant_id == tenant_id)
        await session.execute(insert(table).from_select([column.name for column in table.c], rows))


async def drop_rows(session: Session, partition: str) -> int:
    """Delete the copy; returns how many rows."""
    rows = 0
    for table in METADATA.sorted_tables:
        if "tenant_id" in table.c:
            rows += (await session.execute(delete(table).where(table.c.tenant_id == partition))).rowcount
    return rows
