"""A clock that stands still until it is told to move."""

import asyncio
import heapq
import itertools
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

DEFAULT_START = datetime(2026, 1, 5, 9, 0, tzinfo=UTC)


class ManualClock:
    """Time moves by `advance` only. A `sleep` moves nothing: it waits until the clock has been advanced far enough."""

    def __init__(self, start: datetime = DEFAULT_START) -> None:
        if start.tzinfo is None:
            raise ValueError("a clock starts at an aware time")
        self._now = start.astimezone(UTC)
        self._monotonic = 0.0
        self._order = itertools.count()
        self._sleepers: list[tuple[float, int, asyncio.Future[None]]] = []
        self._watchers: list[Callable[[datetime], None]] = []

    def now(self) -> datetime:
        return self._now

    def monotonic(self) -> float:
        return self._monotonic

    async def sleep(self, seconds: float) -> None:
        if seconds <= 0:
            await asyncio.sleep(0)
            return
        woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        heapq.heappush(self._sleepers, (self._monotonic + seconds, next(self._order), woken))
        await woken

    def advance(self, by: float | timedelta) -> None:
        """Move forward by seconds or a span; sleepers whose time has come go on at the next turn of the event loop."""
        span = by if isinstance(by, timedelta) else timedelta(seconds=by)
        if span < timedelta(0):
            raise ValueError("this clock runs forward; set_back moves the time of day")
        self._set_now(self._now + span)
        self._monotonic += span.total_seconds()
        while self._sleepers and self._sleepers[0][0] <= self._monotonic + 1e-9:
            woken = heapq.heappop(self._sleepers)[2]
            if not woken.done():
                woken.set_result(None)

    def set_back(self, by: float | timedelta) -> None:
        """The time of day jumps back, as a machine's clock may; monotonic time and sleepers do not notice."""
        self._set_now(self._now - (by if isinstance(by, timedelta) else timedelta(seconds=by)))

    def watch(self, tell: Callable[[datetime], None]) -> None:
        """Call `tell` with the new time of day at each move, before anybody who slept goes on."""
        self._watchers.append(tell)

    def count_sleepers(self) -> int:
        """How many are waiting now."""
        return sum(not woken.done() for _, _, woken in self._sleepers)

    def find_next_wake(self) -> float | None:
        """Seconds until the next sleeper's time; None when nobody sleeps."""
        waiting = [due for due, _, woken in self._sleepers if not woken.done()]
        return max(0.0, min(waiting) - self._monotonic) if waiting else None

    def _set_now(self, moment: datetime) -> None:
        self._now = moment
        for tell in self._watchers:
            tell(moment)
