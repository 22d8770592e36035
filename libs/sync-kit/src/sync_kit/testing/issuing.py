"""Identities for tests: a partner's token in one line, checked by the real verifier."""

from collections.abc import Iterable, Mapping
from typing import Any

from pydantic import SecretStr

from sync_kit.clock import Clock
from sync_kit.identity import JwksVerifier, Principal, ServiceIdentity, SigningKey, build_jwks, sign_access_token

SERVICE_KEY = SecretStr("a-key-for-tests-that-is-long-enough")


class TokenIssuer:
    """Stands in for auth where only its tokens matter."""

    def __init__(self, clock: Clock) -> None:
        self._clock = clock
        self._key = SigningKey.generate()
        self.verifier = JwksVerifier(self._fetch, clock)

    def issue(self, partner_id: str = "partner-1", client_id: str = "client-1", scopes: Iterable[str] = ()) -> str:
        """An access token of 15 minutes."""
        principal = Principal(client_id, partner_id, frozenset(scopes))
        return sign_access_token(self._key, principal, clock=self._clock, expires_in_seconds=900)

    def build_service_identity(self, name: str) -> ServiceIdentity:
        """A service's identity with the tests' shared key."""
        return ServiceIdentity(name, SERVICE_KEY, self._clock)

    async def _fetch(self) -> Mapping[str, Any]:
        return build_jwks([self._key])
