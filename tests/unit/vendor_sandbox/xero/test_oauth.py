"""Consent, codes, tokens, connections, revocation."""

from __future__ import annotations

import base64
import hashlib
from urllib.parse import parse_qs, urlsplit

import pytest
from joserfc import jwt
from joserfc.jwk import KeySet
from tests.unit.vendor_sandbox.xero.driver import CLIENT_ID, CLIENT_SECRET, REDIRECT, SCOPES, XeroDriver

MINUTE = 60
DAY = 86_400


def read_redirect(location: str) -> dict[str, str]:
    return {name: values[0] for name, values in parse_qs(urlsplit(location).query).items()}


async def test_consent_redirects_at_once_with_code_and_state(stranger: XeroDriver) -> None:
    answer = await stranger.authorize()
    assert answer.headers["location"].startswith(f"{REDIRECT}?")
    back = read_redirect(answer.headers["location"])
    assert (back["state"], back["scope"]) == ("s1", SCOPES)
    assert back["code"]


async def test_the_page_asks_when_the_switch_says_so(stranger: XeroDriver) -> None:
    stranger.sandbox.change_switches(consent="page")
    page = await stranger.authorize()
    assert page.status_code == 200
    assert "Allow access" in page.text
    assert (await stranger.authorize(sandbox_consent="allow")).status_code == 302


@pytest.mark.parametrize(
    ("extra", "error"),
    [
        ({"scope": "accounting.nonsense"}, "invalid_scope"),
        ({"scope": ""}, "invalid_scope"),
        ({"response_type": "token"}, "unsupported_response_type"),
        ({"code_challenge": "x", "code_challenge_method": "plain"}, "invalid_request"),
    ],
)
async def test_a_wrong_request_comes_back_as_an_error(stranger: XeroDriver, extra: dict[str, str], error: str) -> None:
    answer = await stranger.authorize(**extra)
    assert read_redirect(answer.headers["location"]) == {"error": error, "state": "s1"}


async def test_an_unknown_client_or_address_is_never_redirected(stranger: XeroDriver) -> None:
    for extra in ({"client_id": "who"}, {"redirect_uri": "https://evil.example.com/cb"}):
        assert (await stranger.authorize(**extra)).status_code == 400


async def test_a_person_may_decline(stranger: XeroDriver) -> None:
    await stranger.control("POST", "/consent", {"user_id": stranger.user_id, "declines": True})
    declined = await stranger.authorize()
    assert read_redirect(declined.headers["location"])["error"] == "access_denied"
    assert "code" in read_redirect((await stranger.authorize()).headers["location"])


async def test_an_app_gets_only_scopes_that_it_has(stranger: XeroDriver) -> None:
    await stranger.client.post(
        "/_control/apps",
        json={"vendor": "xero", "client_id": "narrow", "client_secret": "s", "scopes": ["accounting.contacts"]},
    )
    answer = await stranger.authorize(scope="accounting.contacts accounting.invoices", client_id="narrow")
    assert read_redirect(answer.headers["location"])["error"] == "invalid_scope"


async def test_a_code_works_once_within_five_minutes_for_its_address(stranger: XeroDriver) -> None:
    form = {"grant_type": "authorization_code", "redirect_uri": REDIRECT}
    code = await stranger.get_code()
    assert (await stranger.token(code=code, **form)).status_code == 200
    again = await stranger.token(code=code, **form)
    assert (again.status_code, again.json()) == (400, {"error": "invalid_grant"})
    late = await stranger.get_code()
    stranger.advance(5 * MINUTE + 1)
    assert (await stranger.token(code=late, **form)).json() == {"error": "invalid_grant"}
    other = await stranger.get_code()
    form["redirect_uri"] = "http://localhost:1/else"
    assert (await stranger.token(code=other, **form)).json() == {"error": "invalid_grant"}


async def test_a_pkce_code_needs_its_verifier(stranger: XeroDriver) -> None:
    verifier = "v" * 50
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    form = {"grant_type": "authorization_code", "redirect_uri": REDIRECT}
    for given, status in ((verifier, 200), ("w" * 50, 400), ("", 400)):
        code = await stranger.get_code(code_challenge=challenge, code_challenge_method="S256")
        answer = await stranger.token(code=code, code_verifier=given, **form)
        assert answer.status_code == status


