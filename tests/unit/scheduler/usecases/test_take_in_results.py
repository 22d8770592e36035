"""Whatever the order, and however often it is told: the same run."""

import random

import pytest
from sqlalchemy import func, select
from tests.fixtures.scheduler_bench import Bench, tenant
from tests.fixtures.scheduler_stories import found, outcome, report, settled, whole_check, whole_story

from scheduler.store import METADATA
from sync_kit.contracts.events import RunEnded
from sync_kit.contracts.findings import Finding
from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import Stage


@pytest.mark.parametrize("seed", range(8))
async def test_a_story_shuffled_and_doubled_ends_the_same(bench: Bench, seed: int) -> None:
    client = await bench.make_ready()
    run_id = (await bench.start(client)).json["run_id"]
    story = whole_story(run_id) * 2
    random.Random(seed).shuffle(story)
    for event in story:
        await bench.tell(event)
    run = (await client.get(f"/v1/syncs/{run_id}")).json
    invoices = next(module for module in run["modules"] if module["module"] == "invoices")
    assert (run["state"], invoices["created"], invoices["blocked"]) == ("succeeded", 3, 0)
    assert run["calls"]["zoho"]["used"] == 7
    ended = [event for event in await bench.listen() if isinstance(event, RunEnded)]
    assert [event.run_id for event in ended] == [run_id]


async def test_no_run_ends_while_any_one_event_of_its_story_is_missing(bench: Bench) -> None:
    client = await bench.make_ready()
    run_id = (await bench.start(client)).json["run_id"]
    story = [event for event in whole_story(run_id) if "status_blank" not in event.model_dump_json()]
    random.Random(1).shuffle(story)
    needed = [event for event in story if getattr(event, "state", "done") == "done"]
    for event in needed[:-1]:
        await bench.tell(event)
        assert (await client.get(f"/v1/syncs/{run_id}")).json["ended_at"] is None
    await bench.tell(needed[-1])
    assert (await client.get(f"/v1/syncs/{run_id}")).json["state"] == "succeeded"


async def test_what_is_told_of_an_ended_run_changes_nothing(bench: Bench) -> None:
    client = await bench.make_ready()
    run_id = (await bench.start(client)).json["run_id"]
    await bench.tell(*whole_story(run_id))
    before = (await client.get(f"/v1/syncs/{run_id}")).json
    await bench.tell(settled(run_id, outcome("0", "failed", seq=99)), report(run_id, Stage.WRITER, "failed", seq=99))
    assert (await client.get(f"/v1/syncs/{run_id}")).json == before


async def test_what_became_of_a_record_is_told_although_its_run_was_broken_off_before(bench: Bench) -> None:
    client = await bench.make_ready()
    run_id = (await bench.start(client)).json["run_id"]
    await client.post(f"/v1/syncs/{run_id}/cancel")
    bench.clock.advance(60)
    await bench.settle()
    before = (await client.get(f"/v1/syncs/{run_id}")).json
    await bench.tell(settled(run_id, outcome("0", "blocked")), report(run_id, Stage.WRITER, "working", seq=99))
    (entry,) = (await client.get("/v1/log", params={"tenant_id": "t1", "run_id": run_id})).json["items"]
    assert (entry["record_id"], entry["outcome"]) == ("0", "blocked")
    after = (await client.get(f"/v1/syncs/{run_id}")).json
    assert before["state"] == "cancelled"
    assert {**after, "modules": None} == {**before, "modules": None}


async def test_another_tenants_event_cannot_touch_a_run(bench: Bench) -> None:
    client = await bench.make_ready()
    run_id = (await bench.start(client)).json["run_id"]
    await bench.make_ready("t2", "partner-2")
    await bench.tell(settled(run_id, outcome("0", "created"), tenant_id="t2"))
    assert (await client.get("/v1/log", params={"tenant_id": "t1"})).json["items"] == []


async def test_a_waiting_stage_says_until_when_in_a_sentence(bench: Bench) -> None:
    client = await bench.make_ready()
    run_id = (await bench.start(client)).json["run_id"]
    until = bench.clock.now()
    reason = Reason(code="waiting_for_limit", facts={"vendor": "Xero", "until": "09:01"})
    await bench.tell(
        report(run_id, Stage.WRITER, "waiting", seq=3, waiting_until=until, waiting_for=reason),
        report(run_id, Stage.READER, "done", seq=2),
    )
    run = (await client.get(f"/v1/syncs/{run_id}")).json
    assert (run["state"], run["waiting_for"]) == ("waiting", "Xero allows no more calls until 09:01.")


@pytest.mark.parametrize("seed", range(8))
async def test_a_checks_story_shuffled_and_doubled_ends_the_same(bench: Bench, seed: int) -> None:
    client = await bench.prepare()
    run_id = (await client.post("/v1/readiness", {"tenant_id": "t1"})).json["run_id"]
    draft = outcome("1", "would_create", total="10.00", document="sales_invoice", status="DRAFT")
    early = found(run_id, Stage.WRITER, Finding(code="sales_account_missing"), seq=1, facts={"xero_organisation": "?"})
    late = found(run_id, Stage.WRITER, Finding(code="demo_company"), seq=2)
    story = [*whole_check(run_id, draft), early, late] * 2
    random.Random(seed).shuffle(story)
    for event in story:
        await bench.tell(event)
    report = (await client.get("/v1/readiness", params={"tenant_id": "t1"})).json
    assert (report["state"], report["green"]) == ("succeeded", True)
    assert [finding["code"] for finding in report["findings"]] == ["demo_company"]
    assert report["would_happen"]["sentence"] == "1 draft invoice, GBP 10.00, into Demo Company (UK)"


async def test_findings_of_another_tenant_or_of_a_sync_change_nothing(bench: Bench) -> None:
    client = await bench.prepare()
    run_id = await bench.check(client)
    sync_id = (await bench.start(client)).json["run_id"]
    wrong = Finding(code="sales_account_missing")
    await bench.prepare("t2", "partner-2")
    await bench.tell(
        found(run_id, Stage.WRITER, wrong, seq=9, tenant_id="t2"), found(sync_id, Stage.WRITER, wrong, seq=9)
    )
    assert (await client.get("/v1/readiness", params={"tenant_id": "t1"})).json["findings"] == []


async def test_a_deleted_tenants_findings_are_forgotten(bench: Bench) -> None:
    await bench.check(await bench.prepare())
    await bench.tell(tenant(version=2, deleted=True))
    async with bench.runtime.store.reading() as session:
        for table in ("check_findings", "first_applies", "tenant_settings"):
            assert await session.fetch_value(select(func.count()).select_from(METADATA.tables[table])) == 0
