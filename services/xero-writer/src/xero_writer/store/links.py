"""Record links: which Xero record each CRM record has, and the history of what was done."""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any, Final

from sqlalchemy import RowMapping, bindparam, delete, select

from sync_kit.contracts.vocabulary import Module
from sync_kit.store import Session
from xero_writer.store.tables import link_actions, record_links, staged_records

_CHANGED = ("xero_id", "revision", "agreed_digest", "agreed_updated_at", "status", "business_key", "facts")
_row = record_links.c
_LINKS: Final = select(_row.record_id, _row.xero_id, _row.agreed_digest, _row.status, _row.facts).where(
    _row.tenant_id == bindparam("tenant_id"),
    _row.module == bindparam("module"),
    _row.record_id.in_(bindparam("ids", expanding=True)),
)
_OWNERS: Final = select(_row.module, _row.record_id, _row.xero_id, _row.agreed_digest, _row.facts).where(
    _row.tenant_id == bindparam("tenant_id"), _row.xero_id.in_(bindparam("xero_ids", expanding=True))
)


async def list_links(
    session: Session, tenant_id: str, module: Module, record_ids: Iterable[str]
) -> dict[str, RowMapping]:
    """xero_id, agreed_digest, status and facts of links, by record id."""
    ids = list(record_ids)
    if not ids:
        return {}
    rows = await session.fetch_all(_LINKS, {"tenant_id": tenant_id, "module": module.value, "ids": ids})
    return {found["record_id"]: found for found in rows}


async def list_imagined_again(session: Session, tenant_id: str, module: Module, prefix: str) -> list[str]:
    """Record ids of links whose Xero id begins with that, a rehearsal's own, and that are to be judged again."""
    row, staged = record_links.c, staged_records.c
    rows = await session.fetch_all(
        select(row.record_id)
        .join(
            staged_records,
            (staged.tenant_id == row.tenant_id)
            & (staged.module == row.module)
            & (staged.record_id == row.record_id)
            & (staged.state == "staged"),
        )
        .where(row.tenant_id == tenant_id, row.module == module, row.xero_id.startswith(prefix))
    )
    return [found["record_id"] for found in rows]


async def forget_links(session: Session, tenant_id: str, module: Module, record_ids: Iterable[str]) -> None:
    """Delete links; only a rehearsal does that, to its own."""
    row = record_links.c
    await session.execute(
        delete(record_links).where(
            row.tenant_id == tenant_id, row.module == module, row.record_id.in_(list(record_ids))
        )
    )


async def list_owners(session: Session, tenant_id: str, xero_ids: Iterable[str]) -> Sequence[RowMapping]:
    """module, record_id, xero_id, agreed_digest and facts of every link to one of these Xero records."""
    ids = list(xero_ids)
    return await session.fetch_all(_OWNERS, {"tenant_id": tenant_id, "xero_ids": ids}) if ids else []


async def save_links(session: Session, tenant_id: str, links: Sequence[Mapping[str, Any]]) -> None:
    """Write links: module, record_id and all columns that an agreement changes."""
    linked_at = await session.now()
    await session.upsert(
        record_links,
        [{"tenant_id": tenant_id, "linked_at": linked_at, **link} for link in links],
        key=["tenant_id", "module", "record_id"],
        update=_CHANGED,
    )


async def change_facts(session: Session, tenant_id: str, links: Sequence[Mapping[str, Any]]) -> None:
    """Set the facts and the agreed digest of links: module, record_id, facts, agreed_digest."""
    rows = [{"tenant_id": tenant_id, **link} for link in links]
    key = ["tenant_id", "module", "record_id"]
    await session.update_rows(record_links, rows, key=key, update=["facts", "agreed_digest"])


async def add_actions(session: Session, tenant_id: str, actions: Sequence[Mapping[str, Any]]) -> None:
    """Add to the history: module, record_id, xero_id, run_id, action, number."""
    at = await session.now()
    await session.insert(link_actions, [{"tenant_id": tenant_id, "at": at, **action} for action in actions])


async def list_page(
    session: Session,
    tenant_id: str,
    *,
    module: Module | None,
    record_id: str | None,
    after: tuple[str, str] | None,
    limit: int,
) -> Sequence[RowMapping]:
    """Links in the order of module and record id, after the pair seen last."""
    row = record_links.c
    query = select(record_links).where(row.tenant_id == tenant_id)
    if module is not None:
        query = query.where(row.module == module)
    if record_id is not None:
        query = query.where(row.record_id == record_id)
    if after is not None:
        query = query.where((row.module > after[0]) | ((row.module == after[0]) & (row.record_id > after[1])))
    return await session.fetch_all(query.order_by(row.module, row.record_id).limit(limit))