async def test_clients_authenticate_by_basic_or_in_the_body(stranger: XeroDriver) -> None:
    form = {"grant_type": "authorization_code", "redirect_uri": REDIRECT, "code": await stranger.get_code()}
    wrong = await stranger.client.post("/xero/connect/token", data=form, auth=(CLIENT_ID, "wrong"))
    assert (wrong.status_code, wrong.json()) == (400, {"error": "invalid_client"})
    in_body = {**form, "client_id": CLIENT_ID, "client_secret": CLIENT_SECRET}
    assert (await stranger.client.post("/xero/connect/token", data=in_body)).status_code == 200
    unknown = await stranger.token(grant_type="password")
    assert unknown.json() == {"error": "unsupported_grant_type"}


async def test_an_access_token_is_a_signed_jwt_that_names_user_and_event(stranger: XeroDriver) -> None:
    tokens = await stranger.connect(f"openid {SCOPES}")
    assert (tokens["expires_in"], tokens["token_type"]) == (1800, "Bearer")
    keys = KeySet.import_key_set((await stranger.client.get("/xero/.well-known/openid-configuration/jwks")).json())
    claims = jwt.decode(tokens["access_token"], keys, algorithms=["RS256"]).claims
    assert claims["xero_userid"] == stranger.user_id
    assert claims["exp"] - claims["nbf"] == 1800
    assert set(SCOPES.split()) <= set(claims["scope"])
    answer = await stranger.client.get(
        "/xero/connections", headers={"authorization": f"Bearer {tokens['access_token']}"}
    )
    assert answer.json()[0]["authEventId"] == claims["authentication_event_id"]
    assert "id_token" in tokens


async def test_without_offline_access_there_is_no_refresh_token(stranger: XeroDriver) -> None:
    assert "refresh_token" not in await stranger.connect("accounting.contacts")


async def test_scopes_of_several_consents_add_up(stranger: XeroDriver) -> None:
    await stranger.connect("accounting.contacts")
    second = await stranger.connect("accounting.invoices")
    assert second["scope"] == "accounting.contacts accounting.invoices"


async def test_an_access_token_expires_after_30_minutes_and_says_so(xero: XeroDriver) -> None:
    xero.advance(30 * MINUTE - 1)
    assert (await xero.call("GET", "/Organisation")).status_code == 200
    xero.advance(1)
    answer = await xero.call("GET", "/Organisation")
    body = answer.json()
    assert (answer.status_code, body["Title"], body["Type"]) == (401, "Unauthorized", None)
    assert body["Detail"] == "TokenExpired: token expired at 11/22/2026 10:30:00"
    assert "www-authenticate" not in answer.headers


async def test_a_refresh_rotates_and_the_old_token_works_for_30_minutes_with_a_new_pair(xero: XeroDriver) -> None:
    first = xero.tokens["refresh_token"]
    second = (await xero.refresh(first)).json()
    assert second["refresh_token"] != first
    xero.advance(30 * MINUTE)
    third = (await xero.refresh(first)).json()
    assert len({first, second["refresh_token"], third["refresh_token"]}) == 3
    xero.advance(1)
    dead = await xero.refresh(first)
    assert (dead.status_code, dead.json()) == (400, {"error": "invalid_grant"})
    assert (await xero.refresh(second["refresh_token"])).status_code == 200


async def test_a_refresh_token_lives_60_days_unused(xero: XeroDriver) -> None:
    xero.advance(60 * DAY)
    fresh = (await xero.refresh(xero.tokens["refresh_token"])).json()["refresh_token"]
    xero.advance(60 * DAY + 1)
    assert (await xero.refresh(fresh)).json() == {"error": "invalid_grant"}


async def test_a_connection_id_is_not_the_tenant_id_and_a_disconnected_tenant_is_403(xero: XeroDriver) -> None:
    bearer = {"authorization": f"Bearer {xero.tokens['access_token']}"}
    (connection,) = (await xero.client.get("/xero/connections", headers=bearer)).json()
    assert connection["tenantId"] == xero.tenant_id != connection["id"]
    assert connection["createdDateUtc"] == "2026-11-22T10:00:00.0000000"
    by_tenant = await xero.client.delete(f"/xero/connections/{xero.tenant_id}", headers=bearer)
    assert by_tenant.status_code == 404
    gone = await xero.client.delete(f"/xero/Connections/{connection['id']}", headers=bearer)
    assert (gone.status_code, gone.content) == (204, b"")
    answer = await xero.call("GET", "/Organisation")
    body = answer.json()
    assert (answer.status_code, body["Detail"], body["Extensions"]) == (403, "AuthenticationUnsuccessful", {})


