"""The database server is killed at the worst moments: services say so, and go on by themselves when it is back."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from tempfile import TemporaryDirectory

import pytest
import pytest_asyncio
from sqlalchemy.exc import DBAPIError
from tests.fixtures.engines import engines_are_required, find_server
from tests.fixtures.sales import expect_no_twins, list_living_invoices, sell
from tests.fixtures.world import API, World, open_world

from sync_kit import points
from sync_kit.clock import SystemClock
from sync_kit.http import HttpRequest
from sync_kit.store.troubles import is_trouble_of_the_store
from zoho2xero.engines.postgres import PostgresServer
from zoho2xero.engines.postgres_programs import find_postgres_programs

MOMENTS = ("intent.committed", "intent.answered", "relay.published", "consumer.committed", "page.committed")


@pytest_asyncio.fixture(scope="module", loop_scope="module")
async def server() -> AsyncIterator[PostgresServer]:
    """A server that may be killed."""
    if find_server() is None and not engines_are_required():
        pytest.skip("TEST_DATABASE_URL names no PostgreSQL server")
    programs = await find_postgres_programs(os.environ, lambda _: None)
    with TemporaryDirectory(prefix="postgres-") as folder:  # not pytest's own, which a server's account may not enter
        made = PostgresServer(Path(folder), programs, clock=SystemClock(), durable=False)
        await made.start()
        yield made
        await made.stop()


@pytest.fixture
async def world(server: PostgresServer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> AsyncIterator[World]:
    """On that server."""
    monkeypatch.setenv("TEST_DATABASE_URL", server.url)
    async with open_world(tmp_path) as opened:
        await opened.connect()
        yield opened


def kill_at(server: PostgresServer, point: str, *, skip: int) -> Callable[[str], None]:
    """A hook that kills the server once, when the point is passed for that time."""
    left = skip

    def hook(passed: str) -> None:
        nonlocal left
        if passed == point:
            if left == 0:
                with ThreadPoolExecutor(1) as thread:  # the hook is called inside a running event loop
                    thread.submit(asyncio.run, server.kill()).result()
            left -= 1

    return hook


@pytest.mark.parametrize("point", MOMENTS)
async def test_a_sync_goes_on_after_its_database_was_killed(server: PostgresServer, world: World, point: str) -> None:
    await sell(world)
    run_id = await world.start()
    with points.hooked(kill_at(server, point, skip=1)), pytest.raises((DBAPIError, OSError)) as broken:
        await world.settle()
    assert is_trouble_of_the_store(broken.value)
    assert not await server.is_running()
    for name in world.services:
        ready = await world.http.send(HttpRequest("GET", f"{API}/services/{name}/readyz"), timeout_seconds=30)
        assert (ready.status, b"the store does not answer" in ready.body) == (503, True)
    await server.start()
    run = await world.finish(run_id)
    assert run["state"] == "succeeded"
    assert len(await list_living_invoices(world)) == 1
    await expect_no_twins(world)
    again = await world.sync()
    assert sum(module["created"] + module["updated"] + module["linked"] for module in again["modules"]) == 0
