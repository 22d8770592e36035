"""Staged records: the newest version of each CRM record, and its way to an outcome.

`staged -> waiting | ready | settled`, `ready -> in_intent -> settled`; a newer version, a cause that went away or a
parent that arrived makes it `staged` again. There is no other way.
"""

from collections.abc import Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any

from sqlalchemy import ColumnElement, RowMapping, and_, exists, func, or_, select, update

from sync_kit.contracts.vocabulary import Module, Outcome
from sync_kit.store import Session
from xero_writer.store.tables import intent_records, record_links, staged_records

Key = tuple[Module, str]


class State(StrEnum):
    """Where a staged record is."""

    STAGED = "staged"
    WAITING = "waiting"
    READY = "ready"
    IN_INTENT = "in_intent"
    SETTLED = "settled"


_UNSETTLED = [state.value for state in State if state is not State.SETTLED]
_FRESH: Mapping[str, Any] = {
    "state": State.STAGED.value,
    "max_batch": None,
    "refusals": 0,
    "judged_mapping": None,
    "judged_settings": None,
    "ready": None,
    "facts": None,
    "outcome": None,
    "reasons": None,
    "watches": None,
    "label": None,
}
_KEYS = ("business_key", "name_key", "loose_key", "email_key", "code", "keys_mapping")
_VERSION = ("extraction_seq", "modified_at", "deleted", "lines_complete", "payload", *_KEYS)
_JUDGED = (
    *("record_id", "extraction_seq", "modified_at", "deleted", "lines_complete", "payload"),
    *("business_key", "name_key", "loose_key", "email_key", "needed", "revision", "reasons"),
)
"""What judging must know of a record."""
_VERSION_KEY = ("tenant_id", "module", "record_id", "extraction_seq")
REHEARSED = frozenset({Outcome.WOULD_CREATE, Outcome.WOULD_UPDATE, Outcome.WOULD_LINK})
AGREED = frozenset({Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED, Outcome.LINKED, *REHEARSED})
"""Outcomes after which the payload is not needed any more."""


async def find_sequences(session: Session, tenant_id: str, module: Module, ids: Iterable[str]) -> dict[str, int]:
    """extraction_seq of what is staged, by record id."""
    rows = await session.fetch_all(
        select(staged_records.c.record_id, staged_records.c.extraction_seq).where(
            staged_records.c.tenant_id == tenant_id,
            staged_records.c.module == module,
            staged_records.c.record_id.in_(list(ids)),
        )
    )
    return {row["record_id"]: row["extraction_seq"] for row in rows}


async def stage(session: Session, tenant_id: str, module: Module, versions: Sequence[Mapping[str, Any]]) -> None:
    """Take in versions (record_id and the columns of a version); an older one than is there changes nothing."""
    taken_in_at = await session.now()
    rows = [
        {
            "tenant_id": tenant_id,
            "module": module.value,
            "record_id": version["record_id"],
            "needed": False,
            "revision": 0,
            "taken_in_at": taken_in_at,
            **{column: version[column] for column in _VERSION},
            **_FRESH,
        }
        for version in versions
    ]
    await session.upsert(
        staged_records,
        rows,
        key=["tenant_id", "module", "record_id"],
        update=[*_VERSION, *_FRESH, "taken_in_at"],
        only_if=lambda new, old: new.extraction_seq > old.c.extraction_seq,
    )


def _has_open_intent() -> Any:
    row, intent = staged_records.c, intent_records.c
    return exists().where(
        intent.tenant_id == row.tenant_id,
        intent.module == row.module,
        intent.record_id == row.record_id,
        intent.is_open,
    )


def _is_linked() -> Any:
    row, link = staged_records.c, record_links.c
    return exists().where(link.tenant_id == row.tenant_id, link.module == row.module, link.record_id == row.record_id)


async def list_to_judge(
    session: Session, tenant_id: str, module: Module, *, only_used: bool, limit: int
) -> Sequence[RowMapping]:
    """Staged records without an open intent, in the order in which they came.

    `only_used`: parents that are worth judging at once: needed by a document, linked already, or deleted.
    """
    row = staged_records.c
    query = select(*(row[name] for name in _JUDGED)).where(
        row.tenant_id == tenant_id, row.state == State.STAGED, row.module == module, ~_has_open_intent()
    )
    if only_used:
        query = query.where(or_(row.needed, row.deleted, _is_linked()))
    return await session.fetch_all(query.order_by(row.extraction_seq, row.record_id).limit(limit))


