"""`/v1/mappings`: replaced whole, checked against both sides, its effect told, every version kept."""

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.xero_writer.routes.conftest import Partners, mapping
from tests.unit.xero_writer.world import TENANT, World

from sync_kit.contracts.events import CrmDescribed, MappingChanged
from sync_kit.contracts.parts import CrmField, CrmTax
from sync_kit.contracts.vocabulary import Module
from sync_kit.testing import ApiClient
from xero_writer.store import mappings as mapping_store

PATH = f"/v1/mappings/{TENANT}"


@pytest.fixture
def client(partners: Partners) -> ApiClient:
    return partners.open()


def describe(world: World, version: int = 1, *fields: CrmField) -> CrmDescribed:
    return CrmDescribed(
        tenant_id=TENANT,
        version=version,
        described_at=world.clock.now(),
        fields={Module.INVOICES: (CrmField(api_name="Invoice_Number", label="Number", data_type="text"), *fields)},
        taxes=(CrmTax(name="VAT", percent=Decimal(20)),),
    )


async def test_a_mapping_is_replaced_whole_and_told_to_the_reader(world: World, client: ApiClient) -> None:
    assert (await client.get(PATH)).json["version"] == 1
    body = mapping(number_fields={"invoices": "Sales_Number"})
    answer = await client.put(PATH, body)
    assert (answer.status, answer.json["version"], answer.json["applied"]) == (200, 2, True)
    assert (await client.get(PATH)).json["mapping"]["number_fields"]["invoices"] == "Sales_Number"
    await world.step()
    [changed] = [event for event in await world.read_told() if isinstance(event, MappingChanged)]
    assert (changed.version, dict(changed.fields)) == (2, {Module.INVOICES: ("Sales_Number",)})


async def test_an_equal_mapping_makes_no_new_version(client: ApiClient) -> None:
    answer = (await client.put(PATH, mapping())).json
    assert (answer["version"], answer["changes"], answer["effect"]["says"]) == (
        1,
        [],
        ["Nothing is judged or read again."],
    )


async def test_a_change_that_is_based_on_an_older_version_is_refused(client: ApiClient) -> None:
    answer = await client.put(PATH, mapping(), headers={"if-match": '"7"'})
    assert (answer.status, answer.json["code"]) == (409, "mapping_changed")
    answer = await client.put(PATH, mapping(policies={"due_days": 30}), headers={"if-match": '"1"'})
    assert (answer.status, answer.json["version"]) == (200, 2)


async def test_every_fault_of_a_mapping_is_named(world: World, client: ApiClient) -> None:
    await world.sync(world.sale())
    body = mapping(taxes={"sales": {"B + A": "OUTPUT2", "VAT": "NOPE"}}, accounts={"sales": "999"})
    answer = await client.put(PATH, body)
    assert (answer.status, answer.json["code"]) == (422, "mapping_faulty")
    assert [fault["where"] for fault in answer.json["faults"]] == [
        "body.taxes.sales['B + A']",
        "body.taxes.sales['VAT']",
        "body.accounts.sales",
    ]
    answer = await client.put(PATH, {"typo": 1})
    assert answer.status == 422


async def test_the_mapping_is_checked_against_the_crm_once_that_is_known(world: World, client: ApiClient) -> None:
    body = mapping(fields={"invoices": {"Reference": {"field": "Order_No"}}})
    answer = (await client.put(f"{PATH}?dry_run=true", body)).json
    assert answer["unchecked"] == ["xero", "crm"]
    await world.publish(describe(world))
    await world.step()
    answer = await client.put(f"{PATH}?dry_run=true", body)
    assert [fault["where"] for fault in answer.json["faults"]] == ["body.fields.invoices['Reference'].field"]
    # descriptions may come late and twice; the newest counts
    order = CrmField(api_name="Order_No", label="Order", data_type="text")
    await world.publish(describe(world, 2, order), copies=2)
    await world.publish(describe(world, 1))
    await world.step()
    assert (await client.put(f"{PATH}?dry_run=true", body)).json["unchecked"] == ["xero"]


