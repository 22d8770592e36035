"""Who embeds us: partners, their API clients and what these may do."""

import re
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Final
from urllib.parse import urlsplit

SCOPES: Final = (
    "tenants:read",
    "tenants:write",
    "syncs:read",
    "syncs:write",
    "mappings:read",
    "mappings:write",
    "settings:write",
)
"""Every scope of the public API; a partner's first client gets them all."""

LONGEST_OVERLAP: Final = timedelta(days=1)
"""For how long a replaced secret may work beside the new one."""

_LOOPBACK: Final = re.compile(r"(localhost|127\.0\.0\.1|\[::1\])(:[0-9]{1,5})?", re.IGNORECASE)
_URL_CHARACTERS: Final = re.compile(r"[!-\[\]-~]+")
"""Printable ASCII but the backslash, which browsers read as a slash."""


@dataclass(frozen=True)
class ApiClient:
    """One credential of a partner. `secret_hash` is scrypt over the secret with `secret_salt`.

    `old_salt` and `old_hash` are those of the secret before, which works until `old_until_at`.
    """

    client_id: str
    partner_id: str
    secret_salt: bytes = field(repr=False)
    secret_hash: bytes = field(repr=False)
    scopes: tuple[str, ...]
    old_salt: bytes | None = field(default=None, repr=False)
    old_hash: bytes | None = field(default=None, repr=False)
    old_until_at: datetime | None = None

    def list_secrets(self, now: datetime) -> list[tuple[bytes, bytes]]:
        """Salt and hash of each secret that works now, the newest first."""
        found = [(self.secret_salt, self.secret_hash)]
        if self.old_salt and self.old_hash and self.old_until_at is not None and now < self.old_until_at:
            found.append((self.old_salt, self.old_hash))
        return found


def choose_scopes(asked: str | None, held: tuple[str, ...]) -> tuple[str, ...] | None:
    """The scopes of a token: all that the client holds, or the asked ones; None if one of those is not held."""
    if asked is None or not asked.strip():
        return held
    wanted = asked.split()
    return tuple(scope for scope in held if scope in wanted) if set(wanted) <= set(held) else None


def is_loopback(url: str) -> bool:
    """Whether a browser on the same machine is meant: http(s) to 127.0.0.1, ::1 or localhost."""
    try:
        parts = urlsplit(url)
    except ValueError:
        return False
    # The whole authority is held against the list: `hostname` passes over what stands behind a closing bracket.
    return is_plain_url(url) and parts.scheme in {"http", "https"} and _LOOPBACK.fullmatch(parts.netloc) is not None


def is_plain_url(url: str) -> bool:
    """Whether every reader takes the text for the same url: no blanks, control characters or backslashes."""
    return _URL_CHARACTERS.fullmatch(url) is not None


def may_return_to(url: str, allowed: tuple[str, ...]) -> bool:
    """Whether a browser may be sent to `url` after a consent: exactly an allowed one, or a loopback address."""
    return url in allowed or is_loopback(url)
