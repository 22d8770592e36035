"""What Xero's identity service may answer, and what we make of it."""

from base64 import b64encode, urlsafe_b64encode
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from pydantic import SecretStr

from auth.clients.vendor_oauth import Consent
from auth.clients.xero_identity import XeroIdentity
from auth.domain.grant import Grant, TokenPair
from auth.errors import AppRefusedError, ConnectLinkError, GrantRefusedError
from sync_kit.contracts import codec
from sync_kit.contracts.vocabulary import Vendor
from sync_kit.errors import AnswerLostError, BadAnswerError, RateLimitedError
from sync_kit.http import HttpClient, HttpResponse, asgi_transport
from sync_kit.testing import ManualClock, ScriptedServer, answer_json

CONSENT = Consent("https://id.test", "https://api.test", "https://go.xero.com")
NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
GRANT = Grant("grt_1", Vendor.XERO, "app", "user-1", "https://id.test", "https://api.test", 1, NOW, NOW)
PAIR = TokenPair("a", "r", timedelta(minutes=30), subject="user-1", auth_event_id="event-2")


def make_jwt(**claims: Any) -> str:
    """A token that nobody signed."""
    payload = urlsafe_b64encode(codec.dumps(claims)).rstrip(b"=").decode()
    return f"e30.{payload}.x"


GOOD: dict[str, Any] = {
    "access_token": make_jwt(xero_userid="user-1", authentication_event_id="event-2"),
    "refresh_token": "r",
    "expires_in": 1800,
}


def open_client(answer: HttpResponse | None) -> tuple[XeroIdentity, ScriptedServer]:
    """A client whose vendor gives this one answer."""
    server = ScriptedServer(lambda _: answer)
    http = HttpClient(
        clock=ManualClock(), transport=asgi_transport({"https://id.test": server, "https://api.test": server})
    )
    client = XeroIdentity(
        http,
        client_id="app",
        client_secret=SecretStr("app-secret"),
        scopes=("offline_access", "accounting.contacts"),
        login_url="https://login.test",
        identity_url="https://id.test",
        api_url="https://api.test",
    )
    return client, server


def never() -> None:
    """A lease that always has time left."""


def make_row(number: int, event: str = "event-1", kind: str = "ORGANISATION") -> dict[str, str]:
    """One row of /connections."""
    return {
        "id": f"link-{number}",
        "tenantId": f"org-{number}",
        "tenantName": f"Org {number}",
        "tenantType": kind,
        "authEventId": event,
    }


async def test_a_refresh_sends_our_secret_by_basic_and_brings_a_new_pair() -> None:
    client, server = open_client(answer_json(GOOD))
    pair = await client.refresh(GRANT, "r-old", lease=never)
    assert (pair.refresh_token, pair.subject, pair.auth_event_id) == ("r", "user-1", "event-2")
    assert pair.lives == timedelta(minutes=30)
    [request] = server.requests
    assert request.headers["authorization"] == "Basic " + b64encode(b"app:app-secret").decode()
    assert (request.body or b"").decode() == "grant_type=refresh_token&refresh_token=r-old"


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (answer_json({"error": "invalid_grant"}, 400), GrantRefusedError),
        (answer_json({"error": "invalid_client"}, 400), AppRefusedError),
        (answer_json({"error": "unauthorized_client"}, 401), AppRefusedError),
        (answer_json({"error": "what"}, 400), BadAnswerError),
        (answer_json({"Detail": "slow down"}, 429), RateLimitedError),
        (answer_json(GOOD, 500), BadAnswerError),
        (answer_json(GOOD, 302), BadAnswerError),
        (None, AnswerLostError),
        (answer_json({**GOOD, "access_token": "opaque"}), BadAnswerError),
        (answer_json({**GOOD, "access_token": "a.%%%.c"}), BadAnswerError),
        (answer_json({**GOOD, "access_token": "a.W10.c"}), BadAnswerError),
        (answer_json({**GOOD, "refresh_token": ""}), BadAnswerError),
        (answer_json({name: value for name, value in GOOD.items() if name != "refresh_token"}), BadAnswerError),
    ],
)
async def test_only_a_whole_pair_is_a_pair(answer: HttpResponse | None, error: type[Exception]) -> None:
    client, _ = open_client(answer)
    with pytest.raises(error):
        await client.refresh(GRANT, "r", lease=never)


async def test_a_consent_must_name_its_user() -> None:
    client, _ = open_client(answer_json({**GOOD, "access_token": make_jwt(sub="x")}))
    with pytest.raises(BadAnswerError):
        await client.exchange_code("c", CONSENT, redirect_uri="https://we.test/cb", verifier="v")


async def test_the_organisations_of_this_consent_are_offered_and_practices_are_not() -> None:
    rows = [make_row(1), make_row(2, "event-2"), make_row(3, "event-2", "PRACTICE")]
    client, _ = open_client(answer_json(rows))
    opened = await client.list_organisations(CONSENT, PAIR)
    assert [each.external_id for each in opened.offered] == ["org-2"]
    assert [each.external_id for each in opened.reachable] == ["org-1", "org-2"]
    assert opened.offered[0].vendor_connection_id == "link-2"


async def test_without_a_mark_of_this_consent_all_are_offered() -> None:
    client, _ = open_client(answer_json([make_row(1), make_row(2)]))
    opened = await client.list_organisations(CONSENT, PAIR)
    assert [each.external_id for each in opened.offered] == ["org-1", "org-2"]


@pytest.mark.parametrize(
    "answer",
    [
        answer_json({"connections": []}),
        answer_json(["x"]),
        answer_json([{**make_row(1), "tenantId": 5}]),
        answer_json([{**make_row(1), "id": None}]),
        answer_json([], 500),
    ],
)
async def test_connections_that_cannot_be_understood_are_refused(answer: HttpResponse) -> None:
    client, _ = open_client(answer)
    with pytest.raises(BadAnswerError):
        await client.list_organisations(CONSENT, PAIR)


async def test_a_user_whom_xero_does_not_let_in_hears_so() -> None:
    client, _ = open_client(answer_json({}, 401))
    with pytest.raises(ConnectLinkError):
        await client.list_organisations(CONSENT, PAIR)


@pytest.mark.parametrize(("status", "fine"), [(204, True), (404, True), (401, False), (403, False), (500, False)])
async def test_a_link_is_cut_when_xero_says_so_or_does_not_know_it(status: int, fine: bool) -> None:
    client, server = open_client(HttpResponse(status, {}, b""))
    if fine:
        await client.cut_connection(GRANT, "a", "link/1")
    else:
        with pytest.raises(BadAnswerError):
            await client.cut_connection(GRANT, "a", "link/1")
    assert server.requests[0].url == "http://scripted/connections/link%2F1"


@pytest.mark.parametrize(("status", "fine"), [(200, True), (400, True), (503, False)])
async def test_a_grant_is_revoked_when_xero_says_so_or_does_not_know_it(status: int, fine: bool) -> None:
    client, server = open_client(HttpResponse(status, {}, b""))
    if fine:
        await client.revoke(GRANT, "r")
    else:
        with pytest.raises(BadAnswerError):
            await client.revoke(GRANT, "r")
    assert (server.requests[0].method, server.requests[0].body) == ("POST", b"token=r")
