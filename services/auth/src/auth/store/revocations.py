"""What vendors must still be told: committed with the disconnection, done by a job, forgotten when done."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.engine import RowMapping

from auth.store.tables import REVOCATIONS
from sync_kit.store import Session

REVOCATION_SIGNAL = "revocations"
"""What `store.watch` is asked for to hear of new work here."""

_R = REVOCATIONS.c


@dataclass(frozen=True)
class Revocation:
    """Cut one Xero connection, or end the whole grant when `vendor_connection_id` is None."""

    revocation_id: int
    grant_id: str
    vendor_connection_id: str | None
    give_up_at: datetime
    tries: int


async def add_revocation(
    session: Session, grant_id: str, *, vendor_connection_id: str | None, patience: timedelta
) -> None:
    """Owe the vendor a word, and try to say it for as long as `patience`."""
    now = await session.now()
    row = {
        "grant_id": grant_id,
        "vendor_connection_id": vendor_connection_id,
        "due_at": now,
        "give_up_at": now + patience,
        "tries": 0,
    }
    await session.insert(REVOCATIONS, [row])
    session.signal(REVOCATION_SIGNAL)


async def claim_revocation(session: Session, *, life: timedelta) -> Revocation | None:
    """The oldest one that is due; it is not due again before `life` has passed."""
    now = await session.now()
    row = await session.fetch_one(select(REVOCATIONS).where(_R.due_at <= now).order_by(_R.revocation_id).limit(1))
    if row is None:
        return None
    result = await session.execute(
        update(REVOCATIONS)
        .where(_R.revocation_id == row["revocation_id"], _R.due_at == row["due_at"])
        .values(due_at=now + life, tries=row["tries"] + 1)
    )
    return _revocation_of(row) if result.rowcount == 1 else None


async def postpone_revocation(session: Session, revocation_id: int, due_at: datetime) -> None:
    """Try again at that time."""
    await session.execute(update(REVOCATIONS).where(_R.revocation_id == revocation_id).values(due_at=due_at))


async def delete_revocation(session: Session, revocation_id: int) -> None:
    """It is said, or need not be said any more."""
    await session.execute(delete(REVOCATIONS).where(_R.revocation_id == revocation_id))


def _revocation_of(row: RowMapping) -> Revocation:
    return Revocation(
        revocation_id=row["revocation_id"],
        grant_id=row["grant_id"],
        vendor_connection_id=row["vendor_connection_id"],
        give_up_at=row["give_up_at"],
        tries=row["tries"] + 1,
    )
