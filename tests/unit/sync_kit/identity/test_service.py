import pytest
from joserfc import jwt
from joserfc.jwk import OctKey
from pydantic import SecretStr

from sync_kit.errors import UnauthorisedError
from sync_kit.identity import ServiceIdentity
from sync_kit.testing import SERVICE_KEY, ManualClock, TokenIssuer


def test_a_service_is_known_by_its_token() -> None:
    clock = ManualClock()
    token = ServiceIdentity("zoho-reader", SERVICE_KEY, clock).issue_token()
    assert ServiceIdentity("auth", SERVICE_KEY, clock).verify_service(token) == "zoho-reader"


def test_a_service_token_lives_a_minute_by_clocks_that_are_five_minutes_apart() -> None:
    clock = ManualClock()
    identity = ServiceIdentity("auth", SERVICE_KEY, clock)
    token = identity.issue_token()
    clock.advance(60 + 300)
    identity.verify_service(token)
    clock.advance(60)
    with pytest.raises(UnauthorisedError):
        identity.verify_service(token)


def test_a_token_for_another_audience_is_refused_even_with_our_key() -> None:
    clock = ManualClock()
    exp = int(clock.now().timestamp()) + 60
    key = OctKey.import_key(SERVICE_KEY.get_secret_value())
    for claims in ({"sub": "x", "exp": exp, "aud": "zoho2xero"}, {"sub": "x", "exp": exp}):
        token = jwt.encode({"alg": "HS256"}, claims, key, algorithms=["HS256"])
        with pytest.raises(UnauthorisedError):
            ServiceIdentity("auth", SERVICE_KEY, clock).verify_service(token)


def test_another_key_is_refused() -> None:
    clock = ManualClock()
    token = ServiceIdentity("zoho-reader", SecretStr("k" * 32), clock).issue_token()
    with pytest.raises(UnauthorisedError):
        ServiceIdentity("auth", SERVICE_KEY, clock).verify_service(token)


def test_a_partner_token_is_no_service_token() -> None:
    clock = ManualClock()
    with pytest.raises(UnauthorisedError):
        ServiceIdentity("auth", SERVICE_KEY, clock).verify_service(TokenIssuer(clock).issue())


async def test_a_service_token_is_no_partner_token() -> None:
    clock = ManualClock()
    issuer = TokenIssuer(clock)
    with pytest.raises(UnauthorisedError):
        await issuer.verifier.verify(issuer.build_service_identity("zoho-reader").issue_token())


@pytest.mark.parametrize("token", ["", "a.b.c", "é", "e30.e30.e30"])
def test_rubbish_is_refused(token: str) -> None:
    with pytest.raises(UnauthorisedError):
        ServiceIdentity("auth", SERVICE_KEY, ManualClock()).verify_service(token)


def test_a_short_key_is_refused() -> None:
    with pytest.raises(ValueError, match="32 bytes"):
        ServiceIdentity("auth", SecretStr("k" * 31))
