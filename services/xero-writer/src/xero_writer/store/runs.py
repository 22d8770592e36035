"""Runs as this stage knows them, and what their reader announced."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from functools import cache
from typing import Any, Final

from sqlalchemy import Executable, RowMapping, and_, bindparam, case, delete, func, select, update

from sync_kit.contracts.vocabulary import REHEARSALS, Module, RunMode
from sync_kit.store import Session, now_of_store
from sync_kit.store.statements import Kind, insert_into
from xero_writer.store.tables import run_modules, runs


class RunState(StrEnum):
    """How far a run is; the later one wins, whatever the order in which events come."""

    HEARD_OF = "heard_of"
    REQUESTED = "requested"
    CANCELLED = "cancelled"
    ENDED = "ended"


_REHEARSING = sorted(mode.value for mode in REHEARSALS)
_RANK = {state: rank for rank, state in enumerate(RunState)}
_IS_MINE: Final = (runs.c.tenant_id == bindparam("of_tenant"), runs.c.run_id == bindparam("of_run"))
_THAT_RUN: Final = select(runs).where(*_IS_MINE)
_NEWEST: Final = (
    select(runs)
    .where(runs.c.tenant_id == bindparam("of_tenant"), runs.c.state != RunState.HEARD_OF)
    .order_by(runs.c.run_seq.desc())
    .limit(1)
)
_ADD_CALLS: Final = update(runs).where(*_IS_MINE).values(calls=runs.c.calls + bindparam("more_calls"))
_MODULES: Final = select(run_modules).where(
    run_modules.c.tenant_id == bindparam("of_tenant"), run_modules.c.run_id == bindparam("of_run")
)


def _name(tenant_id: str, run_id: str) -> dict[str, str]:
    return {"of_tenant": tenant_id, "of_run": run_id}


async def find_run(session: Session, tenant_id: str, run_id: str) -> RowMapping | None:
    """One run, or None."""
    return await session.fetch_one(_THAT_RUN, _name(tenant_id, run_id))


async def find_open_run(session: Session, tenant_id: str) -> RowMapping | None:
    """The tenant's newest run, if its request has come and it has not ended; an earlier one is over by then."""
    newest = await session.fetch_one(_NEWEST, {"of_tenant": tenant_id})
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
    mode: RunMode | None = None,
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
        values = {"request": request, "mode": mode.value if mode is not None else None, "moved_at": now}
        await session.execute(update(runs).where(*mine, runs.c.request.is_(None)).values(**values))
    await session.execute(update(runs).where(*mine, runs.c.state.in_(lower)).values(state=state.value, moved_at=now))


async def change_run(session: Session, tenant_id: str, run_id: str, **values: object) -> None:
    """Set columns of one run."""
    await session.update_rows(
        runs, [{"tenant_id": tenant_id, "run_id": run_id, **values}], key=["tenant_id", "run_id"], update=list(values)
    )


async def add_calls(session: Session, tenant_id: str, run_id: str, count: int) -> None:
    """Count vendor calls made for the run."""
    await session.execute(_ADD_CALLS, {**_name(tenant_id, run_id), "more_calls": count})


async def move_run(session: Session, tenant_id: str, run_id: str) -> None:
    """Something of the run was taken in or settled just now."""
    await session.execute(_move_run(session.kind), {**_name(tenant_id, run_id), **session.now_given()})


@cache
def _move_run(kind: Kind) -> Executable:
    return update(runs).where(*_IS_MINE).values(moved_at=now_of_store(kind))


async def announce_extraction(
    session: Session, tenant_id: str, run_id: str, module: Module, *, emitted: int, failure: Any | None
) -> None:
    """The reader has closed the module with that count; it only grows."""
    announced = {**_name(tenant_id, run_id), "of_module": module.value, "new_emitted": emitted}
    if failure is not None:
        announced["new_failure"] = failure
    await session.execute(_announce(session.kind, failed=failure is not None), announced)