async def test_a_dry_run_says_what_would_follow_and_changes_nothing(world: World, client: ApiClient) -> None:
    sale: dict[Module, list[Any]] = world.sale(2)
    held = world.invoice("9001", account="1000", product="2000", Status="Odd")
    await world.sync({**sale, Module.INVOICES: [*sale[Module.INVOICES], held]})
    statuses = {"invoices": {"Approved": "DRAFT", "Odd": "DRAFT"}}
    answer = (await client.put(f"{PATH}?dry_run=true", mapping(statuses=statuses))).json
    assert (answer["applied"], answer["version"], answer["based_on"]) == (False, 1, 1)
    effect = answer["effect"]
    assert effect["reopened"] == [
        {"module": "invoices", "code": "status_unmapped", "records": 1, "money": {"GBP": "10.00"}}
    ]
    assert effect["not_touched"]["invoices"] == 2
    assert (effect["zoho_calls"], effect["xero_calls"]) == (0, 1)
    assert (await client.get(PATH)).json["version"] == 1
    assert {"path": "statuses.invoices['Odd']", "before": None, "after": "DRAFT"} in answer["changes"]

    applied = (await client.put(PATH, mapping(statuses=statuses))).json
    assert (applied["version"], applied["effect"]) == (2, effect)
    await world.sync({})
    assert len(world.list_documents("invoice")) == 3


async def test_a_field_that_was_never_read_costs_a_whole_reading(world: World, client: ApiClient) -> None:
    await world.sync(world.sale(2))
    body = mapping(fields={"invoices": {"Reference": {"field": "Order_No"}}})
    effect = (await client.put(f"{PATH}?dry_run=true", body)).json["effect"]
    assert effect["read_again"] == [{"module": "invoices", "fields": ["Order_No"], "records": 2, "zoho_calls": 2}]
    assert "invoices" not in effect["not_touched"]


async def test_a_product_code_that_nobody_has_is_worth_a_look(world: World, client: ApiClient) -> None:
    body = mapping(accounts={"by_product": {"P-2000": {"sales": "200"}, "P-NONE": {"sales": "200"}}})
    assert (await client.put(f"{PATH}?dry_run=true", body)).json["warnings"] == []
    await world.sync({Module.PRODUCTS: [world.product("2000", Product_Code="P-2000")]})
    [warning] = (await client.put(f"{PATH}?dry_run=true", body)).json["warnings"]
    assert warning["where"] == "body.accounts.by_product['P-NONE']"


async def test_every_version_is_kept_and_compared(client: ApiClient) -> None:
    for days in (10, 20, 30):
        assert (await client.put(PATH, mapping(policies={"due_days": days}))).status == 200
    listed = (await client.get(f"{PATH}/versions", params={"limit": "3"})).json
    assert [(item["version"], item["in_force"]) for item in listed["items"]] == [(4, True), (3, False), (2, False)]
    rest = (await client.get(f"{PATH}/versions", params={"limit": "3", "cursor": listed["next_cursor"]})).json
    assert [item["version"] for item in rest["items"]] == [1]
    old = (await client.get(f"{PATH}/versions/2")).json
    assert (old["version"], old["mapping"]["policies"]["due_days"]) == (2, 10)
    assert (await client.get(f"{PATH}/versions/0")).json["mapping"]["accounts"]["sales"] is None
    assert (await client.get(f"{PATH}/versions/9")).status == 404
    change = {"path": "policies.due_days", "before": 10, "after": 30}
    assert (await client.get(f"{PATH}/diff", params={"from": "2"})).json == {
        "from_version": 2,
        "to_version": 4,
        "changes": [change],
    }
    back = (await client.get(f"{PATH}/diff", params={"from": "4", "to": "2"})).json["changes"]
    assert back == [{**change, "before": 30, "after": 10}]


async def test_a_mapping_that_version_0_1_saved_is_still_in_force(world: World, client: ApiClient) -> None:
    saved = {"untaxed_sales": "NONE", "lock_policy": "xero", "accounts": {"sales": "200"}, "due_days": None}
    async with world.runtime.store.transaction() as session:
        await mapping_store.add_version(session, TENANT, 2, saved, world.clock.now())
    shown = (await client.get(PATH)).json
    assert shown["version"] == 2
    assert (shown["mapping"]["taxes"]["untaxed_sales"], shown["mapping"]["policies"]["lock"]) == ("NONE", "xero")
    assert (await client.get(f"{PATH}/versions/2")).json["mapping"] == shown["mapping"]
