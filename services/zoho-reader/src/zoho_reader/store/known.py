"""Which records were ever emitted, and which of them were deleted since; ids only."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import and_, bindparam, delete, or_, select, update

from sync_kit.contracts.vocabulary import Module
from sync_kit.store import Session, UtcDateTime
from zoho_reader.store.tables import known_records

RECYCLE_LIFE: Final = timedelta(days=60)
"""As long may a person restore what was deleted (Zoho: Get Deleted Records page)."""
LOOK_AGAIN: Final = timedelta(days=1)
_CHUNK: Final = 500

# Of all modules: those that are gone are few, and asked for some modules SQLite would look through all that are there.
_DUE_RETURNS: Final = (
    select(known_records.c.module, known_records.c.record_id)
    .where(
        known_records.c.tenant_id == bindparam("tenant_id"),
        known_records.c.gone_at >= bindparam("restorable_from", type_=UtcDateTime()),
        or_(
            known_records.c.looked_at.is_(None),
            known_records.c.looked_at < bindparam("looked_before", type_=UtcDateTime()),
        ),
    )
    .order_by(known_records.c.module, known_records.c.record_id)
)


async def note_known(
    session: Session, tenant_id: str, module: Module, record_ids: Iterable[str], *, gone_at: datetime | None = None
) -> None:
    """Those were emitted: living ones, or (with `gone_at`) as deleted, and just seen to be."""
    looked_at = None if gone_at is None else await session.now()
    await session.upsert(
        known_records,
        [
            {
                "tenant_id": tenant_id,
                "module": module.value,
                "record_id": record_id,
                "gone_at": gone_at,
                "looked_at": looked_at,
            }
            for record_id in record_ids
        ],
        key=("tenant_id", "module", "record_id"),
        update=("gone_at", "looked_at"),
    )


async def list_living(session: Session, tenant_id: str, module: Module, record_ids: Collection[str]) -> set[str]:
    """Those of the ids that were emitted and not yet as deleted."""
    ids, living = sorted(record_ids), set()
    for start in range(0, len(ids), _CHUNK):
        rows = await session.fetch_all(
            select(known_records.c.record_id).where(
                _is_among(tenant_id, module, ids[start : start + _CHUNK]), known_records.c.gone_at.is_(None)
            )
        )
        living |= {row["record_id"] for row in rows}
    return living


async def list_due_returns(
    session: Session, tenant_id: str, modules: Collection[Module], now: datetime
) -> Mapping[Module, Sequence[str]]:
    """Deleted records that a person may have restored, and that were not looked for within a day."""
    given = {"tenant_id": tenant_id, "restorable_from": now - RECYCLE_LIFE, "looked_before": now - LOOK_AGAIN}
    due: dict[Module, list[str]] = {}
    for row in await session.fetch_all(_DUE_RETURNS, given):
        due.setdefault(Module(row["module"]), []).append(row["record_id"])
    return {module: record_ids for module, record_ids in due.items() if module in modules}


async def note_looked_for(session: Session, tenant_id: str, module: Module, record_ids: Sequence[str]) -> None:
    """They were looked for just now."""
    await session.execute(
        update(known_records).where(_is_among(tenant_id, module, record_ids)).values(looked_at=await session.now())
    )


async def forget_gone(session: Session, tenant_id: str, module: Module, record_ids: Sequence[str]) -> None:
    """They are back: as if they had never been deleted, or known."""
    if record_ids:
        await session.execute(
            delete(known_records).where(_is_among(tenant_id, module, record_ids), known_records.c.gone_at.is_not(None))
        )


async def purge_gone(session: Session, before: datetime) -> int:
    """Forget records deleted so long ago that they cannot come back."""
    result = await session.execute(delete(known_records).where(known_records.c.gone_at < before))
    return int(result.rowcount)


def _is_among(tenant_id: str, module: Module, record_ids: Sequence[str]) -> Any:
    columns = known_records.c
    return and_(columns.tenant_id == tenant_id, columns.module == module.value, columns.record_id.in_(list(record_ids)))
