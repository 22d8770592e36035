"""How far a slice goes and how much is read again: figures that an operator may change, with what they mean."""

from dataclasses import dataclass
from datetime import timedelta


@dataclass(frozen=True)
class Pace:
    """`overlap`: read again before each watermark. `settled_after`: older changes than this cannot appear any more.

    A slice makes at most `slice_calls` calls in about `slice_seconds`, then other tenants have their turn.
    """

    overlap: timedelta = timedelta(seconds=120)
    settled_after: timedelta = timedelta(seconds=300)
    slice_calls: int = 20
    slice_seconds: int = 30
    metadata_life: timedelta = timedelta(days=7)
