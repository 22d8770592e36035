"""Forget what has outlived its use: connection attempts, the grants that hung on them, and replaced secrets."""

from auth.store.attempts import forget_old_attempts
from auth.store.partners import forget_old_secrets
from auth.usecases.release_grant import release_grant_if_unneeded
from sync_kit.store import Store


async def forget_old(*, store: Store) -> int:
    """Delete attempts whose time is over and give back what nobody chose; returns how many grants were let go.

    Deleted tenants, tokens and attempts then leave the write-ahead log of SQLite as well.
    """
    async with store.transaction() as session:
        let_go = set(await forget_old_attempts(session))
        for grant_id in sorted(let_go):
            await release_grant_if_unneeded(session, grant_id)
        await forget_old_secrets(session)
    await store.forget_deleted()
    return len(let_go)
