"""Give an API client a short-lived access token (OAuth 2 client credentials, RFC 6749 section 4.4)."""

import asyncio
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Final

from auth.domain.client_secrets import UNKNOWN_SALT, hash_secret, is_same
from auth.domain.partner import choose_scopes
from auth.errors import GrantRequestError
from auth.store.partners import find_api_client
from auth.usecases.keep_signing_keys import SigningKeys
from sync_kit.clock import Clock
from sync_kit.errors import UnauthorisedError
from sync_kit.identity import Principal, sign_access_token
from sync_kit.store import Store

TOKEN_SECONDS: Final = 900


@dataclass(frozen=True)
class ApiToken:
    """A signed JWT and what it is good for."""

    access_token: str = field(repr=False)
    expires_in: int
    scopes: tuple[str, ...]


async def issue_api_token(
    client_id: str, client_secret: str, scope: str | None, *, store: Store, keys: SigningKeys, clock: Clock, issuer: str
) -> ApiToken:
    """Raises UnauthorisedError for a wrong id or secret, GrantRequestError for a scope that the client lacks."""
    async with store.reading() as session:
        client = await find_api_client(session, client_id)
        now = await session.now()
    secrets = client.list_secrets(now) if client else [(UNKNOWN_SALT, b"")]
    if not await asyncio.to_thread(_fits_one, client_secret, secrets) or client is None:
        raise UnauthorisedError(
            "The client id or secret is wrong.",
            code="invalid_client",
            extra={"error": "invalid_client"},
            headers={"www-authenticate": 'Basic realm="zoho2xero"'},
        )
    scopes = choose_scopes(scope, client.scopes)
    if scopes is None:
        raise GrantRequestError(
            "The client does not hold every scope that was asked for.",
            code="invalid_scope",
            extra={"error": "invalid_scope"},
        )
    token = sign_access_token(
        await keys.get_signer(),
        Principal(client.client_id, client.partner_id, frozenset(scopes)),
        clock=clock,
        expires_in_seconds=TOKEN_SECONDS,
        issuer=issuer,
    )
    return ApiToken(token, TOKEN_SECONDS, scopes)


def _fits_one(presented: str, secrets: Sequence[tuple[bytes, bytes]]) -> bool:
    return any(is_same(hash_secret(presented, salt), secret_hash) for salt, secret_hash in secrets)
