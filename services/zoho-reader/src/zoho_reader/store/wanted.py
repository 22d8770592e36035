"""Records that the writer asked for: debts until they are emitted or known to be gone.

A rehearsal works on a copy of the debts, with those that it makes itself: the tenant's own are paid by its own runs.
"""

from collections.abc import Collection, Sequence
from functools import cache
from typing import Any

from sqlalchemy import ColumnElement, Select, String, Table, and_, bindparam, delete, func, literal, select, true

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
    rows = await session.fetch_all(_list_open(run.rehearses).limit(most), _name_open(run, without))
    return [(Module(row["module"]), row["record_id"]) for row in rows]


async def count_not_taken_up(session: Session, run: RunRow, *, without: Collection[Module]) -> int:
    """How many wanted records the run does not work on yet."""
    count: int = await session.fetch_value(_count_open(run.rehearses), _name_open(run, without))
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


@cache
def _list_open(rehearses: bool) -> Select[Any]:
    table, is_open = _say_open(rehearses)
    columns = table.c
    return select(columns.module, columns.record_id).where(is_open).order_by(columns.module, columns.record_id)


@cache
def _count_open(rehearses: bool) -> Select[Any]:
    table, is_open = _say_open(rehearses)
    return select(func.count()).select_from(table).where(is_open)


def _say_open(rehearses: bool) -> tuple[Table, ColumnElement[bool]]:
    table = rehearsal_wants if rehearses else wanted
    columns, pending = table.c, pending_records.c
    tenant_id, run_id = bindparam("tenant_id", type_=String()), bindparam("run_id", type_=String())
    taken_up = select(pending.record_id).where(
        pending.tenant_id == tenant_id,
        pending.run_id == run_id,
        pending.module == columns.module,
        pending.record_id == columns.record_id,
    )
    unread = columns.module.not_in(bindparam("without", expanding=True))
    own = columns.run_id == run_id if rehearses else true()
    return table, and_(columns.tenant_id == tenant_id, own, unread, ~taken_up.exists())


def _name_open(run: RunRow, without: Collection[Module]) -> dict[str, object]:
    names = [module.value for module in without]
    return {"tenant_id": run.tenant_id, "run_id": run.run_id, "without": names}
