"""The ledger as it was last read: digested keys, ids, states and amounts, to match against without asking Xero."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, Table, or_, select, update

from sync_kit.store import Session
from xero_writer.store.tables import ledger_contacts, ledger_invoices, ledger_items, ledger_reads


async def save_contacts(session: Session, tenant_id: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add or replace contacts."""
    await _save(session, ledger_contacts, tenant_id, rows)


async def save_items(session: Session, tenant_id: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add or replace items."""
    await _save(session, ledger_items, tenant_id, rows)


async def save_invoices(session: Session, tenant_id: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add or replace invoices; `details` of one that was read without its lines stay as they were."""
    for group in ([row for row in rows if row["details"] is not None], [row for row in rows if row["details"] is None]):
        await _save(
            session, ledger_invoices, tenant_id, group, keep=() if group and group[0]["details"] else ("details",)
        )


async def _save(
    session: Session, table: Table, tenant_id: str, rows: Sequence[Mapping[str, Any]], *, keep: Iterable[str] = ()
) -> None:
    if rows:
        key = ["tenant_id", "xero_id"]
        await session.upsert(
            table,
            [{"tenant_id": tenant_id, **row} for row in rows],
            key=key,
            update=[name for name in rows[0] if name not in {*key, *keep}],
        )


async def list_contacts(
    session: Session,
    tenant_id: str,
    *,
    numbers: Iterable[str],
    names: Iterable[str],
    emails: Iterable[str],
    xero_ids: Iterable[str],
) -> Sequence[RowMapping]:
    """Contacts that share a key with any of these."""
    row = ledger_contacts.c
    return await _find(
        session,
        ledger_contacts,
        tenant_id,
        {row.number_key: numbers, row.name_key: names, row.email_key: emails, row.xero_id: xero_ids},
    )


async def list_items(
    session: Session, tenant_id: str, *, codes: Iterable[str], xero_ids: Iterable[str]
) -> Sequence[RowMapping]:
    """Items that share a key with any of these."""
    row = ledger_items.c
    return await _find(session, ledger_items, tenant_id, {row.code_key: codes, row.xero_id: xero_ids})


async def list_invoices(
    session: Session, tenant_id: str, *, numbers: Iterable[str], xero_ids: Iterable[str]
) -> Sequence[RowMapping]:
    """Invoices that share a key with any of these."""
    row = ledger_invoices.c
    return await _find(session, ledger_invoices, tenant_id, {row.number_key: numbers, row.xero_id: xero_ids})


async def _find(
    session: Session, table: Table, tenant_id: str, keys: Mapping[ColumnElement[Any], Iterable[str]]
) -> Sequence[RowMapping]:
    conditions = [column.in_(values) for column, found in keys.items() if (values := list(found))]
    if not conditions:
        return []
    # One question a key: SQLite answers an OR over several indexes, PostgreSQL does too, but a UNION is safe on both.
    return await session.fetch_all(select(table).where(table.c.tenant_id == tenant_id, or_(*conditions)))


async def note_seen(session: Session, tenant_id: str, xero_ids: Sequence[str], run_id: str) -> None:
    """Xero was asked for these invoices in the run, also those that it did not show."""
    unknown = {"number_key": "", "status": "DRAFT", "amount_paid": Decimal(0), "amount_credited": Decimal(0)}
    rows = [{"tenant_id": tenant_id, "xero_id": xero_id, **unknown} for xero_id in xero_ids]
    await session.insert_missing(ledger_invoices, rows)
    row = ledger_invoices.c
    await session.execute(
        update(ledger_invoices)
        .where(row.tenant_id == tenant_id, row.xero_id.in_(list(xero_ids)))
        .values(seen_run=run_id)
    )


async def list_reads(session: Session, tenant_id: str) -> dict[str, RowMapping]:
    """How far each kind has been read."""
    rows = await session.fetch_all(select(ledger_reads).where(ledger_reads.c.tenant_id == tenant_id))
    return {row["kind"]: row for row in rows}


async def save_read(
    session: Session,
    tenant_id: str,
    kind: str,
    *,
    complete: bool,
    next_page: int,
    rows: int,
    since_at: datetime | None,
    began_at: datetime,
    run_id: str | None,
) -> None:
    """How far this kind has been read now."""
    await session.upsert(
        ledger_reads,
        [
            {
                "tenant_id": tenant_id,
                "kind": kind,
                "complete": complete,
                "next_page": next_page,
                "rows": rows,
                "since_at": since_at,
                "began_at": began_at,
                "run_id": run_id,
            }
        ],
        key=["tenant_id", "kind"],
        update=["complete", "next_page", "rows", "since_at", "began_at", "run_id"],
    )


async def count_read_in(session: Session, tenant_id: str, run_id: str) -> dict[str, int]:
    """How many rows of each kind the run's readings have shown."""
    return {
        kind: read["rows"] for kind, read in (await list_reads(session, tenant_id)).items() if read["run_id"] == run_id
    }
