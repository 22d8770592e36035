"""Records asked of the reader, until they come."""

from collections.abc import Iterable

from sqlalchemy import func, select, update

from sync_kit.contracts.vocabulary import Module, WantedCause
from sync_kit.store import Session
from xero_writer.store.tables import wanted_records


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
    row = wanted_records.c
    rows = await session.fetch_all(
        select(row.record_id).where(
            row.tenant_id == tenant_id, row.module == module, row.run_id == run_id, row.record_id.in_(list(ids))
        )
    )
    return frozenset(found["record_id"] for found in rows)


async def note_answered(session: Session, tenant_id: str, module: Module, ids: Iterable[str]) -> None:
    """These have come, or will never come. The question is remembered so that the same run does not ask it twice."""
    row = wanted_records.c
    await session.execute(
        update(wanted_records)
        .where(row.tenant_id == tenant_id, row.module == module, row.record_id.in_(list(ids)), ~row.answered)
        .values(answered=True)
    )


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
