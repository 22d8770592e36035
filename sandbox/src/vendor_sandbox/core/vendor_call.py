"""The one wrapper around every vendor call, and the shape of a vendor that it wraps.

How a vendor is mounted
-----------------------
A vendor is one object that satisfies the protocol `VendorMount` of `core/messages.py`; `xero/routes.py` has
`xero_handlers(core: SandboxCore) -> XeroMount`, `zoho/routes.py` has
`zoho_handlers(core: SandboxCore) -> ZohoMount`. `app.py` puts every path that begins with
`mount.prefix` ("/zoho", "/xero") through `serve_vendor_call`; a vendor never sees ASGI.
Control routes of a vendor: `<vendor>/control.py` has
`control_routes(mount) -> list[starlette.routing.BaseRoute]`, with paths relative to
`/_control/<vendor>`; they raise `core.control_errors.ControlRefusedError` to refuse.

The order of one call
---------------------
1. body read (above 10 MB: `build_error(request, 413)`), late commits that are due are executed
2. `find_route` (pure look-up, no check of rights; an unknown path is a Route that answers 404)
3. the ledger opens the call: `request.call_seq`
4. faults that strike before anything happens
5. `admit`: authentication, scopes, rate limits. It sets `request.org` and `request.client_id`, counts
   the call against the limits and takes a concurrency slot; None = go on, else the refusal
6. `route.handler(request)`, synchronous
7. `stamp_headers` (headers that every answer carries)
8. faults that strike after the deed; latency; answer sent; `release` gives back the slot

Handlers use `request.at` as "now" (a late commit runs with its due time), write documents through
`core.ledger.record_version(..., call_seq=request.call_seq, at=request.at)` and return a `VendorResponse`.
`VendorResponse.credits` and `.refusal` go into the ledger: credits are Zoho's, refusal is a short
reason when a limit said no ("minute", "day", "concurrent", "app", "credits").
An exception that leaves a handler is a bug of the sandbox and is not turned into a vendor answer.
"""

from __future__ import annotations

import asyncio
from email.utils import format_datetime
from urllib.parse import parse_qsl

from starlette.requests import ClientDisconnect
from starlette.types import Receive, Scope, Send

from vendor_sandbox.core.call_faults import execute_with_faults
from vendor_sandbox.core.messages import Handler, Route, VendorMount, VendorRequest, VendorResponse
from vendor_sandbox.core.redaction import pick_headers, redact_text
from vendor_sandbox.core.sending import Answer, send_answer
from vendor_sandbox.core.state import SandboxCore

__all__ = [
    "BODY_CAP",
    "Handler",
    "Route",
    "VendorMount",
    "VendorRequest",
    "VendorResponse",
    "execute_call",
    "serve_vendor_call",
]

BODY_CAP = 10 * 1024 * 1024


async def serve_vendor_call(core: SandboxCore, mount: VendorMount, scope: Scope, receive: Receive, send: Send) -> None:
    """Serve one ASGI request whose path begins with the mount's prefix."""
    try:
        body = await _read_body(receive)
    except ClientDisconnect:
        return
    request = build_request(core, mount, scope, body)
    answer = execute_call(core, mount, request)
    # RFC 9110: an origin server with a clock says its time; here it is the virtual one.
    answer.response.headers.setdefault("date", format_datetime(request.at, usegmt=True))
    try:
        delay_seconds = answer.delay_seconds + core.switches.latency_ms / 1000
        if delay_seconds:
            await asyncio.sleep(delay_seconds)
        await send_answer(answer, receive, send)
    finally:
        if answer.admitted:
            mount.release(request)


def execute_call(core: SandboxCore, mount: VendorMount, request: VendorRequest) -> Answer:
    """Everything about a call but the sending. The caller gives back the slot if `answer.admitted`."""
    core.late_commits.run_due(request.at)
    route = mount.find_route(request)
    is_oauth = route.kind == "oauth"
    text = request.body.decode(errors="replace")
    call = core.ledger.record_call(
        at=request.at,
        vendor=mount.vendor,
        kind=route.kind,
        method=request.method,
        path=request.path,
        query=redact_text(request.query_string) if is_oauth else request.query_string,
        headers=pick_headers(request.headers),
        request_body=redact_text(text) if is_oauth else text,
    )
    request.call_seq = call.seq
    if len(request.body) > BODY_CAP:
        response = mount.build_error(request, 413)
        call.status = response.status
        return Answer(response)
    return execute_with_faults(core, mount, request, route, call)


def build_request(core: SandboxCore, mount: VendorMount, scope: Scope, body: bytes) -> VendorRequest:
    """Translate an ASGI scope."""
    headers = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in scope["headers"]}
    query_string = scope["query_string"].decode("latin-1")
    query: dict[str, str] = {}
    if query_string:
        for name, value in parse_qsl(query_string, keep_blank_values=True):
            query.setdefault(name.lower() if mount.folds_query_names else name, value)
    path: str = scope["path"]
    return VendorRequest(
        method=scope["method"],
        path=path[len(mount.prefix) :],
        query=query,
        headers=headers,
        body=body,
        at=core.clock.now(),
        base_url=f"{scope.get('scheme', 'http')}://{headers.get('host', '127.0.0.1')}",
        query_string=query_string,
    )


async def _read_body(receive: Receive) -> bytes:
    """Read up to just above the cap; what comes after is drained and dropped."""
    chunks: list[bytes] = []
    size = 0
    while True:
        message = await receive()
        if message["type"] == "http.disconnect":
            raise ClientDisconnect
        chunk: bytes = message.get("body", b"")
        if size <= BODY_CAP:
            chunks.append(chunk)
            size += len(chunk)
        if not message.get("more_body", False):
            return b"".join(chunks)
