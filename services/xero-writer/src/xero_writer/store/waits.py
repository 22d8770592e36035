"""Who waits for whom: a dependant moves when the last of its parents has arrived."""

from collections.abc import Iterable, Sequence

from sqlalchemy import delete, select

from sync_kit.contracts.vocabulary import Module
from sync_kit.store import Session
from xero_writer.store.tables import waits


async def replace_waits(
    session: Session, tenant_id: str, module: Module, waiting: Sequence[tuple[str, Iterable[tuple[Module, str]]]]
) -> None:
    """Set what each record (id, parents) waits for; no parents: it waits no longer."""
    row = waits.c
    ids = [record_id for record_id, _ in waiting]
    await session.execute(
        delete(waits).where(row.tenant_id == tenant_id, row.child_module == module, row.child_id.in_(ids))
    )
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
    row = waits.c
    rows = await session.fetch_all(
        select(row.child_module, row.child_id).where(
            row.tenant_id == tenant_id, row.parent_module == parent_module, row.parent_id.in_(list(parent_ids))
        )
    )
    children: dict[Module, set[str]] = {}
    for found in rows:
        children.setdefault(Module(found["child_module"]), set()).add(found["child_id"])
    return children


async def end_waits(session: Session, tenant_id: str, parent_module: Module, parent_ids: Iterable[str]) -> None:
    """Nobody waits for these any more."""
    row = waits.c
    await session.execute(
        delete(waits).where(
            row.tenant_id == tenant_id, row.parent_module == parent_module, row.parent_id.in_(list(parent_ids))
        )
    )


async def list_waiting(session: Session, tenant_id: str, module: Module, ids: Iterable[str]) -> frozenset[str]:
    """Those of these records that wait for something."""
    row = waits.c
    rows = await session.fetch_all(
        select(row.child_id)
        .where(row.tenant_id == tenant_id, row.child_module == module, row.child_id.in_(list(ids)))
        .distinct()
    )
    return frozenset(found["child_id"] for found in rows)
