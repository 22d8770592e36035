"""One process of a service: its clock, its loops, its wires; it can be killed and paused at any moment."""

import asyncio
import random
from collections.abc import Awaitable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from tests.chaos.moments import (
    POLLED,
    PUBLISHED,
    PUBLISHING,
    SAVED_OFFSETS,
    SAVING_OFFSETS,
    Crash,
    at_work,
    reach,
)
from tests.chaos.racing import RacingSubscription

from sync_kit.app import ServiceRuntime
from sync_kit.bus import Bus, Delivery, Message, Subscription
from sync_kit.loops import Loop
from sync_kit.testing import ManualClock

if TYPE_CHECKING:
    from tests.chaos.house import House


@dataclass(eq=False)
class LoopAtWork:
    """One loop of a process, driven by turns: it steps when it is woken, when its rest is over, or when it has more."""

    process: "Process"
    loop: Loop
    rests_until: float = 0.0
    has_more: bool = True
    failures: int = 0
    step: asyncio.Task[int] | None = None

    def is_ready(self, elapsed: float) -> bool:
        """Whether production would make a step now."""
        woken = self.loop.wake is not None and self.loop.wake.is_set() and not self.failures
        return self.step is None and (self.has_more or woken or elapsed >= self.rests_until)

    def begin(self) -> None:
        """Make one step, as its process."""
        if self.loop.wake is not None:
            self.loop.wake.clear()
        self.step = self.process.run(self.loop.step())


@dataclass(eq=False)
class Process:
    """Born by `House.start`, ended by `House.kill`. Its clock stands still while it is paused and then catches up."""

    house: "House"
    service: str
    number: int
    clock: ManualClock
    alive: bool = True
    loops: list[LoopAtWork] = field(default_factory=list)
    tasks: set["asyncio.Task[int]"] = field(default_factory=set)
    """Steps and requests under way: they end with the process."""
    paused_until: float | None = None
    _runtime: ServiceRuntime | None = None
    _missed_seconds: float = 0.0
    _goes_on: asyncio.Event = field(default_factory=asyncio.Event)

    @property
    def runtime(self) -> ServiceRuntime:
        assert self._runtime is not None, "a process is used once it has been built"
        return self._runtime

    @property
    def is_paused(self) -> bool:
        return self.paused_until is not None

    def move_in(self, runtime: ServiceRuntime) -> None:
        """What the service's composition root built."""
        self._runtime = runtime
        self.loops = [LoopAtWork(self, loop) for loop in runtime.loops]
        self._goes_on.set()

    def run(self, work: Awaitable[int]) -> "asyncio.Task[int]":
        """Do something as this process."""

        async def do() -> int:
            at_work.set(self)
            return await work

        task = asyncio.create_task(do())
        self.tasks.add(task)
        task.add_done_callback(self._note_end)
        return task

    def _note_end(self, task: "asyncio.Task[int]") -> None:
        self.tasks.discard(task)
        if not task.cancelled():
            task.exception()  # looked at: of the dead nobody else asks

    def ensure_alive(self) -> None:
        """Raises Crash: the dead do nothing."""
        if not self.alive:
            raise Crash("dead already")

    def pause(self, until: float) -> None:
        """Stand still until that moment of the story, in seconds."""
        self.paused_until = until
        self._goes_on.clear()

    def go_on(self) -> None:
        """Time has passed meanwhile, as its clock now sees."""
        self.paused_until = None
        missed, self._missed_seconds = self._missed_seconds, 0.0
        self.clock.advance(missed)
        self._goes_on.set()

    async def stand_still(self) -> None:
        """Returns when the process goes on, or is dead."""
        await self._goes_on.wait()

    def pass_time(self, seconds: float) -> None:
        """Move its clock; a paused one will notice later."""
        if self.is_paused:
            self._missed_seconds += seconds
        else:
            self.clock.advance(seconds)

    def die(self) -> None:
        """Everything that it was about to do is not done."""
        self.alive = False
        self.paused_until = None
        self._goes_on.set()
        current = asyncio.current_task()
        for task in list(self.tasks):
            if task is not current:
                task.cancel()

    def __repr__(self) -> str:
        return f"{self.service}-{self.number}"


class WatchedBus:
    """The bus as one process sees it."""

    def __init__(self, bus: Bus, process: Process) -> None:
        self._bus = bus
        self._process = process

    async def publish(self, messages: Sequence[Message]) -> None:
        await reach(self._process, PUBLISHING)
        await self._bus.publish(messages)
        await reach(self._process, PUBLISHED)

    def subscribe(self, group: str, topics: Sequence[str]) -> "WatchedSubscription":
        seed = self._process.house.shuffle_seed
        if seed is None:
            return WatchedSubscription(self._bus.subscribe(group, topics), self._process)
        dice = random.Random(f"{seed}:{self._process}:{self._process.house.elapsed}")
        return WatchedSubscription(RacingSubscription(self._bus, group, topics, dice), self._process)

    async def check(self) -> str | None:
        return await self._bus.check()

    async def measure_lag(self) -> int:
        return await self._bus.measure_lag()

    async def close(self) -> None:
        """The bus outlives the process."""


class WatchedSubscription:
    """A subscription whose owner may die between any two dealings with it."""

    def __init__(self, subscription: Subscription, process: Process) -> None:
        self._subscription = subscription
        self._process = process

    @property
    def wake(self) -> asyncio.Event | None:
        return self._subscription.wake

    async def poll(self, max_messages: int) -> list[Delivery]:
        self._process.ensure_alive()
        found = await self._subscription.poll(max_messages)
        if found:
            await reach(self._process, POLLED)
        return found

    async def wait(self, timeout_seconds: float) -> None:
        await self._subscription.wait(timeout_seconds)

    async def commit(self, deliveries: Sequence[Delivery]) -> None:
        await reach(self._process, SAVING_OFFSETS)
        await self._subscription.commit(deliveries)
        await reach(self._process, SAVED_OFFSETS)

    async def measure_lag(self) -> int:
        return await self._subscription.measure_lag()

    async def rewind(self) -> None:
        self._process.ensure_alive()
        await self._subscription.rewind()

    async def close(self) -> None:
        await self._subscription.close()