async def list_ready(session: Session, tenant_id: str, module: Module, limit: int) -> Sequence[RowMapping]:
    """Records that may be sent, oldest first."""
    row = staged_records.c
    columns = [row.record_id, row.extraction_seq, row.revision, row.max_batch, row.ready]
    return await session.fetch_all(
        select(*columns)
        .where(row.tenant_id == tenant_id, row.state == State.READY, row.module == module)
        .order_by(row.extraction_seq, row.record_id)
        .limit(limit)
    )


async def list_by_ids(session: Session, tenant_id: str, module: Module, ids: Iterable[str]) -> dict[str, RowMapping]:
    """Staged rows by record id, without what is to be judged or sent."""
    columns = [column for column in staged_records.c if column.name not in {"record_id", "payload", "ready"}]
    return await _list_columns(session, tenant_id, module, ids, columns)


async def list_states(session: Session, tenant_id: str, module: Module, ids: Iterable[str]) -> dict[str, RowMapping]:
    """state, extraction_seq and revision by record id."""
    row = staged_records.c
    return await _list_columns(session, tenant_id, module, ids, [row.state, row.extraction_seq, row.revision])


async def _list_columns(
    session: Session, tenant_id: str, module: Module, ids: Iterable[str], columns: Sequence[ColumnElement[Any]]
) -> dict[str, RowMapping]:
    row = staged_records.c
    asked = list(ids)
    if not asked:
        return {}
    rows = await session.fetch_all(
        select(row.record_id, *columns).where(
            row.tenant_id == tenant_id, row.module == module, row.record_id.in_(asked)
        )
    )
    return {found["record_id"]: found for found in rows}


async def list_names(session: Session, tenant_id: str, module: Module, ids: Iterable[str]) -> dict[str, str]:
    """How people call those records that were judged at some time."""
    row = staged_records.c
    rows = await session.fetch_all(
        select(row.record_id, row.label).where(
            row.tenant_id == tenant_id, row.module == module, row.record_id.in_(list(ids)), row.label.is_not(None)
        )
    )
    return {found["record_id"]: found["label"]["name"] for found in rows if found["label"].get("name")}


async def count_by_state(session: Session, tenant_id: str) -> dict[tuple[Module, State], int]:
    """How many records are in each state that is not settled."""
    row = staged_records.c
    rows = await session.fetch_all(
        select(row.module, row.state, func.count().label("records"))
        .where(row.tenant_id == tenant_id, row.state.in_(_UNSETTLED))
        .group_by(row.module, row.state)
    )
    return {(Module(found["module"]), State(found["state"])): found["records"] for found in rows}


async def change_states(session: Session, tenant_id: str, changes: Sequence[Mapping[str, Any]]) -> None:
    """Set columns of records that are still at the version judged (`extraction_seq`); all changes name the same ones.

    Each change has `module`, `record_id`, `extraction_seq` and the columns to set.
    """
    if changes:
        columns = [name for name in changes[0] if name not in _VERSION_KEY]
        rows = [{"tenant_id": tenant_id, **change} for change in changes]
        await session.update_rows(staged_records, rows, key=_VERSION_KEY, update=columns)


async def restage(session: Session, tenant_id: str, condition: Any) -> int:
    """Make records that fit the condition judgeable again; returns how many."""
    row = staged_records.c
    result = await session.execute(
        update(staged_records)
        .where(row.tenant_id == tenant_id, condition)
        .values(state=State.STAGED.value, ready=None, judged_mapping=None, judged_settings=None)
    )
    return int(result.rowcount)


async def restage_ids(session: Session, tenant_id: str, module: Module, ids: Iterable[str], *states: State) -> int:
    """Make these records judgeable again if they are in one of the states."""
    row = staged_records.c
    return await restage(
        session,
        tenant_id,
        and_(row.module == module, row.record_id.in_(list(ids)), row.state.in_([state.value for state in states])),
    )


async def leave_intent(
    session: Session,
    tenant_id: str,
    module: Module,
    record_id: str,
    *,
    state: State,
    max_batch: int | None = None,
    refused: bool = False,
) -> None:
    """A record whose intent wrote nothing of it goes to `state`, unless a newer version was staged meanwhile."""
    row = staged_records.c
    values: dict[str, Any] = {"state": state.value}
    if max_batch is not None:
        values["max_batch"] = max_batch
    if refused:
        values["refusals"] = row.refusals + 1
    await session.execute(
        update(staged_records)
        .where(
            row.tenant_id == tenant_id,
            row.module == module,
            row.record_id == record_id,
            row.state == State.IN_INTENT,
        )
        .values(**values)
    )


