"""The key that signs API tokens changes, and nobody who holds a token notices."""

from base64 import urlsafe_b64decode
from datetime import timedelta

import pytest
from tests.unit.auth.house import House, Partner

from auth.app import build_keyring
from auth.usecases.keep_signing_keys import SigningKeys
from sync_kit.contracts import codec
from sync_kit.errors import UnauthorisedError
from sync_kit.http import HttpClient, asgi_transport
from sync_kit.identity import JwksVerifier, jwks_fetcher
from sync_kit.testing import ApiClient


def open_keys(house: House) -> SigningKeys:
    """What the command works with: another process on the same store."""
    return SigningKeys(house.runtime.store, build_keyring(house.settings), house.settings.signing_key_pem)


async def ask_for_token(house: House, partner: Partner) -> str:
    form = {name: str(partner.credentials[name]) for name in ("client_id", "client_secret")}
    answer = await house.api().call("POST", "/v1/oauth/token", form={"grant_type": "client_credentials", **form})
    assert answer.status == 200, answer.body
    return str(answer.json["access_token"])


def signer_of(token: str) -> str:
    """The key id in a token's header."""
    head = token.split(".", maxsplit=1)[0]
    return str(codec.loads(urlsafe_b64decode(head + "=" * (-len(head) % 4)))["kid"])


async def list_published(house: House) -> list[str]:
    return [key["kid"] for key in (await house.api().get("/.well-known/jwks.json")).json["keys"]]


def open_other_service(house: House) -> JwksVerifier:
    """Another service, which keeps the keys that it has fetched."""
    http = HttpClient(clock=house.clock, transport=asgi_transport({"http://auth.test": house.runtime.app}))
    return JwksVerifier(jwks_fetcher(http, "http://auth.test"), house.clock)


async def test_no_token_is_refused_at_any_minute_of_a_rotation(house: House, partner: Partner) -> None:
    other = open_other_service(house)
    first = signer_of(await ask_for_token(house, partner))
    await other.verify(await ask_for_token(house, partner))
    house.advance(timedelta(minutes=9))
    second = await open_keys(house).rotate()
    signers: list[str] = []
    alive: list[str] = []
    for minute in range(60):
        token = await ask_for_token(house, partner)
        signers.append(signer_of(token))
        alive = [*alive, token][-15:]  # those that have not ended
        for held in alive:
            await other.verify(held)
            assert (await house.api(held).get("/v1/tenants?limit=1")).status == 200, minute
        house.advance(timedelta(minutes=1))
        await house.settle()
    assert signers == [first] * 11 + [second] * 49, "it is published first, and signs when everybody knows it"
    assert await list_published(house) == [second]


async def test_two_keys_are_published_until_the_last_token_of_the_old_one_has_ended(
    house: House, partner: Partner
) -> None:
    first = signer_of(await ask_for_token(house, partner))
    house.advance(timedelta(hours=1))
    second = await open_keys(house).rotate()
    assert await list_published(house) == [first, second]
    house.advance(timedelta(minutes=29))
    assert await list_published(house) == [first, second]
    house.advance(timedelta(minutes=1))
    assert await list_published(house) == [second]


async def test_what_is_retired_is_forgotten_with_its_private_half(house: House, partner: Partner) -> None:
    first = signer_of(await ask_for_token(house, partner))
    house.advance(timedelta(hours=1))
    keys = open_keys(house)
    second = await keys.rotate()
    assert await keys.forget_retired() == 0
    house.advance(timedelta(hours=1))
    await house.settle()
    stored = house.read_store()
    assert first.encode() not in stored
    assert second.encode() in stored
    assert signer_of(await ask_for_token(house, partner)) == second


async def test_a_rotation_that_is_repeated_leaves_the_newest_to_sign(house: House, partner: Partner) -> None:
    first = signer_of(await ask_for_token(house, partner))
    made = [await open_keys(house).rotate() for _ in range(3)]
    assert signer_of(await ask_for_token(house, partner)) == first
    house.advance(timedelta(minutes=12))
    assert signer_of(await ask_for_token(house, partner)) == made[-1]


async def test_a_key_in_wrong_hands_is_withdrawn_at_once(house: House, partner: Partner) -> None:
    stolen = await ask_for_token(house, partner)
    other = open_other_service(house)
    await other.verify(stolen)
    second = await open_keys(house).replace_at_once()
    assert await list_published(house) == [second]
    assert signer_of(await ask_for_token(house, partner)) == second
    house.advance(timedelta(seconds=601))
    fresh = await ask_for_token(house, partner)
    for verifier in (other, open_other_service(house)):
        assert (await verifier.verify(fresh)).client_id == partner.credentials["client_id"]
        with pytest.raises(UnauthorisedError):
            await verifier.verify(stolen)
    assert (await ApiClient(house.runtime.app, token=stolen, clock=house.clock).get("/v1/tenants")).status == 401
