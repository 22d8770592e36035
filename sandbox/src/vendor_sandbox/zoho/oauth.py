"""The accounts server: authorize, token, revoke, and the list of data centres.

Zoho answers most token errors with HTTP 200 and `{"error": ...}` in the body.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
from html import escape
from urllib.parse import parse_qsl, urlencode

from vendor_sandbox.core.apps import VendorApp
from vendor_sandbox.core.messages import VendorRequest, VendorResponse, answer_json
from vendor_sandbox.zoho.orgs import DATA_CENTRES, Org
from vendor_sandbox.zoho.scopes import parse_scopes
from vendor_sandbox.zoho.state import ZohoState
from vendor_sandbox.zoho.tokens import CODE_LIFE, AccessToken, GrantCode

THROTTLED = {
    "error": "Access Denied",
    "error_description": "You have made too many requests continuously. Please try again after some time.",
    "status": "failure",
}


def authorize(request: VendorRequest, state: ZohoState) -> VendorResponse:
    """GET /oauth/v2/auth: consent is given at once, or asked for on a page (switch `consent`)."""
    checked = _check_authorize(request, state)
    if isinstance(checked, str):
        return _show_error(checked)
    app, org, scopes = checked
    query = request.query
    decision = query.get("sandbox_decision", "allow" if state.core.switches.consent == "auto" else "")
    if decision == "allow":
        return _redirect_with_code(request, state, app, org, scopes)
    if decision == "deny":
        return _redirect(query["redirect_uri"], query, {"error": "access_denied"})
    return _show_consent(request, org, scopes)


def _check_authorize(request: VendorRequest, state: ZohoState) -> tuple[VendorApp, Org, frozenset[str]] | str:
    """Who asks, for which org, for what; or what Zoho's error page says."""
    query = request.query
    app = state.core.apps.find_app("zoho", query.get("client_id"))
    scopes = parse_scopes(query.get("scope", ""))
    org = state.find_consenting_org(request.path_parameters["dc"])
    problem = None
    if app is None:
        problem = "Invalid Client Id"
    elif not app.accepts_redirect(query.get("redirect_uri", "")):
        problem = "Invalid Redirect Uri"
    elif query.get("response_type") != "code":
        problem = "Invalid Response Type"
    elif scopes is None or (app.scopes is not None and not scopes <= app.scopes):
        problem = "Scope does not exist"
    elif org is None:
        problem = "The sandbox has no organisation: POST /_control/zoho/orgs makes one"
    if app is None or scopes is None or org is None or problem is not None:
        return problem or ""
    return app, org, scopes


def issue_token(request: VendorRequest, state: ZohoState) -> VendorResponse:
    """POST /oauth/v2/token: parameters in the body or in the query."""
    parameters = read_parameters(request)
    client_id, secret = _read_client(request, parameters)
    app = state.core.apps.find_app("zoho", client_id)
    if app is None or not app.accepts_secret(secret):
        return _refuse("invalid_client")
    match parameters.get("grant_type"):
        case "authorization_code":
            return _exchange_code(request, state, app, parameters)
        case "refresh_token":
            return _refresh(request, state, app, parameters)
    return _refuse("invalid_request")


def revoke_token(request: VendorRequest, state: ZohoState) -> VendorResponse:
    """POST /oauth/v2/token/revoke?token=: ends a refresh token with all that came from it."""
    value = read_parameters(request).get("token", "")
    dc = request.path_parameters["dc"]
    known = state.tokens.refresh_tokens.get(value) or state.tokens.access_tokens.get(value)
    if known is None or known.dc != dc or not state.tokens.revoke(value):
        return answer_json(400, {"error": "invalid_token"})
    return answer_json(200, {"status": "success"})


def show_server_info(request: VendorRequest) -> VendorResponse:
    """GET /oauth/serverinfo: the accounts servers by data centre."""
    locations = {dc: base_address(request, dc) for dc in DATA_CENTRES}
    return answer_json(200, {"result": "success", "locations": locations})


def base_address(request: VendorRequest, dc: str) -> str:
    """The absolute address of a data centre, for the accounts server and the API alike."""
    return f"{request.base_url}/zoho/{dc}"


def read_parameters(request: VendorRequest) -> dict[str, str]:
    """Form body and query together; the query wins."""
    form = dict(parse_qsl(request.body.decode(errors="replace"), keep_blank_values=True))
    return {**form, **request.query}


def _read_client(request: VendorRequest, parameters: dict[str, str]) -> tuple[str | None, str | None]:
    """client_secret_post or client_secret_basic."""
    scheme, _, encoded = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            client_id, _, secret = base64.b64decode(encoded, validate=True).decode().partition(":")
        except ValueError:
            return None, None
        return client_id, secret
    return parameters.get("client_id"), parameters.get("client_secret")


