"""A process in which nothing but the seed decides: no threads, no entropy, no wall time.

Stores and the local log do their work in place instead of in threads of their own, so the order of everything is that
of the event loop; random ids come from the seed; and the loop says when nothing can move any more unless time passes.
Sets are ordered by PYTHONHASHSEED, which the command sets before it starts.
"""

import asyncio
import os
import random
import selectors
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, TypeVar

import anyio.to_thread
from tests.chaos.replacing import replace

from sync_kit.one_thread import OneThread
from vendor_sandbox.core import vendor_call

Result = TypeVar("Result")


class StuckError(Exception):
    """Everything waits, and nobody is left who could let time pass."""


class _StillSelector(selectors.DefaultSelector):
    """Tells when the loop would wait for the world outside: here there is none."""

    def __init__(self) -> None:
        super().__init__()
        self.when_still: Callable[[], None] | None = None

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is not None and timeout <= 0:
            return super().select(timeout)
        if self.when_still is None:
            raise StuckError("everything waits and nobody lets time pass")
        self.when_still()
        return []


class StillLoop(asyncio.SelectorEventLoop):
    """An event loop that never sleeps: whoever awaits `wait_until_still` goes on when nobody else can."""

    def __init__(self) -> None:
        self._still = _StillSelector()
        super().__init__(self._still)
        # What the dead had begun is left lying; failures that count are taken from the tasks themselves.
        self.set_exception_handler(lambda *_: None)

    async def wait_until_still(self) -> None:
        """Returns when every other task waits for a time, a gate or another task. One at a time may wait for this."""
        if self._still.when_still is not None:
            raise RuntimeError("somebody waits for stillness already")
        woken = self.create_future()

        def wake() -> None:
            if not woken.done():
                woken.set_result(None)

        self._still.when_still = wake
        try:
            await woken
        finally:
            self._still.when_still = None


def run_alone(work: Coroutine[Any, Any, Result]) -> Result:
    """Run on a StillLoop of its own."""
    with asyncio.Runner(loop_factory=StillLoop) as runner:
        return runner.run(work)


def make_repeatable() -> None:
    """For the whole process and for good: work in place, not in threads."""
    replace(OneThread, "run", _run_here)
    replace(asyncio, "to_thread", _call_here)
    replace(anyio.to_thread, "run_sync", _call_here)


def seed_randomness(seed: str) -> None:
    """From here on every id, key and nonce of this process follows from the seed."""
    dice = random.Random(seed)
    replace(os, "urandom", dice.randbytes)
    replace(random, "_urandom", dice.randbytes)
    random.seed(seed)


def slow_down_by(sleep: Callable[[float], Awaitable[None]]) -> None:
    """The sandbox's slow answers take virtual time."""

    class _Clock:
        @staticmethod
        async def sleep(seconds: float) -> None:
            await sleep(seconds)

    replace(vendor_call, "asyncio", _Clock)


async def _run_here(_: OneThread, work: Callable[[], Result]) -> Result:
    return work()


async def _call_here(work: Callable[..., Result], /, *args: Any, **options: Any) -> Result:
    for name in ("abandon_on_cancel", "cancellable", "limiter"):
        options.pop(name, None)
    return work(*args, **options)
