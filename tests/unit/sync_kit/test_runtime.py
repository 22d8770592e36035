import asyncio
import gc
import os
import signal
import socket
from collections.abc import Callable

import pytest
from prometheus_client import CollectorRegistry
from sqlalchemy import MetaData

from sync_kit.app import create_service_app
from sync_kit.bus import Bus, Message
from sync_kit.clock import Clock, SystemClock
from sync_kit.http import HttpClient, HttpRequest
from sync_kit.loops import Loop
from sync_kit.runtime import Listener, ServiceRuntime, run_service, serve, stop_on_signals
from sync_kit.settings import ServiceSettings
from sync_kit.testing import open_test_store


class Watched:
    """A runtime whose loop and closing are watched."""

    def __init__(self) -> None:
        self.steps = 0
        self.stepped = asyncio.Event()
        self.closed = 0

    async def step(self) -> int:
        self.steps += 1
        self.stepped.set()
        return 0

    async def build(self, name: str) -> ServiceRuntime:
        store = await open_test_store(MetaData())

        async def close() -> None:
            self.closed += 1
            await store.close()

        app = create_service_app(name, version="1", routers=[], readiness={}, registry=CollectorRegistry())
        return ServiceRuntime(name, app, [Loop("step", self.step, idle_seconds=60)], store, close)


async def start(runtimes: list[ServiceRuntime], stop: asyncio.Event) -> tuple["asyncio.Task[None]", list[int]]:
    ports: asyncio.Future[list[int]] = asyncio.get_running_loop().create_future()
    listeners = [Listener(runtime, "127.0.0.1", 0) for runtime in runtimes]
    task = asyncio.create_task(serve(listeners, clock=SystemClock(), stop=stop, on_listening=ports.set_result))
    return task, await asyncio.wait_for(ports, 5)


async def test_services_answer_and_loop_until_stopped_and_are_closed_once() -> None:
    watched, stop, http = [Watched(), Watched()], asyncio.Event(), HttpClient(clock=SystemClock())
    task, ports = await start([await one.build(f"s{n}") for n, one in enumerate(watched)], stop)
    for port in ports:
        response = await http.send(HttpRequest("GET", f"http://127.0.0.1:{port}/healthz"), timeout_seconds=10)
        assert response.status == 200
        assert "server" not in response.headers
    for one in watched:
        await asyncio.wait_for(one.stepped.wait(), 5)
        assert one.closed == 0
    stop.set()
    await asyncio.wait_for(task, 10)
    assert [one.closed for one in watched] == [1, 1]
    await http.close()


async def test_a_port_that_is_taken_is_an_error_and_everything_is_closed() -> None:
    watched = Watched()
    with socket.create_server(("127.0.0.1", 0)) as taken:
        listener = Listener(await watched.build("s"), "127.0.0.1", taken.getsockname()[1])
        with pytest.raises(OSError, match="in use"):
            await serve([listener], clock=SystemClock(), stop=asyncio.Event())
    assert (watched.closed, watched.steps) == (1, 0)


async def test_a_server_that_fails_ends_the_process_instead_of_leaving_half_of_it(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    async def fail(*_: object, **__: object) -> None:
        raise RuntimeError("no server")

    monkeypatch.setattr("uvicorn.Server.serve", fail)
    watched = Watched()
    with pytest.raises(RuntimeError, match="no server"):
        await serve([Listener(await watched.build("s"), "127.0.0.1", 0)], clock=SystemClock(), stop=asyncio.Event())
    assert watched.closed == 1


@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
async def test_a_signal_stops_the_service_gracefully(number: signal.Signals) -> None:
    watched, stop = Watched(), asyncio.Event()
    with stop_on_signals(stop):
        task, _ = await start([await watched.build("s")], stop)
        await asyncio.wait_for(watched.stepped.wait(), 5)
        os.kill(os.getpid(), number)
        await asyncio.wait_for(task, 10)
    assert watched.closed == 1


@pytest.fixture
def settings() -> ServiceSettings:
    return ServiceSettings(
        database_url="sqlite://",
        bus_url="local://",
        auth_url="http://127.0.0.1:1",
        public_url="http://127.0.0.1:1",
        service_key="k" * 32,  # type: ignore[arg-type]
        port=0,
        log_level="ERROR",
    )


def build_stopping(watched: Watched, buses: list[Bus]) -> Callable[..., object]:
    async def build(settings: ServiceSettings, *, bus: Bus, clock: Clock) -> ServiceRuntime:
        buses.append(bus)
        watched.stepped = asyncio.Event()
        asyncio.get_running_loop().call_later(0.3, os.kill, os.getpid(), signal.SIGTERM)
        return await watched.build("demo")

    return build


@pytest.mark.usefixtures("restored_logging")
def test_one_service_runs_until_sigterm_and_its_bus_is_closed(settings: ServiceSettings) -> None:
    watched, buses = Watched(), list[Bus]()
    run_service("demo", settings, build_stopping(watched, buses))  # type: ignore[arg-type]
    assert watched.closed == 1
    assert watched.steps >= 1
    with pytest.raises(RuntimeError):
        asyncio.run(buses[0].publish([Message("topic", "t1", {}, b"")]))  # a closed bus refuses


@pytest.mark.usefixtures("restored_logging")
def test_a_service_that_cannot_be_built_exits_with_1_and_tells_no_secret(
    settings: ServiceSettings, capsys: pytest.CaptureFixture[str]
) -> None:
    def build(settings: ServiceSettings, *, bus: Bus, clock: Clock) -> ServiceRuntime:
        raise ValueError("canary")

    with pytest.raises(SystemExit) as caught:
        run_service("demo", settings, build)
    assert caught.value.code == 1
    shown = capsys.readouterr()
    assert "service_failed" in shown.out
    assert "canary" not in shown.out + shown.err


async def test_garbage_is_collected_less_often_while_services_run_and_as_before_afterwards() -> None:
    before, stop = gc.get_threshold(), asyncio.Event()
    task, _ = await start([await Watched().build("s")], stop)
    while_running = gc.get_threshold()
    stop.set()
    await asyncio.wait_for(task, 30)
    assert while_running > before
    assert gc.get_threshold() == before
