"""One service's replicas as one application: requests go to each in turn, and past those that do not answer."""

import asyncio
from collections.abc import Sequence
from typing import Any

from sync_kit.errors import AnswerLostError, NotSentError
from sync_kit.http import HttpClient, HttpRequest, HttpResponse
from sync_kit.problems import problem_response
from zoho2xero.front import Receive, Scope, Send

LOOK_SECONDS = 2.0
"""A replica that does not say within this time that it is ready is left out until it does."""
ANSWER_SECONDS = 60.0
MOST_BODY_BYTES = 1024 * 1024
"""As much as a service itself accepts."""

_SAFE_TO_REPEAT = frozenset({"GET", "HEAD"})
_ABOUT_ONE_CONNECTION = frozenset(
    {
        *("connection", "keep-alive", "proxy-authenticate", "proxy-authorization", "te", "trailer"),
        *("transfer-encoding", "upgrade", "content-length", "content-encoding", "accept-encoding"),
        "host",
    }
)
"""Headers that are not passed on: they are about a connection or its packing."""


class ReplicaProxy:
    """Passes requests on to the ready ones of `urls` in turn; an ASGI application."""

    def __init__(self, urls: Sequence[str], http: HttpClient) -> None:
        self._urls = list(urls)
        self._ready = list(urls)
        self._http = http
        self._turn = 0

    async def look(self) -> None:
        """Ask each replica whether it is ready, and leave out those that are not."""
        ready = await asyncio.gather(*(self._is_ready(url) for url in self._urls))
        self._ready = [url for url, is_ready in zip(self._urls, ready, strict=True) if is_ready]

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        try:
            body = await _read_body(receive) if _has_body(scope) else b""
        except ConnectionAbortedError:
            return  # half a request is nobody's
        if body is None:
            refusal = problem_response(
                413, "Content Too Large", f"the body is larger than {MOST_BODY_BYTES} bytes", headers=_CLOSE
            )
            await refusal(scope, receive, send)
            return
        answer = await self._ask_in_turn(scope, body)
        if isinstance(answer, str):
            await problem_response(502, "Bad gateway", answer)(scope, receive, send)
            return
        headers = [
            (name.encode("latin-1"), value.encode("latin-1"))
            for name, value in answer.headers.items()
            if name not in _ABOUT_ONE_CONNECTION
        ]
        if answer.status not in {204, 304} and scope["method"] != "HEAD":
            headers.append((b"content-length", str(len(answer.body)).encode()))
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": answer.body})

    async def _ask_in_turn(self, scope: Scope, body: bytes) -> HttpResponse | str:
        """The first answer that there is, else a sentence that says what is known of the request."""
        self._turn += 1
        # With none ready, one of them may still say why better than we could.
        candidates = self._ready or self._urls
        for step in range(len(candidates)):
            url = candidates[(self._turn + step) % len(candidates)]
            try:
                return await self._http.send(_pass_on(scope, url, body), timeout_seconds=ANSWER_SECONDS)
            except NotSentError:
                continue
            except AnswerLostError:
                if scope["method"] not in _SAFE_TO_REPEAT:
                    return "the answer was lost: whether the request was carried out is not known"
        return "no replica of this service answers"

    async def _is_ready(self, url: str) -> bool:
        try:
            answer = await self._http.send(HttpRequest("GET", f"{url}/readyz"), timeout_seconds=LOOK_SECONDS)
        except (NotSentError, AnswerLostError):
            return False
        return answer.status == 200


_CLOSE = {"connection": "close"}


def _has_body(scope: Scope) -> bool:
    return any(name.lower() in {b"content-length", b"transfer-encoding"} for name, _ in scope["headers"])


async def _read_body(receive: Receive) -> bytes | None:
    """The whole body; None when it is above the cap. Raises ConnectionAbortedError when the caller is gone."""
    body = bytearray()
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ConnectionAbortedError
        body += message.get("body", b"")
        if len(body) > MOST_BODY_BYTES:
            return None
        if not message.get("more_body", False):
            return bytes(body)


def _pass_on(scope: Scope, url: str, body: bytes) -> HttpRequest:
    headers = {
        name.decode("latin-1"): value.decode("latin-1")
        for name, value in scope["headers"]
        if name.decode("latin-1").lower() not in _ABOUT_ONE_CONNECTION
    }
    # What the front knows of the caller wins over what the caller says of itself.
    client: Any = scope.get("client")
    headers |= {"x-forwarded-for": client[0] if client else "127.0.0.1", "x-forwarded-proto": scope["scheme"]}
    headers["accept-encoding"] = "identity"
    path = scope["raw_path"].decode("latin-1").removeprefix(scope.get("root_path", ""))
    query = scope["query_string"].decode("latin-1")
    return HttpRequest(scope["method"], f"{url}{path}{'?' if query else ''}{query}", headers=headers, body=body or None)
