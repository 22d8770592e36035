"""How far each lane of the ledger has been read, whole and for what Xero changed since."""

from collections.abc import Iterable
from datetime import datetime
from typing import Final

from sqlalchemy import RowMapping, bindparam, select

from sync_kit.store import Session
from xero_writer.store.tables import ledger_reads

_OF_TENANT: Final = select(ledger_reads).where(ledger_reads.c.tenant_id == bindparam("of_tenant"))


async def list_reads(session: Session, tenant_id: str) -> dict[str, RowMapping]:
    """The newest reading of each kind."""
    rows = await session.fetch_all(_OF_TENANT, {"of_tenant": tenant_id})
    return {row["kind"]: row for row in rows}


async def save_reads(
    session: Session,
    tenant_id: str,
    kinds: Iterable[str],
    *,
    complete: bool,
    next_page: int,
    rows: int,
    since_at: datetime | None,
    began_at: datetime,
    run_id: str | None,
) -> None:
    """How far these kinds, which are read together, have been read now."""
    values = {
        "complete": complete,
        "next_page": next_page,
        "rows": rows,
        "since_at": since_at,
        "began_at": began_at,
        "run_id": run_id,
    }
    await session.upsert(
        ledger_reads,
        [{"tenant_id": tenant_id, "kind": kind, **values} for kind in kinds],
        key=["tenant_id", "kind"],
        update=list(values),
    )
