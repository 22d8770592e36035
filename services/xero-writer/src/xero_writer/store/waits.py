"""Who waits for whom: a dependant moves when the last of its parents has arrived."""

from collections.abc import Iterable, Sequence
from typing import Final

from sqlalchemy import Executable, bindparam, delete, select

from sync_kit.contracts.vocabulary import Module
from sync_kit.store import Session
from xero_writer.store.tables import waits

_row = waits.c
_OF_TENANT: Final = _row.tenant_id == bindparam("of_tenant")
_FOR_THESE: Final = (
    _OF_TENANT,
    _row.parent_module == bindparam("of_module"),
    _row.parent_id.in_(bindparam("ids", expanding=True)),
)
_BY_THESE: Final = (
    _OF_TENANT,
    _row.child_module == bindparam("of_module"),
    _row.child_id.in_(bindparam("ids", expanding=True)),
)
_CHILDREN: Final = select(_row.child_module, _row.child_id).where(*_FOR_THESE)
_END: Final = delete(waits).where(*_FOR_THESE).returning(_row.child_module, _row.child_id)
_WAITING: Final = select(_row.child_id).where(*_BY_THESE).distinct()
_WAIT_NO_LONGER: Final = delete(waits).where(*_BY_THESE)


async def replace_waits(
    session: Session, tenant_id: str, module: Module, waiting: Sequence[tuple[str, Iterable[tuple[Module, str]]]]
) -> None:
    """Set what each record (id, parents) waits for; no parents: it waits no longer."""
    if not waiting:
        return
    await session.execute(_WAIT_NO_LONGER, _name(tenant_id, module, [record_id for record_id, _ in waiting]))
    rows = [
        {
            "tenant_id": tenant_id,
            "child_module": module.value,
            "child_id": record_id,
            "parent_module": parent_module.value,
            "parent_id": parent_id,
        }
        for record_id, parents in waiting
        for parent_module, parent_id in parents
    ]
    await session.insert_missing(waits, rows)


async def list_children(
    session: Session, tenant_id: str, parent_module: Module, parent_ids: Iterable[str]
) -> dict[Module, set[str]]:
    """The records that wait for one of these parents."""
    return await _list_those(session, _CHILDREN, tenant_id, parent_module, parent_ids)


async def end_waits(
    session: Session, tenant_id: str, parent_module: Module, parent_ids: Iterable[str]
) -> dict[Module, set[str]]:
    """Nobody waits for these any more; returns the records that did."""
    return await _list_those(session, _END, tenant_id, parent_module, parent_ids)


async def _list_those(
    session: Session, those: Executable, tenant_id: str, parent_module: Module, parent_ids: Iterable[str]
) -> dict[Module, set[str]]:
    named = _name(tenant_id, parent_module, parent_ids)
    rows = await session.fetch_all(those, named) if named["ids"] else []
    children: dict[Module, set[str]] = {}
    for found in rows:
        children.setdefault(Module(found["child_module"]), set()).add(found["child_id"])
    return children


async def list_waiting(session: Session, tenant_id: str, module: Module, ids: Iterable[str]) -> frozenset[str]:
    """Those of these records that wait for something."""
    named = _name(tenant_id, module, ids)
    rows = await session.fetch_all(_WAITING, named) if named["ids"] else []
    return frozenset(found["child_id"] for found in rows)


def _name(tenant_id: str, module: Module, ids: Iterable[str]) -> dict[str, object]:
    return {"of_tenant": tenant_id, "of_module": module.value, "ids": list(ids)}
