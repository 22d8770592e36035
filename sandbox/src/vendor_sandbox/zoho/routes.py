"""Zoho as the wrapper sees it: which path is served by what, who may call it, what it costs."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial

from vendor_sandbox.core.ledger import Vendor
from vendor_sandbox.core.messages import Route, VendorRequest, VendorResponse, answer_json
from vendor_sandbox.core.state import SandboxCore
from vendor_sandbox.zoho import oauth
from vendor_sandbox.zoho.api_call import ApiCall, Endpoint
from vendor_sandbox.zoho.endpoints import WRONG_METHOD, build_endpoints, match_path
from vendor_sandbox.zoho.errors import ZohoRefusalError, envelope, scope_mismatch
from vendor_sandbox.zoho.orgs import DATA_CENTRES, Org
from vendor_sandbox.zoho.state import ZohoState
from vendor_sandbox.zoho.tokens import AccessToken

CREDITS_EXCEEDED = (
    "The request cannot be performed as the number of requests for the 24 hour period is exceeded "
    "or the concurrency limit of the user for the app is exceeded"
)
_SERVER_ERRORS = {
    413: ("REQUEST_ENTITY_TOO_LARGE", "the request entity is too large"),
    429: ("TOO_MANY_REQUESTS", CREDITS_EXCEEDED),
    500: ("INTERNAL_ERROR", "Internal Server Error"),
}


@dataclass(frozen=True, slots=True)
class ApiRoute(Route):
    """A route that knows its endpoint."""

    endpoint: Endpoint


def zoho_handlers(core: SandboxCore) -> ZohoMount:
    """The simulated Zoho of one sandbox."""
    return ZohoMount(ZohoState(core))


class ZohoMount:
    """Satisfies `core.messages.VendorMount`."""

    vendor: Vendor = "zoho"
    prefix = "/zoho"
    folds_query_names = False

    def __init__(self, state: ZohoState) -> None:
        self.state = state
        self._endpoints = build_endpoints(self.find_endpoint)
        self._slots: dict[int, tuple[Org, str, int, bool]] = {}

    def find_route(self, request: VendorRequest) -> Route:
        """`/{dc}/oauth/...` and `/{dc}/crm/v8/...`."""
        _, dc, rest = (*request.path.split("/", 2), "", "")[:3]
        request.path_parameters["dc"] = dc
        rest = f"/{rest}"
        if dc not in DATA_CENTRES:
            return Route("api", _answer_unknown_path)
        if rest.startswith("/oauth/"):
            return Route("oauth", partial(_serve_oauth, rest, self.state))
        found = self.find_endpoint(request.method, rest)
        if found is None:
            return Route("api", _answer_unknown_path)
        endpoint, parameters = found
        request.path_parameters.update(parameters)
        return ApiRoute("api", partial(self._serve_api, endpoint), endpoint)

    def find_endpoint(self, method: str, path: str) -> tuple[Endpoint, dict[str, str]] | None:
        """What serves an API path such as /crm/v8/Invoices/1; None if no such path exists."""
        matched = match_path(path)
        if matched is None:
            return None
        pattern, parameters = matched
        return self._endpoints[pattern].get(method, WRONG_METHOD), parameters

    def admit(self, request: VendorRequest, route: Route) -> VendorResponse | None:
        """Token, then scopes, then credits and concurrency."""
        if not isinstance(route, ApiRoute):
            return None
        token = self._find_token(request)
        if isinstance(token, VendorResponse):
            return token
        org = self.state.orgs[token.org_id]
        request.org, request.client_id = org.id, token.client_id
        needs = route.endpoint.needs(request, request.path_parameters, org)
        if not all(need.is_met_by(token.scopes) for need in needs):
            return scope_mismatch().to_response()
        if self.state.core.switches.limits == "off":
            return None
        return self._admit_within_limits(request, route.endpoint, org)

    def release(self, request: VendorRequest) -> None:
        """Give back the concurrency slots of a call."""
        held = self._slots.pop(request.call_seq, None)
        if held is not None:
            org, client_id, slots, is_sub = held
            org.limits.leave(client_id, slots, is_sub)

    def stamp_headers(self, request: VendorRequest, response: VendorResponse) -> None:
        """X-API-CREDITS-REMAINING, from the moment half of the day's credits are used."""
        if request.org is None or request.org not in self.state.orgs:
            return
        limits = self.state.orgs[request.org].limits
        remaining = limits.remaining_credits(request.at)
        if remaining * 2 <= limits.allowance:
            response.headers["x-api-credits-remaining"] = str(remaining)

    def build_error(self, request: VendorRequest, status: int) -> VendorResponse:
        """The envelope; gateway errors come as a page."""
        if status in {502, 503, 504}:
            page = f"<html><body><h1>{status}</h1></body></html>"
            return VendorResponse(status, page.encode(), {"content-type": "text/html"})
        if status == 429:
            return self.build_rate_limit(request, "day")
        code, message = _SERVER_ERRORS.get(status, ("INVALID_DATA", "invalid data"))
        return answer_json(status, envelope(code, message))

    def build_rate_limit(self, request: VendorRequest, problem: str) -> VendorResponse:
        """429 TOO_MANY_REQUESTS: the same for credits and concurrency, and no Retry-After."""
        if self.state.core.switches.zoho_429_body == "old":
            info = "Many requests fired than the allowed limit for the past 24 hours."
            return answer_json(429, {"code": 429, "error": "TOO_MANY_REQUESTS", "error_info": info})
        return answer_json(429, envelope("TOO_MANY_REQUESTS", CREDITS_EXCEEDED))

    def revoke_presented_token(self, request: VendorRequest) -> VendorResponse:
        """End the token in the Authorization header."""
        self.state.tokens.revoke(_read_token(request) or "")
        return answer_json(401, envelope("INVALID_TOKEN", "invalid oauth token"))

    def write_half_then_400(self, request: VendorRequest, route: Route) -> VendorResponse:
        """The fault menu refuses this fault for Zoho."""
        raise ValueError("whole_400_wrote_half is a habit of Xero alone")

    def reset(self) -> None:
        """No orgs, no tokens."""
        self.state.reset()
        self._slots.clear()

    def _find_token(self, request: VendorRequest) -> AccessToken | VendorResponse:
        value = _read_token(request)
        if value is None:
            return answer_json(401, envelope("AUTHENTICATION_FAILURE", "Authentication failed"))
        token = self.state.tokens.find_access_token(value, request.at)
        if token is None:
            return answer_json(401, envelope("INVALID_TOKEN", "invalid oauth token"))
        if token.dc != request.path_parameters["dc"]:
            return answer_json(401, envelope("AUTHENTICATION_FAILURE", "Authentication failed"))
        return token

    def _admit_within_limits(self, request: VendorRequest, endpoint: Endpoint, org: Org) -> VendorResponse | None:
        if org.limits.remaining_credits(request.at) <= 0:
            refusal = self.build_rate_limit(request, "day")
            refusal.refusal = "credits"
            return refusal
        is_sub = endpoint.is_sub_limited is not None and endpoint.is_sub_limited(request)
        client_id = request.client_id or ""
        if not org.limits.try_enter(client_id, endpoint.slots, is_sub):
            refusal = self.build_rate_limit(request, "concurrent")
            refusal.refusal = "concurrent"
            return refusal
        self._slots[request.call_seq] = (org, client_id, endpoint.slots, is_sub)
        return None

    def _serve_api(self, endpoint: Endpoint, request: VendorRequest) -> VendorResponse:
        """Run the handler and book its credits; refused questions cost one."""
        org = self.state.orgs[request.org or ""]
        try:
            response = endpoint.handler(ApiCall(request, self.state, org, request.path_parameters))
        except ZohoRefusalError as refusal:
            response = refusal.to_response()
        response.credits = max(1, response.credits)
        org.limits.spend_credits(request.at, response.credits)
        return response


def _read_token(request: VendorRequest) -> str | None:
    """`Zoho-oauthtoken` as the documents say, `Bearer` as real code gets away with."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    return value.strip() if scheme.lower() in {"zoho-oauthtoken", "bearer"} and value else None


def _answer_unknown_path(_: VendorRequest) -> VendorResponse:
    return answer_json(
        404, envelope("INVALID_URL_PATTERN", "Please check if the URL trying to access is a correct one")
    )


def _serve_oauth(path: str, state: ZohoState, request: VendorRequest) -> VendorResponse:
    match request.method, path:
        case "GET", "/oauth/v2/auth":
            return oauth.authorize(request, state)
        case "POST", "/oauth/v2/token":
            return oauth.issue_token(request, state)
        case "POST", "/oauth/v2/token/revoke":
            return oauth.revoke_token(request, state)
        case "GET", "/oauth/serverinfo":
            return oauth.show_server_info(request)
    return VendorResponse(404, b"<html><body><h1>Not found</h1></body></html>", {"content-type": "text/html"})
