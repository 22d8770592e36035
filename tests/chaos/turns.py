"""Whose turn it is: every loop of every process steps when production would let it, in an order that the seed decides.

A turn starts the steps that are ready, all at once, and ends when nothing can move any more: each step is then done,
or waits on a wire, at a gate, or for a time. So the work of all processes is interleaved at every wait.
"""

import asyncio
import random
from collections import Counter
from collections.abc import Awaitable, Callable, Coroutine
from typing import Any, Final, TypeVar

from tests.chaos.house import House
from tests.chaos.moments import Crash
from tests.chaos.process import LoopAtWork
from tests.chaos.repeatable import StillLoop
from tests.fixtures.shuffling_bus import ShufflingBus

Result = TypeVar("Result")

MOST_TURNS: Final = 4000
LONGEST_BACKOFF: Final = 60.0
TICKS: Final = (0.0, 0.0, 0.05, 0.3)
"""Seconds that a turn takes."""


class NeverRestsError(Exception):
    """The house is busy for ever without time passing."""


class Turns:
    """Drives one house. `troubles` counts what loops raised, by loop and kind."""

    def __init__(self, house: House, dice: random.Random) -> None:
        self.house = house
        self.troubles: Counter[str] = Counter()
        self._dice = dice

    async def settle(self, meanwhile: Callable[[], Awaitable[None]] | None = None) -> int:
        """Turns until nobody has anything to do now; how many did something. `meanwhile` is called between them."""
        busy = 0
        for _ in range(MOST_TURNS):
            if await self.take():
                busy += 1
                if meanwhile is not None:
                    await meanwhile()
                continue
            bus = self.house.bus
            if not isinstance(bus, ShufflingBus) or self._dice.random() < 0.2 or not await bus.release():
                return busy
            busy += 1
        raise NeverRestsError(f"still busy after {MOST_TURNS} turns: {self._name_busy()}")

    async def take(self) -> bool:
        """One turn; whether anything was done, or waits for turns only."""
        await self.house.bury_dead()
        moved = bool(self.house.raise_successors())
        ready = [
            loop
            for process in self.house.processes
            if not process.is_paused
            for loop in process.loops
            if loop.is_ready(self.house.elapsed)
        ]
        self._dice.shuffle(ready)
        for loop in ready:
            if loop.process.alive:
                loop.begin()
        held_up = self.house.count_down_gates()
        await self._until_still()
        done = [self._finish(loop) for process in list(self.house.processes) for loop in process.loops]
        for loop in ready:
            if not loop.process.alive:
                self._finish(loop)
        self.house.pass_time(self._dice.choice(TICKS))
        return moved or any(done) or held_up > 0

    async def carry_out(self, act: Coroutine[Any, Any, Result], *, most_seconds: float = 3600) -> Result:
        """What a person does from outside; the house works meanwhile if it must. Raises what the act raises."""
        task = asyncio.create_task(act)
        began = self.house.elapsed
        await self._until_still()
        while not task.done():
            if not await self.take():
                self.house.pass_time(1)
            if self.house.elapsed - began > most_seconds:
                task.cancel()
                raise NeverRestsError("an answer to a person never came")
        return await task

    async def _until_still(self) -> None:
        loop = asyncio.get_running_loop()
        assert isinstance(loop, StillLoop)
        await loop.wait_until_still()

    def _finish(self, loop: LoopAtWork) -> bool:
        """Take in what a step did, if it has ended; whether it did anything."""
        step = loop.step
        if step is None or not step.done():
            return False
        loop.step = None
        failure = asyncio.CancelledError() if step.cancelled() else step.exception()
        elapsed = self.house.elapsed
        if isinstance(failure, Crash | asyncio.CancelledError) and not loop.process.alive:
            return True
        if failure is not None:
            if not isinstance(failure, Exception):
                raise failure
            self.troubles[f"{loop.process.service}/{loop.loop.name}: {type(failure).__name__}: {failure}"] += 1
            loop.failures += 1
            loop.has_more = False
            loop.rests_until = elapsed + min(2.0 ** (loop.failures - 1), LONGEST_BACKOFF)
            return False
        loop.failures = 0
        loop.has_more = step.result() > 0
        loop.rests_until = elapsed + loop.loop.idle_seconds
        return loop.has_more

    def _name_busy(self) -> list[str]:
        return [f"{loop.process}/{loop.loop.name}" for p in self.house.processes for loop in p.loops if loop.has_more]
