"""The edge of every request: its id, its line in the log, its measurement, and the last net under errors.

It logs the route's template, never the path, the query or a body. An unexpected error becomes a 500 that tells its
request id and nothing else, a database that does not answer a 503. A body above the cap is a 413, by its announced
length or as soon as it grows too large; an address or headers out of all proportion are a 414 or 431, whatever the
server in front lets through.
"""

import re
import secrets
from collections.abc import MutableMapping, Sequence
from typing import Any, Final
from urllib.parse import parse_qsl

from starlette.exceptions import HTTPException
from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from sync_kit.clock import Clock
from sync_kit.errors import Fault
from sync_kit.logs import bind_context, describe_error, get_logger
from sync_kit.metrics import RequestMetrics
from sync_kit.problems import problem_response
from sync_kit.store.troubles import is_trouble_of_the_store

_log = get_logger(__name__)

MOST_TARGET_BYTES: Final = 8 * 1024
"""Of path and query together."""
MOST_HEADER_BYTES: Final = 16 * 1024
MOST_HEADERS: Final = 100

_ACCEPTED_ID = re.compile(r"[A-Za-z0-9._-]{8,64}")
_QUIET_ROUTES = frozenset({"/healthz", "/readyz", "/metrics"})
_TOO_LARGE = "the body is larger than {} bytes"


class RequestEdge:
    """Outermost middleware of a service's application."""

    def __init__(self, app: ASGIApp, *, metrics: RequestMetrics, clock: Clock) -> None:
        self._app = app
        self._metrics = metrics
        self._clock = clock

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        request_id = _choose_request_id(scope)
        scope.setdefault("state", {})["request_id"] = request_id
        started = self._clock.monotonic()
        status = 0
        told = False

        def tell_once() -> None:
            nonlocal told
            if not told:
                told = True
                self._tell(scope, status, self._clock.monotonic() - started)

        async def send_marked(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = message["status"]
                _add_headers(message, request_id)
            elif not message.get("more_body", False):
                tell_once()  # before the caller can know that the answer is whole
            await send(message)

        with bind_context(request_id=request_id):
            try:
                await self._app(scope, receive, send_marked)
            except Exception as error:
                route = find_route_template(scope)
                _log.error("request_failed", method=_known_method(scope), route=route, exception=describe_error(error))
                if status:
                    raise  # half an answer is out: only a cut connection can say that it is not whole
                await _say_what_failed(error, request_id)(scope, receive, send_marked)
            finally:
                tell_once()

    def _tell(self, scope: Scope, status: int, seconds: float) -> None:
        route = find_route_template(scope)
        self._metrics.observe(method=_known_method(scope), route=route, status=status, seconds=seconds)
        tell = _log.debug if route in _QUIET_ROUTES else _log.info
        tell("request_served", method=_known_method(scope), route=route, status=status, ms=round(seconds * 1000, 1))


class HeadCap:
    """Refuses addresses and headers that no caller of ours needs, and that a database may choke on."""

    def __init__(self, app: ASGIApp) -> None:
        self._app = app

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        refusal = _find_head_fault(scope) if scope["type"] == "http" else None
        if refusal is None:
            await self._app(scope, receive, send)
            return
        status, title, detail, faults = refusal
        response = problem_response(
            status,
            title,
            detail,
            faults=faults,
            request_id=scope.get("state", {}).get("request_id"),
            headers={"connection": "close"},
        )
        await response(scope, receive, send)


class BodyCap:
    """Refuses bodies above `max_bytes`."""

    def __init__(self, app: ASGIApp, *, max_bytes: int) -> None:
        self._app = app
        self._max_bytes = max_bytes

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self._app(scope, receive, send)
            return
        announced = _read_length(scope)
        if announced is not None and announced > self._max_bytes:
            response = problem_response(
                413,
                "Content Too Large",
                _TOO_LARGE.format(self._max_bytes),
                request_id=scope.get("state", {}).get("request_id"),
                headers={"connection": "close"},
            )
            await response(scope, receive, send)
            return
        received = 0

        async def receive_counted() -> Message:
            nonlocal received
            message = await receive()
            received += len(message.get("body", b""))
            if received > self._max_bytes:
                raise HTTPException(413, _TOO_LARGE.format(self._max_bytes), headers={"connection": "close"})
            return message

        await self._app(scope, receive_counted, send)


def find_route_template(scope: MutableMapping[str, Any]) -> str:
    """Such as /v1/syncs/{run_id}; "unmatched" for a path that no route serves."""
    # FastAPI keeps the whole template of an included router's route apart from the route, whose own path lacks the
    # router's prefix.
    included = getattr(scope.get("fastapi", {}).get("effective_route_context"), "path_format", None)
    template = included or getattr(scope.get("route"), "path", None)
    return template if isinstance(template, str) else "unmatched"


def _say_what_failed(error: Exception, request_id: str) -> Response:
    if is_trouble_of_the_store(error):
        return problem_response(
            503,
            "Try again later",
            "the database does not answer now",
            code="try_later",
            headers={"retry-after": "2"},
            request_id=request_id,
        )
    return problem_response(500, "Internal error", "something went wrong on our side", request_id=request_id)


def _find_head_fault(scope: Scope) -> tuple[int, str, str, Sequence[Fault]] | None:
    path = scope.get("raw_path") or scope["path"].encode()
    if len(path) + len(scope.get("query_string", b"")) > MOST_TARGET_BYTES:
        return 414, "URI Too Long", f"path and query have more than {MOST_TARGET_BYTES} bytes", ()
    # PostgreSQL takes a null byte in no text, and nothing of ours has one in its name.
    if "\x00" in scope["path"]:
        return 404, "Not Found", "nothing here has a null byte in its name", ()
    null_bytes = _find_null_bytes(scope)
    if null_bytes:
        return 422, "Unprocessable Content", "no parameter may hold a null byte", null_bytes
    headers = scope["headers"]
    if len(headers) > MOST_HEADERS or sum(len(name) + len(value) for name, value in headers) > MOST_HEADER_BYTES:
        detail = f"there are more than {MOST_HEADERS} headers, or more than {MOST_HEADER_BYTES} bytes of them"
        return 431, "Request Header Fields Too Large", detail, ()
    return None


def _find_null_bytes(scope: Scope) -> list[Fault]:
    given = parse_qsl(scope.get("query_string", b"").decode("latin-1"), keep_blank_values=True)
    return [Fault(f"query.{name}", "holds a null byte") for name, value in given if "\x00" in value]


def _choose_request_id(scope: Scope) -> str:
    for name, value in scope["headers"]:
        if name == b"x-request-id":
            given = value.decode("latin-1")
            if _ACCEPTED_ID.fullmatch(given):
                return str(given)
    return secrets.token_hex(12)


def _add_headers(message: Message, request_id: str) -> None:
    headers = list(message.get("headers", ()))
    present = {name.lower() for name, _ in headers}
    headers.append((b"x-request-id", request_id.encode("ascii")))
    for name, value in ((b"x-content-type-options", b"nosniff"), (b"cache-control", b"no-store")):
        if name not in present:
            headers.append((name, value))
    message["headers"] = headers


def _read_length(scope: Scope) -> int | None:
    for name, value in scope["headers"]:
        if name == b"content-length" and value.isdigit():
            return int(value)
    return None


def _known_method(scope: Scope) -> str:
    method = str(scope["method"])
    return method if method in {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"} else "other"
