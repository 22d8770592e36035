import asyncio
import base64
import json
from collections.abc import Mapping
from typing import Any

import pytest
from joserfc import jwt
from joserfc.jwk import OctKey, OKPKey

from sync_kit.errors import AnswerLostError, NotSentError, TryLaterError, UnauthorisedError
from sync_kit.http import HttpClient, HttpResponse, asgi_transport
from sync_kit.identity import (
    JwksVerifier,
    Principal,
    SigningKey,
    build_jwks,
    jwks_fetcher,
    sign_access_token,
)
from sync_kit.testing import ManualClock, ScriptedServer, answer_json

PRINCIPAL = Principal("client-1", "partner-1", frozenset({"syncs:read", "syncs:write"}))


class Published:
    """The keys that auth publishes, and how often they were asked for."""

    def __init__(self, *keys: SigningKey) -> None:
        self.keys = list(keys)
        self.calls = 0
        self.failure: Exception | None = None

    async def fetch(self) -> Mapping[str, Any]:
        self.calls += 1
        await asyncio.sleep(0)
        if self.failure is not None:
            raise self.failure
        return build_jwks(self.keys)


@pytest.fixture
def clock() -> ManualClock:
    return ManualClock()


@pytest.fixture
def key() -> SigningKey:
    return SigningKey.generate()


def token_of(key: SigningKey, clock: ManualClock, **options: Any) -> str:
    return sign_access_token(key, PRINCIPAL, clock=clock, expires_in_seconds=900, **options)


async def test_a_token_of_ours_names_its_principal(clock: ManualClock, key: SigningKey) -> None:
    verifier = JwksVerifier(Published(key).fetch, clock)
    assert await verifier.verify(token_of(key, clock)) == PRINCIPAL


async def test_an_expired_token_is_refused(clock: ManualClock, key: SigningKey) -> None:
    verifier = JwksVerifier(Published(key).fetch, clock)
    token = token_of(key, clock)
    clock.advance(900 + 300)  # a verifier whose clock is five minutes ahead of the issuer's
    await verifier.verify(token)
    clock.advance(60)
    with pytest.raises(UnauthorisedError):
        await verifier.verify(token)


async def test_a_token_for_another_audience_or_issuer_is_refused(clock: ManualClock, key: SigningKey) -> None:
    verifier = JwksVerifier(Published(key).fetch, clock, issuer="https://auth.test")
    await verifier.verify(token_of(key, clock, issuer="https://auth.test"))
    with pytest.raises(UnauthorisedError):
        await verifier.verify(token_of(key, clock, issuer="https://other.test"))
    with pytest.raises(UnauthorisedError):
        await verifier.verify(token_of(key, clock))
    with pytest.raises(UnauthorisedError):
        await verifier.verify(token_of(key, clock, issuer="https://auth.test", audience="internal"))


@pytest.mark.parametrize("missing", ["exp", "aud", "sub", "partner_id", "scope"])
async def test_a_token_without_a_needed_claim_is_refused(clock: ManualClock, key: SigningKey, missing: str) -> None:
    now = int(clock.now().timestamp())
    claims = {"exp": now + 60, "aud": "zoho2xero", "sub": "c", "partner_id": "p", "scope": "a"}
    verifier = JwksVerifier(Published(key).fetch, clock)
    assert (await verifier.verify(key.sign(claims))).partner_id == "p"
    del claims[missing]
    with pytest.raises(UnauthorisedError):
        await verifier.verify(key.sign(claims))


async def test_a_signature_of_another_key_under_our_key_id_is_refused(clock: ManualClock, key: SigningKey) -> None:
    verifier = JwksVerifier(Published(key).fetch, clock)
    header, claims, _ = token_of(key, clock).split(".")
    foreign_signature = token_of(SigningKey.generate(), clock).split(".")[2]
    with pytest.raises(UnauthorisedError):
        await verifier.verify(f"{header}.{claims}.{foreign_signature}")


def encode(part: object) -> str:
    return base64.urlsafe_b64encode(json.dumps(part).encode()).rstrip(b"=").decode()


async def test_no_other_algorithm_is_accepted(clock: ManualClock, key: SigningKey) -> None:
    verifier = JwksVerifier(Published(key).fetch, clock)
    claims = {"exp": int(clock.now().timestamp()) + 60, "aud": "zoho2xero", "sub": "c", "partner_id": "p", "scope": ""}
    unsigned = f"{encode({'alg': 'none', 'kid': key.key_id})}.{encode(claims)}."
    # The classic confusion: the public key's bytes used as an HMAC secret.
    public = OctKey.import_key(json.dumps(key.public_jwk()))
    confused = jwt.encode({"alg": "HS256", "kid": key.key_id}, claims, public, algorithms=["HS256"])
    for token in (unsigned, confused):
        with pytest.raises(UnauthorisedError):
            await verifier.verify(token)


