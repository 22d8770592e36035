"""The sync log over REST: filtered, paged, rolled up, in sentences."""

from decimal import Decimal

from tests.fixtures.scheduler_bench import Bench
from tests.fixtures.scheduler_stories import outcome, settled

from sync_kit.contracts.reason_catalogue import CATALOGUE
from sync_kit.testing import ApiClient


async def write_log(bench: Bench) -> tuple[ApiClient, str]:
    client = await bench.make_ready()
    run_id = (await bench.start(client)).json["run_id"]
    await bench.tell(
        settled(
            run_id,
            outcome("1", "created", total="10.00"),
            outcome("2", "blocked", code="status_unmapped", facts={"status": "Shipped"}, total="100.10"),
            outcome("3", "blocked", code="status_unmapped", facts={"status": "Shipped"}, total="0.20"),
            outcome("4", "skipped", code="zero_total", facts={"record": "Invoice 4"}),
        )
    )
    return client, run_id


async def test_entries_explain_themselves_in_sentences(bench: Bench) -> None:
    client, run_id = await write_log(bench)
    answer = await client.get("/v1/log", params={"tenant_id": "t1", "run_id": run_id, "record_id": "2"})
    (entry,) = answer.json["items"]
    assert entry["reasons"][0]["sentence"] == 'Nobody has said what the CRM status "Shipped" means in Xero.'
    assert (entry["reasons"][0]["who"], entry["label"]["total"]) == ("admin", "100.10")


async def test_the_log_is_filtered_by_outcome_module_and_code(bench: Bench) -> None:
    client, _ = await write_log(bench)

    async def ids(**wanted: str) -> list[str]:
        answer = await client.get("/v1/log", params={"tenant_id": "t1", **wanted})
        return sorted(entry["record_id"] for entry in answer.json["items"])

    assert await ids(outcome="blocked") == ["2", "3"]
    assert await ids(code="zero_total") == ["4"]
    assert await ids(module="accounts") == []
    assert await ids(code="zero") == []


async def test_pages_neither_skip_nor_repeat_an_entry(bench: Bench) -> None:
    client, _ = await write_log(bench)
    seen, cursor = [], None
    while True:
        params = {"tenant_id": "t1", "limit": "1", **({"cursor": cursor} if cursor else {})}
        page = (await client.get("/v1/log", params=params)).json
        seen += [entry["record_id"] for entry in page["items"]]
        cursor = page["next_cursor"]
        if cursor is None:
            break
    assert sorted(seen) == ["1", "2", "3", "4"]


async def test_the_summary_rolls_up_by_cause_with_the_money_held(bench: Bench) -> None:
    client, run_id = await write_log(bench)
    answer = await client.get("/v1/log/summary", params={"run_id": run_id})
    assert [cause["code"] for cause in answer.json["skipped"]] == ["zero_total"]
    (cause,) = answer.json["held"]
    assert (cause["code"], cause["records"], Decimal(cause["money"]["GBP"])) == (
        "status_unmapped",
        2,
        Decimal("100.30"),
    )


async def test_the_catalogue_is_published_whole_and_without_a_credential(bench: Bench) -> None:
    answer = await ApiClient(bench.runtime.app, clock=bench.clock).get("/v1/reasons")
    assert [entry["code"] for entry in answer.json["items"]] == list(CATALOGUE)
