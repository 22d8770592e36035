"""One thread for one SQLite connection: the event loop never waits for the disk.

A whole function runs over there at each hop, since a hop costs more than most statements. What was begun is finished
even when its caller is cancelled; only then does the cancellation go on. So a connection is never left in the middle.

There and back takes one queue and one call into the event loop; the standard library's executor, which serves many
threads and many kinds of callers, takes half as much again.
"""

import asyncio
import threading
import weakref
from collections.abc import Callable
from contextlib import suppress
from contextvars import Context, copy_context
from queue import SimpleQueue
from typing import Any, Generic, TypeVar

Result = TypeVar("Result")


class OneThread:
    """Runs functions one after the other in a thread of its own, which begins with the first of them."""

    def __init__(self, name: str) -> None:
        self._jobs: SimpleQueue[_Job[Any] | None] = SimpleQueue()
        self._thread = threading.Thread(target=_work_off, args=(self._jobs,), name=name, daemon=True)
        self._closed = False
        weakref.finalize(self, self._jobs.put, None)  # nobody can give it work any more: let it end

    async def run(self, work: Callable[[], Result]) -> Result:
        """Run `work` over there and return what it returns; a cancelled caller is let go when it has finished.

        Raises RuntimeError once closed.
        """
        if self._closed:
            raise RuntimeError("the thread is closed")
        if self._thread.ident is None:
            self._thread.start()
        loop = asyncio.get_running_loop()
        job = _Job(work, loop)
        self._jobs.put(job)
        try:
            await job.waiter
        except asyncio.CancelledError:
            while not job.ended:
                job.waiter = loop.create_future()
                try:
                    await job.waiter
                except asyncio.CancelledError:
                    continue
            raise
        return job.take_result()

    def close(self) -> None:
        """Wait until its work is done and end it."""
        if not self._closed:
            self._closed = True
            self._jobs.put(None)
            if self._thread.ident is not None:
                self._thread.join()


class _Job(Generic[Result]):
    """One function on its way there and back. `waiter` and `ended` belong to the event loop."""

    def __init__(self, work: Callable[[], Result], loop: asyncio.AbstractEventLoop) -> None:
        self._work = work
        self._loop = loop
        # In the caller's context, so that what is logged over there tells whose work it is.
        self._context: Context = copy_context()
        self._results: list[Result] = []
        self._error: BaseException | None = None
        self.waiter: asyncio.Future[None] = loop.create_future()
        self.ended = False

    def do(self) -> None:
        """In the thread."""
        try:
            self._results.append(self._context.run(self._work))
        except BaseException as error:  # noqa: BLE001  it is the caller's, whatever it is
            self._error = error
        with suppress(RuntimeError):  # the event loop is closed, and nobody waits any more
            self._loop.call_soon_threadsafe(self._end)

    def take_result(self) -> Result:
        """In the event loop, when it has ended: what the function returned, or the exception that it raised."""
        error, self._error = self._error, None
        if error is None:
            return self._results[0]
        try:
            raise error
        finally:
            del error  # it holds this frame, which would hold it

    def _end(self) -> None:
        self.ended = True
        if not self.waiter.done():
            self.waiter.set_result(None)


def _work_off(jobs: "SimpleQueue[_Job[Any] | None]") -> None:
    while (job := jobs.get()) is not None:
        job.do()
        del job  # while the thread waits it keeps nothing alive
