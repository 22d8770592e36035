"""Grant codes, refresh tokens and access tokens, with Zoho's lifetimes and limits.

Zoho (token-validity page, KZ43): 15 live access tokens by refresh token (the 16th ends the oldest), 10 access
tokens in 10 minutes by refresh token, 20 refresh tokens by user and client (the 21st ends the oldest and its
access tokens), 10 refresh tokens in 10 minutes by user and client, 10 grant codes in 10 minutes by client.
The CRM page lets a grant code live 3 minutes, the Accounts page 2: the shorter one holds here.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from vendor_sandbox.core.minting import Mint

CODE_LIFE = timedelta(minutes=2)
ACCESS_LIFE = timedelta(hours=1)
RATE_WINDOW = timedelta(minutes=10)
RATE_LIMIT = 10
LIVE_ACCESS_TOKENS = 15
LIVE_REFRESH_TOKENS = 20


@dataclass(slots=True)
class GrantCode:
    """A code on its way from the redirect to the token endpoint."""

    dc: str
    client_id: str
    redirect_uri: str
    org_id: str
    scopes: frozenset[str]
    offline: bool
    expires_at: datetime
    challenge: tuple[str, str] | None


@dataclass(slots=True)
class RefreshToken:
    """A refresh token and the access tokens that came from it."""

    value: str
    dc: str
    client_id: str
    org_id: str
    scopes: frozenset[str]
    access_tokens: list[str] = field(default_factory=list)
    issued_at: deque[datetime] = field(default_factory=deque)


@dataclass(slots=True)
class AccessToken:
    """What an API call presents."""

    value: str
    dc: str
    client_id: str
    org_id: str
    scopes: frozenset[str]
    expires_at: datetime


class TokenStore:
    """Every code and token of all data centres."""

    def __init__(self, mint: Mint) -> None:
        self._mint = mint
        self.codes: dict[str, GrantCode] = {}
        self.refresh_tokens: dict[str, RefreshToken] = {}
        self.access_tokens: dict[str, AccessToken] = {}
        self._codes_issued: dict[str, deque[datetime]] = {}
        self._refresh_issued: dict[tuple[str, str], deque[datetime]] = {}

    def _mint_value(self) -> str:
        return f"1000.{self._mint.hex(32)}.{self._mint.hex(32)}"

    def try_issue_code(self, code: GrantCode, now: datetime) -> str | None:
        """A new grant code; None if the client had 10 in the last 10 minutes."""
        if not _try_count(self._codes_issued.setdefault(code.client_id, deque()), now):
            return None
        value = self._mint_value()
        self.codes[value] = code
        return value

    def take_code(self, value: str) -> GrantCode | None:
        """A code can be used once, rightly or wrongly."""
        return self.codes.pop(value, None)

    def try_issue_refresh_token(self, code: GrantCode, now: datetime) -> RefreshToken | None:
        """A new refresh token; None if the user and client had 10 in the last 10 minutes."""
        owner = (code.client_id, code.org_id)
        if not _try_count(self._refresh_issued.setdefault(owner, deque()), now):
            return None
        token = RefreshToken(self._mint_value(), code.dc, code.client_id, code.org_id, code.scopes)
        self.refresh_tokens[token.value] = token
        mine = [each for each in self.refresh_tokens.values() if (each.client_id, each.org_id) == owner]
        for oldest in mine[: max(0, len(mine) - LIVE_REFRESH_TOKENS)]:
            self.revoke(oldest.value)
        return token

    def try_refresh(self, token: RefreshToken, now: datetime) -> AccessToken | None:
        """A new access token; None if this refresh token gave 10 in the last 10 minutes."""
        if not _try_count(token.issued_at, now):
            return None
        access = self.issue_access_token(token.dc, token.client_id, token.org_id, token.scopes, now)
        token.access_tokens.append(access.value)
        live = [each for each in token.access_tokens if self.find_access_token(each, now) is not None]
        for oldest in live[: max(0, len(live) - LIVE_ACCESS_TOKENS)]:
            self.access_tokens.pop(oldest)
            live.remove(oldest)
        token.access_tokens = live
        return access

    def issue_access_token(
        self, dc: str, client_id: str, org_id: str, scopes: frozenset[str], now: datetime
    ) -> AccessToken:
        """An access token of its own (an online grant has no refresh token)."""
        access = AccessToken(self._mint_value(), dc, client_id, org_id, scopes, now + ACCESS_LIFE)
        self.access_tokens[access.value] = access
        return access

    def find_access_token(self, value: str, now: datetime) -> AccessToken | None:
        """A token that is still good."""
        access = self.access_tokens.get(value)
        return access if access is not None and access.expires_at > now else None

    def revoke(self, value: str) -> bool:
        """End an access token, or a refresh token with its access tokens; False if there is none."""
        refresh = self.refresh_tokens.pop(value, None)
        if refresh is not None:
            for access in refresh.access_tokens:
                self.access_tokens.pop(access, None)
            return True
        return self.access_tokens.pop(value, None) is not None


def _try_count(stamps: deque[datetime], now: datetime) -> bool:
    while stamps and stamps[0] <= now - RATE_WINDOW:
        stamps.popleft()
    if len(stamps) >= RATE_LIMIT:
        return False
    stamps.append(now)
    return True
