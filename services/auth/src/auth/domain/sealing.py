"""Encryption at rest: AES-256-GCM, bound to the owner of the secret, with several keys alive during a rotation.

The id of the key travels with the sealed value. The associated data is owner and purpose, so that a value copied
into another row does not open.
"""

import secrets
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Final

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from auth.errors import SealBrokenError

_NONCE_BYTES: Final = 12
KEY_BYTES: Final = 32


@dataclass(frozen=True)
class SealedValue:
    """A ciphertext with its nonce before it, and the id of the key that opens it."""

    key_id: str
    blob: bytes = field(repr=False)


class Keyring:
    """The keys that are alive; `current` seals, all of them open. Raises ValueError for a key of a wrong length."""

    def __init__(self, keys: Mapping[str, bytes], current: str) -> None:
        if current not in keys:
            raise ValueError("the current vault key is not among the keys")
        if any(len(key) != KEY_BYTES for key in keys.values()):
            raise ValueError(f"a vault key has {KEY_BYTES} bytes")
        self.current = current
        self._ciphers = {key_id: AESGCM(key) for key_id, key in keys.items()}

    def seal(self, plain: bytes, *, owner: str, purpose: str) -> SealedValue:
        """Encrypt with the current key for this owner and purpose only."""
        nonce = secrets.token_bytes(_NONCE_BYTES)
        sealed = self._ciphers[self.current].encrypt(nonce, plain, _bind(owner, purpose))
        return SealedValue(self.current, nonce + sealed)

    def open(self, value: SealedValue, *, owner: str, purpose: str) -> bytes:
        """Decrypt. Raises SealBrokenError if the key is gone, the value damaged, or it belongs to another owner."""
        cipher = self._ciphers.get(value.key_id)
        if cipher is None:
            raise SealBrokenError(f"the vault key {value.key_id} is not configured")
        try:
            return cipher.decrypt(value.blob[:_NONCE_BYTES], value.blob[_NONCE_BYTES:], _bind(owner, purpose))
        except InvalidTag as error:
            raise SealBrokenError("a sealed value is damaged or belongs to another owner") from error


def _bind(owner: str, purpose: str) -> bytes:
    return f"{owner}\n{purpose}".encode()
