"""One port for four services: each path prefix belongs to one of them, as behind an ingress."""

import html
from collections.abc import Awaitable, Callable, Mapping, MutableMapping
from typing import Any

from sync_kit.contracts import codec

Scope = MutableMapping[str, Any]
Receive = Callable[[], Awaitable[MutableMapping[str, Any]]]
Send = Callable[[MutableMapping[str, Any]], Awaitable[None]]
AsgiApp = Callable[[Scope, Receive, Send], Awaitable[None]]

PREFIXES: Mapping[str, str] = {
    "/v1/partners": "auth",
    "/v1/oauth": "auth",
    "/.well-known": "auth",
    "/v1/tenants": "auth",
    "/v1/connections": "auth",
    "/connect": "auth",
    "/internal": "auth",
    "/v1/zoho": "zoho-reader",
    "/v1/mappings": "xero-writer",
    "/v1/links": "xero-writer",
    "/v1/xero": "xero-writer",
    "/v1/syncs": "scheduler",
    "/v1/readiness": "scheduler",
    "/v1/log": "scheduler",
    "/v1/reasons": "scheduler",
    "/v1/settings": "scheduler",
}


class Front:
    """Hand each request to the service that owns its path. `/services/{name}/...` reaches a service's own pages:
    its API documentation, health and metrics."""

    def __init__(self, services: Mapping[str, AsgiApp]) -> None:
        self._services = services

    def replace(self, services: Mapping[str, AsgiApp]) -> None:
        """Put other services behind the same port."""
        self._services = services

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            return
        path: str = scope["path"]
        owner = find_owner(path)
        if owner is not None:
            await self._services[owner](scope, receive, send)
            return
        name, inner = _own_page(path)
        if name in self._services:
            root = f"{scope.get('root_path', '')}/services/{name}"
            await self._services[name]({**scope, "path": root + inner, "root_path": root}, receive, send)
        elif path == "/":
            await _answer(send, 200, "text/html; charset=utf-8", self._index().encode())
        elif path == "/healthz":
            await _answer(send, 200, "application/json", b'{"status":"ok"}')
        elif path == "/readyz":
            ready = {name: await _ask_status(app, scope, receive) == 200 for name, app in self._services.items()}
            await _answer(send, 200 if all(ready.values()) else 503, "application/json", codec.dumps({"ready": ready}))
        else:
            problem = b'{"type":"about:blank","title":"Not found","status":404,"detail":"No service owns this path."}'
            await _answer(send, 404, "application/problem+json", problem)

    def _index(self) -> str:
        rows = "".join(
            f'<li><b>{html.escape(name)}</b>: <a href="/services/{name}/openapi.json">API description</a>, '
            f'<a href="/services/{name}/readyz">readiness</a>, <a href="/services/{name}/metrics">metrics</a></li>'
            for name in self._services
        )
        return f"<!doctype html><title>zoho2xero</title><h1>zoho2xero</h1><ul>{rows}</ul>"


def find_owner(path: str) -> str | None:
    """The service that a path belongs to, by its longest prefix of whole segments."""
    for prefix in sorted(PREFIXES, key=len, reverse=True):
        if path == prefix or path.startswith(prefix + "/"):
            return PREFIXES[prefix]
    return None


def _own_page(path: str) -> tuple[str, str]:
    parts = path.split("/", 3)
    if len(parts) == 4 and parts[1] == "services":
        return parts[2], "/" + parts[3]
    return "", ""


async def _ask_status(app: AsgiApp, scope: Scope, receive: Receive) -> int:
    """The status of a service's own readiness page."""
    statuses: list[int] = []

    async def listen(message: MutableMapping[str, Any]) -> None:
        if message["type"] == "http.response.start":
            statuses.append(message["status"])

    await app({**scope, "method": "GET", "path": "/readyz", "raw_path": b"/readyz"}, receive, listen)
    return statuses[0] if statuses else 503


async def _answer(send: Send, status: int, content_type: str, body: bytes) -> None:
    headers = [(b"content-type", content_type.encode()), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
