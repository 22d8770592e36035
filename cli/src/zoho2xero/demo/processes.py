"""Start the sandbox and the standalone system as processes of their own, and end exactly those."""

import asyncio
import socket
import subprocess
import sys
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

from sync_kit.clock import Clock
from sync_kit.errors import AnswerLostError, TryLaterError
from sync_kit.http import HttpClient, HttpRequest

START_WITHIN_SECONDS = 40.0
STOP_WITHIN_SECONDS = 15.0


class DidNotStartError(Exception):
    """A process ended or did not answer in time; the message holds the end of what it printed."""


def find_free_port() -> int:
    """A loopback port that nobody listens on now."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


@asynccontextmanager
async def running(
    name: str,
    arguments: Sequence[str],
    *,
    health_url: str,
    log_file: Path,
    environment: Mapping[str, str],
    http: HttpClient,
    clock: Clock,
) -> AsyncIterator[int]:
    """The process id; the process is up and answers at `health_url` while the context is open.

    Raises DidNotStartError.
    """
    with log_file.open("ab") as log:
        process = subprocess.Popen(  # noqa: S603, ASYNC220 - our own modules with our own arguments
            [sys.executable, "-m", *arguments], stdout=log, stderr=log, stdin=subprocess.DEVNULL, env=dict(environment)
        )
    try:
        await _wait_until_healthy(name, process, health_url, log_file, http, clock)
        yield process.pid
    finally:
        process.terminate()
        try:
            await asyncio.to_thread(process.wait, STOP_WITHIN_SECONDS)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


async def _wait_until_healthy(
    name: str, process: subprocess.Popen[bytes], url: str, log_file: Path, http: HttpClient, clock: Clock
) -> None:
    give_up_at = clock.monotonic() + START_WITHIN_SECONDS
    while clock.monotonic() < give_up_at:
        if process.poll() is not None:
            break
        try:
            response = await http.send(HttpRequest("GET", url), timeout_seconds=2)
        except (TryLaterError, AnswerLostError):
            pass
        else:
            if response.status == 200:
                return
        await clock.sleep(0.1)
    tail = log_file.read_text(errors="replace")[-2000:]
    raise DidNotStartError(f"{name} did not start. The end of its log {log_file}:\n{tail}")
