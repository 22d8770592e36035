"""API tokens: short, signed, and for those who know the secret."""

from base64 import b64encode, urlsafe_b64decode
from dataclasses import replace
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PublicKey
from pydantic import SecretStr
from tests.unit.auth.house import OPERATOR_TOKEN, PUBLIC_URL, House, Partner

from sync_kit.contracts import codec
from sync_kit.identity import SigningKey
from sync_kit.testing import ApiAnswer


async def ask(house: House, form: dict[str, str], **headers: str) -> ApiAnswer:
    """POST /v1/oauth/token."""
    return await house.api().call("POST", "/v1/oauth/token", form=form, headers=headers)


def form_of(partner: Partner, **changes: str) -> dict[str, str]:
    """A client-credentials request in the form."""
    found = {name: str(partner.credentials[name]) for name in ("client_id", "client_secret")}
    return {"grant_type": "client_credentials", **found, **changes}


async def read_claims(house: House, token: str) -> dict[str, Any]:
    """The claims, checked against the published keys by an independent reading of them."""
    head, payload, signature = token.split(".")
    header = codec.loads(decode(head))
    assert header["alg"] == "EdDSA"
    published = (await house.api().get("/.well-known/jwks.json")).json["keys"]
    [key] = [key for key in published if key["kid"] == header["kid"]]
    public = Ed25519PublicKey.from_public_bytes(decode(key["x"]))
    public.verify(decode(signature), f"{head}.{payload}".encode())
    return dict(codec.loads(decode(payload)))


def decode(text: str) -> bytes:
    """Unpadded base64url."""
    return urlsafe_b64decode(text + "=" * (-len(text) % 4))


async def test_a_token_says_who_for_whom_and_until_when(house: House, partner: Partner) -> None:
    answer = await ask(house, form_of(partner))
    assert answer.status == 200
    assert answer.headers["cache-control"] == "no-store"
    body = answer.json
    assert (body["token_type"], body["expires_in"]) == ("Bearer", 900)
    claims = await read_claims(house, body["access_token"])
    assert claims["sub"] == partner.credentials["client_id"]
    assert claims["partner_id"] == partner.credentials["partner_id"]
    assert claims["aud"] == "zoho2xero"
    assert claims["iss"] == PUBLIC_URL
    assert claims["exp"] - claims["iat"] == 900
    assert set(claims["scope"].split()) == set(partner.credentials["scopes"])


async def test_the_client_may_authenticate_by_basic(house: House, partner: Partner) -> None:
    pair = f"{partner.credentials['client_id']}:{partner.credentials['client_secret']}"
    basic = f"Basic {b64encode(pair.encode()).decode()}"
    answer = await ask(house, {"grant_type": "client_credentials", "scope": "tenants:read"}, authorization=basic)
    assert answer.json["scope"] == "tenants:read"
    narrow = house.api(answer.json["access_token"])
    assert (await narrow.get("/v1/tenants")).status == 200
    assert (await narrow.post("/v1/tenants", {"name": "x"})).status == 403
    both = await ask(house, form_of(partner), authorization=basic)
    assert (both.status, both.json["error"]) == (400, "invalid_request")
    broken = await ask(house, {"grant_type": "client_credentials"}, authorization="Basic %%%")
    assert (broken.status, broken.json["error"]) == (400, "invalid_request")


async def test_wrong_secrets_and_unknown_clients_look_alike(house: House, partner: Partner) -> None:
    wrong = await ask(house, form_of(partner, client_secret="wrong"))
    unknown = await ask(house, form_of(partner, client_id="cli_unknown"))
    absent = await ask(house, {"grant_type": "client_credentials"})
    for answer in (wrong, unknown, absent):
        assert (answer.status, answer.json["error"], answer.json["code"]) == (401, "invalid_client", "invalid_client")
        assert answer.json["detail"] == wrong.json["detail"]


@pytest.mark.parametrize(
    ("changes", "error"),
    [({"grant_type": "password"}, "unsupported_grant_type"), ({"scope": "tenants:read admin"}, "invalid_scope")],
)
async def test_what_oauth_refuses_is_named_in_its_words(
    house: House, partner: Partner, changes: dict[str, str], error: str
) -> None:
    answer = await ask(house, form_of(partner, **changes))
    assert (answer.status, answer.json["error"]) == (400, error)


async def test_a_token_ends_after_fifteen_minutes(house: House, partner: Partner) -> None:
    assert (await partner.api.get("/v1/tenants")).status == 200
    house.advance(900 + 331)  # and what clocks of two machines may be apart
    assert (await partner.api.get("/v1/tenants")).status == 401


async def test_the_signing_key_outlives_the_process(house: House, partner: Partner) -> None:
    before = (await house.api().get("/.well-known/jwks.json")).json
    other = house.rebuild()
    twin = replace(house, runtime=other)
    assert (await twin.api().get("/.well-known/jwks.json")).json == before
    token = (await ask(twin, form_of(partner))).json["access_token"]
    assert (await house.api(token).get("/v1/tenants")).status == 200
    await other.close()


async def test_a_configured_key_signs_and_older_tokens_stay_good(house: House, partner: Partner) -> None:
    configured = SigningKey.generate()
    other = house.rebuild(signing_key_pem=SecretStr(configured.to_pem()))
    twin = replace(house, runtime=other)
    token = (await ask(twin, form_of(partner))).json["access_token"]
    published = (await twin.api().get("/.well-known/jwks.json")).json["keys"]
    assert configured.key_id in {key["kid"] for key in published}
    assert len(published) == 2
    assert all("d" not in key for key in published)
    await read_claims(twin, token)
    assert (await twin.api((await ask(house, form_of(partner))).json["access_token"]).get("/v1/tenants")).status == 200
    await other.close()


async def test_only_the_operator_registers_partners(house: House, partner: Partner) -> None:
    body = {"name": "Another"}
    for token in (None, "wrong", OPERATOR_TOKEN[:-1]):
        assert (await house.api(token).post("/v1/partners", body)).status == 401
    assert (await partner.api.post("/v1/partners", body)).status == 401
    assert (await house.api(OPERATOR_TOKEN).post("/v1/partners", body)).status == 201
    assert (await house.api(OPERATOR_TOKEN).get("/v1/tenants")).status == 401
