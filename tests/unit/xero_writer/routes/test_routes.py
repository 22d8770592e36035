"""The API: mappings with every fault named, links, reference data, and nothing for strangers."""

import pytest
from tests.unit.xero_writer.routes.conftest import Partners, mapping
from tests.unit.xero_writer.world import TENANT, World

from sync_kit.contracts.events import MappingChanged
from sync_kit.contracts.vocabulary import Module

ROUTES = [
    ("GET", f"/v1/mappings/{TENANT}"),
    ("PUT", f"/v1/mappings/{TENANT}"),
    ("GET", f"/v1/links/{TENANT}"),
    ("GET", f"/v1/xero/{TENANT}/organisation"),
    ("GET", f"/v1/xero/{TENANT}/accounts"),
    ("GET", f"/v1/xero/{TENANT}/tax-rates"),
]


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_another_partners_tenant_is_not_found(partners: Partners, method: str, path: str) -> None:
    body = mapping() if method == "PUT" else None
    answer = await partners.open("partner-2").call(method, path, json=body)
    assert answer.status == 404


@pytest.mark.parametrize(("method", "path"), ROUTES)
async def test_a_token_without_the_scope_is_refused(partners: Partners, method: str, path: str) -> None:
    body = mapping() if method == "PUT" else None
    answer = await partners.open(scopes=("tenants:read",)).call(method, path, json=body)
    assert answer.status == 403


async def test_a_mapping_is_replaced_whole_and_told_to_the_reader(world: World, partners: Partners) -> None:
    client = partners.open()
    before = await client.get(f"/v1/mappings/{TENANT}")
    assert before.json["version"] == 1
    body = mapping(number_fields={"invoices": "Sales_Number"})
    answer = await client.put(f"/v1/mappings/{TENANT}", body)
    assert (answer.status, answer.json["version"]) == (200, 2)
    assert (await client.get(f"/v1/mappings/{TENANT}")).json["mapping"]["number_fields"]["invoices"] == "Sales_Number"
    await world.step()
    [changed] = [event for event in await world.read_told() if isinstance(event, MappingChanged)]
    assert (changed.version, dict(changed.fields)) == (2, {Module.INVOICES: ("Sales_Number",)})
    again = await client.put(f"/v1/mappings/{TENANT}", body)
    assert again.json["version"] == 2


async def test_a_change_that_is_based_on_an_older_version_is_refused(partners: Partners) -> None:
    client = partners.open()
    answer = await client.put(f"/v1/mappings/{TENANT}", mapping(), headers={"if-match": '"7"'})
    assert (answer.status, answer.json["code"]) == (409, "mapping_changed")
    answer = await client.put(f"/v1/mappings/{TENANT}", mapping(due_days=30), headers={"if-match": '"1"'})
    assert (answer.status, answer.json["version"]) == (200, 2)


async def test_every_fault_of_a_mapping_is_named(world: World, partners: Partners) -> None:
    client = partners.open()
    await world.sync(world.sale())
    body = mapping(taxes={"sales": {"B + A": "OUTPUT2", "VAT": "NOPE"}}, accounts={"sales": "999"})
    answer = await client.put(f"/v1/mappings/{TENANT}", body)
    assert answer.status == 422
    text = answer.body.decode()
    for where in ("body.taxes.sales['B + A']", "body.taxes.sales['VAT']", "body.accounts.sales"):
        assert where in text
    answer = await client.put(f"/v1/mappings/{TENANT}", {"typo": 1})
    assert answer.status == 422


async def test_links_come_in_pages(world: World, partners: Partners) -> None:
    await world.sync(world.sale(3))
    client = partners.open()
    seen: list[tuple[str, str]] = []
    cursor: str | None = None
    while True:
        params = {"limit": "4", **({"cursor": cursor} if cursor else {})}
        page = (await client.get(f"/v1/links/{TENANT}", params=params)).json
        seen += [(item["module"], item["record_id"]) for item in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert seen == sorted(seen)
    assert len(seen) == 9
    page = (await client.get(f"/v1/links/{TENANT}", params={"module": "invoices", "record_id": "3001"})).json
    assert [item["number"] for item in page["items"]] == ["INV-3001"]


async def test_reference_data_is_there_after_the_first_run(world: World, partners: Partners) -> None:
    client = partners.open()
    answer = await client.get(f"/v1/xero/{TENANT}/accounts")
    assert (answer.status, answer.json["code"]) == (409, "not_fetched_yet")
    await world.sync(world.sale())
    accounts = (await client.get(f"/v1/xero/{TENANT}/accounts")).json["items"]
    assert "200" in [account["code"] for account in accounts]
    rates = (await client.get(f"/v1/xero/{TENANT}/tax-rates")).json["items"]
    assert next(rate for rate in rates if rate["tax_type"] == "OUTPUT2")["effective_rate"] == "20.0000"
    organisation = (await client.get(f"/v1/xero/{TENANT}/organisation")).json
    assert organisation["base_currency"] == "GBP"


async def test_the_pages_for_operators_answer(partners: Partners) -> None:
    client = partners.open()
    assert (await client.get("/readyz")).json == {"ready": True, "wrong": {}}
    assert b"xero_writer_xero_calls_total" in (await client.get("/metrics")).body
