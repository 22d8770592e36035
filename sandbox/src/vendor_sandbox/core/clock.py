"""The sandbox's own time.

Every vendor rule that depends on time (token life, rate windows, Modified_Time, the
idempotency store) reads this clock and no other, so that a test can move a day in a call.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta


class VirtualClock:
    """Real time plus an offset, or a frozen instant. All times are aware UTC."""

    def __init__(self, start: datetime | None = None) -> None:
        self._offset = timedelta()
        self._frozen_at: datetime | None = None
        if start is not None:
            self.freeze(start)

    @property
    def is_frozen(self) -> bool:
        """True while the time only moves by `advance`."""
        return self._frozen_at is not None

    def now(self) -> datetime:
        """The current virtual time."""
        if self._frozen_at is not None:
            return self._frozen_at
        return datetime.now(UTC) + self._offset

    def freeze(self, at: datetime | None = None) -> None:
        """Stop the clock at `at` (default: where it stands). Raises ValueError for a naive time."""
        chosen = self.now() if at is None else at
        if chosen.tzinfo is None:
            raise ValueError("the clock needs a time with an offset")
        self._frozen_at = chosen.astimezone(UTC)

    def advance(self, seconds: float) -> None:
        """Move the clock forward. Raises ValueError for a negative span: time never goes back."""
        if seconds < 0:
            raise ValueError("the clock cannot go back")
        if self._frozen_at is not None:
            self._frozen_at += timedelta(seconds=seconds)
        else:
            self._offset += timedelta(seconds=seconds)

    def run(self) -> None:
        """Let the time flow again from where it stands."""
        if self._frozen_at is not None:
            self._offset = self._frozen_at - datetime.now(UTC)
            self._frozen_at = None
