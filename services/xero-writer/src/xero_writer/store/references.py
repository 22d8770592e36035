"""Xero's reference data as last read, one row a part."""

from collections.abc import Mapping, Sequence
from typing import Any, Final

from sqlalchemy import RowMapping, bindparam, delete, func, select

from sync_kit.store import Session
from xero_writer.store.tables import reference_parts

_OF_TENANT: Final = select(reference_parts).where(reference_parts.c.tenant_id == bindparam("of_tenant"))
_RUN_OF: Final = select(reference_parts.c.run_id).where(
    reference_parts.c.tenant_id == bindparam("of_tenant"), reference_parts.c.part == bindparam("of_part")
)


async def list_parts(session: Session, tenant_id: str) -> Sequence[RowMapping]:
    """All parts that were read."""
    return await session.fetch_all(_OF_TENANT, {"of_tenant": tenant_id})


async def find_part(session: Session, tenant_id: str, part: str) -> RowMapping | None:
    """One part, or None when it was never read."""
    row = reference_parts.c
    return await session.fetch_one(select(reference_parts).where(row.tenant_id == tenant_id, row.part == part))


async def find_run_of(session: Session, tenant_id: str, part: str) -> str | None:
    """The run that read the part last."""
    run_id: str | None = await session.fetch_value(_RUN_OF, {"of_tenant": tenant_id, "of_part": part})
    return run_id


async def save_part(
    session: Session, tenant_id: str, part: str, *, payload: Any, digest: str, run_id: str | None
) -> None:
    """Replace a part by what Xero has just answered."""
    row = {"payload": payload, "digest": digest, "run_id": run_id}
    await _keep_part(session, tenant_id, part, row, update=["payload", "digest", "fetched_at", "run_id"])


async def forget_parts(session: Session, tenant_id: str, parts: Sequence[str]) -> None:
    """Have these read again before anything else is judged by them."""
    row = reference_parts.c
    await session.execute(delete(reference_parts).where(row.tenant_id == tenant_id, row.part.in_(list(parts))))


async def show_part(session: Session, tenant_id: str, part: str, *, payload: Any, digest: str) -> None:
    """Let people see what a rehearsal read: the tenant's own row gets the payload and keeps the digest that it had, so
    that the next real run still notices the change and judges again what was held for it."""
    row = {"payload": payload, "digest": digest, "run_id": None}
    await _keep_part(session, tenant_id, part, row, update=["payload", "fetched_at"])


async def _keep_part(
    session: Session, tenant_id: str, part: str, row: Mapping[str, Any], *, update: Sequence[str]
) -> None:
    key = {"tenant_id": tenant_id, "part": part}
    await session.upsert(
        reference_parts, [{**key, **row, "fetched_at": await session.now()}], key=list(key), update=update
    )


async def count_read_in(session: Session, tenant_id: str, run_id: str) -> int:
    """How many parts the run read."""
    row = reference_parts.c
    return int(
        await session.fetch_value(
            select(func.count()).select_from(reference_parts).where(row.tenant_id == tenant_id, row.run_id == run_id)
        )
    )
