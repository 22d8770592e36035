"""Zoho's accounts server."""

import base64
import hashlib

import pytest
from tests.unit.vendor_sandbox.zoho.conftest import Zoho

from vendor_sandbox.core.apps import VendorApp

BASE = "http://127.0.0.1:8900/zoho"


def test_consent_comes_back_with_code_location_and_accounts_server(zoho: Zoho) -> None:
    told = zoho.consent()
    assert told["location"] == "eu"
    assert told["accounts-server"] == f"{BASE}/eu"
    assert told["state"] == "xyz"
    assert told["code"].startswith("1000.")


def test_the_token_answer_has_the_documented_shape(zoho: Zoho) -> None:
    reply = zoho.exchange(zoho.consent()["code"])
    assert reply.status == 200
    assert reply.json["api_domain"] == f"{BASE}/eu"
    assert reply.json["token_type"] == "Bearer"
    assert reply.json["expires_in"] == 3600
    assert reply.json["scope"] == "ZohoCRM.modules.ALL ZohoCRM.org.READ"
    assert zoho.api("GET", "org", token=reply.json["access_token"]).status == 200


def test_a_refresh_gives_no_refresh_token_and_the_old_one_stays_good(zoho: Zoho) -> None:
    first = zoho.exchange(zoho.consent()["code"]).json
    for _ in range(2):
        again = zoho.refresh(first["refresh_token"])
        assert again.status == 200
        assert "refresh_token" not in again.json
        assert again.json["access_token"] != first["access_token"]


def test_a_consent_that_began_in_another_data_centre_says_where_the_org_is(zoho: Zoho) -> None:
    told = dict(zoho.consent())
    started = zoho.send(
        "GET",
        "/us/oauth/v2/auth",
        query={
            "client_id": "zoho-sandbox-client",
            "response_type": "code",
            "redirect_uri": "http://127.0.0.1:8000/callback",
            "scope": "ZohoCRM.org.READ",
        },
    )
    assert "location=eu" in started.headers["location"]
    assert zoho.exchange(told["code"], dc="us").json == {"error": "invalid_code"}


def test_a_code_used_at_the_wrong_data_centre_is_gone(zoho: Zoho) -> None:
    code = zoho.consent()["code"]
    assert zoho.exchange(code, dc="us").json == {"error": "invalid_code"}
    assert zoho.exchange(code).json == {"error": "invalid_code"}


def test_a_code_can_be_used_once(zoho: Zoho) -> None:
    code = zoho.consent()["code"]
    assert "access_token" in zoho.exchange(code).json
    reply = zoho.exchange(code)
    assert (reply.status, reply.json) == (200, {"error": "invalid_code"})


@pytest.mark.parametrize(("seconds", "is_good"), [(119, True), (120, False)])
def test_a_code_lives_two_minutes(zoho: Zoho, seconds: int, is_good: bool) -> None:
    code = zoho.consent()["code"]
    zoho.core.clock.advance(seconds)
    assert ("access_token" in zoho.exchange(code).json) is is_good


def test_a_code_belongs_to_its_redirect_address(zoho: Zoho) -> None:
    reply = zoho.exchange(zoho.consent()["code"], redirect_uri="http://127.0.0.1:8000/other")
    assert reply.json == {"error": "invalid_redirect_uri"}


@pytest.mark.parametrize("change", [{"client_secret": "wrong"}, {"client_id": "nobody"}])
def test_a_wrong_client_is_told_so_with_status_200(zoho: Zoho, change: dict[str, str]) -> None:
    reply = zoho.exchange(zoho.consent()["code"], **change)
    assert (reply.status, reply.json) == (200, {"error": "invalid_client"})


def test_the_client_may_prove_itself_by_basic(zoho: Zoho) -> None:
    basic = base64.b64encode(b"zoho-sandbox-client:zoho-sandbox-secret").decode()
    body = f"grant_type=authorization_code&code={zoho.consent()['code']}&redirect_uri=http://127.0.0.1:8000/callback"
    reply = zoho.send("POST", "/eu/oauth/v2/token", body=body.encode(), headers={"authorization": f"Basic {basic}"})
    assert "access_token" in reply.json


def test_an_online_consent_has_no_refresh_token(zoho: Zoho) -> None:
    assert "refresh_token" not in zoho.exchange(zoho.consent(access_type="online")["code"]).json


def test_a_second_approval_without_prompt_brings_no_refresh_token_unless_switched(zoho: Zoho) -> None:
    assert "refresh_token" in zoho.exchange(zoho.consent(prompt="")["code"]).json
    assert "refresh_token" not in zoho.exchange(zoho.consent(prompt="")["code"]).json
    assert "refresh_token" in zoho.exchange(zoho.consent(prompt="consent")["code"]).json
    zoho.switch(zoho_second_consent="refresh_token")
    assert "refresh_token" in zoho.exchange(zoho.consent(prompt="")["code"]).json


def test_pkce_is_checked_when_it_was_begun(zoho: Zoho) -> None:
    verifier = "a-verifier-of-some-length-that-nobody-knows"
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    begun = {"code_challenge": challenge, "code_challenge_method": "S256"}
    assert zoho.exchange(zoho.consent(**begun)["code"]).json == {"error": "invalid_code"}
    assert zoho.exchange(zoho.consent(**begun)["code"], code_verifier="other").json == {"error": "invalid_code"}
    assert "access_token" in zoho.exchange(zoho.consent(**begun)["code"], code_verifier=verifier).json


