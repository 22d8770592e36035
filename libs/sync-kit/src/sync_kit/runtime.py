"""Run services: their loops and their HTTP side in one event loop, until SIGTERM or SIGINT.

Stopping is graceful: no new request is taken, those under way end, every loop ends its step, and only then are stores
and connections closed.
"""

import asyncio
import contextlib
import inspect
import signal
import socket
import sys
from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Protocol, TypeVar

import uvicorn

from sync_kit.bus import Bus, open_bus
from sync_kit.clock import Clock, SystemClock
from sync_kit.http import AsgiApp
from sync_kit.logs import configure_logging, describe_error, get_logger
from sync_kit.loops import Loop, run_loops
from sync_kit.memory import memory_for_pages
from sync_kit.settings import ServiceSettings
from sync_kit.store import Store

_log = get_logger(__name__)

_GRACE_SECONDS = 8
Settings_contra = TypeVar("Settings_contra", bound=ServiceSettings, contravariant=True)


@dataclass(frozen=True)
class ServiceRuntime:
    """What a service's `app.build` returns. `close` lets go of its store and its connections, not of the bus."""

    name: str
    app: AsgiApp
    loops: Sequence[Loop]
    store: Store
    close: Callable[[], Awaitable[None]]


class Build(Protocol[Settings_contra]):
    """A service's composition root."""

    def __call__(
        self, settings: Settings_contra, *, bus: Bus, clock: Clock
    ) -> ServiceRuntime | Awaitable[ServiceRuntime]:
        """Build everything; nothing runs yet."""
        ...


@dataclass(frozen=True)
class Listener:
    """Where a runtime's application is served. Port 0 takes a free one."""

    runtime: ServiceRuntime
    host: str
    port: int
    trusted_proxies: str = "127.0.0.1"


def run_service(name: str, settings: Settings_contra, build: Build[Settings_contra]) -> None:
    """Run one service until it is told to stop; for `__main__`. Exits with status 1 when it fails."""
    configure_logging(settings.log_level, service=name)
    try:
        asyncio.run(_run_one(settings, build))
    except Exception as error:  # noqa: BLE001 - told in the log and by the exit status
        _log.error("service_failed", exception=describe_error(error))
        sys.exit(1)


async def serve(
    listeners: Sequence[Listener],
    *,
    clock: Clock,
    stop: asyncio.Event,
    on_listening: Callable[[list[int]], None] | None = None,
) -> None:
    """Serve until `stop` is set or something fails, then close every runtime. `on_listening` gets the ports.

    Raises OSError when a port is taken, and whatever made a server or a loop fail.
    """
    try:
        with contextlib.ExitStack() as stack:
            stack.enter_context(memory_for_pages())
            sockets = [stack.enter_context(_bind(listener)) for listener in listeners]
            servers = [_build_server(listener) for listener in listeners]
            if on_listening is not None:
                on_listening([bound.getsockname()[1] for bound in sockets])
            work = [
                asyncio.create_task(server.serve(sockets=[bound]), name="server")
                for server, bound in zip(servers, sockets, strict=True)
            ]
            loops = [loop for listener in listeners for loop in listener.runtime.loops]
            if loops:
                work.append(asyncio.create_task(run_loops(loops, clock, stop), name="loops"))
            await _wait_for_end(work, servers, stop)
    finally:
        for listener in listeners:
            await listener.runtime.close()


@contextlib.contextmanager
def stop_on_signals(stop: asyncio.Event) -> Iterator[None]:
    """Set `stop` at SIGTERM or SIGINT."""
    loop = asyncio.get_running_loop()
    signals = (signal.SIGTERM, signal.SIGINT)
    for number in signals:
        loop.add_signal_handler(number, stop.set)
    try:
        yield
    finally:
        for number in signals:
            loop.remove_signal_handler(number)


async def _run_one(settings: Settings_contra, build: Build[Settings_contra]) -> None:
    clock = SystemClock()
    bus = open_bus(settings.bus_url, clock)
    try:
        built = build(settings, bus=bus, clock=clock)
        runtime = await built if inspect.isawaitable(built) else built
        stop = asyncio.Event()
        listener = Listener(runtime, settings.host, settings.port, settings.trusted_proxies)
        with stop_on_signals(stop):
            await serve([listener], clock=clock, stop=stop)
    finally:
        await bus.close()


async def _wait_for_end(work: list["asyncio.Task[Any]"], servers: list["_Server"], stop: asyncio.Event) -> None:
    stopping = asyncio.create_task(stop.wait())
    try:
        await asyncio.wait([*work, stopping], return_when=asyncio.FIRST_COMPLETED)
    finally:
        stop.set()
        stopping.cancel()
        for server in servers:
            server.should_exit = True
        results = await asyncio.gather(*work, return_exceptions=True)
    for result in results:
        if isinstance(result, BaseException):
            raise result


class _Server(uvicorn.Server):
    @contextlib.contextmanager
    def capture_signals(self) -> Iterator[None]:
        """Signals are for the whole process: `stop_on_signals` listens to them once for all servers."""
        yield


def _build_server(listener: Listener) -> _Server:
    config = uvicorn.Config(
        listener.runtime.app,
        lifespan="off",
        log_config=None,
        access_log=False,
        server_header=False,
        proxy_headers=True,
        forwarded_allow_ips=listener.trusted_proxies,
        timeout_graceful_shutdown=_GRACE_SECONDS,
    )
    return _Server(config)


def _bind(listener: Listener) -> socket.socket:
    family = socket.AF_INET6 if ":" in listener.host else socket.AF_INET
    return socket.create_server((listener.host, listener.port), family=family, backlog=512)
