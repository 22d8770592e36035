import base64
import json

import pytest
from joserfc.jwk import OKPKey

from sync_kit.identity import Principal, SigningKey, sign_access_token
from sync_kit.testing import ManualClock


def test_a_key_survives_its_pem_with_the_same_id() -> None:
    key = SigningKey.generate()
    assert SigningKey.from_pem(key.to_pem()).key_id == key.key_id


@pytest.mark.parametrize("pem", ["", "rubbish", OKPKey.generate_key("Ed448").as_pem(private=True).decode()])
def test_only_a_private_key_on_the_pinned_curve_signs(pem: str) -> None:
    with pytest.raises(ValueError, match="signing key"):
        SigningKey.from_pem(pem)


def test_a_public_pem_does_not_sign() -> None:
    public = OKPKey.import_key(SigningKey.generate().to_pem()).as_pem(private=False).decode()
    with pytest.raises(ValueError, match="signing key"):
        SigningKey.from_pem(public)


def test_the_published_half_holds_nothing_private() -> None:
    assert set(SigningKey.generate().public_jwk()) == {"kty", "crv", "x", "kid", "use", "alg"}


def test_a_token_says_eddsa_its_key_and_its_claims() -> None:
    clock = ManualClock()
    key = SigningKey.generate()
    principal = Principal("c", "p", frozenset({"b", "a"}))
    token = sign_access_token(key, principal, clock=clock, expires_in_seconds=900, issuer="i")
    header, claims = (json.loads(base64.urlsafe_b64decode(part + "==")) for part in token.split(".")[:2])
    assert (header["alg"], header["kid"]) == ("EdDSA", key.key_id)
    now = int(clock.now().timestamp())
    assert claims | {"jti": ""} == {
        "sub": "c",
        "partner_id": "p",
        "scope": "a b",
        "aud": "zoho2xero",
        "iss": "i",
        "iat": now,
        "exp": now + 900,
        "jti": "",
    }
