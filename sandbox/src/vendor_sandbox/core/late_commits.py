"""Requests whose connection was cut and that the vendor executes later all the same."""

from __future__ import annotations

import heapq
from collections.abc import Callable
from datetime import datetime


class LateCommits:
    """A queue by due time. The sandbox empties it up to now before it serves anything."""

    def __init__(self) -> None:
        self._queue: list[tuple[datetime, int, Callable[[datetime], None]]] = []
        self._count = 0

    def __len__(self) -> int:
        return len(self._queue)

    def schedule(self, due_at: datetime, execute: Callable[[datetime], None]) -> None:
        """Have `execute(due_at)` run as soon as the virtual clock has reached `due_at`."""
        self._count += 1
        heapq.heappush(self._queue, (due_at, self._count, execute))

    def run_due(self, now: datetime) -> None:
        """Execute what is due, in the order of the due times."""
        while self._queue and self._queue[0][0] <= now:
            due_at, _, execute = heapq.heappop(self._queue)
            execute(due_at)

    def clear(self) -> None:
        """Forget what is still to come."""
        self._queue.clear()