@cache
def _announce(kind: Kind, *, failed: bool) -> Executable:
    row = run_modules.c
    failure = {"failure": bindparam("new_failure", type_=row.failure.type)} if failed else {}
    statement = insert_into(kind, run_modules).values(
        tenant_id=bindparam("of_tenant"),
        run_id=bindparam("of_run"),
        module=bindparam("of_module"),
        emitted=bindparam("new_emitted"),
        **failure,
    )
    new = statement.excluded
    grown = case((func.coalesce(row.emitted, -1) < new.emitted, new.emitted), else_=row.emitted)
    return statement.on_conflict_do_update(
        index_elements=["tenant_id", "run_id", "module"],
        set_={"emitted": grown, **{name: new[name] for name in failure}},
    )


async def list_modules(session: Session, tenant_id: str, run_id: str) -> dict[Module, RowMapping]:
    """What the reader announced and what was told, by module."""
    rows = await session.fetch_all(_MODULES, _name(tenant_id, run_id))
    return {Module(found["module"]): found for found in rows}


async def note_accounted(
    session: Session, tenant_id: str, run_id: str, told: Mapping[Module, Mapping[str, int]]
) -> None:
    """Remember what ModuleAccounted was told with: told_emitted, told_carried and told_sum by module."""
    await session.upsert(
        run_modules,
        [{"tenant_id": tenant_id, "run_id": run_id, "module": module.value, **each} for module, each in told.items()],
        key=["tenant_id", "run_id", "module"],
        update=["told_emitted", "told_carried", "told_sum"],
    )


async def forget_modules(session: Session, tenant_id: str, run_id: str) -> None:
    """The run has ended: what its reader announced is of no more use."""
    row = run_modules.c
    await session.execute(delete(run_modules).where(row.tenant_id == tenant_id, row.run_id == run_id))


@dataclass(frozen=True)
class Standing:
    """Where a run stands. `emitted`: how much the reader says that it emitted, of the modules that it has closed."""

    moved_at: datetime
    """When something of the run was taken in or settled last."""
    now: datetime
    """The store's time."""
    emitted: Mapping[Module, int]


async def find_standing(session: Session, tenant_id: str, run_id: str) -> Standing:
    """Asked at every step of a slice, so all of it by one statement."""
    rows = await session.fetch_all(_stand(session.kind), {**_name(tenant_id, run_id), **session.now_given()})
    if not rows:
        now = await session.now()
        return Standing(now, now, {})
    emitted = {Module(found["module"]): int(found["emitted"]) for found in rows if found["emitted"] is not None}
    return Standing(rows[0]["moved_at"], rows[0]["now"], emitted)


@cache
def _stand(kind: Kind) -> Executable:
    row = run_modules.c
    of_run = and_(row.tenant_id == runs.c.tenant_id, row.run_id == runs.c.run_id)
    return (
        select(runs.c.moved_at, now_of_store(kind).label("now"), row.module, row.emitted)
        .select_from(runs.outerjoin(run_modules, of_run))
        .where(*_IS_MINE)
    )


async def list_to_drop(session: Session) -> Sequence[RowMapping]:
    """tenant_id and run_id of rehearsals that have ended and whose copy is still there."""
    row = runs.c
    return await session.fetch_all(
        select(row.tenant_id, row.run_id).where(
            row.state == RunState.ENDED, row.mode.in_(_REHEARSING), row.dropped_at.is_(None)
        )
    )


async def list_rehearsals(session: Session, tenant_id: str) -> list[str]:
    """The tenant's runs that worked on a copy of its rows."""
    row = runs.c
    rows = await session.fetch_all(select(row.run_id).where(row.tenant_id == tenant_id, row.mode.in_(_REHEARSING)))
    return [found["run_id"] for found in rows]


async def find_mode(session: Session, tenant_id: str, run_id: str) -> RunMode | None:
    """What the run may do; None while its request has not come."""
    row = runs.c
    mode = await session.fetch_value(select(row.mode).where(row.tenant_id == tenant_id, row.run_id == run_id))
    return RunMode(mode) if mode is not None else None
