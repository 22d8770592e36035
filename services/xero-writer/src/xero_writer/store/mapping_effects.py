"""What is known of a tenant's records that a change of the mapping would move: counts, and what waits for a mapping."""

from collections.abc import Collection, Sequence
from typing import Any, Final

from sqlalchemy import RowMapping, func, select

from sync_kit.contracts.vocabulary import Module
from sync_kit.store import Session
from xero_writer.store.staging import State
from xero_writer.store.tables import record_links, staged_records

_SAMPLE: Final = 100


async def count_staged_alone(session: Session, tenant_id: str) -> dict[Module, int]:
    """Records that are staged and not linked, by module."""
    row, link = staged_records.c, record_links.c
    joined = staged_records.outerjoin(
        record_links,
        (link.tenant_id == row.tenant_id) & (link.module == row.module) & (link.record_id == row.record_id),
    )
    rows = await session.fetch_all(
        select(row.module, func.count().label("records"))
        .select_from(joined)
        .where(row.tenant_id == tenant_id, ~row.deleted, link.record_id.is_(None))
        .group_by(row.module)
    )
    return {Module(found["module"]): found["records"] for found in rows}


async def count_linked(session: Session, tenant_id: str) -> dict[Module, int]:
    """Links, by module."""
    row = record_links.c
    rows = await session.fetch_all(
        select(row.module, func.count().label("records")).where(row.tenant_id == tenant_id).group_by(row.module)
    )
    return {Module(found["module"]): found["records"] for found in rows}


async def list_settled_watching(session: Session, tenant_id: str) -> Sequence[RowMapping]:
    """Settled records that something re-opens: module, record_id, watches, reasons, label, and whether the payload
    is there."""
    row = staged_records.c
    columns: list[Any] = [row.module, row.record_id, row.watches, row.reasons, row.label]
    return await session.fetch_all(
        select(*columns, row.payload.is_(None).label("payload_gone")).where(
            row.tenant_id == tenant_id, row.state == State.SETTLED, row.watches.is_not(None)
        )
    )


async def find_product_codes(session: Session, tenant_id: str, codes: Collection[str]) -> frozenset[str] | None:
    """Those of the codes that products were read with; None while no product was read."""
    row = staged_records.c
    products = select(row.code).where(row.tenant_id == tenant_id, row.module == Module.PRODUCTS, ~row.deleted)
    if await session.fetch_one(products.limit(1)) is None:
        return None
    rows = await session.fetch_all(products.where(row.code.in_(list(codes))))
    return frozenset(found["code"] for found in rows)


async def find_payload(session: Session, tenant_id: str, module: Module) -> dict[str, Any] | None:
    """The payload that was taken in last: it shows which fields are read today."""
    row = staged_records.c
    found = await session.fetch_value(
        select(row.payload)
        .where(row.tenant_id == tenant_id, row.module == module, row.payload.is_not(None), ~row.deleted)
        .order_by(row.extraction_seq.desc())
        .limit(1)
    )
    return dict(found) if found is not None else None


async def list_link_facts(session: Session, tenant_id: str, modules: Sequence[Module]) -> list[dict[str, Any]]:
    """The facts of some links of these modules."""
    row = record_links.c
    rows = await session.fetch_all(
        select(row.facts)
        .where(row.tenant_id == tenant_id, row.module.in_([module.value for module in modules]))
        .limit(_SAMPLE)
    )
    return [dict(found["facts"] or {}) for found in rows]
