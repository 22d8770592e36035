"""An event loop that moves a virtual clock on as soon as nothing is left to do at its present time.

"Nothing to do" means: no callback is ready and no thread of ours is at work. So whatever waits on the clock waits for
no real time, waits overlap as they would in real life, and an hour of waiting for a vendor's limit takes seconds.
"""

import asyncio
import selectors
from collections.abc import Callable, Coroutine, Iterator
from concurrent.futures import Executor
from contextlib import contextmanager
from typing import Any, TypeVar
from unittest.mock import patch

from sync_kit.one_thread import OneThread

Result = TypeVar("Result")


class MovingLoop(asyncio.SelectorEventLoop):
    """`move_on` moves the clock to the next moment that somebody waits for; False when nobody does."""

    def __init__(self) -> None:
        self.move_on: Callable[[], bool] = lambda: False
        self._in_threads = 0
        super().__init__(_Selector(self))

    @property
    def has_threads_at_work(self) -> bool:
        """Whether an answer of a thread is still to come."""
        return self._in_threads > 0

    @contextmanager
    def thread_at_work(self) -> Iterator[None]:
        """While the answer of a thread is awaited."""
        self._in_threads += 1
        try:
            yield
        finally:
            self._in_threads -= 1

    def run_in_executor(
        self, executor: Executor | None, func: Callable[..., Result], *args: Any
    ) -> "asyncio.Future[Result]":
        """As usual, and counted."""
        future = super().run_in_executor(executor, func, *args)
        self._in_threads += 1
        future.add_done_callback(self._count_back)
        return future

    def _count_back(self, _: "asyncio.Future[Any]") -> None:
        self._in_threads -= 1


class _Selector(selectors.DefaultSelector):
    """Asked to wait only when no callback is ready: that is the moment to move the clock."""

    def __init__(self, loop: MovingLoop) -> None:
        super().__init__()
        self._loop = loop

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        found = super().select(0)
        if found or timeout == 0:
            return found
        if not self._loop.has_threads_at_work and self._loop.move_on():
            return []
        return super().select(timeout)


@contextmanager
def _threads_of_stores_counted(loop: MovingLoop) -> Iterator[None]:
    """The stores' threads have a way back into the loop of their own, past its executors."""
    run = OneThread.run

    async def run_counted(self: OneThread, work: Callable[[], Result]) -> Result:
        with loop.thread_at_work():
            return await run(self, work)

    with patch.object(OneThread, "run", run_counted):
        yield


def run_moving(work: Callable[[MovingLoop], Coroutine[Any, Any, Result]]) -> Result:
    """Run `work` on a loop of its own, in the calling thread."""
    loop = MovingLoop()
    asyncio.set_event_loop(loop)
    try:
        with _threads_of_stores_counted(loop):
            return loop.run_until_complete(work(loop))
    finally:
        loop.run_until_complete(loop.shutdown_default_executor())
        asyncio.set_event_loop(None)
        loop.close()
