"""A signal ends a command after it has cleaned up, and the program that it runs with it."""

import asyncio
import os
import signal
import sys
from pathlib import Path

import pytest
import typer

from sync_kit.clock import SystemClock
from zoho2xero.engines import EngineError
from zoho2xero.foreground import run_in_front, run_until_signal


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_signal_lets_it_clean_up_and_sets_the_exit_code(number: signal.Signals) -> None:
    cleaned: list[str] = []

    async def work() -> None:
        try:
            os.kill(os.getpid(), number)
            await asyncio.Event().wait()
        finally:
            os.kill(os.getpid(), number)  # an impatient person
            for _ in range(50):  # time for it to arrive
                await asyncio.sleep(0)
            cleaned.append("up")

    with pytest.raises(typer.Exit) as end:
        run_until_signal(work())
    assert (end.value.exit_code, cleaned) == (128 + number, ["up"])


def test_without_a_signal_the_result_comes_back() -> None:
    async def work() -> int:
        return 42

    assert run_until_signal(work()) == 42


def test_an_engine_that_cannot_be_had_is_status_1(capsys: pytest.CaptureFixture[str]) -> None:
    async def work() -> None:
        raise EngineError("Port 8700 is taken [by somebody].")

    with pytest.raises(typer.Exit) as end:
        run_until_signal(work())
    assert end.value.exit_code == 1
    assert capsys.readouterr().err.strip() == "Port 8700 is taken [by somebody]."


async def test_a_cancelled_command_ends_the_program_that_it_runs(tmp_path: Path) -> None:
    started = tmp_path / "started"
    script = f"import pathlib, os, time; pathlib.Path({str(started)!r}).write_text(str(os.getpid())); time.sleep(60)"
    running = asyncio.create_task(run_in_front([sys.executable, "-c", script], os.environ))
    while not started.exists() or not started.read_text():
        await SystemClock().sleep(0.01)
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    with pytest.raises(ProcessLookupError):
        os.kill(int(started.read_text()), 0)
