"""What a machine may do to a process: kill it, suspend it, forget who started it."""

import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import pytest

from sync_kit.clock import SystemClock
from sync_kit.http import HttpClient
from zoho2xero.engines import EngineError
from zoho2xero.engines.places import find_free_port
from zoho2xero.up.service_process import ServiceProcess, end_leftovers

CLOCK = SystemClock()
SERVER = """
import sys
from http.server import BaseHTTPRequestHandler, HTTPServer
class Page(BaseHTTPRequestHandler):
    def do_GET(self):
        self.send_response(200); self.end_headers()
    def log_message(self, *_): pass
HTTPServer(("127.0.0.1", int(sys.argv[1])), Page).serve_forever()
"""
Make = Callable[..., ServiceProcess]


@pytest.fixture
async def make(tmp_path: Path) -> AsyncIterator[Make]:
    """Processes that are gone when the test ends."""
    http = HttpClient(clock=CLOCK)
    made: list[ServiceProcess] = []

    def make_one(script: str = SERVER, name: str = "auth-0") -> ServiceProcess:
        port = find_free_port()
        process = ServiceProcess(
            name,
            [sys.executable, "-c", script, str(port)],
            url=f"http://127.0.0.1:{port}",
            health_path="/readyz",
            folder=tmp_path,
            environment={},
            http=http,
            clock=CLOCK,
        )
        made.append(process)
        return process

    yield make_one
    for process in made:
        await process.kill()
    await http.close()


async def test_a_killed_process_starts_again_on_its_old_port(make: Make) -> None:
    process = make()
    assert (process.pid, process.is_wanted) == (None, False)
    process.launch()
    await process.wait_until_ready()
    first = process.pid
    await process.kill()
    assert (process.pid, process.is_wanted) == (None, False)
    assert not await process.is_ready()
    process.launch()
    await process.wait_until_ready()
    assert process.pid not in {None, first}


async def test_a_second_launch_of_a_running_process_does_nothing(make: Make) -> None:
    process = make()
    process.launch()
    pid = process.pid
    process.launch()
    assert process.pid == pid


async def test_a_suspended_process_answers_nobody_until_it_is_resumed(make: Make) -> None:
    process = make()
    process.launch()
    await process.wait_until_ready()
    process.pause()
    assert not await process.is_ready()
    process.resume()
    await process.wait_until_ready()


async def test_a_suspended_process_can_be_stopped(make: Make) -> None:
    process = make()
    process.launch()
    await process.wait_until_ready()
    process.pause()
    assert await process.stop()
    assert process.pid is None


async def test_one_that_ends_instead_of_getting_ready_is_an_error_with_its_last_words(make: Make) -> None:
    process = make("import sys; sys.exit('the port is taken')")
    process.launch()
    with pytest.raises(EngineError, match=r"auth-0 did not start.*\n.*the port is taken"):
        await process.wait_until_ready()
    assert process.describe_end() == "status 1"


async def test_what_a_killed_starter_left_behind_is_ended_by_the_next(make: Make, tmp_path: Path) -> None:
    process = make()
    process.launch()
    await process.wait_until_ready()
    assert await end_leftovers(tmp_path, CLOCK) == ["auth-0"]
    assert process.pid is None
    assert await end_leftovers(tmp_path, CLOCK) == []


async def test_stopping_what_never_ran_is_no_trouble(make: Make) -> None:
    process = make()
    process.pause()
    process.resume()
    assert await process.stop()
