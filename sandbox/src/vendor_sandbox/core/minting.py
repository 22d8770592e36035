"""Opaque values (tokens, codes, GUIDs) that are the same in every run with the same seed."""

from __future__ import annotations

import hashlib
import uuid


class Mint:
    """Deals values from a seeded, counted hash: distinct within a run, repeatable between runs."""

    def __init__(self, seed: str) -> None:
        self._seed = seed
        self._count = 0

    def _digest(self) -> str:
        self._count += 1
        return hashlib.sha256(f"{self._seed}:{self._count}".encode()).hexdigest()

    def hex(self, length: int = 32) -> str:
        """A new lower-case hexadecimal value of at most 64 digits."""
        return self._digest()[:length]

    def guid(self) -> str:
        """A new version 4 GUID in lower case."""
        return str(uuid.UUID(self._digest()[:32], version=4))
