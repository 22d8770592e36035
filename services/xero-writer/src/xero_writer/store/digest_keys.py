"""The secret of this service's keyed digests: from a setting, or made at first use and kept in the store."""

import hashlib
import secrets
from weakref import WeakSet

from sqlalchemy import select

from sync_kit.store import Session
from xero_writer.store.tables import digest_keys

KEY_ID = "1"


class DigestKeys:
    """Gives the one secret. It never changes: what was digested with another could not be found again."""

    def __init__(self, configured: bytes | None = None) -> None:
        # BLAKE2s takes keys of 32 bytes at most; a secret may be longer.
        self._secret = hashlib.sha256(configured).digest() if configured is not None else None
        self._makers: WeakSet[Session] = WeakSet()

    async def get(self, session: Session) -> bytes:
        """The secret, inside a transaction."""
        if self._secret is not None:
            return self._secret
        made = await session.insert_missing(
            digest_keys, [{"key_id": KEY_ID, "secret": secrets.token_hex(32), "made_at": await session.now()}]
        )
        text: str = await session.fetch_value(select(digest_keys.c.secret).where(digest_keys.c.key_id == KEY_ID))
        secret = bytes.fromhex(text)
        if made:
            self._makers.add(session)
        if session not in self._makers:  # one that was made in this transaction lasts only if that does
            self._secret = secret
        return secret
