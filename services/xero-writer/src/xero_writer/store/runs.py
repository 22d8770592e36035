"""Runs as this stage knows them, what their reader announced, and the outcomes that they are owed."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from sqlalchemy import RowMapping, case, delete, func, literal, select, update
from sqlalchemy.sql.expression import Select

from sync_kit.contracts.vocabulary import Module, Outcome
from sync_kit.store import Session
from xero_writer.store.staging import State
from xero_writer.store.tables import run_modules, run_records, runs, staged_records


class RunState(StrEnum):
    """How far a run is; the later one wins, whatever the order in which events come."""

    HEARD_OF = "heard_of"
    REQUESTED = "requested"
    CANCELLED = "cancelled"
    ENDED = "ended"


_RANK = {state: rank for rank, state in enumerate(RunState)}


@dataclass(frozen=True)
class ModuleCount:
    """The owed outcomes of one module."""

    module: Module
    emitted: int
    """Records of the reader's count that were taken in."""
    owed: int
    unsettled: int
    settled_sum: int = 0
    """The settled_seq of the outcomes told last, added up."""

    @property
    def carried(self) -> int:
        """Owed beside what the reader emitted."""
        return self.owed - self.emitted


async def find_run(session: Session, tenant_id: str, run_id: str) -> RowMapping | None:
    """One run, or None."""
    return await session.fetch_one(select(runs).where(runs.c.tenant_id == tenant_id, runs.c.run_id == run_id))


async def find_open_run(session: Session, tenant_id: str) -> RowMapping | None:
    """The tenant's newest run, if its request has come and it has not ended; an earlier one is over by then."""
    newest = await session.fetch_one(
        select(runs)
        .where(runs.c.tenant_id == tenant_id, runs.c.state != RunState.HEARD_OF)
        .order_by(runs.c.run_seq.desc())
        .limit(1)
    )
    if newest is None or newest["state"] == RunState.ENDED or newest["request"] is None:
        return None
    return newest


async def advance_run(
    session: Session,
    tenant_id: str,
    run_id: str,
    *,
    run_seq: int,
    state: RunState,
    request: Mapping[str, Any] | None = None,
) -> None:
    """Note that the run has come this far; never backwards."""
    now = await session.now()
    await session.insert_missing(
        runs,
        [
            {
                "tenant_id": tenant_id,
                "run_id": run_id,
                "run_seq": run_seq,
                "state": RunState.HEARD_OF.value,
                "opened": False,
                "reexamined": False,
                "calls": 0,
                "tell_again": False,
                "moved_at": now,
            }
        ],
    )
    lower = [other.value for other in RunState if _RANK[other] < _RANK[state]]
    mine = (runs.c.tenant_id == tenant_id, runs.c.run_id == run_id)
    if request is not None:
        await session.execute(update(runs).where(*mine, runs.c.request.is_(None)).values(request=request, moved_at=now))
    await session.execute(update(runs).where(*mine, runs.c.state.in_(lower)).values(state=state.value, moved_at=now))


async def change_run(session: Session, tenant_id: str, run_id: str, **values: object) -> None:
    """Set columns of one run."""
    await session.execute(update(runs).where(runs.c.tenant_id == tenant_id, runs.c.run_id == run_id).values(**values))


async def add_calls(session: Session, tenant_id: str, run_id: str, count: int) -> None:
    """Count vendor calls made for the run."""
    await session.execute(
        update(runs).where(runs.c.tenant_id == tenant_id, runs.c.run_id == run_id).values(calls=runs.c.calls + count)
    )


async def move_run(session: Session, tenant_id: str, run_id: str) -> None:
    """Something of the run was taken in or settled just now."""
    await session.execute(
        update(runs).where(runs.c.tenant_id == tenant_id, runs.c.run_id == run_id).values(moved_at=session.now_in_sql())
    )


