"""Runs as the reader knows them, merged from events that come in any order."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Final, Literal

from sqlalchemy import RowMapping, and_, bindparam, func, select, update

from sync_kit.contracts.events import RunRequested
from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import REHEARSALS, Module, RunMode
from sync_kit.store import Session, UtcDateTime
from zoho_reader.domain.sources import Source
from zoho_reader.store.tables import runs

StageState = Literal["queued", "working", "waiting", "done", "cancelled"]
"""What the reader last reported of a run; `queued` is before its first report."""

Flag = Literal["cancelled", "ended"]

_NEWEST: Final = select(runs).where(runs.c.tenant_id == bindparam("tenant_id")).order_by(runs.c.run_seq.desc()).limit(1)
_THAT_RUN: Final = select(runs).where(runs.c.tenant_id == bindparam("tenant_id"), runs.c.run_id == bindparam("run_id"))
_ADD_CALLS: Final = (
    update(runs)
    .where(runs.c.tenant_id == bindparam("of_tenant"), runs.c.run_id == bindparam("of_run"))
    .values(
        calls=runs.c.calls + bindparam("more_calls"),
        credits=runs.c.credits + bindparam("more_credits"),
        began_at=func.coalesce(runs.c.began_at, bindparam("answered_at", type_=UtcDateTime())),
    )
    .returning(runs)
)


@dataclass(frozen=True)
class RunRow:
    """One run. `attempts` counts refusals and failures of Zoho since the last page.

    A rehearsal reads like any run and moves nothing: no checkpoint, no debt, no note of what is known.
    """

    tenant_id: str
    run_id: str
    run_seq: int
    requested: bool
    cancelled: bool
    ended: bool
    modules: tuple[Module, ...]
    since: datetime | None
    retry_of: str | None
    mode: RunMode
    planned: bool
    extra_fields: Mapping[Source, tuple[str, ...]]
    state: StageState
    progress_seq: int
    calls: int
    credits: int
    began_at: datetime | None
    returns_asked: int
    described: bool
    reported: bool
    waiting_until: datetime | None
    waiting_for: Reason | None
    attempts: int

    @property
    def rehearses(self) -> bool:
        """Whether nothing may move."""
        return self.mode in REHEARSALS


async def request_run(session: Session, event: RunRequested) -> None:
    """The run is requested; flags that came before it stay."""
    row = _build_stub(event.tenant_id, event.run_id, event.run_seq, await session.now()) | {
        "requested": True,
        "modules": [module.value for module in event.modules],
        "since": event.since,
        "retry_of": event.retry_of,
        "mode": event.mode.value,
    }
    key = ("tenant_id", "run_id")
    await session.upsert(runs, [row], key=key, update=("requested", "modules", "since", "retry_of", "mode"))


async def flag_run(session: Session, tenant_id: str, run_id: str, run_seq: int, flag: Flag) -> None:
    """The run was cancelled or has ended, perhaps before its request was heard of."""
    row = _build_stub(tenant_id, run_id, run_seq, await session.now()) | {flag: True}
    await session.upsert(runs, [row], key=("tenant_id", "run_id"), update=(flag,))


async def find_current_run(session: Session, tenant_id: str) -> RunRow | None:
    """The tenant's open run. A run with a later number supersedes earlier ones, whatever was heard of them."""
    row = await session.fetch_one(_NEWEST, {"tenant_id": tenant_id})
    if row is None or not row["requested"] or row["ended"]:
        return None
    return _read(row)


async def find_run(session: Session, tenant_id: str, run_id: str) -> RunRow | None:
    """That run; None when nothing was heard of it."""
    row = await session.fetch_one(_THAT_RUN, {"tenant_id": tenant_id, "run_id": run_id})
    return None if row is None else _read(row)


async def list_ended_before(session: Session, moment: datetime) -> Sequence[tuple[str, str]]:
    """Tenant and run ids of runs that are over and were first heard of before `moment`."""
    rows = await session.fetch_all(
        select(runs.c.tenant_id, runs.c.run_id).where(runs.c.taken_in_at < moment, runs.c.ended.is_(True))
    )
    return [(row["tenant_id"], row["run_id"]) for row in rows]


async def save_run(session: Session, run: RunRow, **values: Any) -> None:
    """Set columns of the run."""
    await session.execute(update(runs).where(_is_run(run.tenant_id, run.run_id)).values(**values))


async def count_progress(session: Session, run: RunRow, **values: Any) -> RunRow:
    """Bump `progress_seq`, set columns with it, and return the run as it stands now."""
    statement = update(runs).where(_is_run(run.tenant_id, run.run_id))
    row = await session.fetch_one(statement.values(progress_seq=runs.c.progress_seq + 1, **values).returning(runs))
    if row is None:
        raise LookupError(f"run {run.run_id} is gone")
    return _read(row)


async def add_calls(
    session: Session, run: RunRow, *, calls: int, credits_spent: int, answered_at: datetime | None
) -> RunRow | None:
    """Count calls that were made for the run; the first answer's time is when it began, by the vendor's clock.

    Returns the run as it stands now; None when it is gone.
    """
    given = {"of_tenant": run.tenant_id, "of_run": run.run_id, "answered_at": answered_at}
    row = await session.fetch_one(_ADD_CALLS, {**given, "more_calls": calls, "more_credits": credits_spent})
    return None if row is None else _read(row)


async def add_returns(session: Session, run: RunRow, questions: int) -> None:
    """Count questions whether deleted records are back."""
    statement = update(runs).where(_is_run(run.tenant_id, run.run_id))
    await session.execute(statement.values(returns_asked=runs.c.returns_asked + questions))


def _is_run(tenant_id: str, run_id: str) -> Any:
    return and_(runs.c.tenant_id == tenant_id, runs.c.run_id == run_id)


def _build_stub(tenant_id: str, run_id: str, run_seq: int, now: datetime) -> dict[str, Any]:
    return {
        "tenant_id": tenant_id,
        "run_id": run_id,
        "run_seq": run_seq,
        "requested": False,
        "cancelled": False,
        "ended": False,
        "modules": [],
        "since": None,
        "retry_of": None,
        "mode": RunMode.APPLY.value,
        "planned": False,
        "state": "queued",
        "progress_seq": 0,
        "calls": 0,
        "credits": 0,
        "returns_asked": 0,
        "described": False,
        "reported": False,
        "attempts": 0,
        "taken_in_at": now,
    }


def _read(row: RowMapping) -> RunRow:
    names = RunRow.__dataclass_fields__.keys() - {"modules", "mode", "waiting_for", "extra_fields"}
    waiting_for = row["waiting_for"]
    extra_fields = row["extra_fields"] or {}
    return RunRow(
        modules=tuple(Module(name) for name in row["modules"]),
        mode=RunMode(row["mode"]),
        extra_fields={Source(source): tuple(fields) for source, fields in extra_fields.items()},
        waiting_for=None if waiting_for is None else Reason.model_validate(waiting_for),
        **{name: row[name] for name in names},
    )
