"""How many calls may be made for a tenant now: what Xero last said, less what is on its way.

Xero's windows are fixed and each tenant's reset at another time, which it does not tell; so at zero we wait a minute
from the last answer. Answers of calls that run at once may come in another order than Xero counted them, so the last
three calls of a minute are left alone.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Final

from sqlalchemy import RowMapping

from xero_writer.clients.xero_accounting import XeroAnswer
from xero_writer.errors import OutOfCallsError

MOST_AT_ONCE: Final = 4
"""Xero allows 5; one is left to people."""
SPARE_MINUTE_CALLS: Final = 3
SPARE_DAY_CALLS: Final = 20
"""Left for settling what is uncertain."""
SPARE_APP_CALLS: Final = 200
WINDOW: Final = timedelta(seconds=60)
DAY_PROBE: Final = timedelta(hours=1)
"""Xero does not say when its day ends unless it refuses: look again that often."""
CONCURRENT_PAUSE: Final = timedelta(seconds=1)
LONGEST_TROUBLE_SECONDS: Final = 300


@dataclass
class Allowance:
    """The state of one tenant's limits; loaded from the store and saved with the work that changed it."""

    minute_remaining: int | None = None
    day_remaining: int | None = None
    answered_at: datetime | None = None
    blocked_until: datetime | None = None
    blocked_by: str | None = None
    troubles: int = 0
    in_flight: int = 0
    uncertain: int = 0
    """Calls without an answer whose wait is not over: they may still be at work in Xero."""
    jitter: float = 0.0
    """0 to 1, fixed per tenant, so that tenants do not come back all at once."""
    dirty: bool = False

    @classmethod
    def load(cls, row: RowMapping | None, *, uncertain: int, jitter: float) -> "Allowance":
        """From the store's row, if there is one."""
        if row is None:
            return cls(uncertain=uncertain, jitter=jitter)
        return cls(
            minute_remaining=row["minute_remaining"],
            day_remaining=row["day_remaining"],
            answered_at=row["answered_at"],
            blocked_until=row["blocked_until"],
            blocked_by=row["blocked_by"],
            troubles=row["troubles"],
            uncertain=uncertain,
            jitter=jitter,
        )

    def to_row(self) -> dict[str, Any]:
        """What the store keeps."""
        return {
            "minute_remaining": self.minute_remaining,
            "day_remaining": self.day_remaining,
            "answered_at": self.answered_at,
            "blocked_until": self.blocked_until,
            "blocked_by": self.blocked_by,
            "troubles": self.troubles,
        }

    def count_free(self, now: datetime, *, settling: bool = False) -> int:
        """How many calls may begin now, besides those in flight. Raises OutOfCallsError when none may for a while.

        `settling`: the call finds out what became of an intent; it may use the day's reserve.
        """
        if self.blocked_until is not None and now < self.blocked_until:
            raise OutOfCallsError(
                "Xero must be left alone", until=self.blocked_until, limit=self.blocked_by or "unknown"
            )
        left = MOST_AT_ONCE
        fresh = self.answered_at is not None and now - self.answered_at < WINDOW
        if fresh and self.minute_remaining is not None and self.answered_at is not None:
            left = self.minute_remaining - SPARE_MINUTE_CALLS - self.uncertain
            if left - self.in_flight <= 0 and self.in_flight == 0:
                raise OutOfCallsError("the minute is used up", until=self.answered_at + WINDOW, limit="minute")
        if self.day_remaining is not None and self.answered_at is not None:
            spare = 0 if settling else SPARE_DAY_CALLS
            probe_at = self.answered_at + DAY_PROBE
            if self.day_remaining - self.in_flight <= spare:
                if now < probe_at and self.in_flight == 0:
                    raise OutOfCallsError("the day is used up", until=probe_at, limit="day")
                left = min(left, 1 if now >= probe_at else 0)
        return max(0, min(left, MOST_AT_ONCE - self.uncertain) - self.in_flight)

    def note_answer(self, answer: XeroAnswer, now: datetime) -> None:
        """Learn from an answer's headers."""
        self.dirty = True
        self.answered_at = now
        self.minute_remaining = answer.minute_remaining
        if answer.day_remaining is not None:
            self.day_remaining = answer.day_remaining
        if answer.status == 429:
            self._block(now + self._pause_after_refusal(answer), answer.limit or "unknown")
            return
        if answer.app_remaining is not None and answer.app_remaining <= SPARE_APP_CALLS:
            self._block(now + WINDOW * (0.25 + self.jitter), "app")
        if answer.status < 500:
            self.troubles = 0

    def note_trouble(self, now: datetime, *, patient: int = 0) -> None:
        """A call was of no use. After more than `patient` in a row Xero is left alone for 2, 4, 8 ... 300 seconds."""
        self.dirty = True
        self.troubles += 1
        if self.minute_remaining is not None:
            self.minute_remaining -= 1
        if self.troubles > patient:
            seconds = min(2.0**self.troubles, LONGEST_TROUBLE_SECONDS) * (1 + self.jitter / 4)
            self._block(now + timedelta(seconds=seconds), "trouble")

    def _pause_after_refusal(self, answer: XeroAnswer) -> timedelta:
        if answer.retry_after_seconds is not None:
            return timedelta(seconds=answer.retry_after_seconds + 1)
        if answer.limit == "concurrent":
            return CONCURRENT_PAUSE * (1 + self.jitter)
        if answer.limit == "day":
            return DAY_PROBE
        return WINDOW * (1 if answer.limit != "app" else 0.25 + self.jitter)

    def _block(self, until: datetime, limit: str) -> None:
        if self.blocked_until is None or until > self.blocked_until:
            self.blocked_until, self.blocked_by = until, limit
