"""A tenant's decisions over REST."""

import pytest
from tests.fixtures.scheduler_bench import Bench, settings_body, tenant

from sync_kit.contracts.vocabulary import MODULE_ORDER


async def test_settings_begin_with_defaults_and_say_what_is_missing(bench: Bench) -> None:
    await bench.tell(tenant())
    answer = await bench.client().get("/v1/settings/t1")
    assert answer.json["sending"] == "used"
    assert {module for module, way in answer.json["directions"].items() if way == "off"} == {"quotes", "sales_orders"}
    assert len(answer.json["directions"]) == 8
    assert answer.json["connected"] == ["zoho", "xero"]
    assert [sentence.split(":")[0] for sentence in answer.json["missing"]] == [
        "No start date",
        "No go-ahead",
        "This set-up was never checked; start a check (POST /v1/readiness).",
    ]


async def test_settings_are_replaced_as_a_whole(bench: Bench) -> None:
    client = await bench.make_ready()
    await client.put("/v1/settings/t1", {**settings_body(), "sending": "all", "directions": {"quotes": "to_xero"}})
    answer = await client.get("/v1/settings/t1")
    assert (answer.json["sending"], answer.json["missing"]) == ("all", [])
    assert [module for module, way in answer.json["directions"].items() if way == "off"] == ["sales_orders"]


async def test_a_go_ahead_must_name_the_connected_organisation(bench: Bench) -> None:
    await bench.tell(tenant())
    all_off = dict.fromkeys(MODULE_ORDER, "off")
    answer = await bench.client().put(
        "/v1/settings/t1", {"go_ahead": {"xero_tenant_id": "another"}, "directions": all_off}
    )
    assert answer.status == 422
    assert [fault["where"] for fault in answer.json["faults"]] == ["body.directions", "body.go_ahead.xero_tenant_id"]


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({"directions": {"deals": "to_xero"}}, "body.directions.deals.[key]"),
        ({"directions": {"quotes": "both"}}, "body.directions.quotes"),
        ({"modules": ["invoices"]}, "body.modules"),
    ],
)
async def test_unknown_modules_and_directions_are_named(bench: Bench, body: dict[str, object], where: str) -> None:
    await bench.tell(tenant())
    answer = await bench.client().put("/v1/settings/t1", body)
    assert answer.status == 422
    assert [fault["where"] for fault in answer.json["faults"]] == [where]
