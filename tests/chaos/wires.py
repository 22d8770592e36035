"""The wires of a process: to the vendors, and to the other services. What travels outlives its sender."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import httpx
from tests.chaos.moments import ANSWERED, ASKING, ON_THE_WIRE, SERVED, Crash, reach, reach_on_the_wire
from tests.fixtures.world import API, VENDORS

from sync_kit.http import AsgiApp
from sync_kit.http.asgi import AsgiTransport
from zoho2xero.front import find_owner

if TYPE_CHECKING:
    from tests.chaos.house import House
    from tests.chaos.process import Process

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]


class Wires(AsgiTransport):
    """Everything that a process, or (without one) a person, may call over HTTP."""

    def __init__(self, house: "House", process: "Process | None") -> None:
        vendors: AsgiApp = house.sandbox.app if process is None else _watch_vendors(house.sandbox.app, process)
        super().__init__({API: _reach_services(house), VENDORS: vendors})
        self._house = house
        self._process = process

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        if request.url.netloc.decode() == urlsplit(API).netloc and not self._house.is_up(_owner(request.url.path)):
            raise httpx.ConnectError("nobody listens: the service is down")
        if self._process is None:
            return await super().handle_async_request(request)
        await reach(self._process, ASKING)
        response = await super().handle_async_request(request)
        try:
            await reach(self._process, ANSWERED)
        except BaseException:
            await response.aclose()  # the dead read nothing: who answers is not to wait for them
            raise
        return response


def _owner(path: str) -> str:
    return find_owner(path) or "auth"


def _watch_vendors(app: AsgiApp, process: "Process") -> AsgiApp:
    """The sandbox behind a wire on which a request, and its answer, may be held up."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        await reach_on_the_wire(process, ON_THE_WIRE)
        answered = False

        async def send_back(message: MutableMapping[str, Any]) -> None:
            nonlocal answered
            if not answered:
                answered = True
                await reach_on_the_wire(process, SERVED)
            await send(message)

        try:
            await app(scope, receive, send_back)
        except OSError:
            return  # who asked has gone

    return serve


def _reach_services(house: "House") -> AsgiApp:
    """The front of the house: a process of the service that owns the path answers, as long as it lives."""

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        process = house.find_process(_owner(scope["path"]))
        if process is None:
            return

        async def answer() -> int:
            await process.stand_still()
            process.ensure_alive()
            await process.runtime.app(scope, receive, send)
            return 1

        task = process.run(answer())
        await asyncio.wait({task})
        failure = None if task.cancelled() else task.exception()
        if failure is not None and not isinstance(failure, Crash | OSError):
            raise failure

    return serve
