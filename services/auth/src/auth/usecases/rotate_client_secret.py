"""Give a partner's API client a new secret; the old one dies at once, or after as long as the operator says."""

import asyncio
from dataclasses import dataclass, field
from datetime import timedelta

from auth.domain.client_secrets import hash_secret, make_salt, make_secret
from auth.store.partners import change_secret, find_client_of_partner
from sync_kit.errors import NotFoundError
from sync_kit.store import Store


@dataclass(frozen=True)
class NewSecret:
    """The only moment at which the secret is known in the clear."""

    client_id: str
    client_secret: str = field(repr=False)


async def rotate_client_secret(partner_id: str, *, keep_old: timedelta, store: Store) -> NewSecret:
    """A new secret. The one before it works for `keep_old`, any older one no more. Tokens that were given out end by
    themselves within a quarter of an hour. Raises NotFoundError for an unknown partner.
    """
    secret, salt = make_secret(), make_salt()
    secret_hash = await asyncio.to_thread(hash_secret, secret, salt)
    async with store.transaction() as session:
        client = await find_client_of_partner(session, partner_id)
        if client is None:
            raise NotFoundError("There is no such partner.")
        until = await session.now() + keep_old if keep_old else None
        await change_secret(session, client, salt=salt, secret_hash=secret_hash, old_until_at=until)
    return NewSecret(client.client_id, secret)
