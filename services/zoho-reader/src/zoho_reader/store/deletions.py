"""How far deletions are known, and the questions about them in a run."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime
from typing import Final

from sqlalchemy import bindparam, select

from sync_kit.store import Session
from zoho_reader.domain.sources import Source
from zoho_reader.domain.steps import DeletionTask, TaskState
from zoho_reader.store.runs import RunRow
from zoho_reader.store.tables import deletion_checkpoints, deletion_tasks

_OF_RUN: Final = (
    select(deletion_tasks)
    .where(deletion_tasks.c.tenant_id == bindparam("tenant_id"), deletion_tasks.c.run_id == bindparam("run_id"))
    .order_by(deletion_tasks.c.source)
)


async def list_deletion_checkpoints(session: Session, tenant_id: str) -> Mapping[Source, datetime]:
    """Watermarks by source."""
    columns = deletion_checkpoints.c
    rows = await session.fetch_all(select(columns.source, columns.watermark).where(columns.tenant_id == tenant_id))
    return {Source(row["source"]): row["watermark"] for row in rows}


async def begin_deletions(session: Session, tenant_id: str, sources: Iterable[Source], watermark: datetime) -> None:
    """From this time on deletions of these sources matter; a checkpoint that is there stays."""
    await session.insert_missing(
        deletion_checkpoints,
        [{"tenant_id": tenant_id, "source": source.value, "watermark": watermark} for source in sources],
    )


async def move_deletions(session: Session, tenant_id: str, watermarks: Mapping[Source, datetime]) -> None:
    """Move the checkpoints, never backwards."""
    await session.upsert(
        deletion_checkpoints,
        [
            {"tenant_id": tenant_id, "source": source.value, "watermark": watermark}
            for source, watermark in watermarks.items()
        ],
        key=("tenant_id", "source"),
        update=("watermark",),
        only_if=lambda new, table: new.watermark > table.c.watermark,
    )


async def list_deletion_tasks(session: Session, run: RunRow) -> list[DeletionTask]:
    """The run's questions what was deleted, in the order of the sources' names."""
    rows = await session.fetch_all(_OF_RUN, {"tenant_id": run.tenant_id, "run_id": run.run_id})
    return [
        DeletionTask(
            source=Source(row["source"]),
            since=row["since"],
            state=TaskState(row["state"]),
            alone=row["alone"],
            page=row["page"],
            asked_at=row["asked_at"],
            found=row["found"],
        )
        for row in rows
    ]


async def save_deletion_tasks(session: Session, run: RunRow, tasks: Sequence[DeletionTask]) -> None:
    """Add questions or put their new state in place of the old."""
    await session.upsert(
        deletion_tasks,
        [
            {
                "tenant_id": run.tenant_id,
                "run_id": run.run_id,
                "source": task.source.value,
                "since": task.since,
                "state": task.state.value,
                "alone": task.alone,
                "page": task.page,
                "asked_at": task.asked_at,
                "found": task.found,
            }
            for task in tasks
        ],
        key=("tenant_id", "run_id", "source"),
        update=("since", "state", "alone", "page", "asked_at", "found"),
    )
