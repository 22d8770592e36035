"""Decisions of people about held records: kept until the record is settled by them, or changes in the CRM."""

from collections.abc import Iterable, Mapping, Sequence
from functools import cache
from typing import Any, Final

from sqlalchemy import Executable, RowMapping, Text, bindparam, select, type_coerce, update

from sync_kit.contracts.vocabulary import Module, Outcome, ReopenedBy
from sync_kit.store import Session, now_of_store
from sync_kit.store.statements import Kind
from xero_writer.store.staging import STATE_OF_NAMED, State
from xero_writer.store.tables import decisions, staged_records

_THESE: Final = (
    decisions.c.tenant_id == bindparam("of_tenant"),
    decisions.c.module == bindparam("of_module"),
    decisions.c.record_id.in_(bindparam("ids", expanding=True)),
)
_OF_RECORDS: Final = select(decisions).where(*_THESE)


async def save_decision(session: Session, tenant_id: str, decision: Mapping[str, Any]) -> None:
    """Keep it instead of an earlier one: module, record_id, kind, xero_id, modified_at, decided_by."""
    row = {"tenant_id": tenant_id, **decision, "decided_at": await session.now(), "used_at": None}
    key = ["tenant_id", "module", "record_id"]
    await session.upsert(decisions, [row], key=key, update=[name for name in row if name not in key])


async def find_decision(session: Session, tenant_id: str, module: Module, record_id: str) -> RowMapping | None:
    """The newest decision about a record, used or not."""
    return (await list_of_records(session, tenant_id, module, [record_id])).get(record_id)


async def list_of_records(
    session: Session, tenant_id: str, module: Module, record_ids: Iterable[str]
) -> dict[str, RowMapping]:
    """Decisions by record id, used or not."""
    named = _name(tenant_id, module, record_ids)
    rows = await session.fetch_all(_OF_RECORDS, named) if named["ids"] else []
    return {found["record_id"]: found for found in rows}


_DECIDED: Final = (
    select(decisions.c.module, decisions.c.record_id)
    .join(
        staged_records,
        (staged_records.c.tenant_id == decisions.c.tenant_id)
        & (staged_records.c.module == decisions.c.module)
        & (staged_records.c.record_id == decisions.c.record_id)
        & (staged_records.c.modified_at == decisions.c.modified_at),
    )
    .where(
        decisions.c.tenant_id == bindparam("of_tenant"),
        decisions.c.module.in_(bindparam("modules", expanding=True)),
        decisions.c.used_at.is_(None),
        STATE_OF_NAMED == State.SETTLED,
        ~staged_records.c.deleted,
    )
)


async def list_decided(session: Session, tenant_id: str, modules: Iterable[Module]) -> Sequence[RowMapping]:
    """module and record_id of settled records with a decision that was made about this very version and not used."""
    return await session.fetch_all(_DECIDED, {"of_tenant": tenant_id, "modules": [module.value for module in modules]})


async def mark_used(session: Session, tenant_id: str, module: Module, record_ids: Iterable[str]) -> None:
    """These records were settled: what was decided about them is done."""
    named = _name(tenant_id, module, record_ids)
    if named["ids"]:
        await session.execute(_mark_used(session.kind), {**named, **session.now_given()})


@cache
def _mark_used(kind: Kind) -> Executable:
    return update(decisions).where(*_THESE, decisions.c.used_at.is_(None)).values(used_at=now_of_store(kind))


def _name(tenant_id: str, module: Module, record_ids: Iterable[str]) -> dict[str, object]:
    return {"of_tenant": tenant_id, "of_module": module.value, "ids": list(record_ids)}


async def list_questions(
    session: Session,
    tenant_id: str,
    *,
    module: Module | None,
    record_id: str | None,
    after: tuple[str, str] | None,
    limit: int,
) -> Sequence[RowMapping]:
    """Held records that wait for a decision, in the order of module and record id, after the pair seen last."""
    row = staged_records.c
    columns = [row.module, row.record_id, row.extraction_seq, row.modified_at, row.outcome, row.reasons, row.label]
    query = select(*columns).where(
        row.tenant_id == tenant_id,
        row.state == State.SETTLED,
        row.outcome.in_([Outcome.BLOCKED.value, Outcome.LOCKED.value]),
        type_coerce(row.watches, Text).like(f'%"{ReopenedBy.DECISION.value}"%'),
    )
    if module is not None:
        query = query.where(row.module == module)
    if record_id is not None:
        query = query.where(row.record_id == record_id)
    if after is not None:
        query = query.where((row.module > after[0]) | ((row.module == after[0]) & (row.record_id > after[1])))
    return await session.fetch_all(query.order_by(row.module, row.record_id).limit(limit))
