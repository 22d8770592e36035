"""What Zoho's accounts servers may answer, and what we make of it."""

from datetime import UTC, datetime, timedelta

import pytest
from pydantic import SecretStr

from auth.clients.vendor_oauth import Consent
from auth.clients.zoho_accounts import ZohoAccounts
from auth.domain.data_centre import DataCentre
from auth.domain.grant import Grant, TokenPair
from auth.errors import AppRefusedError, ConnectLinkError, GrantRefusedError
from sync_kit.contracts.vocabulary import Vendor
from sync_kit.errors import AnswerLostError, BadAnswerError, NotSentError, RateLimitedError
from sync_kit.http import HttpClient, HttpResponse, asgi_transport
from sync_kit.testing import ManualClock, ScriptedServer, answer_json

CENTRES = {"eu": DataCentre("https://accounts.test", "https://api.test", "https://crm.test")}
CONSENT = Consent("https://accounts.test", "https://api.test", "https://crm.test", "eu")
NOW = datetime(2026, 1, 5, 9, tzinfo=UTC)
GRANT = Grant("grt_1", Vendor.ZOHO, "app", "", "https://accounts.test", "https://api.test", 1, NOW, NOW)
GOOD = {"access_token": "a", "refresh_token": "r", "api_domain": "https://api.test", "expires_in": 3600}


def open_client(answer: HttpResponse | None) -> tuple[ZohoAccounts, ScriptedServer]:
    """A client whose vendor gives this one answer."""
    server = ScriptedServer(lambda _: answer)
    http = HttpClient(
        clock=ManualClock(), transport=asgi_transport({"https://accounts.test": server, "https://api.test": server})
    )
    client = ZohoAccounts(
        http,
        client_id="app",
        client_secret=SecretStr("app-secret"),
        scopes=("ZohoCRM.org.READ",),
        data_centres=CENTRES,
        default_data_centre="eu",
    )
    return client, server


def never() -> None:
    """A lease that always has time left."""


async def exchange(answer: HttpResponse | None) -> TokenPair:
    """Exchange a code for this answer."""
    client, _ = open_client(answer)
    return await client.exchange_code("c", CONSENT, redirect_uri="https://we.test/cb", verifier="v")


async def test_the_code_goes_with_our_secret_and_the_verifier_in_the_body() -> None:
    client, server = open_client(answer_json(GOOD))
    pair = await client.exchange_code("c", CONSENT, redirect_uri="https://we.test/cb", verifier="v")
    assert (pair.access_token, pair.refresh_token, pair.lives) == ("a", "r", timedelta(hours=1))
    [request] = server.requests
    assert request.url == "http://scripted/oauth/v2/token"
    body = (request.body or b"").decode()
    for part in ("grant_type=authorization_code", "code=c", "code_verifier=v", "client_secret=app-secret"):
        assert part in body


async def test_very_old_answers_count_milliseconds() -> None:
    pair = await exchange(answer_json({**GOOD, "expires_in": 3_600_000, "expires_in_sec": 3600}))
    assert pair.lives == timedelta(hours=1)


@pytest.mark.parametrize("domain", ["https://api.test.evil.example", "http://api.test", "https://accounts.test"])
async def test_an_api_domain_of_somebody_else_is_refused(domain: str) -> None:
    with pytest.raises(ConnectLinkError) as refusal:
        await exchange(answer_json({**GOOD, "api_domain": domain}))
    assert refusal.value.code == "api_domain_not_allowed"


@pytest.mark.parametrize("status", [200, 400])
@pytest.mark.parametrize(
    ("word", "error"),
    [
        ("invalid_client", AppRefusedError),
        ("invalid_code", GrantRefusedError),
        ("INVALID_CODE", GrantRefusedError),
        ("access_denied", RateLimitedError),
        ("Access Denied", RateLimitedError),
        ("something_new", BadAnswerError),
    ],
)
async def test_refusals_are_told_apart_by_their_word_whatever_the_status(
    word: str, error: type[Exception], status: int
) -> None:
    with pytest.raises(error):
        await exchange(answer_json({"error": word}, status))


