"""One thread for one SQLite connection: the event loop never waits for the disk.

A whole function runs over there at each hop, since a hop costs more than most statements. What was begun is finished
even when its caller is cancelled; only then does the cancellation go on. So a connection is never left in the middle.
"""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

Result = TypeVar("Result")


class OneThread:
    """Runs functions one after the other in a thread of its own."""

    def __init__(self, name: str) -> None:
        self._executor = ThreadPoolExecutor(max_workers=1, thread_name_prefix=name)

    async def run(self, work: Callable[[], Result]) -> Result:
        """Run `work` over there and return what it returns; a cancelled caller is let go when it has finished."""
        future = asyncio.get_running_loop().run_in_executor(self._executor, work)
        try:
            return await asyncio.shield(future)
        except asyncio.CancelledError:
            await _wait_until_done(future)
            raise

    def close(self) -> None:
        """Let the thread end when its work is done."""
        self._executor.shutdown(wait=True)


async def _wait_until_done(future: "asyncio.Future[Result]") -> None:
    while not future.done():
        try:
            await asyncio.wait([future])
        except asyncio.CancelledError:
            continue
    if not future.cancelled():
        future.exception()  # looked at, so that asyncio does not complain that nobody did
