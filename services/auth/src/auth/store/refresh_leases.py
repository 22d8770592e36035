"""The right to refresh a grant: a row with an owner, an end and a fence, so that no lock is held over HTTP."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select, update

from auth.store.tables import REFRESH_LEASES
from sync_kit.errors import LeaseLostError
from sync_kit.store import Session

_L = REFRESH_LEASES.c


@dataclass(frozen=True)
class RefreshRight:
    """One claim. `recovers` is True when the claim before it was never given back: its owner died in the middle."""

    grant_id: str
    fence: int
    recovers: bool


async def find_block(session: Session, grant_id: str) -> datetime | None:
    """Until when nobody may try to refresh, if that time is still ahead."""
    until: datetime | None = await session.fetch_value(select(_L.blocked_until_at).where(_L.grant_id == grant_id))
    return until if until is not None and until > await session.now() else None


async def find_owner_end(session: Session, grant_id: str) -> datetime | None:
    """When the claim of whoever refreshes now ends, if somebody does."""
    until: datetime | None = await session.fetch_value(select(_L.expires_at).where(_L.grant_id == grant_id))
    return until if until is not None and until > await session.now() else None


async def claim_refresh(session: Session, grant_id: str, *, owner: str, life: timedelta) -> RefreshRight | None:
    """Take the right if nobody has it (any more); None while somebody else refreshes."""
    now = await session.now()
    row = await session.fetch_one(select(REFRESH_LEASES).where(_L.grant_id == grant_id))
    if row is None or (row["expires_at"] is not None and row["expires_at"] > now):
        return None
    fence = row["fence"] + 1
    result = await session.execute(
        update(REFRESH_LEASES)
        .where(_L.grant_id == grant_id, _L.fence == row["fence"])
        .values(fence=fence, owner=owner, expires_at=now + life)
    )
    return RefreshRight(grant_id, fence, recovers=row["owner"] is not None) if result.rowcount == 1 else None


async def give_back_refresh(session: Session, right: RefreshRight, *, blocked_until_at: datetime | None = None) -> None:
    """End the claim, in the transaction that saves what it brought. Raises LeaseLostError if it is another's now."""
    result = await session.execute(
        update(REFRESH_LEASES)
        .where(_L.grant_id == right.grant_id, _L.fence == right.fence)
        .values(owner=None, expires_at=None, blocked_until_at=blocked_until_at)
    )
    if result.rowcount != 1:
        raise LeaseLostError(f"the refresh of grant {right.grant_id} is somebody else's now")


async def void_refresh(session: Session, grant_id: str) -> None:
    """A new consent brought newer tokens: whoever refreshes at this moment must not save theirs over them."""
    await session.execute(
        update(REFRESH_LEASES)
        .where(_L.grant_id == grant_id)
        .values(fence=_L.fence + 1, owner=None, expires_at=None, blocked_until_at=None)
    )
