"""A process is known by its id and its beginning, and ends when it is told to."""

import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from sync_kit.clock import SystemClock
from zoho2xero.engines import EngineError
from zoho2xero.engines.owned_process import OwnedProcess, ProcessMark, find_beginning, read_end

CLOCK = SystemClock()
SLEEPER = [sys.executable, "-c", "import time; print('awake', flush=True); time.sleep(60)"]
DEAF = [
    sys.executable,
    "-c",
    "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('awake', flush=True); time.sleep(60)",
]
PARENT = [
    sys.executable,
    "-c",
    "import subprocess, sys, time; child = subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)']);"
    "print('awake', child.pid, flush=True); time.sleep(60)",
]


async def start(arguments: list[str], log_file: Path) -> OwnedProcess:
    """Started, and so far that it has printed a line."""
    process = OwnedProcess.start(arguments, log_file=log_file)
    while "awake" not in read_end(log_file):
        assert process.is_alive(), read_end(log_file)
        await CLOCK.sleep(0.01)
    return process


@pytest.fixture
async def sleeper(tmp_path: Path) -> AsyncIterator[OwnedProcess]:
    process = await start(SLEEPER, tmp_path / "log")
    yield process
    await process.end(signal.SIGKILL, 5, CLOCK)


async def test_another_command_finds_the_process_by_its_mark(sleeper: OwnedProcess) -> None:
    mark = ProcessMark.model_validate_json(sleeper.mark.model_dump_json())
    found = OwnedProcess.find(mark)
    assert found is not None
    await found.end(signal.SIGTERM, 5, CLOCK)
    assert not sleeper.is_alive()
    assert OwnedProcess.find(mark) is None


async def test_a_process_that_got_the_same_id_later_is_not_taken_for_ours(sleeper: OwnedProcess) -> None:
    later = ProcessMark(pid=sleeper.mark.pid, began=sleeper.mark.began + "1")
    assert OwnedProcess.find(later) is None
    OwnedProcess(later).send(signal.SIGKILL)
    assert sleeper.is_alive()


async def test_nothing_that_never_started_is_found() -> None:
    assert OwnedProcess.find(None) is None


async def test_a_process_that_does_not_listen_is_killed(tmp_path: Path) -> None:
    process = await start(DEAF, tmp_path / "log")
    await process.end(signal.SIGTERM, 0.2, CLOCK)
    assert not process.is_alive()
    assert process.exit_status == -signal.SIGKILL


async def test_a_kill_takes_the_processes_that_it_started_along(tmp_path: Path) -> None:
    log_file = tmp_path / "log"
    process = await start(PARENT, log_file)
    child = int(log_file.read_text().split()[1])
    assert find_beginning(child) is not None
    await process.kill_with_children(5, CLOCK)
    assert find_beginning(child) is None


async def test_the_terminal_that_started_it_cannot_interrupt_it(sleeper: OwnedProcess) -> None:
    assert os.getsid(sleeper.mark.pid) == sleeper.mark.pid


async def test_what_it_prints_is_in_its_log(tmp_path: Path) -> None:
    process = await start([sys.executable, "-c", "print('awake'); raise SystemExit(3)"], tmp_path / "log")
    assert await process.wait_for_end(5, CLOCK)
    assert process.exit_status == 3


def test_a_program_that_is_not_there_cannot_be_started(tmp_path: Path) -> None:
    with pytest.raises((EngineError, FileNotFoundError)):
        OwnedProcess.start([str(tmp_path / "nothing")], log_file=tmp_path / "log")
