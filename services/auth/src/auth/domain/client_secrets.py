"""Secrets of API clients and one-time values: how they are made, kept and compared.

Only hashes are stored, so a stolen database opens nothing.
"""

import hashlib
import hmac
import secrets
from typing import Final

_SCRYPT_COST: Final = 2**14
_SCRYPT_BLOCK: Final = 8
UNKNOWN_SALT: Final = bytes(16)
"""Hashed against for a client that does not exist, so that its refusal takes as long as any other."""


def make_id(prefix: str) -> str:
    """A new id such as `ten_9f...`: 128 random bits behind a word that says what it names."""
    return f"{prefix}_{secrets.token_hex(16)}"


def make_secret() -> str:
    """A new secret of 256 random bits, safe in URLs and forms."""
    return secrets.token_urlsafe(32)


def make_salt() -> bytes:
    """A new salt for `hash_secret`."""
    return secrets.token_bytes(16)


def hash_secret(secret: str, salt: bytes) -> bytes:
    """scrypt; takes tens of milliseconds on purpose, so call it outside the event loop."""
    return hashlib.scrypt(secret.encode(), salt=salt, n=_SCRYPT_COST, r=_SCRYPT_BLOCK, p=1, dklen=32)


def is_same(left: bytes, right: bytes) -> bool:
    """Compare in a time that tells nothing."""
    return hmac.compare_digest(left, right)


def digest_of(value: str) -> str:
    """SHA-256 in hex: how one-time values (links, states) are looked up without being stored."""
    return hashlib.sha256(value.encode()).hexdigest()
