"""Keeps tokens and secrets out of the ledger: a short hash stands for each, so that equal ones stay visible."""

from __future__ import annotations

import hashlib
import re

_FORM = re.compile(r"\b(client_secret|code|refresh_token|token|code_verifier|assertion)=([^&\s]+)")
_JSON = re.compile(r'"(access_token|refresh_token|id_token)":"([^"]+)"')
_KEPT_HEADERS = (
    "accept",
    "content-type",
    "idempotency-key",
    "if-modified-since",
    "if-unmodified-since",
    "user-agent",
    "x-external",
    "xero-tenant-id",
)


def hash_secret(secret: str) -> str:
    """Eight hexadecimal digits that stand for a secret."""
    return hashlib.sha256(secret.encode()).hexdigest()[:8]


def redact_text(text: str) -> str:
    """Replace secrets in a form, a query string or a token answer by their hashes."""
    text = _FORM.sub(lambda found: f"{found[1]}=#{hash_secret(found[2])}", text)
    return _JSON.sub(lambda found: f'"{found[1]}":"#{hash_secret(found[2])}"', text)


def pick_headers(headers: dict[str, str]) -> dict[str, str]:
    """The request headers that matter to a test, Authorization as scheme and hash."""
    kept = {name: headers[name] for name in _KEPT_HEADERS if name in headers}
    if "authorization" in headers:
        scheme, _, secret = headers["authorization"].partition(" ")
        kept["authorization"] = f"{scheme} #{hash_secret(secret)}"
    return kept
