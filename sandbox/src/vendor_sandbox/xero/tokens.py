"""Tokens: authorization codes, access tokens, rotating refresh tokens.

Lives: code 5 minutes and one use, access token 30 minutes, refresh token 60 days unused. A used refresh
token may be retried for 30 minutes and then yields a new pair again. Scopes add up over the consents of
one person for one app until they are revoked.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from joserfc import jwt
from joserfc.jwk import RSAKey

from vendor_sandbox.core.minting import Mint

CODE_LIFE = timedelta(minutes=5)
ACCESS_LIFE = timedelta(minutes=30)
ID_LIFE = timedelta(minutes=5)
REFRESH_LIFE = timedelta(days=60)
GRACE = timedelta(minutes=30)
ISSUER = "https://identity.xero.com"


@dataclass(slots=True)
class Grant:
    """What one consent gave: an app acts for a person; `scopes` grows with later consents."""

    client_id: str
    user_id: str
    scopes: frozenset[str]
    auth_event_id: str
    authorised_at: datetime


@dataclass(slots=True)
class AuthorizationCode:
    """A code waiting to be exchanged."""

    grant: Grant
    redirect_uri: str
    challenge: str | None
    issued_at: datetime


@dataclass(slots=True)
class AccessToken:
    """A live or expired access token."""

    grant: Grant
    scopes: frozenset[str]
    expires_at: datetime
    is_revoked: bool = False


@dataclass(slots=True)
class RefreshToken:
    """A refresh token; `used_at` starts the 30 minutes of grace."""

    grant: Grant
    issued_at: datetime
    used_at: datetime | None = None


class TokenBook:
    """All codes and tokens."""

    def __init__(self) -> None:
        self._codes: dict[str, AuthorizationCode] = {}
        self._access: dict[str, AccessToken] = {}
        self._refresh: dict[str, RefreshToken] = {}
        self._granted: dict[tuple[str, str], frozenset[str]] = {}

    def make_code(self, mint: Mint, grant: Grant, redirect_uri: str, challenge: str | None) -> str:
        """A new authorization code; the scopes of earlier consents are added."""
        key = (grant.client_id, grant.user_id)
        grant.scopes = self._granted[key] = self._granted.get(key, frozenset()) | grant.scopes
        code = mint.hex(43)
        self._codes[code] = AuthorizationCode(grant, redirect_uri, challenge, grant.authorised_at)
        return code

    def take_code(self, code: str, now: datetime) -> AuthorizationCode | None:
        """Use a code up; None for an unknown, used or expired one."""
        found = self._codes.pop(code, None)
        if found is None or now - found.issued_at > CODE_LIFE:
            return None
        return found

    def find_access(self, token: str) -> AccessToken | None:
        """The access token, expired or not."""
        return self._access.get(token)

    def find_refresh(self, token: str) -> RefreshToken | None:
        """The refresh token, usable or not."""
        return self._refresh.get(token)

    def take_refresh(self, token: str, client_id: str, now: datetime) -> RefreshToken | None:
        """Use a refresh token; None if it is unknown, foreign, 60 days unused, or used over 30 minutes ago."""
        found = self._refresh.get(token)
        if found is None or found.grant.client_id != client_id:
            return None
        if found.used_at is None:
            if now - found.issued_at > REFRESH_LIFE:
                return None
            found.used_at = now
        elif now - found.used_at > GRACE:
            return None
        return found

    def issue_pair(self, mint: Mint, grant: Grant, now: datetime) -> dict[str, Any]:
        """The token endpoint's answer for a grant."""
        answer: dict[str, Any] = {}
        if "openid" in grant.scopes:
            answer["id_token"] = _sign(_make_id_claims(grant, now), _find_signing_key())
        access = _sign(_make_access_claims(mint, grant, now), _find_signing_key())
        self._access[access] = AccessToken(grant, grant.scopes, now + ACCESS_LIFE)
        answer["access_token"] = access
        answer["expires_in"] = int(ACCESS_LIFE.total_seconds())
        answer["token_type"] = "Bearer"  # noqa: S105 - the OAuth word
        if "offline_access" in grant.scopes:
            refresh = mint.hex(43)
            self._refresh[refresh] = RefreshToken(grant, now)
            answer["refresh_token"] = refresh
        answer["scope"] = " ".join(sorted(grant.scopes))
        return answer

    def revoke_user(self, client_id: str, user_id: str) -> None:
        """Kill the refresh tokens of a person with an app. Access tokens run out by themselves."""
        self._granted.pop((client_id, user_id), None)
        for token, entry in list(self._refresh.items()):
            if (entry.grant.client_id, entry.grant.user_id) == (client_id, user_id):
                del self._refresh[token]


def list_public_keys() -> dict[str, Any]:
    """The JWKS with which clients check tokens."""
    key = _find_signing_key()
    return {"keys": [{**key.as_dict(private=False), "use": "sig", "alg": "RS256"}]}


@functools.cache
def _find_signing_key() -> RSAKey:
    """One key for the life of the process: making an RSA key takes a tenth of a second."""
    return RSAKey.generate_key(2048, {"kid": "sandbox-1"}, private=True)


def _sign(claims: dict[str, Any], key: RSAKey) -> str:
    return jwt.encode({"alg": "RS256", "kid": "sandbox-1", "typ": "JWT"}, claims, key)


def _make_access_claims(mint: Mint, grant: Grant, now: datetime) -> dict[str, Any]:
    return {
        "nbf": int(now.timestamp()),
        "exp": int((now + ACCESS_LIFE).timestamp()),
        "iss": ISSUER,
        "aud": f"{ISSUER}/resources",
        "client_id": grant.client_id,
        "sub": grant.user_id.replace("-", ""),
        "auth_time": int(grant.authorised_at.timestamp()),
        "xero_userid": grant.user_id,
        "global_session_id": grant.auth_event_id.replace("-", ""),
        "jti": mint.hex(32).upper(),
        "authentication_event_id": grant.auth_event_id,
        "scope": sorted(grant.scopes),
    }


def _make_id_claims(grant: Grant, now: datetime) -> dict[str, Any]:
    return {
        "nbf": int(now.timestamp()),
        "exp": int((now + ID_LIFE).timestamp()),
        "iss": ISSUER,
        "aud": grant.client_id,
        "iat": int(now.timestamp()),
        "sub": grant.user_id.replace("-", ""),
        "xero_userid": grant.user_id,
    }
