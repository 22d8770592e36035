"""Which account each contact was last seen in."""

from collections.abc import Collection, Iterable, Mapping

from sqlalchemy import and_, delete, select

from sync_kit.store import Session
from zoho_reader.domain.answers import Row
from zoho_reader.store.tables import contact_homes

_CHUNK = 500


async def list_homes(session: Session, tenant_id: str, contact_ids: Collection[str]) -> Mapping[str, str]:
    """Account ids by contact id, for those that were in an account."""
    ids = sorted(contact_ids)
    homes: dict[str, str] = {}
    for start in range(0, len(ids), _CHUNK):
        rows = await session.fetch_all(
            select(contact_homes).where(
                contact_homes.c.tenant_id == tenant_id,
                contact_homes.c.contact_id.in_(ids[start : start + _CHUNK]),
            )
        )
        homes |= {row["contact_id"]: row["account_id"] for row in rows}
    return homes


async def save_homes(session: Session, tenant_id: str, contacts: Iterable[Row]) -> None:
    """Remember where the contacts are now."""
    rows = list(contacts)
    await session.upsert(
        contact_homes,
        [
            {"tenant_id": tenant_id, "contact_id": row.record_id, "account_id": row.parent_id}
            for row in rows
            if row.parent_id is not None
        ],
        key=("tenant_id", "contact_id"),
        update=("account_id",),
    )
    await forget_homes(session, tenant_id, [row.record_id for row in rows if row.parent_id is None])


async def forget_homes(session: Session, tenant_id: str, contact_ids: Collection[str]) -> None:
    """Those contacts are in no account."""
    ids = sorted(contact_ids)
    for start in range(0, len(ids), _CHUNK):
        await session.execute(
            delete(contact_homes).where(
                and_(
                    contact_homes.c.tenant_id == tenant_id,
                    contact_homes.c.contact_id.in_(ids[start : start + _CHUNK]),
                )
            )
        )


async def list_people(session: Session, tenant_id: str, account_ids: Collection[str]) -> Mapping[str, str]:
    """Account ids by contact id, for the people last seen in those accounts."""
    ids = sorted(account_ids)
    people: dict[str, str] = {}
    for start in range(0, len(ids), _CHUNK):
        rows = await session.fetch_all(
            select(contact_homes).where(
                contact_homes.c.tenant_id == tenant_id,
                contact_homes.c.account_id.in_(ids[start : start + _CHUNK]),
            )
        )
        people |= {row["contact_id"]: row["account_id"] for row in rows}
    return people
