"""The identity endpoints: authorize, token, revocation, connections, keys.

Codes live 5 minutes and once, PKCE is checked when it was used, clients authenticate by Basic or in the
body, refresh tokens rotate. Errors are HTTP 400 with `{"error": ...}`.
"""

from __future__ import annotations

import base64
import binascii
import hashlib
import html
from urllib.parse import parse_qsl, urlencode

from vendor_sandbox.core.apps import VendorApp
from vendor_sandbox.core.messages import VendorRequest, VendorResponse
from vendor_sandbox.core.wire import dump_json
from vendor_sandbox.xero.connections import render_connection
from vendor_sandbox.xero.gateway import read_token
from vendor_sandbox.xero.refusals import RESOURCE_MISSING
from vendor_sandbox.xero.scopes import KNOWN_SCOPES
from vendor_sandbox.xero.state import XeroState
from vendor_sandbox.xero.tokens import Grant, list_public_keys
from vendor_sandbox.xero.wire_format import JSON_TYPE, render_text

ALLOW_PARAMETER = "sandbox_consent"


def authorize(state: XeroState, request: VendorRequest) -> VendorResponse:
    """GET /identity/connect/authorize: consent, then back to the app with a code."""
    query = request.query
    app = state.core.apps.find_app("xero", query.get("client_id"))
    if app is None:
        return _show_error("unauthorized_client")
    redirect_uri = query.get("redirect_uri", "")
    if not app.accepts_redirect(redirect_uri):
        return _show_error("Invalid redirect_uri")
    problem = _find_authorize_problem(app, query)
    if problem is not None:
        return _redirect(redirect_uri, {"error": problem}, query)
    return _ask_for_consent(state, request, app.client_id, redirect_uri)


def _ask_for_consent(state: XeroState, request: VendorRequest, client_id: str, redirect_uri: str) -> VendorResponse:
    query = request.query
    consent = state.find_next_consent()
    if consent is None:
        return _show_error("Nobody can log in: this Xero has no user yet")
    if consent.declines:
        state.consent = None
        return _redirect(redirect_uri, {"error": "access_denied"}, query)
    if state.core.switches.consent == "page" and query.get(ALLOW_PARAMETER) != "allow":
        return _show_consent_page(state, request, consent.user_id)
    mint, at = state.core.mint, request.at
    grant = Grant(client_id, consent.user_id, frozenset(query["scope"].split()), mint.guid(), at)
    for tenant_id in state.list_consented_tenants(consent):
        state.connections.connect(mint, at, client_id, consent.user_id, tenant_id, grant.auth_event_id)
    code = state.tokens.make_code(mint, grant, redirect_uri, query.get("code_challenge"))
    answer = {"code": code, "scope": query["scope"], "session_state": mint.hex(32)}
    return _redirect(redirect_uri, answer, query)


def exchange_token(state: XeroState, request: VendorRequest) -> VendorResponse:
    """POST /connect/token: authorization_code or refresh_token."""
    form = _read_form(request)
    app = _authenticate_client(state, request, form)
    if app is None:
        return _refuse("invalid_client")
    request.client_id = app.client_id
    grant_type = form.get("grant_type")
    if grant_type == "authorization_code":
        grant = _take_code(state, request, app, form)
    elif grant_type == "refresh_token":
        taken = state.tokens.take_refresh(form.get("refresh_token", ""), app.client_id, request.at)
        grant = None if taken is None else taken.grant
    else:
        return _refuse("unsupported_grant_type")
    if grant is None:
        return _refuse("invalid_grant")
    return _answer(200, state.tokens.issue_pair(state.core.mint, grant, request.at))


def revoke(state: XeroState, request: VendorRequest) -> VendorResponse:
    """POST /connect/revocation: the refresh token dies and all connections of its person with the app go."""
    form = _read_form(request)
    app = _authenticate_client(state, request, form)
    if app is None:
        return _refuse("invalid_client")
    request.client_id = app.client_id
    found = state.tokens.find_refresh(form.get("token", ""))
    if found is not None and found.grant.client_id == app.client_id:
        state.tokens.revoke_user(app.client_id, found.grant.user_id)
        state.connections.disconnect_user(app.client_id, found.grant.user_id)
    return VendorResponse(200, b"")


