"""The vault's key is rotated while everything goes on."""

import pytest
from pydantic import SecretStr
from tests.unit.auth.house import NEW_KEY, OLD_KEY, House, Partner

from auth.app import build_keyring
from auth.usecases.rewrap_vault import rewrap_vault
from sync_kit.testing import ApiClient


def list_key_ids(house: House) -> set[str]:
    """Which keys the vault's rows are sealed with."""
    return {key_id for (key_id,) in house.query("SELECT key_id FROM vault")}


async def test_a_key_is_rotated_with_two_keys_alive(house: House, partner: Partner) -> None:
    await house.add_xero_user("Books")
    tenant_id = await partner.add_tenant()
    await partner.connect(tenant_id, "xero")
    lent = (await house.borrow(tenant_id, "xero")).json
    keys = {"old": SecretStr(OLD_KEY), "new": SecretStr(NEW_KEY)}

    both = house.rebuild(vault_keys=keys, vault_current_key="new")
    assert (await house.borrow(tenant_id, "xero", app=both.app)).json == lent, "the old key still opens"
    house.advance(120)
    renewed = await house.borrow(tenant_id, "xero", app=both.app, failed_generation=1)
    assert renewed.json["generation"] == 2
    assert list_key_ids(house) == {"old", "new"}

    ring = build_keyring(house.settings.model_copy(update={"vault_keys": keys, "vault_current_key": "new"}))
    assert await rewrap_vault(store=both.store, keyring=ring) > 0
    assert list_key_ids(house) == {"new"}
    assert await rewrap_vault(store=both.store, keyring=ring) == 0
    await both.close()

    alone = house.rebuild(vault_keys={"new": SecretStr(NEW_KEY)}, vault_current_key="new")
    assert (await house.borrow(tenant_id, "xero", app=alone.app)).json == renewed.json
    jwks = await ApiClient(alone.app, clock=house.clock).get("/.well-known/jwks.json")
    assert jwks.json == (await house.api().get("/.well-known/jwks.json")).json
    await alone.close()


async def test_a_value_moved_to_another_grant_does_not_open(house: House, partner: Partner) -> None:
    tenants = []
    for name in ("North", "South"):
        await house.add_xero_user(name)
        tenants.append(await partner.add_tenant(name))
        await partner.connect(tenants[-1], "xero")
    (first,), (second,) = house.query("SELECT owner_id FROM vault WHERE purpose = 'xero'")
    for before, after in ((first, "moving"), (second, first), ("moving", second)):
        house.query("UPDATE vault SET owner_id = $1 WHERE purpose = 'xero' AND owner_id = $2", after, before)
    assert {(await house.borrow(tenant_id, "xero")).status for tenant_id in tenants} == {500}


@pytest.mark.parametrize("key_id", ["old"])
async def test_a_key_that_is_still_needed_is_missed_loudly(house: House, partner: Partner, key_id: str) -> None:
    await house.add_xero_user("Books")
    tenant_id = await partner.add_tenant()
    await partner.connect(tenant_id, "xero")
    assert list_key_ids(house) == {key_id}
    too_early = house.rebuild(vault_keys={"new": SecretStr(NEW_KEY)}, vault_current_key="new")
    assert (await house.borrow(tenant_id, "xero", app=too_early.app)).status == 500
    assert (await house.borrow(tenant_id, "xero")).status == 200
    await too_early.close()