@pytest.mark.parametrize("token", ["", "a.b.c", "not a token", "é.é.é", "e30.e30.e30", "x" * 5000, "..", "W10.W10.W10"])
async def test_rubbish_is_refused_without_asking_for_keys(clock: ManualClock, key: SigningKey, token: str) -> None:
    published = Published(key)
    with pytest.raises(UnauthorisedError):
        await JwksVerifier(published.fetch, clock).verify(token)
    assert published.calls == 0


async def test_keys_are_fetched_once_for_many_tokens(clock: ManualClock, key: SigningKey) -> None:
    published = Published(key)
    verifier = JwksVerifier(published.fetch, clock)
    await asyncio.gather(*(verifier.verify(token_of(key, clock)) for _ in range(20)))
    assert published.calls == 1


async def test_a_new_key_is_found_and_forged_key_ids_ask_at_most_every_30_seconds(
    clock: ManualClock, key: SigningKey
) -> None:
    published = Published(key)
    verifier = JwksVerifier(published.fetch, clock)
    await verifier.verify(token_of(key, clock))
    newer = SigningKey.generate()
    published.keys.append(newer)
    for _ in range(10):
        with pytest.raises(UnauthorisedError):
            await verifier.verify(token_of(SigningKey.generate(), clock))
    assert published.calls == 1
    clock.advance(30)
    assert await verifier.verify(token_of(newer, clock)) == PRINCIPAL
    assert published.calls == 2


async def test_a_withdrawn_key_stops_working(clock: ManualClock, key: SigningKey) -> None:
    published = Published(key)
    verifier = JwksVerifier(published.fetch, clock)
    await verifier.verify(token_of(key, clock))
    published.keys = [SigningKey.generate()]
    clock.advance(601)
    with pytest.raises(UnauthorisedError):
        await verifier.verify(token_of(key, clock))


@pytest.mark.parametrize("failure", [NotSentError("down"), AnswerLostError("cut")])
async def test_known_keys_go_on_for_an_hour_while_auth_is_away_and_not_longer(
    clock: ManualClock, key: SigningKey, failure: Exception
) -> None:
    published = Published(key)
    verifier = JwksVerifier(published.fetch, clock)
    await verifier.verify(token_of(key, clock))
    published.failure = failure
    clock.advance(3000)
    await verifier.verify(token_of(key, clock))
    clock.advance(700)
    with pytest.raises(TryLaterError):
        await verifier.verify(token_of(key, clock))


async def test_an_auth_that_starts_late_is_asked_again_soon(clock: ManualClock, key: SigningKey) -> None:
    published = Published(key)
    published.failure = NotSentError("down")
    verifier = JwksVerifier(published.fetch, clock)
    with pytest.raises(TryLaterError):
        await verifier.verify(token_of(key, clock))
    published.failure = None
    clock.advance(2)
    assert await verifier.verify(token_of(key, clock)) == PRINCIPAL


async def test_a_damaged_key_does_not_lock_out_the_others(clock: ManualClock, key: SigningKey) -> None:
    other_curve = OKPKey.generate_key("Ed448").as_dict(private=False)

    async def fetch() -> Mapping[str, Any]:
        damaged = {"kty": "OKP", "crv": "Ed25519", "x": "!", "kid": "bad"}
        return {"keys": [damaged, {**other_curve, "kid": "b"}, 7, {"kid": 1}, key.public_jwk()]}

    assert await JwksVerifier(fetch, clock).verify(token_of(key, clock)) == PRINCIPAL


async def test_keys_come_over_http_from_auth(clock: ManualClock, key: SigningKey) -> None:
    server = ScriptedServer(lambda request: answer_json(build_jwks([key])))
    http = HttpClient(clock=clock, transport=asgi_transport({"auth.test": server}))
    verifier = JwksVerifier(jwks_fetcher(http, "http://auth.test/"), clock)
    assert await verifier.verify(token_of(key, clock)) == PRINCIPAL
    assert server.requests[0].url == "http://scripted/.well-known/jwks.json"


@pytest.mark.parametrize(
    "answer", [answer_json([]), answer_json({}, status=500), HttpResponse(200, body=b"<html>"), None]
)
async def test_an_auth_that_answers_wrongly_is_waited_for(
    clock: ManualClock, key: SigningKey, answer: HttpResponse | None
) -> None:
    http = HttpClient(clock=clock, transport=asgi_transport({"auth.test": ScriptedServer(lambda _: answer)}))
    with pytest.raises(TryLaterError):
        await JwksVerifier(jwks_fetcher(http, "http://auth.test"), clock).verify(token_of(key, clock))
