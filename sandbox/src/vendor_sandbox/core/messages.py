"""A vendor call as the handlers see it, and what a vendor must offer to be mounted.

The order in which the parts are used is told at the top of `core/vendor_call.py`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from vendor_sandbox.core.ledger import CallKind, Vendor
from vendor_sandbox.core.wire import dump_json

JSON_TYPE = "application/json;charset=UTF-8"


@dataclass(slots=True)
class VendorRequest:
    """One request after the vendor's prefix was taken off the path.

    `path` is percent-decoded ("/eu/crm/v8/Invoices"); header names are lower-case; of a query name
    that comes twice the first wins (names lower-cased where the vendor folds them); `base_url` is
    scheme and host as the caller wrote them ("http://127.0.0.1:8900"). `org`, `client_id`, `user_id` and
    `path_parameters` are filled in by the mount.
    """

    method: str
    path: str
    query: dict[str, str]
    headers: dict[str, str]
    body: bytes
    at: datetime
    call_seq: int = 0
    base_url: str = "http://127.0.0.1"
    query_string: str = ""
    org: str | None = None
    client_id: str | None = None
    user_id: str | None = None
    path_parameters: dict[str, str] = field(default_factory=dict)


@dataclass(slots=True)
class VendorResponse:
    """A vendor's answer. `credits` and `refusal` only go into the ledger."""

    status: int
    body: bytes | None = None
    headers: dict[str, str] = field(default_factory=dict)
    credits: int = 0
    refusal: str | None = None


Handler = Callable[[VendorRequest], VendorResponse]


@dataclass(frozen=True, slots=True)
class Route:
    """What serves a path: the handler (bound to the vendor's state) and the kind of call."""

    kind: CallKind
    handler: Handler


class VendorMount(Protocol):
    """A vendor as the wrapper sees it. All methods are synchronous."""

    vendor: Vendor
    prefix: str
    folds_query_names: bool

    def find_route(self, request: VendorRequest) -> Route:
        """The route of a path and method; sets `request.path_parameters`. An unknown path gets a
        Route whose handler answers as the vendor does; nothing else may change here."""
        ...

    def admit(self, request: VendorRequest, route: Route) -> VendorResponse | None:
        """Authenticate, check scopes, count against the limits, take a concurrency slot.
        None lets the call go on; after a refusal no slot is held."""
        ...

    def release(self, request: VendorRequest) -> None:
        """Give back the slot; called once for each call that `admit` let in."""
        ...

    def stamp_headers(self, request: VendorRequest, response: VendorResponse) -> None:
        """Add the headers that every answer of this vendor carries (also refusals and faults)."""
        ...

    def build_error(self, request: VendorRequest, status: int) -> VendorResponse:
        """The vendor's typical error answer for an HTTP status (400, 413, 500, 502, 503 ...)."""
        ...

    def build_rate_limit(self, request: VendorRequest, problem: str) -> VendorResponse:
        """The vendor's 429 for "minute", "day", "concurrent" or "app"."""
        ...

    def revoke_presented_token(self, request: VendorRequest) -> VendorResponse:
        """Kill the access token in the Authorization header and answer the vendor's 401."""
        ...

    def write_half_then_400(self, request: VendorRequest, route: Route) -> VendorResponse:
        """Xero only: execute the first half of a batch as if it came alone, then answer a
        whole-request ValidationException that echoes the elements without ids."""
        ...

    def reset(self) -> None:
        """Forget everything, as if the sandbox had just been started."""
        ...


def answer_json(status: int, value: object, *, credits: int = 0) -> VendorResponse:  # noqa: A002
    """A JSON answer."""
    return VendorResponse(status, dump_json(value), {"content-type": JSON_TYPE}, credits)