def _exchange_code(
    request: VendorRequest, state: ZohoState, app: VendorApp, parameters: dict[str, str]
) -> VendorResponse:
    code = state.tokens.take_code(parameters.get("code", ""))
    if (
        code is None
        or code.dc != request.path_parameters["dc"]
        or code.client_id != app.client_id
        or code.expires_at <= request.at
        or not _proves_challenge(code, parameters.get("code_verifier"))
    ):
        return _refuse("invalid_code")
    if parameters.get("redirect_uri") != code.redirect_uri:
        return _refuse("invalid_redirect_uri")
    if not code.offline:
        access = state.tokens.issue_access_token(code.dc, code.client_id, code.org_id, code.scopes, request.at)
        return _tell_token(request, access, None)
    refresh = state.tokens.try_issue_refresh_token(code, request.at)
    if refresh is None:
        return answer_json(state.core.switches.zoho_token_throttle_status, THROTTLED)
    first = state.tokens.try_refresh(refresh, request.at)
    assert first is not None  # noqa: S101 - a new refresh token has used none of its ten
    return _tell_token(request, first, refresh.value)


def _refresh(request: VendorRequest, state: ZohoState, app: VendorApp, parameters: dict[str, str]) -> VendorResponse:
    token = state.tokens.refresh_tokens.get(parameters.get("refresh_token", ""))
    if token is None or token.dc != request.path_parameters["dc"] or token.client_id != app.client_id:
        return _refuse("invalid_code")
    access = state.tokens.try_refresh(token, request.at)
    if access is None:
        return answer_json(state.core.switches.zoho_token_throttle_status, THROTTLED)
    return _tell_token(request, access, None)


def _tell_token(request: VendorRequest, access: AccessToken, refresh: str | None) -> VendorResponse:
    request.org, request.client_id = access.org_id, access.client_id
    told: dict[str, object] = {"access_token": access.value}
    if refresh is not None:
        told["refresh_token"] = refresh
    told |= {
        "scope": " ".join(sorted(access.scopes)),
        "api_domain": base_address(request, access.dc),
        "token_type": "Bearer",
        "expires_in": 3600,
    }
    return answer_json(200, told)


def _proves_challenge(code: GrantCode, verifier: str | None) -> bool:
    if code.challenge is None:
        return True
    if verifier is None:
        return False
    method, challenge = code.challenge
    if method == "S256":
        verifier = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    return hmac.compare_digest(verifier.encode(), challenge.encode())


def _redirect_with_code(
    request: VendorRequest, state: ZohoState, app: VendorApp, org: Org, scopes: frozenset[str]
) -> VendorResponse:
    query = request.query
    consent = (app.client_id, ",".join(sorted(scopes)))
    gives_refresh = (
        query.get("prompt") == "consent"
        or consent not in org.consents
        or state.core.switches.zoho_second_consent == "refresh_token"
    )
    challenge = query.get("code_challenge")
    code = GrantCode(
        dc=org.dc,
        client_id=app.client_id,
        redirect_uri=query["redirect_uri"],
        org_id=org.id,
        scopes=scopes,
        offline=query.get("access_type") == "offline" and gives_refresh,
        expires_at=request.at + CODE_LIFE,
        challenge=(query.get("code_challenge_method", "plain"), challenge) if challenge else None,
    )
    value = state.tokens.try_issue_code(code, request.at)
    if value is None:
        return _redirect(query["redirect_uri"], query, {"error": "access_denied"})
    org.consents.add(consent)
    request.org, request.client_id = org.id, app.client_id
    told = {"location": org.dc, "accounts-server": base_address(request, org.dc), "code": value}
    return _redirect(query["redirect_uri"], query, told)


def _redirect(redirect_uri: str, query: dict[str, str], told: dict[str, str]) -> VendorResponse:
    if "state" in query:
        told = {"state": query["state"], **told}
    mark = "&" if "?" in redirect_uri else "?"
    return VendorResponse(302, b"", {"location": f"{redirect_uri}{mark}{urlencode(told)}"})


def _refuse(error: str) -> VendorResponse:
    return answer_json(200, {"error": error})


def _show_error(message: str) -> VendorResponse:
    page = f"<html><body><h1>Error occurred</h1><p>{escape(message)}</p></body></html>"
    return VendorResponse(400, page.encode(), {"content-type": "text/html;charset=UTF-8"})


def _show_consent(request: VendorRequest, org: Org, scopes: frozenset[str]) -> VendorResponse:
    links = []
    for decision, label in (("allow", "Allow"), ("deny", "Deny")):
        target = escape("?" + urlencode({**request.query, "sandbox_decision": decision}))
        links.append(f'<a id="{decision}" href="{target}">{label}</a>')
    page = (
        f"<html><head><title>Zoho CRM (sandbox)</title></head><body><h1>{escape(org.company_name)}</h1>"
        f"<p>{escape(request.query['client_id'])} asks for: {escape(', '.join(sorted(scopes)))}</p>"
        f"<p>{' '.join(links)}</p></body></html>"
    )
    return VendorResponse(200, page.encode(), {"content-type": "text/html;charset=UTF-8"})
