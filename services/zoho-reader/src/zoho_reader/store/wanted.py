"""Records that the writer asked for: debts until they are emitted or known to be gone.

A rehearsal works on a copy of the debts, with those that it makes itself: the tenant's own are paid by its own runs.
"""

from collections.abc import Collection, Sequence
from typing import Any

from sqlalchemy import Column, Table, and_, delete, func, literal, select

from sync_kit.contracts.vocabulary import Module, WantedCause
from sync_kit.store import Session
from sync_kit.store.statements import insert_into
from zoho_reader.store.runs import RunRow
from zoho_reader.store.tables import pending_records, rehearsal_wants, wanted

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


async def want_for_rehearsal(session: Session, run: RunRow, module: Module, record_ids: Collection[str]) -> None:
    """Note what a rehearsal alone needs."""
    await session.insert_missing(
        rehearsal_wants,
        [
            {"tenant_id": run.tenant_id, "run_id": run.run_id, "module": module.value, "record_id": record_id}
            for record_id in sorted(record_ids)
        ],
    )


async def copy_debts(session: Session, run: RunRow) -> None:
    """Give a rehearsal its copy of the tenant's debts."""
    await session.execute(
        insert_into(session.kind, rehearsal_wants)
        .from_select(
            ["tenant_id", "run_id", "module", "record_id"],
            select(wanted.c.tenant_id, literal(run.run_id), wanted.c.module, wanted.c.record_id).where(
                wanted.c.tenant_id == run.tenant_id
            ),
        )
        .on_conflict_do_nothing()
    )


async def list_not_taken_up(
    session: Session, run: RunRow, *, without: Collection[Module], most: int
) -> list[tuple[Module, str]]:
    """Wanted records that the run does not work on yet, leaving out modules that it cannot read."""
    table = _choose_table(run)
    rows = await session.fetch_all(
        select(table.c.module, table.c.record_id)
        .where(_is_open(table, run, without))
        .order_by(table.c.module, table.c.record_id)
        .limit(most)
    )
    return [(Module(row["module"]), row["record_id"]) for row in rows]


async def count_not_taken_up(session: Session, run: RunRow, *, without: Collection[Module]) -> int:
    """How many wanted records the run does not work on yet."""
    table = _choose_table(run)
    count: int = await session.fetch_value(select(func.count()).select_from(table).where(_is_open(table, run, without)))
    return count


async def list_wanted_among(session: Session, run: RunRow, module: Module, record_ids: Sequence[str]) -> set[str]:
    """Those of at most 500 ids that are wanted."""
    table = _choose_table(run)
    rows = await session.fetch_all(
        select(table.c.record_id).where(
            _is_of(table, run), table.c.module == module.value, table.c.record_id.in_(list(record_ids))
        )
    )
    return {row["record_id"] for row in rows}


async def settle_wanted(session: Session, run: RunRow, module: Module, record_ids: Sequence[str]) -> list[str]:
    """Those were emitted or are gone; returns which of them had been wanted."""
    table = _choose_table(run)
    settled: list[str] = []
    for start in range(0, len(record_ids), _CHUNK):
        match = and_(
            _is_of(table, run),
            table.c.module == module.value,
            table.c.record_id.in_(record_ids[start : start + _CHUNK]),
        )
        rows = await session.fetch_all(select(table.c.record_id).where(match))
        if rows:
            await session.execute(delete(table).where(match))
            settled += [row["record_id"] for row in rows]
    return settled


def _choose_table(run: RunRow) -> Table:
    return rehearsal_wants if run.rehearses else wanted


def _is_of(table: Table, run: RunRow) -> Any:
    mine = table.c.tenant_id == run.tenant_id
    return and_(mine, table.c.run_id == run.run_id) if run.rehearses else mine


def _is_open(table: Table, run: RunRow, without: Collection[Module]) -> Any:
    def same(column: Column[Any]) -> Any:
        return pending_records.c[column.name] == column

    taken_up = select(pending_records.c.record_id).where(
        pending_records.c.tenant_id == run.tenant_id,
        pending_records.c.run_id == run.run_id,
        same(table.c.module),
        same(table.c.record_id),
    )
    return and_(_is_of(table, run), table.c.module.not_in([module.value for module in without]), ~taken_up.exists())