async def test_connections_are_filtered_by_consent_and_reconnecting_keeps_the_id(stranger: XeroDriver) -> None:
    second = await stranger.make_organisation("Second Ltd")
    user = await stranger.control("POST", "/users", {"name": "Cat Fox", "organisations": [stranger.tenant_id, second]})
    await stranger.control("POST", "/consent", {"user_id": user["user_id"], "organisations": [second]})
    await stranger.connect()

    async def read(query: str = "") -> list[dict[str, str]]:
        bearer = {"authorization": f"Bearer {stranger.tokens['access_token']}"}
        listed = await stranger.client.get(f"/xero/connections{query}", headers=bearer)
        return list(listed.json())

    (before,) = await read()
    stranger.advance(60)
    await stranger.control("POST", "/consent", {"user_id": user["user_id"]})
    await stranger.connect()
    after = {one["tenantId"]: one for one in await read()}
    assert after[second]["id"] == before["id"]
    assert after[second]["authEventId"] != before["authEventId"]
    assert after[second]["updatedDateUtc"] > before["updatedDateUtc"]
    assert await read(f"?authEventId={before['authEventId']}") == []
    assert len(await read(f"?authEventId={after[second]['authEventId']}")) == 2


async def test_a_foreign_tenant_is_403(xero: XeroDriver) -> None:
    xero.tenant_id = await xero.make_organisation("Not Mine")
    assert (await xero.call("GET", "/Organisation")).status_code == 403


async def test_a_missing_scope_is_401_with_its_own_header(xero: XeroDriver) -> None:
    await xero.control("POST", "/users", {"name": "Dan", "organisations": [xero.tenant_id]})
    await xero.connect("accounting.contacts.read")
    for method, path in (("GET", "/Invoices"), ("PUT", "/Contacts"), ("GET", "/Organisation")):
        answer = await xero.call(method, path, {} if method == "PUT" else None)
        assert (answer.status_code, answer.headers["www-authenticate"]) == (401, "insufficient_scope")
    assert (await xero.call("GET", "/Contacts")).status_code == 200


async def test_the_broad_family_of_scopes_still_opens_invoices(stranger: XeroDriver) -> None:
    await stranger.connect("accounting.transactions")
    assert (await stranger.call("GET", "/Invoices")).status_code == 200
    assert (await stranger.call("GET", "/Payments")).status_code == 200


async def test_revocation_kills_the_refresh_token_and_all_connections_of_the_user(xero: XeroDriver) -> None:
    answer = await xero.client.post(
        "/xero/connect/revocation",
        data={"token": xero.tokens["refresh_token"]},
        auth=(CLIENT_ID, CLIENT_SECRET),
    )
    assert answer.status_code == 200
    assert (await xero.refresh(xero.tokens["refresh_token"])).json() == {"error": "invalid_grant"}
    assert (await xero.call("GET", "/Organisation")).status_code == 403
    assert (await xero.control("GET", "/connections"))["connections"] == []


async def test_a_person_can_disconnect_the_app_in_xero(xero: XeroDriver) -> None:
    await xero.control("POST", "/disconnect", {"tenant_id": xero.tenant_id})
    assert (await xero.call("GET", "/Organisation")).status_code == 403


async def test_no_token_at_all_is_401(xero: XeroDriver) -> None:
    for header in ("", "Bearer nonsense", "Basic eDp5"):
        answer = await xero.call("GET", "/Organisation", headers={"authorization": header})
        assert (answer.status_code, answer.json()["Detail"]) == (401, "AuthenticationUnsuccessful")


async def test_401_is_xml_by_switch_for_callers_that_do_not_ask_for_json(xero: XeroDriver) -> None:
    xero.sandbox.change_switches(unauthenticated_xml=True)
    answer = await xero.call("GET", "/Organisation", headers={"authorization": "", "accept": "*/*"})
    assert answer.text.startswith("<?xml")
