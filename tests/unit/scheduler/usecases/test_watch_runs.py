"""No run goes on for ever."""

from tests.fixtures.scheduler_bench import Bench, tenant
from tests.fixtures.scheduler_stories import report

from sync_kit.contracts.events import RunEnded, StateRequested
from sync_kit.contracts.vocabulary import Stage

MINUTE = 60


async def test_a_silent_run_is_asked_and_then_fails_as_stalled(bench: Bench) -> None:
    run_id = (await bench.start(await bench.make_ready())).json["run_id"]
    bench.clock.advance(15 * MINUTE)
    await bench.settle()
    assert [type(event) for event in await bench.listen()].count(StateRequested) == 1
    bench.clock.advance(15 * MINUTE)
    await bench.settle()
    run = (await bench.client().get(f"/v1/syncs/{run_id}")).json
    assert (run["state"], run["failure"]["code"]) == ("failed", "stalled")


async def test_a_run_that_answers_when_asked_goes_on(bench: Bench) -> None:
    run_id = (await bench.start(await bench.make_ready())).json["run_id"]
    bench.clock.advance(15 * MINUTE)
    await bench.settle()
    await bench.tell(report(run_id, Stage.READER, "working", seq=2))
    bench.clock.advance(14 * MINUTE)
    await bench.settle()
    assert (await bench.client().get(f"/v1/syncs/{run_id}")).json["state"] == "running"


async def test_a_run_that_waits_for_a_limit_is_not_stalled_however_long_it_waits(bench: Bench) -> None:
    run_id = (await bench.start(await bench.make_ready())).json["run_id"]
    await bench.tell(report(run_id, Stage.WRITER, "waiting", seq=2))
    bench.clock.advance(20 * 60 * MINUTE)
    await bench.settle()
    assert (await bench.client().get(f"/v1/syncs/{run_id}")).json["state"] == "waiting"


async def test_a_cancelled_run_ends_within_a_minute_whatever_the_services_do(bench: Bench) -> None:
    client = await bench.make_ready()
    run_id = (await bench.start(client)).json["run_id"]
    await client.post(f"/v1/syncs/{run_id}/cancel")
    bench.clock.advance(MINUTE)
    await bench.settle()
    assert (await bench.client().get(f"/v1/syncs/{run_id}")).json["state"] == "cancelled"
    assert isinstance((await bench.listen())[-1], RunEnded)


async def test_deleting_a_tenant_cancels_its_run_and_hides_it(bench: Bench) -> None:
    client = await bench.make_ready()
    run_id = (await bench.start(client)).json["run_id"]
    await bench.tell(tenant(version=2, deleted=True))
    assert isinstance((await bench.listen())[-1], RunEnded)
    assert (await client.get(f"/v1/syncs/{run_id}")).status == 404
