"""A command that stays in front of a person: what it says, how a signal ends it, how it runs another program."""

import asyncio
import signal
import sys
from collections.abc import Coroutine, Mapping, Sequence
from typing import Any, TypeVar

import typer
from rich.console import Console

from zoho2xero.engines.errors import EngineError

Result = TypeVar("Result")

GRACE_SECONDS = 15.0
"""How long a program that is told to end may take."""


class _StoppedError(Exception):
    """A signal ended the work, which has cleaned up."""

    def __init__(self, number: int) -> None:
        super().__init__(number)
        self.number = number


def run_until_signal(work: Coroutine[Any, Any, Result]) -> Result:
    """Run it. SIGINT or SIGTERM cancels it, so that it cleans up, and ends this command with status 130 or 143; an
    EngineError is shown and ends it with status 1."""
    try:
        return asyncio.run(_cancel_at_signals(work))
    except _StoppedError as stopped:
        raise typer.Exit(128 + stopped.number) from stopped
    except EngineError as error:
        Console(stderr=True).print(str(error), style="bold red", markup=False)
        raise typer.Exit(1) from error


async def _cancel_at_signals(work: Coroutine[Any, Any, Result]) -> Result:
    task = asyncio.ensure_future(work)
    received: list[int] = []

    def cancel(number: int) -> None:
        if not received:  # a second one would break off the cleaning up
            task.cancel()
        received.append(number)

    loop = asyncio.get_running_loop()
    for number in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(number, cancel, number)
    try:
        return await task
    except asyncio.CancelledError:
        if received:
            raise _StoppedError(received[0]) from None
        raise


def tell(sentence: str) -> None:
    """For people; what a shell shall read goes to the other stream."""
    print(sentence, file=sys.stderr, flush=True)


async def run_in_front(arguments: Sequence[str], environment: Mapping[str, str]) -> int:
    """Its exit status; it has this command's terminal. A caller that is cancelled ends it and waits for its end.

    Raises EngineError when the program is not there.
    """
    try:
        process = await asyncio.create_subprocess_exec(*arguments, env=dict(environment))
    except OSError as error:
        raise EngineError(f"{arguments[0]} cannot be run: {error.strerror}") from error
    try:
        return await process.wait()
    finally:
        if process.returncode is None:
            process.terminate()
            try:
                await asyncio.wait_for(process.wait(), GRACE_SECONDS)
            except TimeoutError:
                process.kill()
                await process.wait()
