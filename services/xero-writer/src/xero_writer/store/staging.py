"""Staged records: the newest version of each CRM record, and its way to an outcome.

`staged -> waiting | ready | in_intent | settled`, `ready -> in_intent -> settled`; a newer version, a cause that went
away, a request that was not executed or a parent that arrived makes it `staged` again. There is no other way.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from enum import StrEnum
from typing import Any, Final

from sqlalchemy import Executable, Integer, RowMapping, and_, bindparam, case, exists, func, or_, select, update

from sync_kit.contracts.vocabulary import HELD, Module, Outcome
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
    *("business_key", "name_key", "loose_key", "email_key", "needed", "revision", "max_batch", "reasons"),
)
"""What judging must know of a record."""
_VERSION_KEY = ("tenant_id", "module", "record_id", "extraction_seq")
REHEARSED = frozenset({Outcome.WOULD_CREATE, Outcome.WOULD_UPDATE, Outcome.WOULD_LINK})
AGREED = frozenset({Outcome.CREATED, Outcome.UPDATED, Outcome.UNCHANGED, Outcome.LINKED, *REHEARSED})
"""Outcomes after which the payload is not needed any more."""

_row = staged_records.c
_OF_MODULE: Final = (_row.tenant_id == bindparam("of_tenant"), _row.module == bindparam("of_module"))
_THESE: Final = (*_OF_MODULE, _row.record_id.in_(bindparam("ids", expanding=True)))
STATE_OF_NAMED: Final = case((_row.revision.is_not(None), _row.state))
"""The state of records that are named, by a statement or by the row that it joins. By the bare column, or by columns of
the state's index alone, SQLite would look at all records of the tenant instead; a revision is in no index, and every
record has one."""


def _name(tenant_id: str, module: Module, ids: Iterable[str]) -> dict[str, object]:
    return {"of_tenant": tenant_id, "of_module": module.value, "ids": list(ids)}


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


_HAS_OPEN_INTENT: Final = exists().where(
    intent_records.c.tenant_id == _row.tenant_id,
    intent_records.c.module == _row.module,
    intent_records.c.record_id == _row.record_id,
    intent_records.c.is_open,
)
_IS_LINKED: Final = exists().where(
    record_links.c.tenant_id == _row.tenant_id,
    record_links.c.module == _row.module,
    record_links.c.record_id == _row.record_id,
)
_OLDEST: Final = (_row.extraction_seq, _row.record_id)
_MOST: Final = bindparam("most", type_=Integer())
_TO_JUDGE: Final = (
    select(*(_row[name] for name in _JUDGED))
    .where(*_OF_MODULE, _row.state == State.STAGED, ~_HAS_OPEN_INTENT)
    .order_by(*_OLDEST)
    .limit(_MOST)
)
_USED_TO_JUDGE: Final = _TO_JUDGE.where(or_(_row.needed, _row.deleted, _IS_LINKED))


async def list_to_judge(
    session: Session, tenant_id: str, module: Module, *, only_used: bool, limit: int
) -> Sequence[RowMapping]:
    """Staged records without an open intent, in the order in which they came.

    `only_used`: parents that are worth judging at once: needed by a document, linked already, or deleted.
    """
    query = _USED_TO_JUDGE if only_used else _TO_JUDGE
    return await session.fetch_all(query, {"of_tenant": tenant_id, "of_module": module.value, "most": limit})


_READY: Final = (
    select(_row.record_id, _row.extraction_seq, _row.revision, _row.max_batch, _row.ready)
    .where(*_OF_MODULE, _row.state == State.READY)
    .order_by(*_OLDEST)
    .limit(_MOST)
)


async def list_ready(session: Session, tenant_id: str, module: Module, limit: int) -> Sequence[RowMapping]:
    """Records that may be sent, oldest first."""
    return await session.fetch_all(_READY, {"of_tenant": tenant_id, "of_module": module.value, "most": limit})


_ROWS: Final = select(*(column for column in _row if column.name not in {"payload", "ready"})).where(*_THESE)
_STATES: Final = select(_row.record_id, _row.state, _row.extraction_seq, _row.revision).where(*_THESE)


async def list_by_ids(session: Session, tenant_id: str, module: Module, ids: Iterable[str]) -> dict[str, RowMapping]:
    """Staged rows by record id, without what is to be judged or sent."""
    return await _list_these(session, _ROWS, tenant_id, module, ids)


async def list_states(session: Session, tenant_id: str, module: Module, ids: Iterable[str]) -> dict[str, RowMapping]:
    """state, extraction_seq and revision by record id."""
    return await _list_these(session, _STATES, tenant_id, module, ids)


async def find_sequences(session: Session, tenant_id: str, module: Module, ids: Iterable[str]) -> dict[str, int]:
    """extraction_seq of what is staged, by record id."""
    states = await list_states(session, tenant_id, module, ids)
    return {record_id: found["extraction_seq"] for record_id, found in states.items()}


async def _list_these(
    session: Session, these: Executable, tenant_id: str, module: Module, ids: Iterable[str]
) -> dict[str, RowMapping]:
    named = _name(tenant_id, module, ids)
    if not named["ids"]:
        return {}
    return {found["record_id"]: found for found in await session.fetch_all(these, named)}


_LABELS: Final = select(_row.record_id, _row.label).where(*_THESE, _row.label.is_not(None))


async def list_names(session: Session, tenant_id: str, module: Module, ids: Iterable[str]) -> dict[str, str]:
    """How people call those records that were judged at some time."""
    labels = {
        key: found["label"] for key, found in (await _list_these(session, _LABELS, tenant_id, module, ids)).items()
    }
    return {record_id: label["name"] for record_id, label in labels.items() if label.get("name")}


_COUNT_BY_STATE: Final = (
    select(_row.module, _row.state, func.count().label("records"))
    .where(_row.tenant_id == bindparam("of_tenant"), _row.state.in_(_UNSETTLED))
    .group_by(_row.module, _row.state)
)


async def count_by_state(session: Session, tenant_id: str) -> dict[tuple[Module, State], int]:
    """How many records are in each state that is not settled."""
    rows = await session.fetch_all(_COUNT_BY_STATE, {"of_tenant": tenant_id})
    return {(Module(found["module"]), State(found["state"])): found["records"] for found in rows}


async def change_states(session: Session, tenant_id: str, changes: Sequence[Mapping[str, Any]]) -> None:
    """Set columns of records that are still at the version judged (`extraction_seq`); all changes name the same ones.

    Each change has `module`, `record_id`, `extraction_seq` and the columns to set.
    """
    if changes:
        columns = [name for name in changes[0] if name not in _VERSION_KEY]
        rows = [{"tenant_id": tenant_id, **change} for change in changes]
        await session.update_rows(staged_records, rows, key=_VERSION_KEY, update=columns)


_JUDGEABLE: Final[Mapping[str, Any]] = {
    "state": State.STAGED.value,
    "ready": None,
    "judged_mapping": None,
    "judged_settings": None,
}


async def restage(session: Session, tenant_id: str, condition: Any) -> int:
    """Make records that fit the condition judgeable again; returns how many."""
    row = staged_records.c
    result = await session.execute(
        update(staged_records).where(row.tenant_id == tenant_id, condition).values(_JUDGEABLE)
    )
    return int(result.rowcount)


_RESTAGE_THESE: Final = (
    update(staged_records).where(*_THESE, STATE_OF_NAMED.in_(bindparam("states", expanding=True))).values(_JUDGEABLE)
)


async def restage_ids(session: Session, tenant_id: str, module: Module, ids: Iterable[str], *states: State) -> int:
    """Make these records judgeable again if they are in one of the states."""
    named = _name(tenant_id, module, ids)
    if not named["ids"]:
        return 0
    result = await session.execute(_RESTAGE_THESE, {**named, "states": [state.value for state in states]})
    return int(result.rowcount)


async def leave_intent(
    session: Session,
    tenant_id: str,
    module: Module,
    record_id: str,
    *,
    max_batch: int | None = None,
    refused: bool = False,
) -> None:
    """A record whose intent wrote nothing of it is judged again, unless a newer version was staged meanwhile."""
    row = staged_records.c
    values: dict[str, Any] = {"state": State.STAGED.value}
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


async def restage_same_key(session: Session, tenant_id: str, module: Module, business_keys: Collection[str]) -> None:
    """Make those of the module judgeable again that are ready and have one of these business keys."""
    row = staged_records.c
    if business_keys:
        same = and_(row.module == module, row.business_key.in_(business_keys), row.state == State.READY)
        await restage(session, tenant_id, same)


async def list_unsettled(session: Session, tenant_id: str, module: Module) -> list[str]:
    """Ids of the module's records that have no outcome for their newest version."""
    row = staged_records.c
    rows = await session.fetch_all(
        select(row.record_id).where(row.tenant_id == tenant_id, row.module == module, row.state.in_(_UNSETTLED))
    )
    return [found["record_id"] for found in rows]


