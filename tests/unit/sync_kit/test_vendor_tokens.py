import asyncio
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from sync_kit.contracts import codec
from sync_kit.contracts.vocabulary import Vendor
from sync_kit.errors import NeedsReauthorisationError, NotSentError, TryLaterError
from sync_kit.http import HttpClient, HttpRequest, HttpResponse, asgi_transport
from sync_kit.testing import ManualClock, ScriptedServer, TokenIssuer, answer_json
from sync_kit.vendor_tokens import VendorTokens

ZOHO, XERO = Vendor("zoho"), Vendor("xero")


class Auth:
    """Stands in for auth: lends generation after generation, as many as were said to have failed."""

    def __init__(self, clock: ManualClock) -> None:
        self.clock = clock
        self.generation = 1
        self.life = timedelta(minutes=30)
        self.gate = asyncio.Event()
        self.gate.set()
        self.answer: Callable[[], HttpResponse | None] | None = None
        self.server = ScriptedServer(self.respond)
        issuer = TokenIssuer(clock)
        self.identity = issuer.build_service_identity("auth")
        http = HttpClient(clock=clock, transport=asgi_transport({"auth.test": self.server}))
        self.tokens = VendorTokens(http, "http://auth.test", issuer.build_service_identity("zoho-reader"), clock)

    async def respond(self, request: HttpRequest) -> HttpResponse | None:
        await self.gate.wait()
        assert self.identity.verify_service(request.headers["authorization"].split()[1]) == "zoho-reader"
        if self.answer is not None:
            return self.answer()
        asked = codec.loads(request.body or b"")
        if asked["failed_generation"] == self.generation:
            self.generation += 1
        return answer_json(
            {
                "access_token": f"token-{asked['tenant_id']}-{asked['vendor']}-{self.generation}",
                "generation": self.generation,
                "connection_generation": 1,
                "expires_at": (self.clock.now() + self.life).isoformat(),
                "api_url": "https://api.test",
                "external_id": "org-1",
            }
        )

    @property
    def asked(self) -> list[Any]:
        return [codec.loads(request.body or b"") for request in self.server.requests]


@pytest.fixture
def auth() -> Auth:
    return Auth(ManualClock())


async def test_a_token_is_borrowed_once_and_used_until_a_minute_before_its_end(auth: Auth) -> None:
    first = await auth.tokens.borrow("t1", ZOHO)
    assert first.access_token.get_secret_value() == "token-t1-zoho-1"
    auth.clock.advance(timedelta(minutes=28, seconds=59))
    assert await auth.tokens.borrow("t1", ZOHO) == first
    assert len(auth.asked) == 1
    auth.clock.advance(1)
    await auth.tokens.borrow("t1", ZOHO)
    assert len(auth.asked) == 2


async def test_tenants_and_vendors_never_share_a_token(auth: Auth) -> None:
    values = [
        (await auth.tokens.borrow(tenant, vendor)).access_token.get_secret_value()
        for tenant in ("t1", "t2")
        for vendor in (ZOHO, XERO)
    ]
    assert values == ["token-t1-zoho-1", "token-t1-xero-1", "token-t2-zoho-1", "token-t2-xero-1"]


async def test_a_hundred_borrowers_are_one_question(auth: Auth) -> None:
    auth.gate.clear()
    borrowers = [asyncio.create_task(auth.tokens.borrow("t1", ZOHO)) for _ in range(100)]
    await asyncio.sleep(0)
    auth.gate.set()
    assert len({token.generation for token in await asyncio.gather(*borrowers)}) == 1
    assert len(auth.asked) == 1


async def test_a_hundred_refusals_are_one_question_that_names_the_generation(auth: Auth) -> None:
    old = await auth.tokens.borrow("t1", ZOHO)
    fresh = await asyncio.gather(*(auth.tokens.borrow("t1", ZOHO, old.generation) for _ in range(100)))
    assert {token.generation for token in fresh} == {2}
    assert [asked["failed_generation"] for asked in auth.asked] == [None, 1]


async def test_a_refusal_of_an_older_token_gets_the_newer_one_without_asking(auth: Auth) -> None:
    await auth.tokens.borrow("t1", ZOHO)
    await auth.tokens.borrow("t1", ZOHO, 1)
    assert (await auth.tokens.borrow("t1", ZOHO, 1)).generation == 2
    assert len(auth.asked) == 2


async def test_who_was_refused_does_not_take_the_refused_token_from_a_question_under_way(auth: Auth) -> None:
    auth.gate.clear()
    innocent = asyncio.create_task(auth.tokens.borrow("t1", ZOHO))
    await asyncio.sleep(0)
    refused = asyncio.create_task(auth.tokens.borrow("t1", ZOHO, 1))
    await asyncio.sleep(0)
    auth.gate.set()
    assert ((await innocent).generation, (await refused).generation) == (1, 2)


