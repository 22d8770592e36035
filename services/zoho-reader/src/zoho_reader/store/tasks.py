"""Extraction tasks: one Zoho module in one run, and how far it has been read."""

from collections.abc import Sequence
from typing import Any, Final

from sqlalchemy import RowMapping, bindparam, select

from sync_kit.store import Session
from zoho_reader.domain.coql import Position
from zoho_reader.domain.sources import Source
from zoho_reader.domain.steps import Task, TaskState, Way
from zoho_reader.store.runs import RunRow
from zoho_reader.store.tables import extraction_tasks

_KEY = ("tenant_id", "run_id", "source")
_OF_RUN: Final = select(extraction_tasks).where(
    extraction_tasks.c.tenant_id == bindparam("tenant_id"), extraction_tasks.c.run_id == bindparam("run_id")
)


async def list_tasks(session: Session, run: RunRow) -> list[Task]:
    """The run's tasks."""
    rows = await session.fetch_all(_OF_RUN, {"tenant_id": run.tenant_id, "run_id": run.run_id})
    return [_read(row) for row in rows]


async def save_tasks(session: Session, run: RunRow, tasks: Sequence[Task]) -> None:
    """Add tasks or put their new state in place of the old."""
    rows = [_write(run, task) for task in tasks]
    update = [name for name in rows[0] if name not in _KEY] if rows else []
    await session.upsert(extraction_tasks, rows, key=_KEY, update=update)


def _write(run: RunRow, task: Task) -> dict[str, Any]:
    return {
        "tenant_id": run.tenant_id,
        "run_id": run.run_id,
        "source": task.source.value,
        "way": task.way.value,
        "state": task.state.value,
        "since": task.since,
        "later_only": task.later_only,
        "alone": task.alone,
        "position_id": task.position.record_id if task.position else None,
        "position_at": task.position.modified_at if task.position else None,
        "asked_at": task.asked_at,
        "newest_at": task.newest_at,
        "scanned": task.scanned,
        "changed": task.changed,
        "token": task.token,
        "window_at": task.window_at,
        "window_rows": task.window_rows,
    }


def _read(row: RowMapping) -> Task:
    position = None if row["position_id"] is None else Position(row["position_id"], row["position_at"])
    return Task(
        source=Source(row["source"]),
        way=Way(row["way"]),
        state=TaskState(row["state"]),
        since=row["since"],
        later_only=row["later_only"],
        alone=row["alone"],
        position=position,
        asked_at=row["asked_at"],
        newest_at=row["newest_at"],
        scanned=row["scanned"],
        changed=row["changed"],
        token=row["token"],
        window_at=row["window_at"],
        window_rows=row["window_rows"],
    )
