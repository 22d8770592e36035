"""The one way out of the process by HTTP.

It promises to say honestly what became of a request: a whole answer, "nothing left" (NotSentError: safe to repeat) or
"unknown" (AnswerLostError: look before you repeat). It follows no redirect, keeps no cookie, reads no proxy or
certificate setting from the environment, repeats nothing by itself, and never reads more than its cap.
"""

import asyncio
from collections.abc import Callable

import httpx

from sync_kit.clock import Clock
from sync_kit.errors import AnswerLostError, NotSentError
from sync_kit.http.asgi import AsgiTransport
from sync_kit.http.decoding import read_body
from sync_kit.http.messages import HttpRequest, HttpResponse
from sync_kit.http.sending import SendingWatch

HttpTransport = httpx.AsyncBaseTransport

_NEVER_CONNECTED = (httpx.ConnectError, httpx.ConnectTimeout, httpx.PoolTimeout, httpx.UnsupportedProtocol)
_DEFAULT_MAX_BODY_BYTES = 16 * 1024 * 1024
# Below the 5 seconds after which common servers close an idle connection: a request written into a connection that is
# just being closed is a lost answer, and a lost answer to a write costs minutes of waiting.
_KEEPALIVE_SECONDS = 4.0


class HttpClient:
    """One pool of connections for a whole process. `transport` replaces the network in tests."""

    def __init__(
        self,
        *,
        clock: Clock,
        transport: HttpTransport | None = None,
        max_body_bytes: int = _DEFAULT_MAX_BODY_BYTES,
        max_connections: int = 200,
        user_agent: str = "sync-kit",
    ) -> None:
        limits = httpx.Limits(max_connections=max_connections, keepalive_expiry=_KEEPALIVE_SECONDS)
        self._clock = clock
        self._transport = transport or httpx.AsyncHTTPTransport(limits=limits, trust_env=False)
        # A foreign transport does not report when it writes, so its requests count as begun from the start.
        self._reports_sending = isinstance(self._transport, httpx.AsyncHTTPTransport | AsgiTransport)
        self._max_body_bytes = max_body_bytes
        self._user_agent = user_agent

    async def send(
        self,
        request: HttpRequest,
        *,
        timeout_seconds: float,
        max_bytes: int | None = None,
        before_send: Callable[[], None] | None = None,
        after_send: Callable[[], None] | None = None,
    ) -> HttpResponse:
        """Send once and return the whole answer, whatever its status.

        `timeout_seconds` is the time for everything together, connecting and the last byte included.
        `before_send` runs once, as the last act before the first byte is written; what it raises is raised here and
        nothing has left. `after_send` runs once when the request has left and its answer was not yet read.
        Raises NotSentError, AnswerLostError (also for an answer above `max_bytes`), BadAnswerError.
        """
        watch = SendingWatch(before_send, after_send)
        if not self._reports_sending:
            watch.begin()
        outgoing = self._build(request, timeout_seconds, watch)
        limit = asyncio.timeout(None)
        timer: asyncio.Task[None] | None = None
        try:
            async with limit:
                timer = asyncio.create_task(self._expire(limit, timeout_seconds))
                return await self._exchange(outgoing, max_bytes or self._max_body_bytes, watch)
        except TimeoutError as error:
            raise self._explain(watch, f"no whole answer within {timeout_seconds} seconds") from error
        except _NEVER_CONNECTED as error:
            raise NotSentError(f"no connection: {type(error).__name__}") from error
        except (httpx.HTTPError, OSError) as error:
            raise self._explain(watch, f"the connection failed: {type(error).__name__}") from error
        finally:
            if timer is not None:
                timer.cancel()

    async def close(self) -> None:
        """Close every connection."""
        await self._transport.aclose()

    async def _exchange(self, outgoing: httpx.Request, max_bytes: int, watch: SendingWatch) -> HttpResponse:
        response = await self._transport.handle_async_request(outgoing)
        try:
            watch.end()
            body = await read_body(
                response.aiter_raw(),
                encoding=response.headers.get("content-encoding", ""),
                max_bytes=max_bytes,
            )
        finally:
            await response.aclose()
        headers = {name.lower(): value for name, value in response.headers.items()}
        return HttpResponse(response.status_code, headers, body)

    def _build(self, request: HttpRequest, timeout_seconds: float, watch: SendingWatch) -> httpx.Request:
        url = httpx.URL(request.full_url)
        headers = {"user-agent": self._user_agent, "accept": "*/*", "accept-encoding": "gzip"}
        if request.form is not None:
            headers["content-type"] = "application/x-www-form-urlencoded"
        headers |= {name.lower(): value for name, value in request.headers.items()}
        extensions: dict[str, object] = {
            "timeout": httpx.Timeout(timeout_seconds).as_dict(),
            "trace": watch.trace,
        }
        if request.connect_to is not None:
            headers["host"] = url.netloc.decode("ascii")
            extensions["sni_hostname"] = url.host
            url = url.copy_with(host=request.connect_to)
        return httpx.Request(request.method, url, headers=headers, content=request.content, extensions=extensions)

    async def _expire(self, limit: asyncio.Timeout, seconds: float) -> None:
        # Through the injected clock, so that a test decides when a call times out.
        await self._clock.sleep(seconds)
        if not limit.expired():
            limit.reschedule(0)

    def _explain(self, watch: SendingWatch, message: str) -> NotSentError | AnswerLostError:
        return AnswerLostError(message) if watch.begun else NotSentError(message)
