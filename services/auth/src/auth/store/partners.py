"""Partners and their API clients."""

from collections.abc import Sequence

from sqlalchemy import select

from auth.domain.partner import ApiClient
from auth.store.tables import API_CLIENTS, PARTNERS
from sync_kit.store import Session


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
    row = await session.fetch_one(select(API_CLIENTS).where(API_CLIENTS.c.client_id == client_id))
    if row is None:
        return None
    return ApiClient(
        client_id=row["client_id"],
        partner_id=row["partner_id"],
        secret_salt=row["secret_salt"],
        secret_hash=row["secret_hash"],
        scopes=tuple(row["scopes"]),
    )


async def list_return_urls(session: Session, partner_id: str) -> tuple[str, ...]:
    """Where a partner's browsers may be sent back to."""
    urls = await session.fetch_value(select(PARTNERS.c.return_urls).where(PARTNERS.c.partner_id == partner_id))
    return tuple(urls or ())
