"""Grants and their token pairs: one record per consent giver, whatever number of organisations it carries."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import delete, exists, select, update

from auth.domain.connection import LIVE
from auth.domain.grant import Grant, HeldTokens
from auth.domain.sealing import Keyring
from auth.store.generations import draw_generation
from auth.store.tables import ATTEMPTS, CONNECTIONS, GRANTS, REFRESH_LEASES, REVOCATIONS
from auth.store.vault import delete_secrets, find_secret, save_secret
from sync_kit.contracts import codec
from sync_kit.contracts.vocabulary import Vendor
from sync_kit.store import Session

_LIVE = [str(state) for state in LIVE]


async def find_grant(session: Session, grant_id: str) -> Grant | None:
    """The grant with this id."""
    row = await session.fetch_one(select(GRANTS).where(GRANTS.c.grant_id == grant_id))
    return None if row is None else _grant_of(row)


async def find_grant_of_subject(session: Session, vendor: Vendor, app_client_id: str, subject: str) -> Grant | None:
    """The grant of a Xero user for our app."""
    row = await session.fetch_one(
        select(GRANTS).where(
            GRANTS.c.vendor == str(vendor), GRANTS.c.app_client_id == app_client_id, GRANTS.c.subject == subject
        )
    )
    return None if row is None else _grant_of(row)


async def insert_grant(session: Session, grant: Grant) -> None:
    """A new grant with its lease row; its tokens are saved apart."""
    await session.insert(GRANTS, [{**vars(grant), "vendor": str(grant.vendor)}])
    await session.insert(REFRESH_LEASES, [{"grant_id": grant.grant_id, "fence": 0}])


async def renew_grant(
    session: Session, grant: Grant, *, renewed_at: datetime, access_expires_at: datetime, **changes: Any
) -> Grant:
    """Note a new token pair: a new generation, and an earlier refusal is forgotten."""
    values: dict[str, Any] = {
        **changes,
        "generation": await draw_generation(session),
        "renewed_at": renewed_at,
        "access_expires_at": access_expires_at,
        "refused_at": None,
    }
    await session.execute(update(GRANTS).where(GRANTS.c.grant_id == grant.grant_id).values(**values))
    return Grant(**{**vars(grant), **values})


async def mark_grant_refused(session: Session, grant_id: str) -> None:
    """The vendor said that the refresh token is no longer good."""
    await session.execute(update(GRANTS).where(GRANTS.c.grant_id == grant_id).values(refused_at=await session.now()))


async def save_tokens(session: Session, keyring: Keyring, grant: Grant, tokens: HeldTokens) -> None:
    """Seal a grant's tokens, bound to the grant and its vendor."""
    plain = codec.dumps({"access_token": tokens.access_token, "refresh_token": tokens.refresh_token})
    await save_secret(session, keyring, plain, owner=grant.grant_id, purpose=str(grant.vendor))


async def find_tokens(session: Session, keyring: Keyring, grant: Grant) -> HeldTokens | None:
    """A grant's tokens, opened."""
    plain = await find_secret(session, keyring, owner=grant.grant_id, purpose=str(grant.vendor))
    return None if plain is None else HeldTokens(**codec.loads(plain))


async def is_grant_needed(session: Session, grant_id: str) -> bool:
    """Whether a live connection uses the grant, or a person is still choosing an organisation with it."""
    needed = await session.fetch_value(
        select(
            exists().where(CONNECTIONS.c.grant_id == grant_id, CONNECTIONS.c.state.in_(_LIVE))
            | exists().where(ATTEMPTS.c.grant_id == grant_id, ATTEMPTS.c.completed_at.is_(None))
        )
    )
    return bool(needed)


async def list_idle_grants(
    session: Session, vendor: Vendor, *, renewed_before: datetime, limit: int
) -> Sequence[Grant]:
    """Grants in use whose tokens were last renewed before then and were not refused, the oldest first."""
    in_use = exists().where(CONNECTIONS.c.grant_id == GRANTS.c.grant_id, CONNECTIONS.c.state.in_(_LIVE))
    rows = await session.fetch_all(
        select(GRANTS)
        .where(
            GRANTS.c.vendor == str(vendor),
            GRANTS.c.refused_at.is_(None),
            GRANTS.c.renewed_at < renewed_before,
            in_use,
        )
        .order_by(GRANTS.c.renewed_at)
        .limit(limit)
    )
    return [_grant_of(row) for row in rows]


async def delete_grant(session: Session, grant_id: str) -> None:
    """Forget a grant, its tokens and what was still to be said about it."""
    await delete_secrets(session, [grant_id])
    await session.execute(delete(REVOCATIONS).where(REVOCATIONS.c.grant_id == grant_id))
    await session.execute(delete(REFRESH_LEASES).where(REFRESH_LEASES.c.grant_id == grant_id))
    await session.execute(update(CONNECTIONS).where(CONNECTIONS.c.grant_id == grant_id).values(grant_id=None))
    await session.execute(update(ATTEMPTS).where(ATTEMPTS.c.grant_id == grant_id).values(grant_id=None))
    await session.execute(delete(GRANTS).where(GRANTS.c.grant_id == grant_id))


def _grant_of(row: Any) -> Grant:
    return Grant(**{**row, "vendor": Vendor(row["vendor"])})
