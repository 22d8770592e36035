"""The ledger as it was last read: digested keys, ids, states and amounts, to match against without asking Xero."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any

from sqlalchemy import Executable, RowMapping, Table, bindparam, delete, func, select, union_all, update

from sync_kit.store import Session
from xero_writer.domain.lanes import Lane
from xero_writer.store.tables import ledger_contacts, ledger_documents, ledger_items


async def save_contacts(session: Session, tenant_id: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add or replace contacts."""
    await _save(session, ledger_contacts, tenant_id, rows)


async def save_items(session: Session, tenant_id: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add or replace items."""
    await _save(session, ledger_items, tenant_id, rows)


async def save_documents(session: Session, tenant_id: str, rows: Sequence[Mapping[str, Any]]) -> None:
    """Add or replace documents; `details` of one that was read without its lines stay as they were."""
    for group in ([row for row in rows if row["details"] is not None], [row for row in rows if row["details"] is None]):
        await _save(
            session, ledger_documents, tenant_id, group, keep=() if group and group[0]["details"] else ("details",)
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
    numbers: Iterable[str] = (),
    names: Iterable[str] = (),
    emails: Iterable[str] = (),
    loose: Iterable[str] = (),
    xero_ids: Iterable[str] = (),
) -> Sequence[RowMapping]:
    """Contacts that share a key with any of these."""
    keys = {"number_key": numbers, "name_key": names, "email_key": emails, "loose_key": loose, "xero_id": xero_ids}
    return await _find(session, ledger_contacts, tenant_id, keys)


async def list_items(
    session: Session, tenant_id: str, *, codes: Iterable[str] = (), xero_ids: Iterable[str] = ()
) -> Sequence[RowMapping]:
    """Items that share a key with any of these."""
    return await _find(session, ledger_items, tenant_id, {"code_key": codes, "xero_id": xero_ids})


async def list_documents(
    session: Session,
    tenant_id: str,
    *,
    numbers: Iterable[str] = (),
    sales: Iterable[str] = (),
    urls: Iterable[str] = (),
    xero_ids: Iterable[str] = (),
) -> Sequence[RowMapping]:
    """Documents of every kind that share a key with any of these; `sales` are keys of contact and total."""
    keys = {"number_key": numbers, "sale_key": sales, "url_key": urls, "xero_id": xero_ids}
    return await _find(session, ledger_documents, tenant_id, keys)


async def _find(
    session: Session, table: Table, tenant_id: str, keys: Mapping[str, Iterable[str]]
) -> Sequence[RowMapping]:
    sought = {name: values for name, found in keys.items() if (values := list(found))}
    if not sought:
        return []
    return await session.fetch_all(_sharing_any(table, tuple(sought)), {"of_tenant": tenant_id, **sought})


@cache
def _sharing_any(table: Table, names: Sequence[str]) -> Executable:
    """Rows that have one of the values given in one of these columns.

    Each column is asked for by its own index. Of one condition with OR SQLite makes a walk through all of the tenant's
    rows, a tenth of a second for thirty thousand.
    """
    of_tenant = table.c.tenant_id == bindparam("of_tenant")
    found = union_all(
        *(
            select(table.c.xero_id).where(of_tenant, table.c[name].in_(bindparam(name, expanding=True)))
            for name in names
        )
    )
    return select(table).where(of_tenant, table.c.xero_id.in_(found))


async def note_seen(session: Session, tenant_id: str, lane: Lane, xero_ids: Sequence[str], run_id: str) -> None:
    """Xero was asked for these documents in the run, also those that it did not show."""
    unknown = {
        "kind": lane.value,
        "number_key": "",
        "status": "DRAFT",
        "amount_paid": Decimal(0),
        "amount_credited": Decimal(0),
    }
    rows = [{"tenant_id": tenant_id, "xero_id": xero_id, **unknown} for xero_id in xero_ids]
    await session.insert_missing(ledger_documents, rows)
    row = ledger_documents.c
    await session.execute(
        update(ledger_documents)
        .where(row.tenant_id == tenant_id, row.xero_id.in_(list(xero_ids)))
        .values(seen_run=run_id)
    )


async def forget_rows(session: Session, tenant_id: str, xero_ids: Iterable[str]) -> None:
    """Take these out of the ledger again (what a rehearsal had only imagined)."""
    ids = list(xero_ids)
    for table in (ledger_contacts, ledger_items, ledger_documents):
        await session.execute(delete(table).where(table.c.tenant_id == tenant_id, table.c.xero_id.in_(ids)))


async def list_rates(session: Session, tenant_id: str) -> dict[str, Decimal]:
    """The exchange rate that Xero last used, by currency."""
    row = ledger_documents.c
    newest = (
        select(row.currency, func.max(row.updated_at).label("updated_at"))
        .where(row.tenant_id == tenant_id, row.currency_rate.is_not(None))
        .group_by(row.currency)
        .subquery()
    )
    rows = await session.fetch_all(
        select(row.currency, row.currency_rate)
        .join(newest, (row.currency == newest.c.currency) & (row.updated_at == newest.c.updated_at))
        .where(row.tenant_id == tenant_id, row.currency_rate.is_not(None))
    )
    return {found["currency"]: found["currency_rate"] for found in rows if found["currency"] is not None}


async def list_doubles(session: Session, tenant_id: str, url_keys: Iterable[str]) -> dict[str, list[RowMapping]]:
    """Live documents by link, for links that more than one of them carries."""
    row = ledger_documents.c
    rows = await session.fetch_all(
        select(row.xero_id, row.url_key, row.status).where(
            row.tenant_id == tenant_id,
            row.url_key.in_(list(url_keys)),
            row.status.not_in(["VOIDED", "DELETED"]),
        )
    )
    found: dict[str, list[RowMapping]] = {}
    for each in rows:
        found.setdefault(each["url_key"], []).append(each)
    return {key: documents for key, documents in found.items() if len(documents) > 1}


async def list_contact_numbers(session: Session, tenant_id: str) -> frozenset[str]:
    """The keys of all contact numbers in the ledger."""
    row = ledger_contacts.c
    rows = await session.fetch_all(
        select(row.number_key).where(row.tenant_id == tenant_id, row.number_key.is_not(None), row.status == "ACTIVE")
    )
    return frozenset(found["number_key"] for found in rows)
