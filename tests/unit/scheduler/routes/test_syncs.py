"""Starting, following and stopping runs over REST."""

import pytest
from tests.fixtures.scheduler_bench import Bench, settings_body, tenant
from tests.fixtures.scheduler_stories import outcome, settled, whole_story

from sync_kit.contracts.events import RunCancelled, RunRequested
from sync_kit.contracts.parts import FieldChange
from sync_kit.contracts.vocabulary import DEFAULT_MODULES, Module, RunMode, Vendor


async def test_a_start_answers_202_and_tells_both_stages_in_the_same_transaction(bench: Bench) -> None:
    answer = await bench.start(await bench.make_ready())
    assert answer.status == 202
    assert answer.json["state"] == "queued"
    (event,) = await bench.listen()
    assert isinstance(event, RunRequested)
    assert (event.run_id, event.modules) == (answer.json["run_id"], DEFAULT_MODULES)
    assert event.settings.books_start_date.isoformat() == "2026-01-01"


async def test_a_second_run_of_a_running_tenant_is_refused_with_the_first_ones_id(bench: Bench) -> None:
    client = await bench.make_ready()
    first = await bench.start(client)
    second = await bench.start(client)
    assert (second.status, second.json["code"], second.json["run_id"]) == (
        409,
        "run_in_progress",
        first.json["run_id"],
    )


async def test_an_unready_tenant_is_refused_with_everything_that_is_missing(bench: Bench) -> None:
    await bench.tell(tenant(vendors=()))
    answer = await bench.start(bench.client())
    assert (answer.status, answer.json["code"]) == (409, "not_ready")
    assert [fault["where"] for fault in answer.json["faults"]] == [
        "connections.zoho",
        "connections.xero",
        "settings.books_start_date",
        "settings.go_ahead",
        "readiness",
    ]


async def test_the_same_key_and_body_give_the_first_answer_again_even_after_it_ended(bench: Bench) -> None:
    client = await bench.make_ready()
    keyed = {"headers": {"Idempotency-Key": "k-1"}}
    first = await client.post("/v1/syncs", {"tenant_id": "t1"}, **keyed)
    await client.post(f"/v1/syncs/{first.json['run_id']}/cancel")
    bench.clock.advance(60)
    await bench.settle()
    again = await bench.client().post("/v1/syncs", {"tenant_id": "t1"}, **keyed)
    assert (again.status, again.json["run_id"], again.json["state"]) == (202, first.json["run_id"], "cancelled")


async def test_the_same_key_with_another_body_is_refused_before_anything_else(bench: Bench) -> None:
    client = await bench.make_ready()
    keyed = {"headers": {"Idempotency-Key": "k-1"}}
    await client.post("/v1/syncs", {"tenant_id": "t1"}, **keyed)
    other = await client.post("/v1/syncs", {"tenant_id": "t1", "modules": ["accounts"]}, **keyed)
    assert (other.status, other.json["code"]) == (422, "idempotency_key_reused")


async def test_a_key_belongs_to_its_client_and_lives_for_a_day(bench: Bench) -> None:
    client = await bench.make_ready()
    keyed = {"headers": {"Idempotency-Key": "k-1"}}
    first = await client.post("/v1/syncs", {"tenant_id": "t1"}, **keyed)
    stranger = await bench.client(client_id="client-2").post("/v1/syncs", {"tenant_id": "t1"}, **keyed)
    assert (stranger.status, stranger.json["code"]) == (409, "run_in_progress")
    await client.post(f"/v1/syncs/{first.json['run_id']}/cancel")
    bench.clock.advance(24 * 3600 + 60)
    await bench.settle()
    later = await bench.client().post("/v1/syncs", {"tenant_id": "t1"}, **keyed)
    assert later.json["run_id"] != first.json["run_id"]


async def test_modules_are_run_in_the_order_of_parents_whatever_order_was_asked(bench: Bench) -> None:
    client = await bench.make_ready()
    answer = await bench.start(client, modules=["invoices", "accounts"])
    assert [module["module"] for module in answer.json["modules"]] == [Module.ACCOUNTS, Module.INVOICES]


