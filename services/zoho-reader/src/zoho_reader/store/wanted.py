"""Records that the writer asked for: debts until they are emitted or known to be gone."""

from collections.abc import Collection, Sequence

from sqlalchemy import ColumnElement, and_, delete, func, select

from sync_kit.contracts.vocabulary import Module, WantedCause
from sync_kit.store import Session
from zoho_reader.store.runs import RunRow
from zoho_reader.store.tables import pending_records, wanted

_CHUNK = 500


async def want_records(
    session: Session, tenant_id: str, module: Module, record_ids: Collection[str], cause: WantedCause
) -> None:
    """Note the debts; one that is noted already stays."""
    now = await session.now()
    await session.insert_missing(
        wanted,
        [
            {
                "tenant_id": tenant_id,
                "module": module.value,
                "record_id": record_id,
                "cause": cause.value,
                "wanted_at": now,
            }
            for record_id in sorted(record_ids)
        ],
    )


async def list_not_taken_up(
    session: Session, run: RunRow, *, without: Collection[Module], most: int
) -> list[tuple[Module, str]]:
    """Wanted records that the run does not work on yet, leaving out modules that it cannot read."""
    rows = await session.fetch_all(
        select(wanted.c.module, wanted.c.record_id)
        .where(_is_open(run, without))
        .order_by(wanted.c.module, wanted.c.record_id)
        .limit(most)
    )
    return [(Module(row["module"]), row["record_id"]) for row in rows]


async def count_not_taken_up(session: Session, run: RunRow, *, without: Collection[Module]) -> int:
    """How many wanted records the run does not work on yet."""
    count: int = await session.fetch_value(select(func.count()).select_from(wanted).where(_is_open(run, without)))
    return count


async def settle_wanted(session: Session, tenant_id: str, module: Module, record_ids: Sequence[str]) -> list[str]:
    """Those were emitted or are gone; returns which of them had been wanted."""
    settled: list[str] = []
    for start in range(0, len(record_ids), _CHUNK):
        match = and_(
            wanted.c.tenant_id == tenant_id,
            wanted.c.module == module.value,
            wanted.c.record_id.in_(record_ids[start : start + _CHUNK]),
        )
        rows = await session.fetch_all(select(wanted.c.record_id).where(match))
        if rows:
            await session.execute(delete(wanted).where(match))
            settled += [row["record_id"] for row in rows]
    return settled


def _is_open(run: RunRow, without: Collection[Module]) -> ColumnElement[bool]:
    taken_up = select(pending_records.c.record_id).where(
        pending_records.c.tenant_id == run.tenant_id,
        pending_records.c.run_id == run.run_id,
        pending_records.c.module == wanted.c.module,
        pending_records.c.record_id == wanted.c.record_id,
    )
    return and_(
        wanted.c.tenant_id == run.tenant_id,
        wanted.c.module.not_in([module.value for module in without]),
        ~taken_up.exists(),
    )
