"""Which of our keys signs API tokens, and which are published.

All is told by the times at which the keys were made, so that processes agree without talking: a new key is published
first and signs only when every verifier has surely fetched it; an older one stays published until the last token that
it signed has ended.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Final

SIGNS_AFTER: Final = timedelta(minutes=11)
"""Verifiers fetch the keys anew when theirs are ten minutes old."""
STAYS_FOR: Final = timedelta(minutes=30)
"""Beside a newer key: until that one signs (11 minutes), then the life of a token (15) and the leeway of clocks."""


@dataclass(frozen=True)
class PublishedKey:
    """The public half of a key."""

    kid: str
    public_jwk: Mapping[str, str]
    created_at: datetime


def choose_signer(keys: Sequence[PublishedKey], own: Collection[str], now: datetime) -> str | None:
    """The id of the key that signs: of those in `own`, the newest that everybody knows; else the oldest."""
    mine = sorted((key for key in keys if key.kid in own), key=lambda key: (key.created_at, key.kid))
    known = [key for key in mine if now - key.created_at >= SIGNS_AFTER]
    return known[-1].kid if known else mine[0].kid if mine else None


def list_retired(keys: Sequence[PublishedKey], signer: str, now: datetime) -> Sequence[str]:
    """The ids of keys whose last token has ended, since a newer one has taken over. Never the signer's."""
    settled = [key.created_at for key in keys if now - key.created_at >= STAYS_FOR]
    if not settled:
        return []
    return [key.kid for key in keys if key.created_at < max(settled) and key.kid != signer]
