"""Waiting ends with the first of a time and an event."""

import asyncio

from sync_kit.testing import ManualClock
from sync_kit.waiting import wait_for_any


async def let_run() -> None:
    for _ in range(10):
        await asyncio.sleep(0)


async def test_an_event_that_is_set_already_ends_the_wait_at_once(clock: ManualClock) -> None:
    event = asyncio.Event()
    event.set()
    await wait_for_any(clock, 60, None, asyncio.Event(), event)


async def test_the_first_event_or_the_time_ends_the_wait(clock: ManualClock) -> None:
    first, second = asyncio.Event(), asyncio.Event()
    for end in (first.set, second.set, lambda: clock.advance(60)):
        first.clear()
        second.clear()
        waiting = asyncio.create_task(wait_for_any(clock, 60, first, None, second))
        await let_run()
        assert not waiting.done()
        end()
        await let_run()
        assert waiting.done()


async def test_nothing_is_left_running_after_a_wait(clock: ManualClock) -> None:
    event = asyncio.Event()
    waiting = asyncio.create_task(wait_for_any(clock, 60, event, asyncio.Event()))
    await let_run()
    event.set()
    await waiting
    assert asyncio.all_tasks() == {asyncio.current_task()}


async def test_a_wait_that_ends_before_it_began_leaves_nothing_behind(clock: ManualClock) -> None:
    event = asyncio.Event()
    waiting = asyncio.create_task(wait_for_any(clock, 60, event))
    await asyncio.sleep(0)
    waiting.cancel()
    await let_run()
    assert waiting.cancelled()
    assert clock.count_sleepers() == 0
    assert asyncio.all_tasks() == {asyncio.current_task()}