async def announce_extraction(
    session: Session, tenant_id: str, run_id: str, module: Module, *, emitted: int, failure: Any | None
) -> None:
    """The reader has closed the module with that count; it only grows."""
    row = run_modules.c
    await session.insert_missing(run_modules, [{"tenant_id": tenant_id, "run_id": run_id, "module": module.value}])
    mine = (row.tenant_id == tenant_id, row.run_id == run_id, row.module == module)
    await session.execute(
        update(run_modules)
        .where(*mine)
        .values(emitted=case((func.coalesce(row.emitted, -1) < emitted, literal(emitted)), else_=row.emitted))
    )
    if failure is not None:
        await session.execute(update(run_modules).where(*mine).values(failure=failure))


async def list_modules(session: Session, tenant_id: str, run_id: str) -> dict[Module, RowMapping]:
    """What the reader announced and what was told, by module."""
    row = run_modules.c
    rows = await session.fetch_all(select(run_modules).where(row.tenant_id == tenant_id, row.run_id == run_id))
    return {Module(found["module"]): found for found in rows}


async def note_accounted(session: Session, tenant_id: str, run_id: str, count: ModuleCount) -> None:
    """Remember what ModuleAccounted was told with."""
    await session.upsert(
        run_modules,
        [
            {
                "tenant_id": tenant_id,
                "run_id": run_id,
                "module": count.module.value,
                "told_emitted": count.emitted,
                "told_carried": count.carried,
                "told_sum": count.settled_sum,
            }
        ],
        key=["tenant_id", "run_id", "module"],
        update=["told_emitted", "told_carried", "told_sum"],
    )


async def owe_emitted(
    session: Session, tenant_id: str, run_id: str, module: Module, *, newer: Iterable[str], known: Iterable[str]
) -> None:
    """The reader emitted these in the run: `newer` versions need an outcome again, `known` ones at least one."""
    for ids, columns in ((newer, ["emitted", "settled"]), (known, ["emitted"])):
        rows = [_owed(tenant_id, run_id, module, record_id, emitted=True) for record_id in ids]
        await session.upsert(run_records, rows, key=["tenant_id", "run_id", "module", "record_id"], update=columns)


async def owe(session: Session, tenant_id: str, run_id: str, module: Module, ids: Iterable[str]) -> None:
    """The run owes these an outcome although the reader may not have emitted them in it: carried over."""
    await session.insert_missing(
        run_records, [_owed(tenant_id, run_id, module, record_id, emitted=False) for record_id in ids]
    )


def _owed(tenant_id: str, run_id: str, module: Module, record_id: str, *, emitted: bool) -> dict[str, Any]:
    return {
        "tenant_id": tenant_id,
        "run_id": run_id,
        "module": module.value,
        "record_id": record_id,
        "emitted": emitted,
        "settled": False,
        "settled_seq": 0,
    }


async def reopen_owed(session: Session, tenant_id: str, run_id: str, module: Module, ids: Iterable[str]) -> None:
    """These were settled in the run and are worth judging again: they need a new outcome."""
    row = run_records.c
    await session.execute(
        update(run_records)
        .where(row.tenant_id == tenant_id, row.run_id == run_id, row.module == module, row.record_id.in_(list(ids)))
        .values(settled=False)
    )


async def list_outcomes(
    session: Session, tenant_id: str, run_id: str, module: Module, ids: Iterable[str]
) -> dict[str, str | None]:
    """The outcome told last in the run, by record id."""
    row = run_records.c
    rows = await session.fetch_all(
        select(row.record_id, row.outcome).where(
            row.tenant_id == tenant_id, row.run_id == run_id, row.module == module, row.record_id.in_(list(ids))
        )
    )
    return {found["record_id"]: found["outcome"] for found in rows}


