"""Sealed values: written and read with a keyring, never seen in the clear by the database."""

from collections.abc import Sequence

from sqlalchemy import delete, select, update

from auth.domain.sealing import Keyring, SealedValue
from auth.store.tables import VAULT
from sync_kit.store import Session


async def save_secret(session: Session, keyring: Keyring, plain: bytes, *, owner: str, purpose: str) -> None:
    """Seal a value for its owner, in place of an earlier one."""
    sealed = keyring.seal(plain, owner=owner, purpose=purpose)
    row = {"owner_id": owner, "purpose": purpose, "key_id": sealed.key_id, "blob": sealed.blob}
    await session.upsert(VAULT, [row], key=["owner_id", "purpose"], update=["key_id", "blob"])


async def find_secret(session: Session, keyring: Keyring, *, owner: str, purpose: str) -> bytes | None:
    """The opened value. Raises SealBrokenError if it cannot be opened."""
    row = await session.fetch_one(
        select(VAULT.c.key_id, VAULT.c.blob).where(VAULT.c.owner_id == owner, VAULT.c.purpose == purpose)
    )
    if row is None:
        return None
    return keyring.open(SealedValue(row["key_id"], row["blob"]), owner=owner, purpose=purpose)


async def delete_secrets(session: Session, owners: Sequence[str]) -> None:
    """Forget everything that these owners have in the vault."""
    await session.execute(delete(VAULT).where(VAULT.c.owner_id.in_(list(owners))))


async def list_foreign_seals(session: Session, key_id: str, *, limit: int) -> Sequence[tuple[str, str, SealedValue]]:
    """Owner, purpose and value of entries that another key than `key_id` sealed."""
    rows = await session.fetch_all(
        select(VAULT).where(VAULT.c.key_id != key_id).order_by(VAULT.c.owner_id, VAULT.c.purpose).limit(limit)
    )
    return [(row["owner_id"], row["purpose"], SealedValue(row["key_id"], row["blob"])) for row in rows]


async def replace_seal(session: Session, owner: str, purpose: str, *, old: SealedValue, new: SealedValue) -> bool:
    """Put the new seal where the old one still is. False if the value changed meanwhile."""
    result = await session.execute(
        update(VAULT)
        .where(VAULT.c.owner_id == owner, VAULT.c.purpose == purpose, VAULT.c.blob == old.blob)
        .values(key_id=new.key_id, blob=new.blob)
    )
    return result.rowcount == 1
