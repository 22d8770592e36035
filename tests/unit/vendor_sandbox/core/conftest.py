"""A core with a frozen clock, and a vendor so small that a test can see all of it."""

import asyncio
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

import pytest

from vendor_sandbox.core.clock import VirtualClock
from vendor_sandbox.core.dispatch import create_asgi_app
from vendor_sandbox.core.ledger import Vendor
from vendor_sandbox.core.messages import Route, VendorRequest, VendorResponse, answer_json
from vendor_sandbox.core.minting import Mint
from vendor_sandbox.core.state import SandboxCore
from vendor_sandbox.core.switches import Switches

START = datetime(2026, 11, 2, 9, 30, tzinfo=UTC)


class TinyVendor:
    """Keeps the bodies it was sent. A token "bad" is refused."""

    vendor: Vendor = "xero"
    prefix = "/xero"
    folds_query_names = True

    def __init__(self) -> None:
        self.written: list[tuple[str, datetime]] = []
        self.queries: list[dict[str, str]] = []
        self.open_slots = 0
        self.revoked: list[str] = []

    def find_route(self, request: VendorRequest) -> Route:
        return Route("oauth" if request.path.startswith("/connect") else "api", self.write)

    def write(self, request: VendorRequest) -> VendorResponse:
        self.written.append((request.body.decode(), request.at))
        self.queries.append(request.query)
        return answer_json(201, {"kept": {"count": len(self.written)}}, credits=3)

    def admit(self, request: VendorRequest, route: Route) -> VendorResponse | None:
        request.org = "org-1"
        if request.headers.get("authorization") == "Bearer bad":
            return answer_json(401, {"error": "bad token"})
        self.open_slots += 1
        return None

    def release(self, request: VendorRequest) -> None:
        self.open_slots -= 1

    def stamp_headers(self, request: VendorRequest, response: VendorResponse) -> None:
        response.headers["x-stamp"] = "1"

    def build_error(self, request: VendorRequest, status: int) -> VendorResponse:
        return answer_json(status, {"error": status})

    def build_rate_limit(self, request: VendorRequest, problem: str) -> VendorResponse:
        return VendorResponse(429, b"", {"x-rate-limit-problem": problem})

    def revoke_presented_token(self, request: VendorRequest) -> VendorResponse:
        self.revoked.append(request.headers["authorization"])
        return answer_json(401, {"error": "revoked"})

    def write_half_then_400(self, request: VendorRequest, route: Route) -> VendorResponse:
        self.written.append((request.body.decode()[: len(request.body) // 2], request.at))
        return answer_json(400, {"ErrorNumber": 10})

    def reset(self) -> None:
        self.written.clear()


@dataclass
class Reply:
    """What the client side of an ASGI call saw."""

    status: int = 0
    headers: dict[str, str] = field(default_factory=dict)
    body: bytes = b""
    is_finished: bool = False


@dataclass
class Bench:
    """A core, its tiny vendor and a way to call it."""

    core: SandboxCore
    vendor: TinyVendor
    app: Callable[..., Awaitable[None]]

    async def send(
        self,
        body: bytes = b"{}",
        *,
        method: str = "POST",
        path: str = "/xero/things",
        query: bytes = b"",
        headers: dict[str, str] | None = None,
        hang_up_after: int | None = None,
    ) -> Reply:
        """One call. The client hangs up once it has `hang_up_after` bytes."""
        reply = Reply()
        sent = False

        has_enough = asyncio.Event()

        async def receive() -> MutableMapping[str, Any]:
            nonlocal sent
            if sent:
                await has_enough.wait()
                return {"type": "http.disconnect"}
            sent = True
            return {"type": "http.request", "body": body, "more_body": False}

        async def send(message: MutableMapping[str, Any]) -> None:
            if message["type"] == "http.response.start":
                reply.status = message["status"]
                reply.headers = {name.decode(): value.decode() for name, value in message["headers"]}
            else:
                reply.body += message.get("body", b"")
                reply.is_finished = not message.get("more_body", False)
                if hang_up_after is not None and len(reply.body) >= hang_up_after:
                    has_enough.set()

        scope = {
            "type": "http",
            "method": method,
            "path": path,
            "query_string": query,
            "scheme": "http",
            "headers": [(b"host", b"127.0.0.1:8900")]
            + [(name.encode(), value.encode()) for name, value in (headers or {}).items()],
        }
        await self.app(scope, receive, send)
        return reply


@pytest.fixture
def bench() -> Bench:
    core = SandboxCore(VirtualClock(START), Switches(), Mint("test"))
    vendor = TinyVendor()

    async def refuse(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 404, "headers": []})
        await send({"type": "http.response.body", "body": b"ours"})

    return Bench(core, vendor, create_asgi_app(core, [vendor], refuse))