async def test_cancelling_tells_both_stages_once_and_an_ended_run_cannot_be_cancelled(bench: Bench) -> None:
    client = await bench.make_ready()
    run_id = (await bench.start(client)).json["run_id"]
    for _ in range(2):
        assert (await client.post(f"/v1/syncs/{run_id}/cancel")).status == 202
    assert [type(event) for event in await bench.listen()].count(RunCancelled) == 1
    bench.clock.advance(60)
    await bench.settle()
    refused = await client.post(f"/v1/syncs/{run_id}/cancel")
    assert (refused.status, refused.json["code"]) == (409, "run_has_ended")


async def test_a_retry_is_a_new_run_that_names_the_old_one(bench: Bench) -> None:
    client = await bench.make_ready()
    run_id = (await bench.start(client)).json["run_id"]
    await client.post(f"/v1/syncs/{run_id}/cancel")
    bench.clock.advance(60)
    await bench.settle()
    client = bench.client()
    retry = await client.post(f"/v1/syncs/{run_id}/retry")
    assert (retry.status, retry.json["retry_of"]) == (202, run_id)


async def test_runs_are_listed_newest_first_page_by_page(bench: Bench) -> None:
    await bench.make_ready()
    made = []
    for _ in range(3):
        client = bench.client()
        made.append((await bench.start(client)).json["run_id"])
        await client.post(f"/v1/syncs/{made[-1]}/cancel")
        bench.clock.advance(60)
        await bench.settle()
    client = bench.client()
    first = await client.get("/v1/syncs", params={"tenant_id": "t1", "limit": "2"})
    rest = await client.get("/v1/syncs", params={"tenant_id": "t1", "limit": "2", "cursor": first.json["next_cursor"]})
    seen = [run["run_id"] for run in first.json["items"] + rest.json["items"]]
    assert seen == made[::-1]
    assert rest.json["next_cursor"] is None


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("GET", "/v1/syncs/{run}"),
        ("POST", "/v1/syncs/{run}/cancel"),
        ("POST", "/v1/syncs/{run}/retry"),
        ("GET", "/v1/syncs?tenant_id=t1"),
        ("GET", "/v1/log?tenant_id=t1"),
        ("GET", "/v1/log/summary?run_id={run}"),
        ("GET", "/v1/settings/t1"),
        ("PUT", "/v1/settings/t1"),
        ("POST", "/v1/syncs"),
        ("POST", "/v1/readiness"),
        ("GET", "/v1/readiness?tenant_id=t1"),
    ],
)
async def test_another_partner_is_told_that_there_is_nothing(bench: Bench, method: str, path: str) -> None:
    run_id = (await bench.start(await bench.make_ready())).json["run_id"]
    body = {"tenant_id": "t1"} if method == "POST" and "{run}" not in path else {} if method == "PUT" else None
    answer = await bench.client("partner-2").call(method, path.format(run=run_id), json=body)
    assert answer.status == 404


@pytest.mark.parametrize(
    ("body", "where"),
    [
        ({}, "body.tenant_id"),
        ({"tenant_id": "t1", "modules": ["deals"]}, "body.modules[0]"),
        ({"tenant_id": "t1", "modules": ["invoices", "quotes"]}, "body.modules[1]"),
        ({"tenant_id": "t1", "mode": "check"}, "body.mode"),
        ({"tenant_id": "t1", "since": "2026-01-01T00:00:00"}, "body.since"),
        ({"tenant_id": "t1", "dry": True}, "body.dry"),
        ({"tenant_id": "x" * 65}, "body.tenant_id"),
    ],
)
async def test_a_faulty_start_names_the_fault_and_starts_nothing(
    bench: Bench, body: dict[str, object], where: str
) -> None:
    client = await bench.make_ready()
    answer = await client.post("/v1/syncs", body)
    assert answer.status == 422
    assert [fault["where"] for fault in answer.json["faults"]] == [where]
    assert await bench.listen() == []


