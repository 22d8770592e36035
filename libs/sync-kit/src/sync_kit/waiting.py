"""Waiting for whichever comes first: a time that passes or an event that is set."""

import asyncio
from typing import Any

from sync_kit.clock import Clock


async def wait_for_any(clock: Clock, seconds: float, *events: asyncio.Event | None) -> None:
    """Return when one of the events is set or when `seconds` have passed by the clock."""
    awaited = [event for event in events if event is not None]
    if any(event.is_set() for event in awaited):
        return
    waits: list[asyncio.Task[Any]] = [asyncio.create_task(event.wait()) for event in awaited]
    waits.append(asyncio.create_task(_sleep(clock, seconds)))
    try:
        await asyncio.wait(waits, return_when=asyncio.FIRST_COMPLETED)
    finally:
        for wait in waits:
            wait.cancel()
        await asyncio.gather(*waits, return_exceptions=True)


async def _sleep(clock: Clock, seconds: float) -> None:
    await clock.sleep(seconds)
