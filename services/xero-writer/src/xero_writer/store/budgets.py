"""What Xero last said of each tenant's limits, so that the next worker knows it."""

from collections.abc import Mapping
from typing import Any, Final

from sqlalchemy import RowMapping, bindparam, select

from sync_kit.store import Session
from xero_writer.store.tables import call_budgets

_COLUMNS = ("minute_remaining", "day_remaining", "answered_at", "blocked_until", "blocked_by", "troubles")
_OF_TENANT: Final = select(call_budgets).where(call_budgets.c.tenant_id == bindparam("of_tenant"))


async def find_budget(session: Session, tenant_id: str) -> RowMapping | None:
    """The tenant's row, or None when no call was ever made for it."""
    return await session.fetch_one(_OF_TENANT, {"of_tenant": tenant_id})


async def save_budget(session: Session, tenant_id: str, budget: Mapping[str, Any]) -> None:
    """Replace the tenant's row."""
    await session.upsert(
        call_budgets,
        [{"tenant_id": tenant_id, **{name: budget[name] for name in _COLUMNS}}],
        key=["tenant_id"],
        update=_COLUMNS,
    )
