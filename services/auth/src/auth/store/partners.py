"""Partners and their API clients."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.engine import RowMapping

from auth.domain.partner import ApiClient
from auth.store.tables import API_CLIENTS, PARTNERS
from sync_kit.store import Session

_CLIENT = [column for column in API_CLIENTS.c if column.name != "created_at"]


async def insert_partner(session: Session, partner_id: str, *, name: str, return_urls: Sequence[str]) -> None:
    """A new partner."""
    row = {
        "partner_id": partner_id,
        "name": name,
        "return_urls": list(return_urls),
        "created_at": await session.now(),
    }
    await session.insert(PARTNERS, [row])


async def insert_api_client(session: Session, client: ApiClient) -> None:
    """A new credential of a partner."""
    row = {
        "client_id": client.client_id,
        "partner_id": client.partner_id,
        "secret_salt": client.secret_salt,
        "secret_hash": client.secret_hash,
        "scopes": list(client.scopes),
        "created_at": await session.now(),
    }
    await session.insert(API_CLIENTS, [row])


async def find_api_client(session: Session, client_id: str) -> ApiClient | None:
    """The credential with this id."""
    row = await session.fetch_one(select(*_CLIENT).where(API_CLIENTS.c.client_id == client_id))
    return None if row is None else _client_of(row)


async def find_client_of_partner(session: Session, partner_id: str) -> ApiClient | None:
    """The partner's credential."""
    row = await session.fetch_one(
        select(*_CLIENT).where(API_CLIENTS.c.partner_id == partner_id).order_by(API_CLIENTS.c.created_at).limit(1)
    )
    return None if row is None else _client_of(row)


async def change_secret(
    session: Session, client: ApiClient, *, salt: bytes, secret_hash: bytes, old_until_at: datetime | None
) -> None:
    """A new secret; the one that `client` was read with works until `old_until_at`, if a time is given."""
    kept = old_until_at is not None
    await session.execute(
        update(API_CLIENTS)
        .where(API_CLIENTS.c.client_id == client.client_id)
        .values(
            secret_salt=salt,
            secret_hash=secret_hash,
            old_salt=client.secret_salt if kept else None,
            old_hash=client.secret_hash if kept else None,
            old_until_at=old_until_at,
        )
    )


async def forget_old_secrets(session: Session) -> None:
    """Forget secrets whose time is over."""
    await session.execute(
        update(API_CLIENTS)
        .where(API_CLIENTS.c.old_until_at <= await session.now())
        .values(old_salt=None, old_hash=None, old_until_at=None)
    )


async def list_return_urls(session: Session, partner_id: str) -> tuple[str, ...]:
    """Where a partner's browsers may be sent back to."""
    urls = await session.fetch_value(select(PARTNERS.c.return_urls).where(PARTNERS.c.partner_id == partner_id))
    return tuple(urls or ())


def _client_of(row: RowMapping) -> ApiClient:
    return ApiClient(**{**row, "scopes": tuple(row["scopes"])})
