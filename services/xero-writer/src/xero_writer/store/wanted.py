"""Records asked of the reader, until they come."""

from collections.abc import Iterable
from typing import Final

from sqlalchemy import bindparam, func, select, update

from sync_kit.contracts.vocabulary import Module, WantedCause
from sync_kit.store import Session
from xero_writer.store.tables import wanted_records

_row = wanted_records.c
_THESE: Final = (
    _row.tenant_id == bindparam("of_tenant"),
    _row.module == bindparam("of_module"),
    _row.record_id.in_(bindparam("ids", expanding=True)),
)
_ASKED: Final = select(_row.record_id).where(*_THESE, _row.run_id == bindparam("of_run"))
_NOTE_ANSWERED: Final = update(wanted_records).where(*_THESE, ~_row.answered).values(answered=True)


async def want(
    session: Session, tenant_id: str, run_id: str, module: Module, ids: Iterable[str], cause: WantedCause
) -> list[str]:
    """Note that these are asked for in the run; returns those that were not asked for in it before."""
    asked = list(ids)
    known = await list_asked(session, tenant_id, run_id, module, asked)
    new = [record_id for record_id in asked if record_id not in known]
    rows = [
        {
            "tenant_id": tenant_id,
            "module": module.value,
            "record_id": record_id,
            "run_id": run_id,
            "cause": cause.value,
            "answered": False,
        }
        for record_id in new
    ]
    await session.upsert(
        wanted_records, rows, key=["tenant_id", "module", "record_id"], update=["run_id", "cause", "answered"]
    )
    return new


async def list_asked(
    session: Session, tenant_id: str, run_id: str, module: Module, ids: Iterable[str]
) -> frozenset[str]:
    """Those of these that were asked for in the run, answered or not."""
    named = _name(tenant_id, module, ids)
    rows = await session.fetch_all(_ASKED, {**named, "of_run": run_id}) if named["ids"] else []
    return frozenset(found["record_id"] for found in rows)


async def note_answered(session: Session, tenant_id: str, module: Module, ids: Iterable[str]) -> None:
    """These have come, or will never come. The question is remembered so that the same run does not ask it twice."""
    named = _name(tenant_id, module, ids)
    if named["ids"]:
        await session.execute(_NOTE_ANSWERED, named)


def _name(tenant_id: str, module: Module, ids: Iterable[str]) -> dict[str, object]:
    return {"of_tenant": tenant_id, "of_module": module.value, "ids": list(ids)}


async def count_open(session: Session, tenant_id: str, run_id: str) -> int:
    """How many of the run's questions have no answer."""
    row = wanted_records.c
    return int(
        await session.fetch_value(
            select(func.count())
            .select_from(wanted_records)
            .where(row.tenant_id == tenant_id, row.run_id == run_id, ~row.answered)
        )
    )
