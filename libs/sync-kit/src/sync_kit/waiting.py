"""Waiting for whichever comes first: a time that passes or an event that is set."""

import asyncio
from collections.abc import Awaitable, Callable
from functools import partial

from sync_kit.clock import Clock


async def wait_for_any(clock: Clock, seconds: float, *events: asyncio.Event | None) -> None:
    """Return when one of the events is set or when `seconds` have passed by the clock."""
    awaited = [event for event in events if event is not None]
    if any(event.is_set() for event in awaited):
        return
    woken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
    waits = [asyncio.create_task(_wake(event.wait, woken)) for event in awaited]
    waits.append(asyncio.create_task(_wake(partial(clock.sleep, seconds), woken)))
    try:
        await woken
    finally:
        for wait in waits:
            wait.cancel()


async def _wake(wait: Callable[[], Awaitable[object]], woken: "asyncio.Future[None]") -> None:
    try:
        await wait()
    finally:
        if not woken.done():
            woken.set_result(None)