async def list_record_ids(session: Session, tenant_id: str, module: Module) -> list[str]:
    """Ids of all records of the module that were ever taken in."""
    row = staged_records.c
    rows = await session.fetch_all(select(row.record_id).where(row.tenant_id == tenant_id, row.module == module))
    return [found["record_id"] for found in rows]


_WRONGLY_SKIPPED: Final = select(_row.record_id).where(
    *_THESE, STATE_OF_NAMED == State.SETTLED, _row.outcome == Outcome.SKIPPED, _row.facts.is_(None), ~_row.deleted
)


async def restage_skipped(session: Session, tenant_id: str, module: Module, ids: Iterable[str]) -> list[str]:
    """Make those of these judgeable again that were skipped although they stand for nothing; returns their ids."""
    skipped = list(await _list_these(session, _WRONGLY_SKIPPED, tenant_id, module, ids))
    await restage_ids(session, tenant_id, module, skipped, State.SETTLED)
    return skipped


_NEED: Final = update(staged_records).where(*_THESE, ~_row.needed).values(needed=True)


async def need(session: Session, tenant_id: str, module: Module, ids: Iterable[str]) -> None:
    """A document that goes needs these records: they may go too."""
    named = _name(tenant_id, module, ids)
    if named["ids"]:
        await session.execute(_NEED, named)


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


