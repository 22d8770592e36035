"""`/v1/xero`: what there is to choose from when a mapping is made."""

import pytest
from tests.unit.xero_writer.routes.conftest import Partners, mapping
from tests.unit.xero_writer.world import TENANT, World

from sync_kit.contracts.vocabulary import RunMode

LISTS = ["organisation", "accounts", "tax-rates", "tracking-categories", "currencies"]


@pytest.mark.parametrize("name", LISTS)
async def test_before_the_first_look_at_xero_nothing_is_known(partners: Partners, name: str) -> None:
    answer = await partners.open().get(f"/v1/xero/{TENANT}/{name}")
    assert (answer.status, answer.json["code"]) == (409, "not_fetched_yet")


async def test_reference_data_is_there_after_the_first_run(world: World, partners: Partners) -> None:
    client = partners.open()
    await world.sync(world.sale())

    accounts = {item["code"]: item for item in (await client.get(f"/v1/xero/{TENANT}/accounts")).json["items"]}
    assert (accounts["200"]["usable_for_sales"], accounts["200"]["usable_for_purchases"]) == (True, False)
    assert (accounts["400"]["usable_for_sales"], accounts["400"]["usable_for_purchases"]) == (False, True)
    assert (accounts["610"]["usable_for_sales"], accounts["610"]["usable_for_purchases"]) == (False, False)

    rates = {item["tax_type"]: item for item in (await client.get(f"/v1/xero/{TENANT}/tax-rates")).json["items"]}
    assert rates["OUTPUT2"]["effective_rate"] == "20.0000"
    assert (rates["OUTPUT2"]["applies_to_revenue"], rates["OUTPUT2"]["applies_to_expenses"]) == (True, False)
    assert (rates["INPUT2"]["applies_to_revenue"], rates["INPUT2"]["applies_to_expenses"]) == (False, True)

    organisation = (await client.get(f"/v1/xero/{TENANT}/organisation")).json
    assert (organisation["base_currency"], organisation["is_demo_company"]) == ("GBP", False)
    currencies = (await client.get(f"/v1/xero/{TENANT}/currencies")).json
    assert currencies["base_currency"] == "GBP"
    assert "GBP" in currencies["items"]
    categories = (await client.get(f"/v1/xero/{TENANT}/tracking-categories")).json["items"]
    assert all(item["options"] == sorted(item["options"]) for item in categories)


async def test_the_fields_that_may_be_mapped_come_with_their_limits(partners: Partners) -> None:
    client = partners.open()
    found = (await client.get(f"/v1/xero/{TENANT}/fields", params={"module": "accounts"})).json
    fields = {item["name"]: item for item in found["items"]}
    assert fields["TaxNumber"] == {
        "name": "TaxNumber",
        "level": "contact",
        "type": "text",
        "limit": 50,
        "choices": [],
        "only_when_blank": True,
        "needs": [],
        "rule": "at most 50 characters",
    }
    assert found["document"] is None
    assert "BankAccountDetails" in found["refused"]
    assert not set(fields) & set(found["refused"])


async def test_the_fields_of_purchase_orders_follow_what_they_become(partners: Partners) -> None:
    client = partners.open()
    path = f"/v1/xero/{TENANT}/fields"
    assert (await client.get(path, params={"module": "purchase_orders"})).json["document"] == "bill"
    body = mapping(policies={"purchase_orders_as": "purchase_order"})
    assert (await client.put(f"/v1/mappings/{TENANT}", body)).status == 200
    found = (await client.get(path, params={"module": "purchase_orders"})).json
    assert found["document"] == "purchase_order"
    assert "DeliveryInstructions" in [item["name"] for item in found["items"]]


async def test_a_module_must_be_named(partners: Partners) -> None:
    assert (await partners.open().get(f"/v1/xero/{TENANT}/fields")).status == 422


async def test_a_check_shows_what_there_is_before_anything_was_ever_sent(world: World, partners: Partners) -> None:
    client = partners.open()
    await world.sync(world.sale(), mode=RunMode.CHECK)
    accounts = (await client.get(f"/v1/xero/{TENANT}/accounts")).json["items"]
    assert "200" in [account["code"] for account in accounts]
    assert world.list_documents("invoice") == []


async def test_a_check_does_not_hide_a_change_from_the_run_after_it(world: World, partners: Partners) -> None:
    await world.save_mapping(accounts={"sales": "ZZ1"})
    assert (await world.sync(world.sale()))["invoices", "blocked"] == 1
    await world.person("POST", "Accounts", {"Code": "ZZ1", "Name": "New sales", "Type": "REVENUE"})
    await world.sync({}, mode=RunMode.CHECK)
    assert (await world.sync({}))["invoices", "created"] == 1
