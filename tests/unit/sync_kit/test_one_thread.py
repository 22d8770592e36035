"""What was begun in the thread is finished, whatever becomes of the caller."""

import asyncio
import threading
from contextvars import ContextVar

import pytest

from sync_kit.one_thread import OneThread

WHOSE: ContextVar[str] = ContextVar("whose")


async def test_functions_run_one_after_the_other_beside_the_event_loop() -> None:
    thread = OneThread("test")
    names = await asyncio.gather(*[thread.run(lambda: threading.current_thread().name) for _ in range(5)])
    assert len(set(names)) == 1
    assert names[0] != threading.current_thread().name
    thread.close()


async def test_an_exception_reaches_the_caller() -> None:
    thread = OneThread("test")
    with pytest.raises(ZeroDivisionError):
        await thread.run(lambda: 1 // 0)
    thread.close()


@pytest.mark.parametrize("outcome", ["returns", "raises"])
async def test_a_cancelled_caller_is_let_go_only_when_the_work_has_ended(outcome: str) -> None:
    thread, begun, go_on, done = OneThread("test"), threading.Event(), threading.Event(), []

    def work() -> None:
        begun.set()
        go_on.wait()
        done.append(True)
        if outcome == "raises":
            raise ValueError("nobody waits for this any more")

    task = asyncio.create_task(thread.run(work))
    await asyncio.to_thread(begun.wait)
    task.cancel()
    await asyncio.sleep(0)
    task.cancel()
    await asyncio.sleep(0)
    assert not task.done()
    go_on.set()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert done == [True]
    thread.close()


async def test_work_over_there_knows_whose_it_is() -> None:
    thread = OneThread("test")
    WHOSE.set("mine")
    assert await thread.run(WHOSE.get) == "mine"
    thread.close()


async def test_closing_waits_for_what_was_begun_and_refuses_more() -> None:
    thread, go_on, done = OneThread("test"), threading.Event(), []

    def work() -> None:
        go_on.wait()
        done.append(True)

    begun = asyncio.create_task(thread.run(work))
    await asyncio.sleep(0)
    closing = asyncio.create_task(asyncio.to_thread(thread.close))
    go_on.set()
    await closing
    await begun
    assert done == [True]
    with pytest.raises(RuntimeError):
        await thread.run(work)


async def test_a_thread_that_nobody_can_give_work_to_ends() -> None:
    thread = OneThread("test")
    running = await thread.run(threading.current_thread)
    del thread
    await asyncio.to_thread(running.join, 5)
    assert not running.is_alive()
