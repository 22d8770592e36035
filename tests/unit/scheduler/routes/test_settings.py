"""A tenant's decisions over REST."""

from tests.fixtures.scheduler_bench import Bench, settings_body, tenant


async def test_settings_begin_with_defaults_and_say_what_is_missing(bench: Bench) -> None:
    await bench.tell(tenant())
    answer = await bench.client().get("/v1/settings/t1")
    assert answer.json["sending"] == "used"
    assert answer.json["modules"] == ["accounts", "contacts", "products", "invoices"]
    assert answer.json["connected"] == ["zoho", "xero"]
    assert len(answer.json["missing"]) == 2


async def test_settings_are_replaced_as_a_whole(bench: Bench) -> None:
    client = await bench.make_ready()
    await client.put("/v1/settings/t1", {**settings_body(), "sending": "all", "modules": ["invoices", "accounts"]})
    answer = await client.get("/v1/settings/t1")
    assert (answer.json["sending"], answer.json["modules"], answer.json["missing"]) == (
        "all",
        ["accounts", "invoices"],
        [],
    )


async def test_a_go_ahead_must_name_the_connected_organisation(bench: Bench) -> None:
    await bench.tell(tenant())
    answer = await bench.client().put("/v1/settings/t1", {"go_ahead": {"xero_tenant_id": "another"}, "modules": []})
    assert answer.status == 422
    assert [fault["where"] for fault in answer.json["faults"]] == ["body.modules", "body.go_ahead.xero_tenant_id"]
