"""The credit ledger: what was spent at Zoho, by hour."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from functools import cache

from sqlalchemy import Executable, delete, func, select

from sync_kit.store import Session
from sync_kit.store.statements import Kind, insert_into
from zoho_reader.store.tables import credit_ledger


@dataclass(frozen=True)
class CreditHourRow:
    """One hour. `credits_remaining` is what Zoho last said, None when it did not."""

    hour_at: datetime
    calls: int
    credits: int
    credits_remaining: int | None


async def book_credits(
    session: Session, tenant_id: str, *, calls: int, credits_spent: int, credits_remaining: int | None
) -> None:
    """Add to the current hour of the store's clock."""
    hour_at = (await session.now()).replace(minute=0, second=0, microsecond=0)
    row = {
        "tenant_id": tenant_id,
        "hour_at": hour_at,
        "calls": calls,
        "credits": credits_spent,
        "credits_remaining": credits_remaining,
    }
    await session.execute(_book(session.kind), row)


@cache
def _book(kind: Kind) -> Executable:
    hours, statement = credit_ledger.c, insert_into(kind, credit_ledger)
    new = statement.excluded
    changes = {
        "calls": hours.calls + new.calls,
        "credits": hours.credits + new.credits,
        "credits_remaining": func.coalesce(new.credits_remaining, hours.credits_remaining),
    }
    return statement.on_conflict_do_update(index_elements=["tenant_id", "hour_at"], set_=changes)


async def list_hours(session: Session, tenant_id: str, since: datetime) -> Sequence[CreditHourRow]:
    """The hours since then, oldest first."""
    rows = await session.fetch_all(
        select(credit_ledger)
        .where(credit_ledger.c.tenant_id == tenant_id, credit_ledger.c.hour_at >= since)
        .order_by(credit_ledger.c.hour_at)
    )
    return [CreditHourRow(row["hour_at"], row["calls"], row["credits"], row["credits_remaining"]) for row in rows]


async def purge_hours(session: Session, before: datetime) -> int:
    """Forget hours long outside Zoho's window."""
    result = await session.execute(delete(credit_ledger).where(credit_ledger.c.hour_at < before))
    return int(result.rowcount)
