"""What stands before the API: authentication, the organisation, scopes, limits, and its refusals.

Four refusals have four remedies, so their bodies are exact: 401 TokenExpired (refresh), 401 with
`WWW-Authenticate: insufficient_scope` (consent again), 403 (organisation gone), 429 (wait).
"""

from __future__ import annotations

from typing import Any

from vendor_sandbox.core.messages import VendorRequest, VendorResponse
from vendor_sandbox.xero.idempotency import KeyRefusal
from vendor_sandbox.xero.organisation import Organisation
from vendor_sandbox.xero.refusals import RESOURCE_MISSING
from vendor_sandbox.xero.scopes import allows
from vendor_sandbox.xero.state import XeroState
from vendor_sandbox.xero.tokens import AccessToken
from vendor_sandbox.xero.wire_format import render_problem, render_refusal, render_text, wants_json

UNAUTHENTICATED = "AuthenticationUnsuccessful"
SERVER_TROUBLE = (
    "An error occurred in Xero. Check the API Status page http://status.developer.xero.com for current service status."
)
_TITLES = {401: "Unauthorized", 403: "Forbidden", 500: "An error occurred", 413: "Request Entity Too Large"}


def read_token(state: XeroState, request: VendorRequest) -> AccessToken | VendorResponse:
    """The live access token of a request, or the 401."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    token = state.tokens.find_access(value.strip()) if scheme.lower() == "bearer" else None
    if token is None or token.is_revoked:
        return refuse_as_problem(state, request, 401, UNAUTHENTICATED)
    if request.at >= token.expires_at:
        at = token.expires_at.strftime("%m/%d/%Y %H:%M:%S")
        return refuse_as_problem(state, request, 401, f"TokenExpired: token expired at {at}")
    return token


def admit_api_call(state: XeroState, request: VendorRequest, resource: str) -> VendorResponse | None:
    """Check and count a call; None lets it in. Sets `request.org` and `request.client_id`."""
    token = read_token(state, request)
    if isinstance(token, VendorResponse):
        return token
    grant = token.grant
    request.client_id = grant.client_id
    tenant_id = request.headers.get("xero-tenant-id", "").strip().lower()
    organisation = state.organisations.get(tenant_id)
    connection = state.connections.find_connection(grant.client_id, grant.user_id, tenant_id)
    if organisation is None or connection is None:
        return refuse_as_problem(state, request, 403, UNAUTHENTICATED)
    if not allows(token.scopes, resource, request.method, state.core.switches):
        refusal = refuse_as_problem(state, request, 401, "AuthorizationUnsuccessful")
        refusal.headers["WWW-Authenticate"] = "insufficient_scope"
        return refusal
    request.org = tenant_id
    request.user_id = grant.user_id
    switches = state.core.switches
    day_limit = find_day_limit(state, organisation)
    breach = state.limits.take(request.call_seq, grant.client_id, tenant_id, request.at, switches, day_limit)
    if breach is not None:
        return build_rate_limit(request, breach.problem, breach.retry_after_seconds)
    if organisation.is_offline:
        state.limits.release(request.call_seq)
        return render_text(503, "The Organisation is offline")
    return None


def stamp_limits(state: XeroState, request: VendorRequest, response: VendorResponse) -> None:
    """The three limit headers, on every answer to a call whose app and organisation are known."""
    organisation = state.organisations.get(request.org or "")
    if organisation is None or request.client_id is None:
        return
    day_limit = find_day_limit(state, organisation)
    response.headers.update(
        state.limits.count_remaining(
            request.client_id, organisation.tenant_id, request.at, state.core.switches, day_limit
        )
    )


def find_day_limit(state: XeroState, organisation: Organisation) -> int:
    """The organisation's own limit, else the switch."""
    return state.core.switches.xero_day_limit if organisation.day_limit is None else organisation.day_limit


def build_rate_limit(request: VendorRequest, problem: str, retry_after_seconds: int | None) -> VendorResponse:
    """429. The literal for the app-wide limit is not documented; "appminute" stands for it."""
    response = VendorResponse(429, b"", {"X-Rate-Limit-Problem": "appminute" if problem == "app" else problem})
    if retry_after_seconds is not None:
        response.headers["Retry-After"] = str(retry_after_seconds)
    response.refusal = problem
    return response


def build_error(state: XeroState, request: VendorRequest, status: int) -> VendorResponse:
    """A typical answer of Xero for an HTTP status."""
    if status == 400:
        body: dict[str, Any] = {
            "ErrorNumber": 10,
            "Type": "ValidationException",
            "Message": "A validation exception occurred",
            "Elements": [],
        }
        return render_refusal(request, 400, body)
    if status == 404:
        return render_text(404, RESOURCE_MISSING)
    if status == 429:
        return build_rate_limit(request, "minute", 60)
    if status in {502, 503, 504}:
        return render_text(status, "The API is unavailable")
    if status in {401, 403}:
        return refuse_as_problem(state, request, status, UNAUTHENTICATED)
    return refuse_as_problem(state, request, status, SERVER_TROUBLE)


def refuse_key(request: VendorRequest, refusal: KeyRefusal) -> VendorResponse:
    """An Idempotency-Key that cannot be used."""
    body = {"ErrorNumber": 10, "Type": "IdempotencyException", "Message": refusal.message}
    return render_refusal(request, refusal.status, body)


def refuse_as_problem(state: XeroState, request: VendorRequest, status: int, detail: str) -> VendorResponse:
    """The gateway's problem body. `Instance` tells one refusal from another."""
    body: dict[str, Any] = {
        "Type": None,
        "Title": _TITLES.get(status, "Error"),
        "Status": status,
        "Detail": detail,
        "Instance": state.core.mint.guid(),
        "Extensions": {},
    }
    as_xml = state.core.switches.unauthenticated_xml and status == 401 and not wants_json(request)
    return render_problem(request, status, body, xml=as_xml)
