"""The sync log lives 30 days and a deleted tenant not at all; what numbers runs stays."""

from datetime import timedelta

from tests.fixtures.raw_stores import holds, read_bytes, read_tables
from tests.fixtures.scheduler_bench import Bench, tenant
from tests.fixtures.scheduler_stories import outcome, settled

from scheduler.usecases.purge import KEEP_LOGS
from sync_kit.contracts.findings import Finding

SECRET = "Zweihundertfuenfzig-Planted"
HELD = outcome("1", "blocked", code="status_unmapped", facts={"status": SECRET}, total="10.00")
FINDING = Finding(code="sales_account_missing", facts={"account": SECRET})


def find_planted(bench: Bench) -> list[str]:
    tables = [name for name, rows in read_tables(bench.database_url).items() if holds(rows, SECRET)]
    return tables + (["its files"] if SECRET.encode() in read_bytes(bench.database_url) else [])


async def test_what_was_told_of_a_run_is_nowhere_after_thirty_days(bench: Bench) -> None:
    client = await bench.prepare()
    run_id = await bench.check(client, HELD, writer=(FINDING,))
    bench.clock.advance(KEEP_LOGS - timedelta(hours=1))
    await bench.settle()
    assert set(find_planted(bench)) >= {"log_entries", "check_findings"}
    bench.clock.advance(timedelta(hours=3))
    await bench.settle()
    assert find_planted(bench) == []
    answer = await bench.client().get(f"/v1/syncs/{run_id}")
    assert (answer.status, answer.json["state"]) == (200, "partial")


async def test_a_run_that_goes_on_for_long_keeps_its_log(bench: Bench) -> None:
    client = await bench.make_ready()
    run_id = (await bench.start(client)).json["run_id"]
    bench.clock.advance(KEEP_LOGS + timedelta(days=1))
    await bench.tell(settled(run_id, HELD))
    bench.clock.advance(timedelta(hours=2))
    await bench.settle()
    assert "log_entries" in find_planted(bench)


async def test_a_run_after_the_purge_has_a_number_of_its_own(bench: Bench) -> None:
    client = await bench.prepare()
    await bench.check(client, HELD)
    bench.clock.advance(KEEP_LOGS + timedelta(days=1))
    await bench.settle()
    await bench.check(bench.client())
    runs = read_tables(bench.database_url)["runs"]
    assert len(runs) == 2


async def test_nothing_of_a_deleted_tenant_is_left_and_nothing_of_another_is_lost(bench: Bench) -> None:
    other = await bench.prepare("t2", "partner-2")
    kept = await bench.check(other, tenant_id="t2")
    await bench.check(await bench.prepare(), HELD, writer=(FINDING,))
    await bench.tell(tenant(version=2, deleted=True))
    bench.clock.advance(timedelta(days=1, hours=2))
    await bench.settle()
    assert find_planted(bench) == []
    tables = read_tables(bench.database_url)
    named = {name for name, rows in tables.items() if holds(rows, "t1")}
    assert named <= {"tenants", "leases"}, "its tombstone"
    assert (await bench.client("partner-2").get(f"/v1/syncs/{kept}")).status == 200
