"""Time in: what a service does again and again beside answering requests, and how that stops."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from typing import Any, Final

from sync_kit.clock import Clock
from sync_kit.errors import TryLaterError
from sync_kit.logs import get_logger
from sync_kit.waiting import wait_for_any

STOP_SECONDS: Final = 10.0
LONGEST_BACKOFF_SECONDS: Final = 60.0
LONGEST_WAIT_SECONDS: Final = 5.0
"""For what is only away, such as a broker: asking again costs little, and work waits for it to come back."""

_log = get_logger(__name__)


@dataclass(frozen=True)
class Loop:
    """`step` does a bounded piece of work and tells how much it did.

    After 0 the loop waits for `wake`, at most `idle_seconds`; after more it goes on at once.
    """

    name: str
    step: Callable[[], Awaitable[int]]
    idle_seconds: float
    wake: asyncio.Event | None = None


async def run_loops(loops: Sequence[Loop], clock: Clock, stop: asyncio.Event) -> None:
    """Run all of them until `stop` is set; a step under way then has 10 s to end before it is cancelled.

    An exception never ends a loop: it is logged by kind and place, and the loop tries again after 1, 2, 4 ... 60 s,
    after a TryLaterError within 5 s.
    """
    tasks: list[asyncio.Task[Any]] = [
        asyncio.create_task(_run_loop(loop, clock, stop), name=f"loop-{loop.name}") for loop in loops
    ]
    if not tasks:
        return
    try:
        await stop.wait()
        limit = asyncio.create_task(_sleep(clock, STOP_SECONDS))
        ends: list[asyncio.Task[Any]] = [limit, asyncio.create_task(asyncio.wait(list(tasks)))]
        tasks += ends
        await asyncio.wait(ends, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for task in tasks:
            task.cancel()
        await asyncio.gather(*tasks, return_exceptions=True)


async def settle(loops: Sequence[Loop], *, most_rounds: int = 10_000) -> int:
    """Run every loop's step in turn until a whole round did nothing; returns how much was done.

    For tests and simulations: exceptions are not caught. Raises RuntimeError when there is no end.
    """
    total = 0
    for _ in range(most_rounds):
        done = 0
        for loop in loops:
            done += await loop.step()
        if not done:
            return total
        total += done
    raise RuntimeError(f"still busy after {most_rounds} rounds")


async def _run_loop(loop: Loop, clock: Clock, stop: asyncio.Event) -> None:
    failures = 0
    while not stop.is_set():
        if loop.wake is not None:
            loop.wake.clear()
        try:
            done = await loop.step()
        except Exception as error:  # noqa: BLE001  whatever it is, the loop must go on
            failures += 1
            longest = LONGEST_WAIT_SECONDS if isinstance(error, TryLaterError) else LONGEST_BACKOFF_SECONDS
            seconds = min(2.0 ** (failures - 1), longest)
            _log.error("loop_failed", loop=loop.name, exc_info=error, failures=failures, retry_seconds=seconds)
            await wait_for_any(clock, seconds, stop)
            continue
        failures = 0
        if done:
            await asyncio.sleep(0)
        else:
            await wait_for_any(clock, loop.idle_seconds, loop.wake, stop)


async def _sleep(clock: Clock, seconds: float) -> None:
    await clock.sleep(seconds)
