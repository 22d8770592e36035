"""Who calls our public API, and how that is proven."""

from dataclasses import dataclass, field
from typing import Final, Protocol

PUBLIC_AUDIENCE: Final = "zoho2xero"
"""The audience of access tokens for the public API."""


@dataclass(frozen=True)
class Principal:
    """An API client of a partner. Every query is bound to `partner_id`."""

    client_id: str
    partner_id: str
    scopes: frozenset[str] = field(default_factory=frozenset)


class Verifier(Protocol):
    """Turns an access token into a principal."""

    async def verify(self, token: str) -> Principal:
        """Raises UnauthorisedError for a token that is not ours, not for us, or no longer valid; TryLaterError when
        the keys cannot be had now."""
        ...
