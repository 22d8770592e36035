"""Call ASGI applications in this process as if they were at the other end of a wire.

Unlike the transport that ships with the HTTP library it streams: a body arrives chunk by chunk, an application
that stops in the middle is a cut connection, and one that goes on after the caller gave up keeps running, as a real
server would (so a late commit can be tested).
"""

import asyncio
import contextvars
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, MutableMapping
from typing import Any
from urllib.parse import urlsplit

import httpx

from sync_kit.http.sending import ANSWER_AWAITED, WRITE_STARTED

Message = MutableMapping[str, Any]
AsgiApp = Callable[
    [MutableMapping[str, Any], Callable[[], Awaitable[Message]], Callable[[Message], Awaitable[None]]],
    Awaitable[None],
]

_END = None


def asgi_transport(routes: Mapping[str, AsgiApp]) -> "AsgiTransport":
    """A transport that reaches `routes`: host, host:port or base url -> application."""
    return AsgiTransport(routes)


class AsgiTransport(httpx.AsyncBaseTransport):
    """Dispatches by host. A host that is not routed cannot be connected to."""

    def __init__(self, routes: Mapping[str, AsgiApp]) -> None:
        self._routes = {urlsplit(key).netloc if "://" in key else key: app for key, app in routes.items()}
        self._running: set[asyncio.Task[None]] = set()

    async def handle_async_request(self, request: httpx.Request) -> httpx.Response:
        app = self._find_app(request)
        trace = request.extensions.get("trace")
        if trace is not None:
            await trace(WRITE_STARTED, {})
        exchange = _Exchange(await request.aread())
        # A context of its own: what the caller bound for its logs does not cross a wire.
        task = asyncio.create_task(exchange.run(app, _build_scope(request)), context=contextvars.Context())
        self._running.add(task)
        task.add_done_callback(self._running.discard)
        try:
            start = await exchange.next_message()
            if trace is not None:
                await trace(ANSWER_AWAITED, {})
        except BaseException:
            exchange.disconnect()
            raise
        if start is _END or start["type"] != "http.response.start":
            raise httpx.RemoteProtocolError("the application ended without an answer") from exchange.failure
        has_body = request.method != "HEAD" and start["status"] not in {204, 304}
        body = _Body(exchange, _find_length(start) if has_body else None)
        return httpx.Response(start["status"], headers=list(start.get("headers", ())), stream=body)

    async def aclose(self) -> None:
        """End applications that still run after their caller gave up."""
        running = list(self._running)
        for task in running:
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)

    def _find_app(self, request: httpx.Request) -> AsgiApp:
        for key in (request.headers.get("host", ""), request.url.netloc.decode("ascii"), request.url.host):
            if key in self._routes:
                return self._routes[key]
        raise httpx.ConnectError(f"nothing listens at {request.url.host}")


class _Exchange:
    """One request and the application's side of its connection."""

    def __init__(self, body: bytes) -> None:
        self.failure: BaseException | None = None
        self._body: bytes | None = body
        self._gone = asyncio.Event()
        # One message at a time: the application waits for its reader, so an endless body does not fill memory.
        self._messages: asyncio.Queue[Message | None] = asyncio.Queue(maxsize=1)

    async def run(self, app: AsgiApp, scope: MutableMapping[str, Any]) -> None:
        try:
            await app(scope, self._receive, self._send)
        except Exception as error:  # noqa: BLE001 - a server turns it into a cut connection, and so does this one
            self.failure = error
        finally:
            if not self._gone.is_set():
                await self._put(_END)

    async def next_message(self) -> Message | None:
        return await self._messages.get()

    def disconnect(self) -> None:
        self._gone.set()
        while not self._messages.empty():
            self._messages.get_nowait()

    async def _receive(self) -> Message:
        if self._body is not None:
            body, self._body = self._body, None
            return {"type": "http.request", "body": body, "more_body": False}
        await self._gone.wait()
        return {"type": "http.disconnect"}

    async def _send(self, message: Message) -> None:
        if self._gone.is_set():
            raise OSError("the caller has gone")  # ASGI 2.4: sending to a closed connection
        await self._put(message)

    async def _put(self, message: Message | None) -> None:
        if not self._messages.full():
            self._messages.put_nowait(message)
            return
        put = asyncio.ensure_future(self._messages.put(message))
        gone = asyncio.ensure_future(self._gone.wait())
        try:
            await asyncio.wait({put, gone}, return_when=asyncio.FIRST_COMPLETED)
        finally:
            put.cancel()
            gone.cancel()


class _Body(httpx.AsyncByteStream):
    """The answer's body; raises like a cut connection when the application stops before its end."""

    def __init__(self, exchange: _Exchange, announced: int | None) -> None:
        self._exchange = exchange
        self._announced = announced

    async def __aiter__(self) -> AsyncIterator[bytes]:
        received = 0
        while True:
            message = await self._exchange.next_message()
            if message is _END:
                raise httpx.RemoteProtocolError("the answer was cut") from self._exchange.failure
            chunk = bytes(message.get("body", b""))
            received += len(chunk)
            if chunk:
                yield chunk
            if not message.get("more_body", False):
                break
        if self._announced is not None and received != self._announced:
            raise httpx.RemoteProtocolError("the answer's length is not what was announced")

    async def aclose(self) -> None:
        self._exchange.disconnect()


def _find_length(start: Message) -> int | None:
    lengths = [value for name, value in start.get("headers", ()) if name.lower() == b"content-length"]
    return int(lengths[0]) if lengths else None


def _build_scope(request: httpx.Request) -> dict[str, Any]:
    return {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": request.url.scheme,
        "path": request.url.path,
        "raw_path": request.url.raw_path.split(b"?")[0],
        "query_string": request.url.query,
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.headers.raw],
        "client": ("127.0.0.1", 50000),
        "server": (request.url.host, request.url.port or (443 if request.url.scheme == "https" else 80)),
    }
