"""Loops go on through errors, wake early, and stop in time."""

import asyncio
from collections.abc import Callable

import pytest

from sync_kit.errors import TryLaterError
from sync_kit.loops import Loop, run_loops, settle
from sync_kit.testing import ManualClock


async def let_run() -> None:
    """Give every task the chance to come to rest."""
    for _ in range(30):
        await asyncio.sleep(0)


class Steps:
    """A step that does what it is told: a number is done, an exception raised, and then nothing for ever."""

    def __init__(self, *script: int | Exception) -> None:
        self.script = list(script)
        self.taken = 0

    async def __call__(self) -> int:
        self.taken += 1
        next_one = self.script.pop(0) if self.script else 0
        if isinstance(next_one, Exception):
            raise next_one
        return next_one


async def run_until(clock: ManualClock, loops: list[Loop], act: Callable[[], object]) -> None:
    stop = asyncio.Event()
    running = asyncio.create_task(run_loops(loops, clock, stop))
    await let_run()
    act()
    await let_run()
    stop.set()
    await running


async def test_a_loop_goes_on_at_once_while_there_is_work_then_idles(clock: ManualClock) -> None:
    steps = Steps(5, 1, 2)
    taken: list[int] = []
    await run_until(clock, [Loop("busy", steps, 5)], lambda: taken.append(steps.taken))
    assert taken == [4]


async def test_an_idle_loop_looks_again_after_its_time(clock: ManualClock) -> None:
    steps = Steps()
    taken: list[int] = []

    def act() -> None:
        taken.append(steps.taken)
        clock.advance(5)

    await run_until(clock, [Loop("idle", steps, 5)], act)
    assert (taken, steps.taken) == ([1], 2)


async def test_an_idle_loop_is_woken_early(clock: ManualClock) -> None:
    steps, wake = Steps(), asyncio.Event()
    await run_until(clock, [Loop("woken", steps, 3600, wake)], wake.set)
    assert steps.taken == 2


async def test_a_wake_during_a_step_is_not_lost(clock: ManualClock) -> None:
    wake = asyncio.Event()
    taken = 0

    async def step() -> int:
        nonlocal taken
        taken += 1
        if taken == 1:
            wake.set()
        return 0

    await run_until(clock, [Loop("woken", step, 3600, wake)], lambda: None)
    assert taken == 2


async def test_an_error_is_backed_off_and_never_ends_the_loop(clock: ManualClock) -> None:
    errors: list[int | Exception] = [KeyError("x") for _ in range(9)]
    steps = Steps(*errors, 1, ValueError("again"))
    stop = asyncio.Event()
    running = asyncio.create_task(run_loops([Loop("failing", steps, 1000)], clock, stop))
    waits = []
    await let_run()
    for seconds in (1, 2, 4, 8, 16, 32, 60, 60, 60):
        before = steps.taken
        clock.advance(seconds - 0.5)
        await let_run()
        assert steps.taken == before
        clock.advance(0.5)
        await let_run()
        waits.append(steps.taken - before)
    # The ninth wait is over: one step did something, the next failed, and its wait is short again.
    assert waits == [1] * 8 + [2]
    clock.advance(1)
    await let_run()
    assert steps.taken == 12
    stop.set()
    await running


async def test_what_is_only_away_is_asked_again_within_five_seconds(clock: ManualClock) -> None:
    steps, stop = Steps(*[TryLaterError("away")] * 6), asyncio.Event()
    running = asyncio.create_task(run_loops([Loop("waiting", steps, 1000)], clock, stop))
    await let_run()
    for seconds in (1, 2, 4, 5, 5):
        before = steps.taken
        clock.advance(seconds - 0.5)
        await let_run()
        assert steps.taken == before
        clock.advance(0.5)
        await let_run()
        assert steps.taken == before + 1
    stop.set()
    await running


async def test_one_failing_loop_does_not_disturb_another(clock: ManualClock) -> None:
    failing, working = Steps(KeyError("x")), Steps(1, 1, 1)
    await run_until(clock, [Loop("failing", failing, 1), Loop("working", working, 1)], lambda: None)
    assert working.taken == 4


async def test_stopping_lets_the_step_under_way_end(clock: ManualClock) -> None:
    stop, finish, ended = asyncio.Event(), asyncio.Event(), []

    async def step() -> int:
        await finish.wait()
        ended.append(True)
        return 1

    running = asyncio.create_task(run_loops([Loop("slow", step, 1)], clock, stop))
    await let_run()
    stop.set()
    await let_run()
    assert not running.done()
    finish.set()
    await running
    assert ended == [True]


async def test_a_step_that_does_not_end_is_cancelled_after_ten_seconds(clock: ManualClock) -> None:
    stop, cancelled = asyncio.Event(), []

    async def step() -> int:
        try:
            await asyncio.Event().wait()
        except asyncio.CancelledError:
            cancelled.append(True)
            raise
        return 1

    running = asyncio.create_task(run_loops([Loop("stuck", step, 1)], clock, stop))
    await let_run()
    stop.set()
    await let_run()
    clock.advance(9.9)
    await let_run()
    assert not running.done()
    clock.advance(0.1)
    await running
    assert cancelled == [True]


async def test_cancelling_the_runner_ends_every_loop(clock: ManualClock) -> None:
    steps = Steps()
    running = asyncio.create_task(run_loops([Loop("idle", steps, 1)], clock, asyncio.Event()))
    await let_run()
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert [task.get_name() for task in asyncio.all_tasks() if task.get_name().startswith("loop-")] == []


async def test_no_loops_are_no_work(clock: ManualClock) -> None:
    await run_loops([], clock, asyncio.Event())


async def test_settling_goes_round_until_nobody_has_anything_to_do() -> None:
    first, second = Steps(0, 0, 3), Steps(1, 0, 0, 2)
    assert await settle([Loop("first", first, 1), Loop("second", second, 1)]) == 1
    assert await settle([Loop("first", first, 1), Loop("second", second, 1)]) == 5


async def test_settling_hides_no_error() -> None:
    with pytest.raises(KeyError):
        await settle([Loop("failing", Steps(KeyError("x")), 1)])


async def test_settling_has_an_end() -> None:
    async def busy() -> int:
        return 1

    with pytest.raises(RuntimeError, match="20 rounds"):
        await settle([Loop("busy", busy, 1)], most_rounds=20)
