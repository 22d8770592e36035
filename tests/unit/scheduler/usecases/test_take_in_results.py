"""Whatever the order, and however often it is told: the same run."""

import random

import pytest
from tests.fixtures.scheduler_bench import Bench
from tests.fixtures.scheduler_stories import outcome, report, settled, whole_story

from sync_kit.contracts.events import RunEnded
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
    invoices = run["modules"][-1]
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
