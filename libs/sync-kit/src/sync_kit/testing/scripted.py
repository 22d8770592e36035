"""The other end of a wire, answering what a test says: for clients of vendors and of auth."""

import inspect
from collections.abc import Awaitable, Callable, MutableMapping
from typing import Any

from sync_kit.contracts import codec
from sync_kit.http import HttpRequest, HttpResponse

Answer = HttpResponse | None
"""None cuts the connection after the request was taken."""

Script = Callable[[HttpRequest], Answer | Awaitable[Answer]]


def answer_json(value: object, status: int = 200, **headers: str) -> HttpResponse:
    """A JSON answer; a header's underscores become dashes."""
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    return HttpResponse(status, {"content-type": "application/json", **named}, codec.dumps(value))


class ScriptedServer:
    """An ASGI application for `asgi_transport`: asks `script` for each answer and keeps the requests.

    A request's `url` is path and query under http://scripted; header names are lower case.
    """

    def __init__(self, script: Script) -> None:
        self.script = script
        self.requests: list[HttpRequest] = []

    async def __call__(
        self,
        scope: MutableMapping[str, Any],
        receive: Callable[[], Awaitable[MutableMapping[str, Any]]],
        send: Callable[[MutableMapping[str, Any]], Awaitable[None]],
    ) -> None:
        request = _read_request(scope, (await receive()).get("body", b""))
        self.requests.append(request)
        outcome = self.script(request)
        answer = await outcome if inspect.isawaitable(outcome) else outcome
        if answer is None:
            return
        headers = [(name.encode(), value.encode()) for name, value in answer.headers.items()]
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})


def _read_request(scope: MutableMapping[str, Any], body: bytes) -> HttpRequest:
    headers = {name.decode().lower(): value.decode() for name, value in scope["headers"]}
    query = scope["query_string"].decode()
    url = f"http://scripted{scope['raw_path'].decode()}" + (f"?{query}" if query else "")
    return HttpRequest(scope["method"], url, headers=headers, body=body)
