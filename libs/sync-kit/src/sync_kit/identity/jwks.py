"""Check access tokens against the keys that auth publishes.

Keys are cached. A key id that is not known fetches once more, at most every 30 seconds, so that a stream of forged
tokens is not a stream of calls to auth. After an hour without a fresh answer the cached keys are not trusted any more:
a key that was withdrawn must stop working.
"""

import asyncio
import math
from collections.abc import Awaitable, Callable, Mapping
from typing import Any

from joserfc import jwt
from joserfc.errors import JoseError
from joserfc.jwk import OKPKey
from joserfc.jws import extract_compact

from sync_kit.clock import Clock
from sync_kit.errors import AnswerLostError, TryLaterError, UnauthorisedError
from sync_kit.http import HttpClient, HttpRequest, parse_json
from sync_kit.identity.principal import PUBLIC_AUDIENCE, Principal
from sync_kit.identity.signing import CURVE, PinnedRegistry
from sync_kit.identity.skew import CLOCK_SKEW_SECONDS

JWKS_PATH = "/.well-known/jwks.json"

FetchJwks = Callable[[], Awaitable[Mapping[str, Any]]]

_REFETCH_SECONDS = 30.0
_REFETCH_AFTER_FAILURE_SECONDS = 2.0
_FRESH_SECONDS = 600.0
_TRUSTED_SECONDS = 3600.0
_MAX_TOKEN_CHARACTERS = 4096


class JwksVerifier:
    """A Verifier whose keys come from `fetch`, which returns a JWKS document."""

    def __init__(
        self, fetch: FetchJwks, clock: Clock, *, audience: str = PUBLIC_AUDIENCE, issuer: str | None = None
    ) -> None:
        self._fetch = fetch
        self._clock = clock
        self._audience = audience
        self._issuer = issuer
        self._keys: dict[str, OKPKey] = {}
        self._fetched_at: float | None = None
        self._next_try_at = -math.inf
        self._lock = asyncio.Lock()

    async def verify(self, token: str) -> Principal:
        """The token's owner. Raises UnauthorisedError or TryLaterError."""
        key = await self._find_key(_read_key_id(token))
        if key is None:
            raise _refuse()
        try:
            claims = jwt.decode(token, key, registry=PinnedRegistry()).claims
            self._check(claims)
        except (JoseError, ValueError, TypeError) as error:
            raise _refuse() from error
        client_id, partner_id, scope = (claims.get(name) for name in ("sub", "partner_id", "scope"))
        if not (isinstance(client_id, str) and isinstance(partner_id, str) and isinstance(scope, str)):
            raise _refuse()
        if not client_id or not partner_id:
            raise _refuse()
        return Principal(client_id, partner_id, frozenset(scope.split()))

    def _check(self, claims: dict[str, Any]) -> None:
        options: dict[str, Any] = {"exp": {"essential": True}, "aud": {"essential": True, "value": self._audience}}
        if self._issuer is not None:
            options["iss"] = {"essential": True, "value": self._issuer}
        now = int(self._clock.now().timestamp())
        jwt.JWTClaimsRegistry(now=now, leeway=CLOCK_SKEW_SECONDS, **options).validate(claims)

    async def _find_key(self, key_id: str) -> OKPKey | None:
        if self._age(self._fetched_at) > _FRESH_SECONDS or key_id not in self._keys:
            async with self._lock:
                stale = self._age(self._fetched_at) > _FRESH_SECONDS or key_id not in self._keys
                if stale and self._clock.monotonic() >= self._next_try_at:
                    await self._refresh()
        if self._age(self._fetched_at) > _TRUSTED_SECONDS:
            raise TryLaterError("the keys of our access tokens cannot be fetched")
        return self._keys.get(key_id)

    async def _refresh(self) -> None:
        self._next_try_at = self._clock.monotonic() + _REFETCH_AFTER_FAILURE_SECONDS
        try:
            document = await self._fetch()
        except (TryLaterError, AnswerLostError):
            return  # the keys that we have go on until they are too old
        self._keys = _read_keys(document)
        self._fetched_at = self._clock.monotonic()
        self._next_try_at = self._fetched_at + _REFETCH_SECONDS

    def _age(self, moment: float | None) -> float:
        return math.inf if moment is None else self._clock.monotonic() - moment


def jwks_fetcher(http: HttpClient, auth_url: str) -> FetchJwks:
    """Fetches the document that auth publishes at `auth_url`."""

    async def fetch() -> Mapping[str, Any]:
        response = await http.send(
            HttpRequest("GET", auth_url.rstrip("/") + JWKS_PATH), timeout_seconds=5, max_bytes=65_536
        )
        if response.status != 200:
            raise TryLaterError(f"auth answered {response.status} for its keys")
        document = parse_json(response)
        if not isinstance(document, dict):
            raise TryLaterError("auth answered something else than its keys")
        return document

    return fetch


def _read_keys(document: Mapping[str, Any]) -> dict[str, OKPKey]:
    found = document.get("keys")
    keys: dict[str, OKPKey] = {}
    for item in found if isinstance(found, list) else []:
        if not isinstance(item, dict) or item.get("crv") != CURVE or not isinstance(item.get("kid"), str):
            continue
        try:
            keys[item["kid"]] = OKPKey.import_key({name: item[name] for name in ("kty", "crv", "x")})
        except (JoseError, ValueError, KeyError, TypeError):
            continue  # one damaged key does not lock out the others
    return keys


def _read_key_id(token: str) -> str:
    if len(token) > _MAX_TOKEN_CHARACTERS or not token.isascii():
        raise _refuse()
    try:
        header = extract_compact(token.encode("ascii"), registry=PinnedRegistry()).headers()
    except (JoseError, ValueError) as error:
        raise _refuse() from error
    key_id = header.get("kid")
    if not isinstance(key_id, str):
        raise _refuse()
    return key_id


def _refuse() -> UnauthorisedError:
    # One text for every cause: what exactly is wrong helps only who forges.
    headers = {"www-authenticate": 'Bearer error="invalid_token"'}
    return UnauthorisedError("the access token is not valid", code="invalid_token", headers=headers)
