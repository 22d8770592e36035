"""Seal everything anew with the current key, so that an older key can be taken away. Safe while the service runs."""

from auth.domain.sealing import Keyring
from auth.store.vault import list_foreign_seals, replace_seal
from sync_kit.store import Store

AT_ONCE = 100


async def rewrap_vault(*, store: Store, keyring: Keyring) -> int:
    """Returns how many values were sealed anew. Raises SealBrokenError when the key of one of them is gone.

    What the older key sealed leaves the write-ahead log of SQLite as well, so that the key opens nothing any more.
    """
    done = 0
    while True:
        async with store.transaction() as session:
            entries = await list_foreign_seals(session, keyring.current, limit=AT_ONCE)
            for owner, purpose, old in entries:
                plain = keyring.open(old, owner=owner, purpose=purpose)
                new = keyring.seal(plain, owner=owner, purpose=purpose)
                done += await replace_seal(session, owner, purpose, old=old, new=new)
        if not entries:
            await store.forget_deleted()
            return done