async def test_an_auth_that_lends_the_refused_token_again_is_not_believed(auth: Auth) -> None:
    old = await auth.tokens.borrow("t1", ZOHO)
    same = codec.loads(
        codec.dumps(
            {**old.model_dump(mode="json"), "access_token": old.access_token.get_secret_value()},
        )
    )
    auth.answer = lambda: answer_json(same)
    with pytest.raises(TryLaterError):
        await auth.tokens.borrow("t1", ZOHO, old.generation)


async def test_others_get_their_token_when_the_first_asker_is_cancelled(auth: Auth) -> None:
    auth.gate.clear()
    first = asyncio.create_task(auth.tokens.borrow("t1", ZOHO))
    await asyncio.sleep(0)
    second = asyncio.create_task(auth.tokens.borrow("t1", ZOHO))
    await asyncio.sleep(0)
    first.cancel()
    auth.gate.set()
    assert (await second).generation == 1
    assert len(auth.asked) == 1


async def test_a_connection_that_needs_a_person_says_why(auth: Auth) -> None:
    auth.answer = lambda: answer_json({"code": "needs_reauthorisation", "cause": "withdrawn"}, status=409)
    with pytest.raises(NeedsReauthorisationError) as caught:
        await auth.tokens.borrow("t1", ZOHO)
    assert caught.value.cause == "withdrawn"


async def test_a_connection_that_never_was_needs_a_person(auth: Auth) -> None:
    auth.answer = lambda: answer_json({}, status=404)
    with pytest.raises(NeedsReauthorisationError) as caught:
        await auth.tokens.borrow("t1", ZOHO)
    assert caught.value.cause == "never_connected"


async def test_auth_names_the_time_to_try_again(auth: Auth) -> None:
    auth.answer = lambda: answer_json({}, status=503, retry_after="30")
    with pytest.raises(TryLaterError) as caught:
        await auth.tokens.borrow("t1", ZOHO)
    assert caught.value.retry_at == auth.clock.now() + timedelta(seconds=30)


@pytest.mark.parametrize(
    "answer",
    [
        answer_json({}, status=500),
        answer_json({"code": "other"}, status=409),
        answer_json({"access_token": "x"}),
        answer_json([]),
        HttpResponse(200, body=b"<html>"),
        HttpResponse(401, body=b""),
        None,
    ],
)
async def test_any_other_answer_is_waited_out_and_the_next_try_is_a_new_question(
    auth: Auth, answer: HttpResponse | None
) -> None:
    auth.answer = lambda: answer
    with pytest.raises(TryLaterError) as caught:
        await auth.tokens.borrow("t1", ZOHO)
    assert not isinstance(caught.value, NotSentError)
    auth.answer = None
    assert (await auth.tokens.borrow("t1", ZOHO)).generation == 1


async def test_an_unreachable_auth_is_waited_out() -> None:
    clock = ManualClock()
    http = HttpClient(clock=clock, transport=asgi_transport({}))
    tokens = VendorTokens(http, "http://auth.test", TokenIssuer(clock).build_service_identity("x"), clock)
    with pytest.raises(TryLaterError):
        await tokens.borrow("t1", ZOHO)


async def test_forgetting_a_tenant_drops_its_tokens_only(auth: Auth) -> None:
    await auth.tokens.borrow("t1", ZOHO)
    await auth.tokens.borrow("t2", ZOHO)
    auth.tokens.forget("t1")
    await auth.tokens.borrow("t1", ZOHO)
    await auth.tokens.borrow("t2", ZOHO)
    assert [asked["tenant_id"] for asked in auth.asked] == ["t1", "t2", "t1"]


@pytest.mark.parametrize("fact", ["missing_scope", "withdrawn"])
async def test_what_the_vendor_said_of_a_connection_is_reported(auth: Auth, fact: str) -> None:
    token = await auth.tokens.borrow("t1", ZOHO)
    auth.answer = lambda: answer_json({"code": "needs_reauthorisation", "cause": fact}, status=409)
    report = auth.tokens.report_missing_scope if fact == "missing_scope" else auth.tokens.report_withdrawn
    with pytest.raises(NeedsReauthorisationError):
        await report("t1", ZOHO, token.generation)
    assert auth.asked[-1][fact] is True
    assert auth.asked[-1]["failed_generation"] == 1
    with pytest.raises(NeedsReauthorisationError):
        await auth.tokens.borrow("t1", ZOHO)


async def test_a_token_does_not_show_in_an_error(auth: Auth) -> None:
    auth.answer = lambda: answer_json({"access_token": "s3cret", "generation": "no number"})
    with pytest.raises(TryLaterError) as caught:
        await auth.tokens.borrow("t1", ZOHO)
    assert "s3cret" not in str(caught.value)
