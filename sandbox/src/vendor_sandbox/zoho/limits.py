"""Credits in a rolling day and calls at once, for one org (vendor facts, section 3)."""

from __future__ import annotations

from collections import Counter, deque
from datetime import datetime, timedelta

from vendor_sandbox.zoho.editions import SUB_CONCURRENCY, Edition

WINDOW = timedelta(hours=24)


class OrgLimits:
    """The org's credit window and the slots that its apps hold."""

    def __init__(self, edition: Edition, allowance: int) -> None:
        self.allowance = allowance
        self._concurrency = edition.concurrency
        self._spent: deque[tuple[datetime, int]] = deque()
        self._spent_total = 0
        self._active: Counter[str] = Counter()
        self._sub_active: Counter[str] = Counter()

    def remaining_credits(self, now: datetime) -> int:
        """What is left; each call's credits come back 24 hours after it."""
        while self._spent and self._spent[0][0] <= now - WINDOW:
            self._spent_total -= self._spent.popleft()[1]
        return max(0, self.allowance - self._spent_total)

    def spend_credits(self, now: datetime, credits_used: int) -> None:
        """Book a call."""
        self._spent.append((now, credits_used))
        self._spent_total += credits_used

    def try_enter(self, client_id: str, slots: int, is_sub: bool) -> bool:
        """Take `slots` of the app's concurrency (and one of the sub-concurrency); False if none is left."""
        if self._active[client_id] + slots > self._concurrency:
            return False
        if is_sub and self._sub_active[client_id] + 1 > SUB_CONCURRENCY:
            return False
        self._active[client_id] += slots
        self._sub_active[client_id] += is_sub
        return True

    def leave(self, client_id: str, slots: int, is_sub: bool) -> None:
        """Give back what `try_enter` took."""
        self._active[client_id] -= slots
        self._sub_active[client_id] -= is_sub
