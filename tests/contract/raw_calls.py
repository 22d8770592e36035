"""Requests as bytes, handed to an application as a server would: nothing on the way tidies or refuses them."""

from collections.abc import Mapping, MutableMapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import unquote

from sync_kit.contracts import codec
from sync_kit.http import AsgiApp


@dataclass(frozen=True)
class RawRequest:
    """`target` is the path with its query, percent-encoded. Several `chunks` are a body of unknown length."""

    method: str
    target: str
    headers: Mapping[str, str]
    chunks: Sequence[bytes] = (b"",)


@dataclass(frozen=True)
class RawAnswer:
    """What came back."""

    status: int
    headers: Mapping[str, str]
    body: bytes

    @property
    def is_problem(self) -> bool:
        """A refusal as RFC 9457 wants it, about this very status."""
        if not self.headers.get("content-type", "").startswith("application/problem+json"):
            return False
        content = codec.loads(self.body)
        return bool(content["status"] == self.status and content["title"] and content["detail"])

    @property
    def json(self) -> Any:
        """The body."""
        return codec.loads(self.body)

    @property
    def faults(self) -> set[str]:
        """Where the faults are, by the problem's own list."""
        return {fault["where"] for fault in self.json.get("faults", ())}


def json_call(
    method: str, target: str, token: str | None, body: object = None, headers: Mapping[str, str] | None = None
) -> RawRequest:
    """A call as a well-behaved client makes it; a body of bytes is sent as it is."""
    sent = {"content-type": "application/json"} if body is not None else {}
    if token is not None:
        sent["authorization"] = f"Bearer {token}"
    raw = body if isinstance(body, bytes) else b"" if body is None else codec.dumps(body)
    return RawRequest(method, target, {**sent, **(headers or {})}, (raw,))


async def send_raw(app: AsgiApp, request: RawRequest, *, address: str = "127.0.0.1") -> RawAnswer:
    """One exchange with a caller at `address`. An exception of the application passes through: a server would cut the
    connection."""
    path, _, query = request.target.partition("?")
    headers = [(name.lower().encode("latin-1"), text.encode("latin-1")) for name, text in request.headers.items()]
    if len(request.chunks) == 1 and "content-length" not in {name.lower() for name in request.headers}:
        headers.append((b"content-length", str(len(request.chunks[0])).encode()))
    scope = {
        "type": "http",
        "asgi": {"version": "3.0", "spec_version": "2.4"},
        "http_version": "1.1",
        "method": request.method,
        "scheme": "http",
        "path": _decode(path),
        "raw_path": path.encode("ascii"),
        "query_string": query.encode("ascii"),
        "root_path": "",
        "headers": headers,
        "client": (address, 50000),
        "server": ("127.0.0.1", 8700),
    }
    waiting = list(request.chunks)
    sent: list[MutableMapping[str, Any]] = []

    async def receive() -> MutableMapping[str, Any]:
        if not waiting:
            return {"type": "http.disconnect"}
        chunk = waiting.pop(0)
        return {"type": "http.request", "body": chunk, "more_body": bool(waiting)}

    async def send(message: MutableMapping[str, Any]) -> None:
        sent.append(message)

    await app(scope, receive, send)
    start, *parts = sent
    found = {name.decode("latin-1").lower(): text.decode("latin-1") for name, text in start.get("headers", ())}
    return RawAnswer(start["status"], found, b"".join(part.get("body", b"") for part in parts))


def _decode(path: str) -> str:
    """As uvicorn does."""

    return unquote(path)