async def settle_owed(
    session: Session, tenant_id: str, run_id: str, module: Module, outcomes: Mapping[str, tuple[str, int]]
) -> None:
    """These have their outcome, told with that settled_seq."""
    rows = [
        {
            **_owed(tenant_id, run_id, module, record_id, emitted=False),
            "settled": True,
            "outcome": outcome,
            "settled_seq": settled_seq,
        }
        for record_id, (outcome, settled_seq) in outcomes.items()
    ]
    await session.upsert(
        run_records,
        rows,
        key=["tenant_id", "run_id", "module", "record_id"],
        update=["settled", "outcome", "settled_seq"],
    )


async def remember_outcomes(
    session: Session, tenant_id: str, run_id: str, module: Module, outcomes: Mapping[str, str]
) -> None:
    """What became of older versions of these; they still need the outcome of their newest one."""
    rows = [
        {**_owed(tenant_id, run_id, module, record_id, emitted=False), "outcome": outcome}
        for record_id, outcome in outcomes.items()
    ]
    await session.upsert(run_records, rows, key=["tenant_id", "run_id", "module", "record_id"], update=["outcome"])


async def list_resting(session: Session, tenant_id: str, run_id: str, limit: int) -> Sequence[RowMapping]:
    """Staged rows that are settled although the run still owes them an outcome."""
    return await session.fetch_all(
        _owed_and_staged(tenant_id, run_id).where(staged_records.c.state == State.SETTLED).limit(limit)
    )


def _owed_and_staged(tenant_id: str, run_id: str) -> Select[Any]:
    staged, owed = staged_records.c, run_records.c
    columns = [
        staged.module,
        staged.record_id,
        staged.extraction_seq,
        staged.outcome,
        staged.reasons,
        staged.label,
    ]
    return (
        select(*columns)
        .join(
            run_records,
            (owed.tenant_id == staged.tenant_id)
            & (owed.module == staged.module)
            & (owed.record_id == staged.record_id),
        )
        .where(owed.tenant_id == tenant_id, owed.run_id == run_id, ~owed.settled)
    )


async def count_owed(session: Session, tenant_id: str, run_id: str) -> dict[Module, ModuleCount]:
    """What the run owes, by module."""
    row = run_records.c
    rows = await session.fetch_all(
        select(
            row.module,
            func.sum(case((row.emitted, 1), else_=0)).label("emitted"),
            func.count().label("owed"),
            func.sum(case((row.settled, 0), else_=1)).label("unsettled"),
            func.sum(row.settled_seq).label("settled_sum"),
        )
        .where(row.tenant_id == tenant_id, row.run_id == run_id)
        .group_by(row.module)
    )
    return {
        Module(found["module"]): ModuleCount(
            Module(found["module"]),
            int(found["emitted"]),
            int(found["owed"]),
            int(found["unsettled"]),
            int(found["settled_sum"]),
        )
        for found in rows
    }


async def count_outcomes(session: Session, tenant_id: str, run_id: str) -> dict[tuple[Module, Outcome], int]:
    """How often each outcome was told in the run, by module."""
    row = run_records.c
    rows = await session.fetch_all(
        select(row.module, row.outcome, func.count().label("records"))
        .where(row.tenant_id == tenant_id, row.run_id == run_id, row.outcome.is_not(None))
        .group_by(row.module, row.outcome)
    )
    return {(Module(found["module"]), Outcome(found["outcome"])): found["records"] for found in rows}


async def forget_owed(session: Session, tenant_id: str, run_id: str) -> None:
    """The run has ended: nothing is owed to it any more."""
    for table in (run_records, run_modules):
        await session.execute(delete(table).where(table.c.tenant_id == tenant_id, table.c.run_id == run_id))


async def find_moved_at(session: Session, tenant_id: str, run_id: str) -> datetime | None:
    """When something of the run was taken in or settled last."""
    moment: datetime | None = await session.fetch_value(
        select(runs.c.moved_at).where(runs.c.tenant_id == tenant_id, runs.c.run_id == run_id)
    )
    return moment