@pytest.mark.parametrize(
    "change",
    [
        {"client_id": "nobody"},
        {"redirect_uri": "https://evil.example/"},
        {"scope": "ZohoCRM.modules.EVERYTHING"},
        {"scope": ""},
        {"response_type": "token"},
    ],
)
def test_a_wrong_authorize_request_gets_a_page_and_no_redirect(zoho: Zoho, change: dict[str, str]) -> None:
    reply = zoho.authorize(**change)
    assert reply.status == 400
    assert "location" not in reply.headers


def test_an_app_cannot_ask_for_scopes_it_was_not_given(zoho: Zoho) -> None:
    zoho.core.apps.register_app(VendorApp("zoho", "small", "s", scopes=frozenset({"ZohoCRM.org.READ"})))
    assert zoho.authorize(client_id="small").status == 400
    assert zoho.authorize(client_id="small", scope="ZohoCRM.org.READ").status == 302


def test_the_consent_page_asks_and_takes_both_answers(zoho: Zoho) -> None:
    zoho.switch(consent="page")
    page = zoho.authorize()
    assert page.status == 200
    assert "Acme Ltd" in page.text
    assert 'id="allow"' in page.text
    assert "code" in zoho.consent(sandbox_decision="allow")
    assert zoho.consent(sandbox_decision="deny") == {"state": "xyz", "error": "access_denied"}


def test_ten_grant_codes_in_ten_minutes_are_enough(zoho: Zoho) -> None:
    for _ in range(10):
        assert "code" in zoho.consent()
    assert zoho.consent()["error"] == "access_denied"
    zoho.core.clock.advance(601)
    assert "code" in zoho.consent()


@pytest.mark.parametrize("status", [200, 400])
def test_ten_access_tokens_in_ten_minutes_are_enough(zoho: Zoho, status: int) -> None:
    zoho.switch(zoho_token_throttle_status=status)
    refresh = zoho.exchange(zoho.consent()["code"]).json["refresh_token"]
    for _ in range(9):
        assert "access_token" in zoho.refresh(refresh).json
    throttled = zoho.refresh(refresh)
    assert throttled.status == status
    assert throttled.json["error"] == "Access Denied"
    zoho.core.clock.advance(601)
    assert "access_token" in zoho.refresh(refresh).json


def test_the_sixteenth_access_token_ends_the_first(zoho: Zoho) -> None:
    first = zoho.exchange(zoho.consent()["code"]).json
    tokens = [first["access_token"]]
    for number in range(15):
        if number % 9 == 8:
            zoho.core.clock.advance(601)
        tokens.append(zoho.refresh(first["refresh_token"]).json["access_token"])
    assert zoho.api("GET", "org", token=tokens[0]).json["code"] == "INVALID_TOKEN"
    assert all(zoho.api("GET", "org", token=token).status == 200 for token in tokens[1:])


def test_the_twenty_first_refresh_token_ends_the_first_and_its_access_tokens(zoho: Zoho) -> None:
    grants = []
    for number in range(21):
        if number % 10 == 9:
            zoho.core.clock.advance(601)
        grants.append(zoho.exchange(zoho.consent()["code"]).json)
    assert zoho.refresh(grants[0]["refresh_token"]).json == {"error": "invalid_code"}
    assert zoho.api("GET", "org", token=grants[0]["access_token"]).status == 401
    assert "access_token" in zoho.refresh(grants[1]["refresh_token"]).json


def test_an_access_token_lives_an_hour(zoho: Zoho) -> None:
    token = zoho.exchange(zoho.consent()["code"]).json["access_token"]
    zoho.core.clock.advance(3599)
    assert zoho.api("GET", "org", token=token).status == 200
    zoho.core.clock.advance(1)
    reply = zoho.api("GET", "org", token=token)
    assert (reply.status, reply.json["code"]) == (401, "INVALID_TOKEN")


def test_revoking_a_refresh_token_ends_its_access_tokens(zoho: Zoho) -> None:
    grant = zoho.exchange(zoho.consent()["code"]).json
    reply = zoho.send("POST", "/eu/oauth/v2/token/revoke", query={"token": grant["refresh_token"]})
    assert (reply.status, reply.json) == (200, {"status": "success"})
    assert zoho.api("GET", "org", token=grant["access_token"]).status == 401
    assert zoho.refresh(grant["refresh_token"]).json == {"error": "invalid_code"}
    assert zoho.send("POST", "/eu/oauth/v2/token/revoke", query={"token": grant["refresh_token"]}).status == 400


def test_a_refresh_token_belongs_to_its_data_centre(zoho: Zoho) -> None:
    refresh = zoho.exchange(zoho.consent()["code"]).json["refresh_token"]
    assert zoho.refresh(refresh, dc="in").json == {"error": "invalid_code"}


def test_server_info_lists_the_accounts_servers(zoho: Zoho) -> None:
    reply = zoho.send("GET", "/us/oauth/serverinfo")
    assert reply.json["locations"]["in"] == f"{BASE}/in"
    assert set(reply.json["locations"]) == {"us", "eu", "uk", "in", "au"}


def test_the_chosen_org_is_the_one_that_consents(zoho: Zoho) -> None:
    other = zoho.mount.state.add_org(company_name="Other", dc="eu")
    indian = zoho.mount.state.add_org(company_name="Indian", dc="in")
    zoho.mount.state.choose_consent(zoho.org)
    token = zoho.exchange(zoho.consent()["code"]).json["access_token"]
    assert zoho.api("GET", "org", token=token).json["org"][0]["company_name"] == "Acme Ltd"
    zoho.mount.state.choose_consent(other)
    token = zoho.exchange(zoho.consent()["code"]).json["access_token"]
    assert zoho.api("GET", "org", token=token).json["org"][0]["company_name"] == "Other"
    zoho.mount.state.choose_consent(indian, via="eu")
    assert zoho.consent()["location"] == "in"
