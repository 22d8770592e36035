"""The outcomes that a run owes, record by record: what its reader emitted, and what it carried over.

They stand beside the staged records that they are about, in a rehearsal in its copy.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sqlalchemy import Integer, RowMapping, bindparam, case, delete, func, select, update

from sync_kit.contracts.vocabulary import Module, Outcome
from sync_kit.store import Session
from xero_writer.store.staging import State
from xero_writer.store.tables import run_records, staged_records

_row, _staged = run_records.c, staged_records.c
_OF_RUN: Final = (_row.tenant_id == bindparam("of_tenant"), _row.run_id == bindparam("of_run"))
_THESE: Final = (
    *_OF_RUN,
    _row.module == bindparam("of_module"),
    _row.record_id.in_(bindparam("ids", expanding=True)),
)


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


_REOPEN: Final = update(run_records).where(*_THESE).values(settled=False)


async def reopen_owed(session: Session, tenant_id: str, run_id: str, module: Module, ids: Iterable[str]) -> None:
    """These were settled in the run and are worth judging again: they need a new outcome."""
    named = _name_these(tenant_id, run_id, module, ids)
    if named["ids"]:
        await session.execute(_REOPEN, named)


def _name(tenant_id: str, run_id: str) -> dict[str, object]:
    return {"of_tenant": tenant_id, "of_run": run_id}


def _name_these(tenant_id: str, run_id: str, module: Module, ids: Iterable[str]) -> dict[str, object]:
    return {**_name(tenant_id, run_id), "of_module": module.value, "ids": list(ids)}


@dataclass(frozen=True)
class Told:
    """What the run said of a record last."""

    outcome: str
    reasons: Any = None


_TOLD: Final = select(_row.record_id, _row.outcome, _row.reasons).where(*_THESE, _row.outcome.is_not(None))


async def list_told(
    session: Session, tenant_id: str, run_id: str, module: Module, ids: Iterable[str]
) -> dict[str, Told]:
    """What was told last in the run, by record id; records without an outcome are left out."""
    named = _name_these(tenant_id, run_id, module, ids)
    rows = await session.fetch_all(_TOLD, named) if named["ids"] else []
    return {found["record_id"]: Told(found["outcome"], found["reasons"]) for found in rows}


async def settle_owed(
    session: Session, tenant_id: str, run_id: str, module: Module, told: Mapping[str, tuple[Told, int]]
) -> None:
    """These have their outcome, told with that settled_seq."""
    rows = [
        {
            **_owed(tenant_id, run_id, module, record_id, emitted=False),
            "settled": True,
            "outcome": each.outcome,
            "reasons": each.reasons,
            "settled_seq": settled_seq,
        }
        for record_id, (each, settled_seq) in told.items()
    ]
    await session.upsert(
        run_records,
        rows,
        key=["tenant_id", "run_id", "module", "record_id"],
        update=["settled", "outcome", "reasons", "settled_seq"],
    )


async def remember_told(
    session: Session, tenant_id: str, run_id: str, module: Module, told: Mapping[str, Told]
) -> None:
    """What became of older versions of these; they still need the outcome of their newest one."""
    rows = [
        {
            **_owed(tenant_id, run_id, module, record_id, emitted=False),
            "outcome": each.outcome,
            "reasons": each.reasons,
        }
        for record_id, each in told.items()
    ]
    key = ["tenant_id", "run_id", "module", "record_id"]
    await session.upsert(run_records, rows, key=key, update=["outcome", "reasons"])


_RESTING: Final = (
    select(_staged.module, _staged.record_id, _staged.extraction_seq, _staged.outcome, _staged.reasons, _staged.label)
    .join(
        run_records,
        (_row.tenant_id == _staged.tenant_id) & (_row.module == _staged.module) & (_row.record_id == _staged.record_id),
    )
    .where(*_OF_RUN, ~_row.settled, _staged.state == State.SETTLED)
    .limit(bindparam("most", type_=Integer()))
)


async def list_resting(session: Session, tenant_id: str, run_id: str, limit: int) -> Sequence[RowMapping]:
    """Staged rows that are settled although the run still owes them an outcome."""
    return await session.fetch_all(_RESTING, {**_name(tenant_id, run_id), "most": limit})


_COUNT_OWED: Final = (
    select(
        _row.module,
        func.sum(case((_row.emitted, 1), else_=0)).label("emitted"),
        func.count().label("owed"),
        func.sum(case((_row.settled, 0), else_=1)).label("unsettled"),
        func.sum(_row.settled_seq).label("settled_sum"),
    )
    .where(*_OF_RUN)
    .group_by(_row.module)
)


async def count_owed(session: Session, tenant_id: str, run_id: str) -> dict[Module, ModuleCount]:
    """What the run owes, by module."""
    rows = await session.fetch_all(_COUNT_OWED, _name(tenant_id, run_id))
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


async def count_emitted(session: Session, tenant_id: str, run_id: str, modules: Iterable[Module]) -> dict[Module, int]:
    """How many records of the reader's count were taken in, by module."""
    row = run_records.c
    asked = [module.value for module in modules]
    if not asked:
        return {}
    rows = await session.fetch_all(
        select(row.module, func.count().label("records"))
        .where(row.tenant_id == tenant_id, row.run_id == run_id, row.module.in_(asked), row.emitted)
        .group_by(row.module)
    )
    return {Module(found["module"]): found["records"] for found in rows}


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
    row = run_records.c
    await session.execute(delete(run_records).where(row.tenant_id == tenant_id, row.run_id == run_id))
