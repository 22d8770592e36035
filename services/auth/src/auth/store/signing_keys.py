"""The public halves of the keys that sign API tokens; the private ones are in the vault."""

from collections.abc import Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import delete, func, select

from auth.domain.sealing import Keyring
from auth.domain.signing_keys import PublishedKey
from auth.store.tables import SIGNING_KEYS, VAULT
from auth.store.vault import delete_secrets, find_secret, save_secret
from sync_kit.store import Session

_PURPOSE: Final = "signing"
_K = SIGNING_KEYS.c


async def list_public_keys(session: Session) -> Sequence[PublishedKey]:
    """All public keys, the oldest first."""
    rows = await session.fetch_all(select(SIGNING_KEYS).order_by(_K.created_at, _K.kid))
    return [PublishedKey(**row) for row in rows]


async def publish_key(session: Session, kid: str, public_jwk: Mapping[str, Any]) -> None:
    """Publish a key as the newest; one that was published before becomes the newest again."""
    newest: datetime | None = await session.fetch_value(select(func.max(_K.created_at)))
    now = await session.now()
    # No two keys are of one time, or processes might not agree which of them is newer.
    created_at = now if newest is None or newest < now else newest + timedelta(microseconds=1)
    row = {"kid": kid, "public_jwk": dict(public_jwk), "created_at": created_at}
    await session.upsert(SIGNING_KEYS, [row], key=["kid"], update=["public_jwk", "created_at"])


async def list_sealed_keys(session: Session) -> frozenset[str]:
    """The ids of the keys whose private half is in the vault."""
    rows = await session.fetch_all(select(VAULT.c.owner_id).where(VAULT.c.purpose == _PURPOSE))
    return frozenset(row["owner_id"] for row in rows)


async def save_private_key(session: Session, keyring: Keyring, kid: str, pem: str) -> None:
    """Keep a private half, sealed."""
    await save_secret(session, keyring, pem.encode(), owner=kid, purpose=_PURPOSE)


async def find_private_key(session: Session, keyring: Keyring, kid: str) -> str | None:
    """A private half as PEM, opened. Raises SealBrokenError if it cannot be opened."""
    pem = await find_secret(session, keyring, owner=kid, purpose=_PURPOSE)
    return None if pem is None else pem.decode()


async def delete_keys(session: Session, kids: Collection[str]) -> None:
    """Forget keys, both halves: tokens that they signed are good no more."""
    if kids:
        await session.execute(delete(SIGNING_KEYS).where(_K.kid.in_(list(kids))))
        await delete_secrets(session, list(kids))
