"""The virtual clock that the bench of fairness rests on."""

import asyncio
import time

from tests.bench.moving_loop import MovingLoop, run_moving

from sync_kit.one_thread import OneThread
from sync_kit.testing import ManualClock


def run_on_clock(clock: ManualClock, work: object) -> object:
    async def begin(loop: MovingLoop) -> object:
        def move_on() -> bool:
            seconds = clock.find_next_wake()
            if seconds is None:
                return False
            clock.advance(seconds)
            return True

        loop.move_on = move_on
        return await work()  # type: ignore[operator]

    return run_moving(begin)


def test_waits_overlap_and_take_no_real_time() -> None:
    clock = ManualClock()
    began = time.monotonic()

    async def work() -> None:
        await asyncio.gather(*(clock.sleep(seconds) for seconds in (60, 3600, 600)))

    run_on_clock(clock, work)
    assert clock.monotonic() == 3600
    assert time.monotonic() - began < 60


def test_the_clock_stands_still_while_a_thread_is_at_work() -> None:
    clock = ManualClock()

    async def work() -> float:
        waiting = asyncio.create_task(clock.sleep(60))
        seen = await asyncio.to_thread(lambda: (time.sleep(0.05), clock.monotonic())[1])
        await waiting
        return seen

    assert run_on_clock(clock, work) == 0
    assert clock.monotonic() == 60


def test_the_clock_stands_still_while_a_store_is_at_work() -> None:
    clock = ManualClock()

    async def work() -> float:
        thread = OneThread("store")
        waiting = asyncio.create_task(clock.sleep(60))
        seen = await thread.run(lambda: (time.sleep(0.05), clock.monotonic())[1])
        await waiting
        thread.close()
        return seen

    assert run_on_clock(clock, work) == 0
    assert clock.monotonic() == 60
