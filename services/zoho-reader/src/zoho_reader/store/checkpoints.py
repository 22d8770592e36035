"""Checkpoints, and the digests of what lies in the overlap before them."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from sqlalchemy import and_, bindparam, delete, or_, select

from sync_kit.contracts.vocabulary import Module
from sync_kit.store import Session
from zoho_reader.domain.answers import Row
from zoho_reader.domain.sources import Source
from zoho_reader.domain.watermark import digest_row
from zoho_reader.store.runs import RunRow
from zoho_reader.store.tables import checkpoints, overlap_digests

_OF_TENANT: Final = select(checkpoints).where(checkpoints.c.tenant_id == bindparam("tenant_id"))
_FORGET_EARLIER: Final = delete(overlap_digests).where(
    overlap_digests.c.tenant_id == bindparam("tenant_id"),
    overlap_digests.c.run_id == bindparam("run_id"),
    overlap_digests.c.source == bindparam("source"),
    overlap_digests.c.module.in_(bindparam("modules", expanding=True)),
    overlap_digests.c.modified_at < bindparam("keep_from"),
)


@dataclass(frozen=True)
class CheckpointRow:
    """How far a source has been read for a module, with which columns, by which run."""

    module: Module
    source: Source
    watermark: datetime
    columns: frozenset[str]
    run_id: str
    saved_at: datetime


@dataclass(frozen=True)
class Move:
    """Where a checkpoint goes. Digests from `keep_digests_from` on are of use to the next run."""

    module: Module
    source: Source
    watermark: datetime
    columns: Collection[str]
    keep_digests_from: datetime


async def list_checkpoints(session: Session, tenant_id: str) -> Mapping[tuple[Module, Source], CheckpointRow]:
    """The tenant's checkpoints by module and source."""
    rows = await session.fetch_all(_OF_TENANT, {"tenant_id": tenant_id})
    found = [
        CheckpointRow(
            Module(row["module"]),
            Source(row["source"]),
            row["watermark"],
            frozenset(row["columns"]),
            row["run_id"],
            row["saved_at"],
        )
        for row in rows
    ]
    return {(row.module, row.source): row for row in found}


async def save_checkpoints(session: Session, run: RunRow, moves: Sequence[Move]) -> None:
    """Move the checkpoints, never backwards; from now on the digests of this run count, and no others."""
    if not moves:
        return
    now = await session.now()
    await session.upsert(
        checkpoints,
        [
            {
                "tenant_id": run.tenant_id,
                "module": move.module.value,
                "source": move.source.value,
                "watermark": move.watermark,
                "columns": sorted(move.columns),
                "run_id": run.run_id,
                "saved_at": now,
            }
            for move in moves
        ],
        key=("tenant_id", "module", "source"),
        update=("watermark", "columns", "run_id", "saved_at"),
        only_if=lambda new, table: new.watermark >= table.c.watermark,
    )
    digests = overlap_digests.c
    worthless = [
        and_(
            digests.module == move.module.value,
            digests.source == move.source.value,
            or_(digests.run_id != run.run_id, digests.modified_at < move.keep_digests_from),
        )
        for move in moves
    ]
    await session.execute(delete(overlap_digests).where(digests.tenant_id == run.tenant_id, or_(*worthless)))


async def find_seen(
    session: Session,
    run: RunRow,
    module: Module,
    source: Source,
    rows: Collection[Row],
    *,
    by_this_run_alone: bool,
) -> dict[str, str]:
    """Digests of what was already read, by record id: by the run of the checkpoint, and by this run itself."""
    counted = select(checkpoints.c.run_id).where(
        checkpoints.c.tenant_id == run.tenant_id,
        checkpoints.c.module == module.value,
        checkpoints.c.source == source.value,
    )
    digests = overlap_digests.c
    oldest = min((row.modified_at for row in rows), default=None)
    if oldest is None:
        return {}
    found = await session.fetch_all(
        select(digests.row_id, digests.digest, digests.run_id).where(
            digests.tenant_id == run.tenant_id,
            digests.module == module.value,
            digests.source == source.value,
            digests.modified_at >= oldest,
            digests.run_id == run.run_id
            if by_this_run_alone
            else or_(digests.run_id == run.run_id, digests.run_id.in_(counted)),
        )
    )
    seen = {row["row_id"]: row["digest"] for row in found if row["run_id"] != run.run_id}
    return seen | {row["row_id"]: row["digest"] for row in found if row["run_id"] == run.run_id}


async def note_seen(
    session: Session,
    run: RunRow,
    modules: Sequence[Module],
    source: Source,
    rows: Collection[Row],
    *,
    keep_from: datetime,
) -> None:
    """Remember the rows that the next question will bring again: those modified at or after `keep_from`."""
    recent = [(row, digest_row(row)) for row in rows if row.modified_at >= keep_from]
    await session.upsert(
        overlap_digests,
        [
            {
                "tenant_id": run.tenant_id,
                "module": module.value,
                "source": source.value,
                "run_id": run.run_id,
                "row_id": row.record_id,
                "modified_at": row.modified_at,
                "digest": digest,
            }
            for module in modules
            for row, digest in recent
        ],
        key=("tenant_id", "module", "source", "run_id", "row_id"),
        update=("modified_at", "digest"),
    )


async def forget_seen(
    session: Session, run: RunRow, modules: Sequence[Module], source: Source, *, before: datetime
) -> None:
    """Rows of earlier pages that the next question will not bring again after all."""
    given = {"tenant_id": run.tenant_id, "run_id": run.run_id, "source": source.value, "keep_from": before}
    await session.execute(_FORGET_EARLIER, {**given, "modules": [module.value for module in modules]})


async def forget_digests(session: Session, run: RunRow) -> None:
    """The run is over: digests of modules whose checkpoint it did not move are worth nothing."""
    kept = select(checkpoints.c.module).where(
        checkpoints.c.tenant_id == run.tenant_id,
        checkpoints.c.run_id == run.run_id,
        checkpoints.c.module == overlap_digests.c.module,
        checkpoints.c.source == overlap_digests.c.source,
    )
    digests = overlap_digests.c
    await session.execute(
        delete(overlap_digests).where(digests.tenant_id == run.tenant_id, digests.run_id == run.run_id, ~kept.exists())
    )
