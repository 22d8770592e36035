"""Runs with their modules and stages."""

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import RowMapping, bindparam, func, select, tuple_, update

from scheduler.domain.run_state import ModuleAccount, StageAccount
from scheduler.store.tables import log_entries, run_modules, run_stages, runs
from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import Module, Outcome, Stage
from sync_kit.paging import Cursor
from sync_kit.store import Session

_THAT_RUN: Final = select(runs).where(runs.c.run_id == bindparam("run_id"))
_STAGES_OF_RUN: Final = select(run_stages).where(run_stages.c.run_id == bindparam("run_id"))
_MODULES_OF_RUN: Final = (
    select(run_modules).where(run_modules.c.run_id == bindparam("run_id")).order_by(run_modules.c.position)
)
_OUTCOMES_OF_RUN: Final = (
    select(
        log_entries.c.module,
        log_entries.c.outcome,
        func.count().label("records"),
        func.sum(log_entries.c.settled_seq).label("settled_sum"),
    )
    .where(log_entries.c.run_id == bindparam("run_id"))
    .group_by(log_entries.c.module, log_entries.c.outcome)
)
_THAT_MODULE: Final = update(run_modules).where(
    run_modules.c.run_id == bindparam("of_run"), run_modules.c.module == bindparam("of_module")
)
_CLOSE_MODULE: Final = _THAT_MODULE.values(closed=True)
_RAISE_EMITTED: Final = _THAT_MODULE.where(func.coalesce(run_modules.c.emitted, -1) < bindparam("announced")).values(
    emitted=bindparam("announced")
)


async def find_run(session: Session, run_id: str) -> RowMapping | None:
    """The run, or None."""
    return await session.fetch_one(_THAT_RUN, {"run_id": run_id})


async def find_open_run(session: Session, tenant_id: str) -> RowMapping | None:
    """The tenant's run that has not ended, if any; there is at most one."""
    return await session.fetch_one(select(runs).where(runs.c.tenant_id == tenant_id, runs.c.ended_at.is_(None)))


async def get_next_run_seq(session: Session, tenant_id: str) -> int:
    """One more than the tenant's newest run."""
    newest = await session.fetch_value(select(func.max(runs.c.run_seq)).where(runs.c.tenant_id == tenant_id))
    return int(newest or 0) + 1


async def add_run(session: Session, run: Mapping[str, Any], modules: Sequence[Module]) -> None:
    """A new run with its modules, in their order."""
    await session.insert(runs, [dict(run)])
    if modules:
        await session.insert(
            run_modules,
            [
                {"run_id": run["run_id"], "module": module, "position": position, "closed": False, "accounted_seq": 0}
                for position, module in enumerate(modules)
            ],
        )


async def change_run(session: Session, run_id: str, **values: object) -> None:
    """Set columns of one run."""
    await session.update_rows(runs, [{"run_id": run_id, **values}], key=["run_id"], update=list(values))


async def list_runs(session: Session, tenant_id: str, *, before: Cursor | None, limit: int) -> Sequence[RowMapping]:
    """The tenant's runs, newest first; `before` is the (requested_at, run_id) of the last one seen."""
    query = select(runs).where(runs.c.tenant_id == tenant_id)
    if before is not None:
        query = query.where(tuple_(runs.c.requested_at, runs.c.run_id) < before)
    return await session.fetch_all(query.order_by(runs.c.requested_at.desc(), runs.c.run_id.desc()).limit(limit))


async def list_open_runs(session: Session) -> Sequence[RowMapping]:
    """Every run that has not ended, over all tenants; for the watch over stalled and cancelled ones."""
    return await session.fetch_all(select(runs).where(runs.c.ended_at.is_(None)).order_by(runs.c.requested_at))


async def announce_extraction(
    session: Session, run_id: str, module: str, *, emitted: int, closed: bool, failure: Reason | None
) -> None:
    """The reader's half: E only grows, closed stays closed."""
    of_module = {"of_run": run_id, "of_module": module}
    await session.execute(_RAISE_EMITTED, {**of_module, "announced": emitted})
    if closed:
        await session.execute(_CLOSE_MODULE, of_module)
    if failure is not None:
        await session.execute(_THAT_MODULE.values(failure=failure.model_dump()), of_module)


async def account_module(
    session: Session, run_id: str, module: str, *, seq: int, taken_in: int, carried: int, settled_sum: int
) -> None:
    """The writer's half: the highest sequence wins."""
    row = run_modules.c
    await session.execute(
        update(run_modules)
        .where(row.run_id == run_id, row.module == module, row.accounted_seq < seq)
        .values(accounted_seq=seq, taken_in=taken_in, carried=carried, settled_sum=settled_sum)
    )


async def report_stage(session: Session, run_id: str, report: Mapping[str, Any]) -> None:
    """A stage's newest state: the highest progress_seq wins."""
    await session.upsert(
        run_stages,
        [{"run_id": run_id, **report}],
        key=["run_id", "stage"],
        update=["progress_seq", "state", "calls", "least_calls", "waiting_until", "waiting_for", "failure"],
        only_if=lambda new, old: new.progress_seq > old.c.progress_seq,
    )


async def list_stages(session: Session, run_id: str) -> list[StageAccount]:
    """What the stages told last."""
    rows = await session.fetch_all(_STAGES_OF_RUN, {"run_id": run_id})
    return [
        StageAccount(
            stage=Stage(row["stage"]),
            state=row["state"],
            calls=row["calls"],
            least_calls=row["least_calls"],
            waiting_until=row["waiting_until"],
            waiting_for=_reason(row["waiting_for"]),
            failure=_reason(row["failure"]),
        )
        for row in rows
    ]


async def list_modules(session: Session, run_id: str, *, with_outcomes: bool = True) -> list[ModuleAccount]:
    """The run's modules in their order; counting outcomes can be left out."""
    rows = await session.fetch_all(_MODULES_OF_RUN, {"run_id": run_id})
    counts: dict[str, dict[Outcome, int]] = {}
    sums: Counter[str] = Counter()
    if with_outcomes:
        for count in await session.fetch_all(_OUTCOMES_OF_RUN, {"run_id": run_id}):
            counts.setdefault(count["module"], {})[Outcome(count["outcome"])] = count["records"]
            sums[count["module"]] += int(count["settled_sum"])
    return [
        ModuleAccount(
            module=Module(row["module"]),
            emitted=row["emitted"],
            closed=row["closed"],
            failure=_reason(row["failure"]),
            taken_in=row["taken_in"],
            carried=row["carried"],
            settled_sum=row["settled_sum"],
            logged_sum=sums[row["module"]],
            outcomes=counts.get(row["module"], {}),
        )
        for row in rows
    ]


def _reason(value: Mapping[str, Any] | None) -> Reason | None:
    return Reason.model_validate(value) if value is not None else None
