"""What is known in part: child rows that wait for their header, and headers that wait for more."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import and_, bindparam, delete, func, select

from sync_kit.contracts.vocabulary import Module
from sync_kit.store import Session
from zoho_reader.domain.answers import Row
from zoho_reader.domain.sources import Source
from zoho_reader.domain.steps import Need
from zoho_reader.store.runs import RunRow
from zoho_reader.store.tables import pending_records, staged_lines

_CHUNK = 500
_COUNT_HELD: Final = (
    select(pending_records.c.module, pending_records.c.need, func.count().label("held"))
    .where(pending_records.c.tenant_id == bindparam("tenant_id"), pending_records.c.run_id == bindparam("run_id"))
    .group_by(pending_records.c.module, pending_records.c.need)
)


async def stage_children(session: Session, run: RunRow, source: Source, rows: Iterable[Row]) -> None:
    """Keep child rows of a first load until their headers are read; a newer version takes the older one's place."""
    await session.upsert(
        staged_lines,
        [
            {
                "tenant_id": run.tenant_id,
                "run_id": run.run_id,
                "source": source.value,
                "row_id": row.record_id,
                "parent_id": row.parent_id,
                "modified_at": row.modified_at,
                "fields": row.fields,
            }
            for row in rows
            if row.parent_id is not None
        ],
        key=("tenant_id", "run_id", "source", "row_id"),
        update=("parent_id", "modified_at", "fields"),
    )


async def list_children(
    session: Session, run: RunRow, source: Source, parent_ids: Sequence[str]
) -> Mapping[str, list[Row]]:
    """Staged rows by header."""
    children: dict[str, list[Row]] = {parent_id: [] for parent_id in parent_ids}
    columns = staged_lines.c
    found = await session.fetch_all(
        select(columns.row_id, columns.parent_id, columns.modified_at, columns.fields).where(
            _is_staged(run, source), columns.parent_id.in_(parent_ids)
        )
    )
    for row in found:
        parent_id = row["parent_id"]
        children[parent_id].append(Row(row["row_id"], row["modified_at"], row["fields"], parent_id))
    return children


async def list_staged_parents(session: Session, run: RunRow, source: Source) -> Mapping[str, str]:
    """Header ids by child id, of all child rows that this run staged."""
    rows = await session.fetch_all(
        select(staged_lines.c.row_id, staged_lines.c.parent_id).where(_is_staged(run, source))
    )
    return {row["row_id"]: row["parent_id"] for row in rows}


async def hold_records(
    session: Session,
    run: RunRow,
    module: Module,
    need: Need,
    headers: Iterable[Row],
) -> None:
    """Keep headers that wait for more. A newer header takes the older one's place."""
    await session.upsert(
        pending_records,
        [
            _build(run, module, need, row.record_id) | {"modified_at": row.modified_at, "fields": row.fields}
            for row in headers
        ],
        key=("tenant_id", "run_id", "module", "record_id"),
        update=("need", "modified_at", "fields"),
    )


async def hold_ids(session: Session, run: RunRow, module: Module, record_ids: Collection[str]) -> None:
    """Records of which only the id is known: all of them is to be asked. One already held stays as it is."""
    await session.insert_missing(
        pending_records, [_build(run, module, Need.HEADER, record_id) for record_id in sorted(record_ids)]
    )


async def list_held(session: Session, run: RunRow, module: Module, need: Need, most: int) -> list[Row]:
    """Up to `most` held records by id; those without a header have no fields."""
    found = await session.fetch_all(
        select(pending_records)
        .where(_is_held(run, module), pending_records.c.need == need.value)
        .order_by(pending_records.c.record_id)
        .limit(most)
    )
    epoch = await session.now()
    return [Row(row["record_id"], row["modified_at"] or epoch, row["fields"] or {}) for row in found]


async def drop_held(session: Session, run: RunRow, module: Module, record_ids: Sequence[str] | None) -> None:
    """Those records are settled; None: all of the module."""
    if record_ids is None:
        await session.execute(delete(pending_records).where(_is_held(run, module)))
        return
    for start in range(0, len(record_ids), _CHUNK):
        chunk = record_ids[start : start + _CHUNK]
        await session.execute(
            delete(pending_records).where(_is_held(run, module), pending_records.c.record_id.in_(chunk))
        )


async def count_held(session: Session, run: RunRow) -> Mapping[tuple[Module, Need], int]:
    """How many records wait, by module and by what they wait for."""
    found = await session.fetch_all(_COUNT_HELD, {"tenant_id": run.tenant_id, "run_id": run.run_id})
    return {(Module(row["module"]), Need(row["need"])): row["held"] for row in found}


async def drop_children(session: Session, run: RunRow, sources: Iterable[Source]) -> None:
    """Their modules are closed: staged rows are payloads that nobody needs any more."""
    named = [source.value for source in sources]
    if named:
        await session.execute(delete(staged_lines).where(_is_of(run), staged_lines.c.source.in_(named)))


def _is_staged(run: RunRow, source: Source) -> Any:
    return and_(_is_of(run), staged_lines.c.source == source.value)


def _is_of(run: RunRow) -> Any:
    return and_(staged_lines.c.tenant_id == run.tenant_id, staged_lines.c.run_id == run.run_id)


def _is_held(run: RunRow, module: Module) -> Any:
    columns = pending_records.c
    return and_(columns.tenant_id == run.tenant_id, columns.run_id == run.run_id, columns.module == module.value)


def _build(run: RunRow, module: Module, need: Need, record_id: str) -> dict[str, Any]:
    return {
        "tenant_id": run.tenant_id,
        "run_id": run.run_id,
        "module": module.value,
        "record_id": record_id,
        "need": need.value,
    }