async def list_forgotten(session: Session, tenant_id: str, modules: Iterable[Module]) -> Sequence[RowMapping]:
    """Held records, of whose reasons a purge has left nothing but the codes: module and id."""
    row = staged_records.c
    return await session.fetch_all(
        select(row.module, row.record_id).where(
            row.tenant_id == tenant_id,
            row.state == State.SETTLED,
            row.outcome.in_(sorted(HELD)),
            row.label.is_(None),
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


_SAME_KEY: Final = select(_row.record_id, _row.business_key, _row.name_key, _row.code).where(
    *_OF_MODULE, _row.business_key.in_(bindparam("keys", expanding=True)), ~_row.deleted
)


async def list_same_key(
    session: Session, tenant_id: str, module: Module, business_keys: Iterable[str]
) -> Sequence[RowMapping]:
    """All records of the module, settled ones too, that have one of these business keys and are not deleted."""
    keys = list(business_keys)
    if not keys:
        return []
    return await session.fetch_all(_SAME_KEY, {"of_tenant": tenant_id, "of_module": module.value, "keys": keys})


_EMAIL_HOLDERS: Final = (
    select(_row.email_key, func.count().label("records"))
    .where(
        _row.tenant_id == bindparam("of_tenant"), _row.email_key.in_(bindparam("keys", expanding=True)), ~_row.deleted
    )
    .group_by(_row.email_key)
)


async def count_email_holders(session: Session, tenant_id: str, email_keys: Iterable[str]) -> dict[str, int]:
    """How many records carry each of these main e-mail addresses."""
    keys = list(email_keys)
    if not keys:
        return {}
    rows = await session.fetch_all(_EMAIL_HOLDERS, {"of_tenant": tenant_id, "keys": keys})
    return {found["email_key"]: found["records"] for found in rows}
