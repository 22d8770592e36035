"""The public halves of the keys that sign API tokens; the private ones are in the vault."""

from collections.abc import Mapping, Sequence

from sqlalchemy import select

from auth.store.tables import SIGNING_KEYS
from sync_kit.store import Session


async def list_public_keys(session: Session) -> Sequence[Mapping[str, str]]:
    """All public keys as JWKs, the oldest first."""
    rows = await session.fetch_all(select(SIGNING_KEYS).order_by(SIGNING_KEYS.c.created_at, SIGNING_KEYS.c.kid))
    return [row["public_jwk"] for row in rows]


async def insert_public_key(session: Session, kid: str, public_jwk: Mapping[str, str]) -> None:
    """Publish a new key."""
    row = {"kid": kid, "public_jwk": dict(public_jwk), "created_at": await session.now()}
    await session.insert(SIGNING_KEYS, [row])
