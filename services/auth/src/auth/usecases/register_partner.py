"""Register a partner and its first API client."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field

from auth.domain.client_secrets import hash_secret, make_id, make_salt, make_secret
from auth.domain.partner import SCOPES, ApiClient
from auth.store.partners import insert_api_client, insert_partner
from sync_kit.store import Store


@dataclass(frozen=True)
class RegisteredPartner:
    """The only moment at which the secret is known in the clear."""

    partner_id: str
    client_id: str
    client_secret: str = field(repr=False)
    scopes: tuple[str, ...]


async def register_partner(name: str, return_urls: Sequence[str], *, store: Store) -> RegisteredPartner:
    """A new partner whose client holds every scope."""
    partner_id, client_id = make_id("ptr"), make_id("cli")
    secret, salt = make_secret(), make_salt()
    secret_hash = await asyncio.to_thread(hash_secret, secret, salt)
    async with store.transaction() as session:
        await insert_partner(session, partner_id, name=name, return_urls=return_urls)
        await insert_api_client(session, ApiClient(client_id, partner_id, salt, secret_hash, SCOPES))
    return RegisteredPartner(partner_id, client_id, secret, SCOPES)