@pytest.mark.parametrize(
    ("answer", "error"),
    [
        (None, AnswerLostError),
        (HttpResponse(200, {}, b"<html>"), BadAnswerError),
        (HttpResponse(502, {}, b"bad gateway"), BadAnswerError),
        (HttpResponse(429, {}, b""), RateLimitedError),
        (answer_json([GOOD]), BadAnswerError),
        (answer_json({**GOOD, "access_token": 5}), BadAnswerError),
        (answer_json({**GOOD, "refresh_token": None}), BadAnswerError),
        (answer_json({**GOOD, "expires_in": "3600"}), BadAnswerError),
        (answer_json({**GOOD, "expires_in": True}), BadAnswerError),
        (answer_json({**GOOD, "expires_in": -1}), BadAnswerError),
        (answer_json({**GOOD, "expires_in": 3_600_000}), BadAnswerError),
    ],
)
async def test_nonsense_is_never_taken_for_a_token(answer: HttpResponse | None, error: type[Exception]) -> None:
    with pytest.raises(error):
        await exchange(answer)


async def test_a_refresh_brings_no_new_refresh_token() -> None:
    client, _ = open_client(answer_json({"access_token": "a2", "expires_in": 3600}))
    pair = await client.refresh(GRANT, "r", lease=never)
    assert (pair.access_token, pair.refresh_token) == ("a2", None)


async def test_a_refresh_without_time_on_its_lease_never_leaves() -> None:
    def too_late() -> None:
        raise NotSentError("too late")

    client, server = open_client(answer_json(GOOD))
    with pytest.raises(NotSentError):
        await client.refresh(GRANT, "r", lease=too_late)
    assert not server.requests


@pytest.mark.parametrize("status", [200, 400])
async def test_a_revocation_of_what_is_gone_is_done(status: int) -> None:
    client, server = open_client(answer_json({"status": "x"}, status))
    await client.revoke(GRANT, "r")
    assert server.requests[0].url == "http://scripted/oauth/v2/token/revoke"


@pytest.mark.parametrize(("status", "error"), [(500, BadAnswerError), (429, RateLimitedError)])
async def test_a_revocation_that_was_not_heard_is_not_done(status: int, error: type[Exception]) -> None:
    client, _ = open_client(HttpResponse(status, {}, b""))
    with pytest.raises(error):
        await client.revoke(GRANT, "r")


async def test_the_organisation_is_known_by_its_zgid() -> None:
    client, _ = open_client(answer_json({"org": [{"id": "999", "zgid": "20000000001", "company_name": "Northwind"}]}))
    opened = await client.list_organisations(CONSENT, TokenPair("a", "r", timedelta(hours=1)))
    [organisation] = opened.offered
    assert (organisation.external_id, organisation.name) == ("20000000001", "Northwind")
    assert organisation.web_url == "https://crm.test/crm/org20000000001"


@pytest.mark.parametrize(
    "answer",
    [
        answer_json({}),
        answer_json({"org": []}),
        answer_json({"org": [{"company_name": "x"}]}),
        answer_json({"org": [{"zgid": "../../x"}]}),
        answer_json([]),
        HttpResponse(204, {}, b""),
    ],
)
async def test_an_organisation_without_its_id_is_no_organisation(answer: HttpResponse) -> None:
    client, _ = open_client(answer)
    with pytest.raises(BadAnswerError):
        await client.list_organisations(CONSENT, TokenPair("a", "r", timedelta(hours=1)))


async def test_a_user_without_the_right_hears_so() -> None:
    client, _ = open_client(answer_json({"code": "NO_PERMISSION"}, 403))
    with pytest.raises(ConnectLinkError) as refusal:
        await client.list_organisations(CONSENT, TokenPair("a", "r", timedelta(hours=1)))
    assert refusal.value.code == "permission_missing"


def test_an_answer_without_an_accounts_server_stays_where_it_began() -> None:
    client, _ = open_client(None)
    assert client.find_consent({"code": "c"}, "eu") == CONSENT
    with pytest.raises(ConnectLinkError):
        client.find_consent({"code": "c"}, "mars")
