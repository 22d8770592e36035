import asyncio
from datetime import datetime, timedelta

import pytest

from sync_kit.testing import ManualClock


async def test_time_stands_still_until_it_is_advanced() -> None:
    clock = ManualClock()
    before = clock.now()
    await asyncio.sleep(0)
    assert (clock.now(), clock.monotonic()) == (before, 0)
    clock.advance(timedelta(minutes=2))
    assert (clock.now() - before, clock.monotonic()) == (timedelta(minutes=2), 120)


async def test_a_sleep_ends_when_the_clock_has_passed_it_and_moves_nothing() -> None:
    clock = ManualClock()
    sleeper = asyncio.create_task(clock.sleep(10))
    await asyncio.sleep(0)
    assert (clock.count_sleepers(), clock.find_next_wake()) == (1, 10)
    clock.advance(9.9)
    await asyncio.sleep(0)
    assert not sleeper.done()
    clock.advance(0.1)
    await asyncio.sleep(0)
    assert sleeper.done()
    assert clock.monotonic() == 10


async def test_sleepers_wake_in_the_order_of_their_times() -> None:
    clock = ManualClock()
    woken: list[int] = []

    async def sleep(seconds: int) -> None:
        await clock.sleep(seconds)
        woken.append(seconds)

    tasks = [asyncio.create_task(sleep(seconds)) for seconds in (3, 1, 2)]
    await asyncio.sleep(0)
    clock.advance(5)
    await asyncio.gather(*tasks)
    assert woken == [1, 2, 3]


async def test_a_cancelled_sleeper_is_forgotten() -> None:
    clock = ManualClock()
    sleeper = asyncio.create_task(clock.sleep(1))
    await asyncio.sleep(0)
    sleeper.cancel()
    await asyncio.gather(sleeper, return_exceptions=True)
    assert (clock.count_sleepers(), clock.find_next_wake()) == (0, None)
    clock.advance(5)


async def test_a_clock_that_goes_back_leaves_monotonic_time_alone() -> None:
    clock = ManualClock()
    before = clock.now()
    clock.set_back(60)
    assert (before - clock.now(), clock.monotonic()) == (timedelta(seconds=60), 0)
    with pytest.raises(ValueError, match="forward"):
        clock.advance(-1)


async def test_no_sleep_at_all_still_lets_others_run() -> None:
    ran: list[int] = []
    asyncio.get_running_loop().call_soon(ran.append, 1)
    await ManualClock().sleep(0)
    assert ran == [1]


def test_a_naive_start_is_refused() -> None:
    with pytest.raises(ValueError, match="aware"):
        ManualClock(datetime(2026, 1, 1))  # noqa: DTZ001
