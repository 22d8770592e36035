"""Page tokens of list calls: they live 24 hours and belong to one user and one set of parameters."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from vendor_sandbox.core.minting import Mint
from vendor_sandbox.zoho.errors import ZohoRefusalError, invalid_data

TOKEN_LIFE = timedelta(hours=24)


@dataclass(frozen=True, slots=True)
class PageToken:
    """Where the next page begins: behind the record with this sort value and id."""

    owner: tuple[str, str]
    module: str
    parameters: tuple[tuple[str, str], ...]
    after: tuple[Any, str]
    seen: int
    page: int
    expires_at: datetime


class PageTokens:
    """The tokens that were given out."""

    def __init__(self, mint: Mint) -> None:
        self._mint = mint
        self._tokens: dict[str, PageToken] = {}

    def issue(self, token: PageToken) -> str:
        """The opaque value of a new token."""
        value = self._mint.hex(64) + self._mint.hex(32)
        self._tokens[value] = token
        return value

    def get_token(
        self, value: str, owner: tuple[str, str], module: str, parameters: Mapping[str, str], now: datetime
    ) -> PageToken:
        """The token, if this caller may use it for this question. Raises ZohoRefusalError."""
        token = self._tokens.get(value)
        if token is None or token.owner != owner:
            raise invalid_data(param_name="page_token")
        if token.expires_at <= now:
            raise ZohoRefusalError(400, "EXPIRED_VALUE", "the page token has expired", {"param": "page_token"})
        if token.module != module or token.parameters != bind_parameters(parameters):
            message = "the parameters differ from those that the page token was given for"
            raise ZohoRefusalError(400, "TOKEN_BOUND_DATA_MISMATCH", message, {"param": "page_token"})
        return token


def bind_parameters(parameters: Mapping[str, str]) -> tuple[tuple[str, str], ...]:
    """What a token is bound to: every parameter but the position itself."""
    return tuple(sorted((name, value) for name, value in parameters.items() if name not in {"page", "page_token"}))
