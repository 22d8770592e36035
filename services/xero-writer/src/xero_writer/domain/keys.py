"""Keyed digests that records are matched by, so that no name or address has to be stored to be compared.

Each kind of key has its own prefix: the same text as a name and as a code gives different keys.
"""

import hashlib
import hmac
import unicodedata


def name_key(text: str, key: bytes) -> str:
    """Names compare without capitals and runs of white space (Xero: names are unique regardless of case)."""
    return _digest("name", _fold(text), key)


def code_key(text: str, key: bytes) -> str:
    """Item codes compare without capitals: Xero may not tell them apart."""
    return _digest("code", text.strip().casefold(), key)


def number_key(text: str, key: bytes) -> str:
    """Invoice numbers and contact numbers."""
    return _digest("number", text.strip().casefold(), key)


def email_key(text: str, key: bytes) -> str:
    """E-mail addresses compare without capitals."""
    return _digest("email", text.strip().casefold(), key)


def town_key(text: str, key: bytes) -> str:
    """Towns compare like names."""
    return _digest("town", _fold(text), key)


def _fold(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _digest(kind: str, text: str, key: bytes) -> str:
    return hmac.new(key, f"{kind}:{text}".encode(), hashlib.sha256).hexdigest()[:40]