def list_connections(state: XeroState, request: VendorRequest) -> VendorResponse:
    """GET /connections, optionally of one consent (`authEventId`)."""
    token = read_token(state, request)
    if isinstance(token, VendorResponse):
        return token
    request.client_id = token.grant.client_id
    event_id = request.query.get("autheventid")
    shown = [
        render_connection(connection, state.organisations[connection.tenant_id].name)
        for connection in state.connections.list_connections(token.grant.client_id, token.grant.user_id)
        if event_id is None or connection.auth_event_id == event_id.lower()
    ]
    return VendorResponse(200, dump_json(shown), {"content-type": JSON_TYPE})


def delete_connection(state: XeroState, request: VendorRequest) -> VendorResponse:
    """DELETE /connections/{id}: 204, or 404. The id is the connection's, not the tenant's."""
    token = read_token(state, request)
    if isinstance(token, VendorResponse):
        return token
    request.client_id = token.grant.client_id
    wanted = request.path_parameters["id"].lower()
    for connection in state.connections.list_connections(token.grant.client_id, token.grant.user_id):
        if connection.connection_id == wanted:
            state.connections.disconnect(connection)
            return VendorResponse(204)
    return render_text(404, RESOURCE_MISSING)


def show_keys(_: XeroState, request: VendorRequest) -> VendorResponse:
    """GET /.well-known/openid-configuration/jwks."""
    return _answer(200, list_public_keys())


def _find_authorize_problem(app: VendorApp, query: dict[str, str]) -> str | None:
    if query.get("response_type") != "code":
        return "unsupported_response_type"
    scopes = set(query.get("scope", "").split())
    if not scopes or not scopes <= KNOWN_SCOPES or (app.scopes is not None and not scopes <= app.scopes):
        return "invalid_scope"
    if query.get("code_challenge") and query.get("code_challenge_method") != "S256":
        return "invalid_request"
    return None


def _take_code(state: XeroState, request: VendorRequest, app: VendorApp, form: dict[str, str]) -> Grant | None:
    found = state.tokens.take_code(form.get("code", ""), request.at)
    if found is None or found.grant.client_id != app.client_id:
        return None
    if form.get("redirect_uri") != found.redirect_uri:
        return None
    if found.challenge is not None:
        digest = hashlib.sha256(form.get("code_verifier", "").encode()).digest()
        if base64.urlsafe_b64encode(digest).rstrip(b"=").decode() != found.challenge:
            return None
    return found.grant


def _authenticate_client(state: XeroState, request: VendorRequest, form: dict[str, str]) -> VendorApp | None:
    """Basic authentication, or client_id and client_secret in the body (as the official client sends them)."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    client_id, secret = form.get("client_id"), form.get("client_secret")
    if scheme.lower() == "basic":
        try:
            client_id, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return None
    app = state.core.apps.find_app("xero", client_id)
    return app if app is not None and app.accepts_secret(secret) else None


def _read_form(request: VendorRequest) -> dict[str, str]:
    if "application/x-www-form-urlencoded" not in request.headers.get("content-type", ""):
        return {}
    return dict(parse_qsl(request.body.decode(errors="replace"), keep_blank_values=True))


def _redirect(redirect_uri: str, answer: dict[str, str], query: dict[str, str]) -> VendorResponse:
    if query.get("state"):
        answer["state"] = query["state"]
    joint = "&" if "?" in redirect_uri else "?"
    return VendorResponse(302, b"", {"location": f"{redirect_uri}{joint}{urlencode(answer)}"})


def _show_consent_page(state: XeroState, request: VendorRequest, user_id: str) -> VendorResponse:
    action = html.escape(f"?{request.query_string}&{ALLOW_PARAMETER}=allow", quote=True)
    name = html.escape(state.users[user_id].name)
    page = (
        "<!doctype html><title>Xero (sandbox)</title><h1>Xero (sandbox)</h1>"
        f"<p>{name}, an app asks for access to your organisations.</p>"
        f'<p><a id="allow" href="{action}">Allow access</a></p>'
    )
    return VendorResponse(200, page.encode(), {"content-type": "text/html; charset=utf-8"})


def _show_error(message: str) -> VendorResponse:
    page = f"<!doctype html><title>Sorry</title><h1>Sorry, something went wrong</h1><p>{html.escape(message)}</p>"
    return VendorResponse(400, page.encode(), {"content-type": "text/html; charset=utf-8"})


def _refuse(error: str) -> VendorResponse:
    return _answer(400, {"error": error})


def _answer(status: int, body: object) -> VendorResponse:
    headers = {"content-type": JSON_TYPE, "cache-control": "no-store, no-cache, max-age=0"}
    return VendorResponse(status, dump_json(body), headers)
