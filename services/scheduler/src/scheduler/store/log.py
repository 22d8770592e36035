"""The sync log."""

from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from sqlalchemy import RowMapping, Select, select, tuple_

from scheduler.domain.causes import LoggedRecord
from scheduler.domain.forecast import ACTS, Foreseen
from scheduler.store.tables import log_entries
from sync_kit.contracts.events import RecordOutcome
from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import Module, Outcome
from sync_kit.paging import Cursor
from sync_kit.store import Session

Result = TypeVar("Result")


@dataclass(frozen=True)
class LogFilter:
    """Which entries of one tenant to show; None: all."""

    run_id: str | None = None
    module: str | None = None
    outcome: str | None = None
    code: str | None = None
    record_id: str | None = None


async def log_outcomes(session: Session, tenant_id: str, run_id: str, outcomes: Iterable[RecordOutcome]) -> None:
    """Write entries; a later settled_seq replaces an earlier one of the same record."""
    await session.upsert(
        log_entries,
        [
            {
                "run_id": run_id,
                "module": outcome.module,
                "record_id": outcome.record_id,
                "tenant_id": tenant_id,
                "settled_seq": outcome.settled_seq,
                "settled_at": outcome.settled_at,
                "outcome": outcome.outcome,
                "codes": "".join(f"|{reason.code}|" for reason in outcome.reasons),
                "reasons": [reason.model_dump() for reason in outcome.reasons],
                "label": outcome.label.model_dump(),
                "total": outcome.label.total,
                "currency": outcome.label.currency,
                "xero_id": outcome.xero_id,
                "document": outcome.document,
                "status": outcome.status,
                "changes": [change.model_dump() for change in outcome.changes],
            }
            for outcome in outcomes
        ],
        key=["run_id", "module", "record_id"],
        update=[
            "settled_seq", "settled_at", "outcome", "codes", "reasons", "label", "total", "currency", "xero_id",
            "document", "status", "changes",
        ],
        only_if=lambda new, old: new.settled_seq > old.c.settled_seq,
    )  # fmt: skip


async def list_log(
    session: Session, tenant_id: str, wanted: LogFilter, *, before: Cursor | None, limit: int
) -> Sequence[RowMapping]:
    """Entries, newest first, after the position where the last page ended."""
    entry = log_entries.c
    place = tuple_(entry.settled_at, entry.run_id, entry.module, entry.record_id)
    query = _filtered(select(log_entries).where(entry.tenant_id == tenant_id), wanted)
    if before is not None:
        query = query.where(place < before)
    order = (entry.settled_at.desc(), entry.run_id.desc(), entry.module.desc(), entry.record_id.desc())
    return await session.fetch_all(query.order_by(*order).limit(limit))


async def fold_held(
    session: Session,
    tenant_id: str,
    run_id: str,
    outcomes: Collection[Outcome],
    fold: Callable[[Iterable[LoggedRecord]], Result],
) -> Result:
    """What `fold` makes of a run's records with these outcomes and their reasons, which come one by one."""
    entry = log_entries.c
    return await session.fold(
        select(entry.module, entry.reasons, entry.total, entry.currency).where(
            entry.tenant_id == tenant_id, entry.run_id == run_id, entry.outcome.in_(sorted(outcomes))
        ),
        lambda rows: fold(
            LoggedRecord(
                module=Module(row["module"]),
                reasons=tuple(Reason.model_validate(reason) for reason in row["reasons"]),
                total=row["total"],
                currency=row["currency"],
            )
            for row in rows
        ),
    )


async def fold_foreseen(
    session: Session, tenant_id: str, run_id: str, fold: Callable[[Iterable[Foreseen]], Result]
) -> Result:
    """What `fold` makes of all that a rehearsal would have written or linked, which comes one by one."""
    entry = log_entries.c
    return await session.fold(
        select(entry.module, entry.outcome, entry.document, entry.status, entry.total, entry.currency).where(
            entry.tenant_id == tenant_id, entry.run_id == run_id, entry.outcome.in_(sorted(ACTS))
        ),
        lambda rows: fold(
            Foreseen(
                module=Module(row["module"]),
                outcome=Outcome(row["outcome"]),
                document=row["document"],
                status=row["status"],
                total=row["total"],
                currency=row["currency"],
            )
            for row in rows
        ),
    )


def _filtered(query: Select[Any], wanted: LogFilter) -> Select[Any]:
    entry = log_entries.c
    for column, value in (
        (entry.run_id, wanted.run_id),
        (entry.module, wanted.module),
        (entry.outcome, wanted.outcome),
        (entry.record_id, wanted.record_id),
    ):
        if value is not None:
            query = query.where(column == value)
    if wanted.code is not None:
        query = query.where(entry.codes.contains(f"|{wanted.code}|", autoescape=True))
    return query
