"""Pieces of records that are too large for one event, until all pieces are there."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import RowMapping, delete, select

from sync_kit.contracts.vocabulary import Module
from sync_kit.store import Session
from xero_writer.store.tables import record_parts


async def add_parts(session: Session, rows: Sequence[Mapping[str, Any]]) -> None:
    """Keep pieces of large records until all are there."""
    await session.insert_missing(record_parts, rows)


async def list_parts(
    session: Session, tenant_id: str, module: Module, record_id: str, extraction_seq: int
) -> Sequence[RowMapping]:
    """The pieces of one version, in order."""
    row = record_parts.c
    return await session.fetch_all(
        select(record_parts)
        .where(
            row.tenant_id == tenant_id,
            row.module == module,
            row.record_id == record_id,
            row.extraction_seq == extraction_seq,
        )
        .order_by(row.part)
    )


async def forget_parts(session: Session, tenant_id: str, module: Module, record_id: str, up_to_seq: int) -> None:
    """Drop the pieces of this version and of older ones."""
    row = record_parts.c
    await session.execute(
        delete(record_parts).where(
            row.tenant_id == tenant_id,
            row.module == module,
            row.record_id == record_id,
            row.extraction_seq <= up_to_seq,
        )
    )