async def restage_state(session: Session, tenant_id: str, modules: Iterable[Module], state: State) -> None:
    """Make all records of that state judgeable again."""
    row = staged_records.c
    values = [module.value for module in modules]
    await restage(session, tenant_id, and_(row.state == state, row.module.in_(values)))


async def list_unsettled(session: Session, tenant_id: str, module: Module) -> list[str]:
    """Ids of the module's records that have no outcome for their newest version."""
    row = staged_records.c
    rows = await session.fetch_all(
        select(row.record_id).where(row.tenant_id == tenant_id, row.module == module, row.state != State.SETTLED)
    )
    return [found["record_id"] for found in rows]


async def list_record_ids(session: Session, tenant_id: str, module: Module) -> list[str]:
    """Ids of all records of the module that were ever taken in."""
    row = staged_records.c
    rows = await session.fetch_all(select(row.record_id).where(row.tenant_id == tenant_id, row.module == module))
    return [found["record_id"] for found in rows]


async def restage_skipped(session: Session, tenant_id: str, module: Module, ids: Iterable[str]) -> list[str]:
    """Make those of these judgeable again that were skipped although they stand for nothing; returns their ids."""
    row = staged_records.c
    rows = await session.fetch_all(
        select(row.record_id).where(
            row.tenant_id == tenant_id,
            row.module == module,
            row.record_id.in_(list(ids)),
            row.state == State.SETTLED,
            row.outcome == Outcome.SKIPPED,
            row.facts.is_(None),
            ~row.deleted,
        )
    )
    skipped = [found["record_id"] for found in rows]
    if skipped:
        await restage_ids(session, tenant_id, module, skipped, State.SETTLED)
    return skipped


async def need(session: Session, tenant_id: str, module: Module, ids: Iterable[str]) -> None:
    """A document that goes needs these records: they may go too."""
    row = staged_records.c
    await session.execute(
        update(staged_records)
        .where(row.tenant_id == tenant_id, row.module == module, row.record_id.in_(list(ids)), ~row.needed)
        .values(needed=True)
    )


async def list_held(session: Session, tenant_id: str, modules: Iterable[Module]) -> Sequence[RowMapping]:
    """Settled records that something could re-open: id, outcome, watches, reasons and what they were judged with."""
    row = staged_records.c
    columns = [
        row.module,
        row.record_id,
        row.outcome,
        row.watches,
        row.reasons,
        row.judged_mapping,
        row.judged_settings,
    ]
    return await session.fetch_all(
        select(*columns).where(
            row.tenant_id == tenant_id,
            row.state == State.SETTLED,
            row.watches.is_not(None),
            row.module.in_([module.value for module in modules]),
        )
    )


async def list_indexed_otherwise(
    session: Session, tenant_id: str, mapping_version: int, limit: int
) -> Sequence[RowMapping]:
    """Records with a payload whose keys were made with another mapping version."""
    row = staged_records.c
    columns = [row.module, row.record_id, row.extraction_seq, row.deleted, row.payload]
    return await session.fetch_all(
        select(*columns)
        .where(row.tenant_id == tenant_id, row.payload.is_not(None), row.keys_mapping != mapping_version)
        .limit(limit)
    )


async def list_same_key(
    session: Session, tenant_id: str, module: Module, business_keys: Iterable[str]
) -> Sequence[RowMapping]:
    """All records of the module, settled ones too, that have one of these business keys and are not deleted."""
    row = staged_records.c
    columns = [row.record_id, row.business_key, row.name_key, row.code]
    return await session.fetch_all(
        select(*columns).where(
            row.tenant_id == tenant_id,
            row.module == module,
            row.business_key.in_(list(business_keys)),
            ~row.deleted,
        )
    )


async def count_email_holders(session: Session, tenant_id: str, email_keys: Iterable[str]) -> dict[str, int]:
    """How many records carry each of these main e-mail addresses."""
    row = staged_records.c
    rows = await session.fetch_all(
        select(row.email_key, func.count().label("records"))
        .where(row.tenant_id == tenant_id, row.email_key.in_(list(email_keys)), ~row.deleted)
        .group_by(row.email_key)
    )
    return {found["email_key"]: found["records"] for found in rows}