async def test_a_plan_needs_no_go_ahead_and_no_check_and_never_counts_as_a_first_sync(bench: Bench) -> None:
    client = await bench.prepare(go_ahead=None)
    plan = await bench.start(client, mode="plan")
    assert (plan.status, plan.json["mode"], plan.json["books_start_date"]) == (202, "plan", "2026-01-01")
    (event,) = await bench.listen()
    assert isinstance(event, RunRequested)
    assert event.mode == RunMode.PLAN
    await bench.tell(*whole_story(plan.json["run_id"]))
    await client.put("/v1/settings/t1", settings_body())
    refused = await bench.start(client)
    assert (refused.status, [fault["where"] for fault in refused.json["faults"]]) == (409, ["readiness"])


async def test_a_plan_needs_connections_and_a_start_date(bench: Bench) -> None:
    await bench.tell(tenant(vendors=(Vendor.ZOHO,)))
    refused = await bench.start(bench.client(), mode="plan")
    assert [fault["where"] for fault in refused.json["faults"]] == ["connections.xero", "settings.books_start_date"]


async def test_a_plan_counts_what_would_be_created_changed_and_linked(bench: Bench) -> None:
    client = await bench.make_ready()
    run_id = (await bench.start(client, mode="plan")).json["run_id"]
    changes = (FieldChange(field="Due date", before="2026-02-01", after="2026-03-01"),)
    await bench.tell(
        settled(
            run_id,
            outcome("1", "would_create", total="10.00", document="sales_invoice", status="DRAFT"),
            outcome("2", "would_update", total="20.00", document="sales_invoice", status="DRAFT", changes=changes),
            outcome("3", "would_link", module=Module.ACCOUNTS),
        )
    )
    modules = {module["module"]: module for module in (await client.get(f"/v1/syncs/{run_id}")).json["modules"]}
    assert [modules["invoices"][count] for count in ("would_create", "would_update", "created")] == [1, 1, 0]
    assert modules["accounts"]["would_link"] == 1
    params = {"tenant_id": "t1", "run_id": run_id, "record_id": "2"}
    (entry,) = (await client.get("/v1/log", params=params)).json["items"]
    assert entry["changes"] == [{"field": "Due date", "before": "2026-02-01", "after": "2026-03-01"}]
    assert (entry["document"], entry["status"]) == ("sales_invoice", "DRAFT")


async def test_a_retry_by_cause_names_it_to_the_stages(bench: Bench) -> None:
    client = await bench.make_ready()
    run_id = (await bench.start(client)).json["run_id"]
    facts = {"root_code": "product_code_missing"}
    await bench.tell(settled(run_id, outcome("1", "blocked", code="waits_for", facts=facts)))
    await client.post(f"/v1/syncs/{run_id}/cancel")
    bench.clock.advance(60)
    await bench.settle()
    client = bench.client()
    unheld = await client.post(f"/v1/syncs/{run_id}/retry", {"code": "tax_unmapped"})
    assert (unheld.status, unheld.json["faults"][0]["where"]) == (422, "body.code")
    retry = await client.post(f"/v1/syncs/{run_id}/retry", {"code": "product_code_missing"})
    assert (retry.status, retry.json["retry_of"], retry.json["retry_code"]) == (202, run_id, "product_code_missing")
    event = (await bench.listen())[-1]
    assert isinstance(event, RunRequested)
    assert (event.retry_of, event.retry_code) == (run_id, "product_code_missing")


async def test_a_rehearsal_has_nothing_to_retry(bench: Bench) -> None:
    client = await bench.make_ready()
    run_id = (await bench.start(client, mode="plan")).json["run_id"]
    refused = await client.post(f"/v1/syncs/{run_id}/retry")
    assert (refused.status, refused.json["code"]) == (409, "nothing_to_retry")


async def test_a_retry_leaves_out_modules_that_were_switched_off_meanwhile(bench: Bench) -> None:
    client = await bench.make_ready()
    run_id = (await bench.start(client)).json["run_id"]
    await client.post(f"/v1/syncs/{run_id}/cancel")
    bench.clock.advance(60)
    await bench.settle()
    client = bench.client()
    await client.put("/v1/settings/t1", {**settings_body(), "directions": {"purchase_orders": "off"}})
    retry = await client.post(f"/v1/syncs/{run_id}/retry")
    assert "purchase_orders" not in [module["module"] for module in retry.json["modules"]]
