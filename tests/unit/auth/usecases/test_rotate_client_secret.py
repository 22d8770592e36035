"""A partner's secret is replaced by the operator, with or without a time in which both work."""

import pytest
from tests.unit.auth.house import OPERATOR_TOKEN, House, Partner

from sync_kit.testing import ApiAnswer


async def replace(house: House, partner: Partner, **body: object) -> str:
    """As the operator; the new secret."""
    path = f"/v1/partners/{partner.credentials['partner_id']}/secret"
    answer = await house.api(OPERATOR_TOKEN).post(path, body)
    assert answer.status == 200, answer.body
    assert answer.json["client_id"] == partner.credentials["client_id"]
    return str(answer.json["client_secret"])


async def ask(house: House, partner: Partner, secret: str) -> int:
    """The status of a token request with this secret."""
    client_id = str(partner.credentials["client_id"])
    form = {"grant_type": "client_credentials", "client_id": client_id, "client_secret": secret}
    answer: ApiAnswer = await house.api().call("POST", "/v1/oauth/token", form=form)
    return answer.status


def count_old_secrets(house: House) -> int:
    return len(house.query("SELECT 1 FROM api_clients WHERE old_hash IS NOT NULL"))


async def test_the_old_secret_is_dead_at_once_unless_the_operator_says_otherwise(
    house: House, partner: Partner
) -> None:
    old = str(partner.credentials["client_secret"])
    new = await replace(house, partner)
    assert [await ask(house, partner, secret) for secret in (old, new)] == [401, 200]
    assert new != old
    assert (await partner.api.get("/v1/tenants")).status == 200, "a token that was given out ends by itself"


async def test_both_secrets_work_for_as_long_as_the_operator_says(house: House, partner: Partner) -> None:
    old = str(partner.credentials["client_secret"])
    new = await replace(house, partner, keep_old_seconds=3600)
    house.advance(3599)
    assert [await ask(house, partner, secret) for secret in (old, new)] == [200, 200]
    assert count_old_secrets(house) == 1
    house.advance(1)
    assert [await ask(house, partner, secret) for secret in (old, new)] == [401, 200]
    await house.settle()
    house.advance(61)
    await house.settle()
    assert count_old_secrets(house) == 0, "its hash is forgotten"


async def test_a_second_replacement_ends_the_first_secret_whatever_was_said(house: House, partner: Partner) -> None:
    first = str(partner.credentials["client_secret"])
    second = await replace(house, partner, keep_old_seconds=3600)
    third = await replace(house, partner, keep_old_seconds=3600)
    assert [await ask(house, partner, secret) for secret in (first, second, third)] == [401, 200, 200]
    await replace(house, partner)
    assert [await ask(house, partner, secret) for secret in (second, third)] == [401, 401]


async def test_another_partners_secret_stays(house: House, partner: Partner) -> None:
    other = await house.add_partner("Other")
    await replace(house, partner)
    assert await ask(house, other, str(other.credentials["client_secret"])) == 200


async def test_only_the_operator_replaces_secrets_and_only_of_partners_that_are_there(
    house: House, partner: Partner
) -> None:
    path = f"/v1/partners/{partner.credentials['partner_id']}/secret"
    for token in (None, "wrong", OPERATOR_TOKEN[:-1]):
        assert (await house.api(token).post(path, {})).status == 401
    assert (await partner.api.post(path, {})).status == 401
    assert (await house.api(OPERATOR_TOKEN).post("/v1/partners/ptr_nobody/secret", {})).status == 404
    assert await ask(house, partner, str(partner.credentials["client_secret"])) == 200


@pytest.mark.parametrize("seconds", [-1, 86401, "long", 1.5])
async def test_an_overlap_that_makes_no_sense_is_refused(house: House, partner: Partner, seconds: object) -> None:
    path = f"/v1/partners/{partner.credentials['partner_id']}/secret"
    answer = await house.api(OPERATOR_TOKEN).post(path, {"keep_old_seconds": seconds})
    assert [fault["where"] for fault in answer.json["faults"]] == ["body.keep_old_seconds"]
