"""Keyed digests that records are matched by, so that no name or address has to be stored to be compared.

Each kind of key has its own prefix: the same text as a name and as a code gives different keys.
"""

import unicodedata
from decimal import Decimal
from hashlib import blake2s
from typing import Final

_LEGAL_FORMS: Final = frozenset(
    {
        *("ltd", "limited", "plc", "llp", "lp", "llc", "inc", "incorporated", "corp", "corporation", "co", "company"),
        *("gmbh", "ag", "kg", "ohg", "ug", "sa", "sarl", "sas", "srl", "spa", "bv", "nv", "ab", "oy", "as", "aps"),
        *("pty", "pte", "pvt", "cic", "cio"),
    }
)
"""Legal forms that people write, shorten or leave out for one and the same firm."""
_JOINED: Final = frozenset({".", "'", "`", "\N{RIGHT SINGLE QUOTATION MARK}"})
"""Punctuation that joins what stands beside it: "L.t.d." is "Ltd", "O'Neill" is "ONeill"."""


def name_key(text: str, key: bytes) -> str:
    """Names compare without capitals and runs of white space (Xero: names are unique regardless of case)."""
    return _digest("name", _fold(text), key)


def loose_name_key(text: str, key: bytes) -> str:
    """Names that may be the same firm's: without accents, punctuation, "the", "and" and the legal form.

    Such a name is never enough to link; it only finds what a person is asked about.
    """
    return _digest("loose", _loosen(text), key)


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


def url_key(text: str, key: bytes) -> str:
    """The link that a document carries; ours names the CRM record."""
    return _digest("url", text.strip(), key)


def sale_key(contact_id: str, total: Decimal) -> str:
    """Documents of one contact with one total: what somebody may have typed in under another number.

    Plain text, since neither part says anything about a person.
    """
    return f"{contact_id}:{total:.2f}"


def _fold(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).casefold().split())


def _loosen(text: str) -> str:
    """Falls back to the folded name where nothing else is left of it ("The Company Ltd")."""
    folded = _fold(text)
    plain = "".join(char for char in unicodedata.normalize("NFKD", folded) if not unicodedata.combining(char))
    spaced = "".join(
        "" if char in _JOINED else char if char.isalnum() else " and " if char in "&+" else " " for char in plain
    )
    words = [word for word in spaced.split() if word not in _LEGAL_FORMS and word not in ("the", "and")]
    return " ".join(words) or folded


def _digest(kind: str, text: str, key: bytes) -> str:
    return blake2s(f"{kind}:{text}".encode(), key=key, digest_size=20).hexdigest()
