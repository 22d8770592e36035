"""Before anything is written: what a check found, who mends it, and what would happen."""

from datetime import timedelta
from decimal import Decimal

import pytest
from tests.fixtures.scheduler_bench import Bench, settings_body, tenant
from tests.fixtures.scheduler_stories import found, outcome, whole_check

from scheduler.usecases.purge import KEEP_LOGS
from sync_kit.contracts.events import ConnectionFacts, RecordOutcome, RunRequested, TenantChanged
from sync_kit.contracts.findings import Finding
from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import ConnectionState, Module, RunMode, Stage, Vendor
from sync_kit.testing import ApiClient

NO_ACCOUNT = Finding(code="sales_account_missing")
DEMO = Finding(code="demo_company", facts={"organisation": "Demo Company (UK)"})


def draft(record_id: str, total: str = "10.00") -> RecordOutcome:
    return outcome(record_id, "would_create", total=total, document="sales_invoice", status="DRAFT")


async def read(client: ApiClient) -> dict[str, object]:
    answer = await client.get("/v1/readiness", params={"tenant_id": "t1"})
    assert answer.status == 200, answer.json
    report: dict[str, object] = answer.json
    return report


async def test_a_set_up_that_was_never_checked_says_how_to_begin(bench: Bench) -> None:
    report = await read(await bench.prepare())
    assert (report["state"], report["green"], report["run_id"]) == ("never_checked", False, None)
    assert report["next"] == "This set-up was never checked; start a check (POST /v1/readiness)."


async def test_a_check_is_a_run_of_its_own_mode_and_the_same_key_gives_it_again(bench: Bench) -> None:
    client = await bench.prepare()
    keyed = {"headers": {"Idempotency-Key": "k-1"}}
    first = await client.post("/v1/readiness", {"tenant_id": "t1"}, **keyed)
    again = await client.post("/v1/readiness", {"tenant_id": "t1"}, **keyed)
    assert (first.status, first.json["mode"], again.json["run_id"]) == (202, "check", first.json["run_id"])
    (event,) = await bench.listen()
    assert isinstance(event, RunRequested)
    assert event.mode == RunMode.CHECK


async def test_a_check_needs_both_connections_and_nothing_else(bench: Bench) -> None:
    await bench.tell(tenant(vendors=(Vendor.XERO,)))
    refused = await bench.client().post("/v1/readiness", {"tenant_id": "t1"})
    assert (refused.status, [fault["where"] for fault in refused.json["faults"]]) == (409, ["connections.zoho"])


async def test_the_report_says_what_is_about_to_happen_and_into_which_organisation(bench: Bench) -> None:
    client = await bench.prepare(go_ahead=None)
    await bench.check(
        client,
        *[draft(str(number)) for number in range(469 - 1)],
        draft("469", "179568.33"),
        outcome("c1", "would_create", module=Module.ACCOUNTS),
        outcome("b1", "would_create", module=Module.PURCHASE_ORDERS, total="3.50", document="bill", status="DRAFT"),
        outcome("h1", "blocked", code="status_unmapped", facts={"status": "Shipped"}, total="12300.00"),
    )
    report = await read(client)
    assert report["green"] is True
    happen = report["would_happen"]
    assert isinstance(happen, dict)
    assert happen["sentence"] == (
        "469 draft invoices, GBP 184,248.33, and 1 draft bill, GBP 3.50, into Demo Company (UK); with them 1 contact"
    )
    assert happen["lines"][0] == {
        "act": "create",
        "kind": "sales_invoice",
        "status": "DRAFT",
        "currency": "GBP",
        "records": 469,
        "money": "184248.33",
        "sentence": "469 draft invoices, GBP 184,248.33",
    }
    held = report["held"]
    assert isinstance(held, list)
    assert [cause["headline"] for cause in held] == [
        "1 invoice, GBP 12,300.00, waits for one thing: map the status 'Shipped'."
    ]
    assert report["next"] == "Give the go-ahead for Demo Company (UK) in the settings; then the first sync may start."


async def test_both_organisations_lock_dates_and_the_pair_are_shown(bench: Bench) -> None:
    client = await bench.prepare()
    await bench.check(client)
    report = await read(client)
    assert report["organisations"] == {
        "zoho": {"id": "z-t1", "name": "Harbour Lane", "country": "GB", "base_currency": "GBP"},
        "xero": {"id": "x-t1", "name": "Demo Company (UK)", "country": "GB", "base_currency": "GBP"},
    }
    assert report["lock_dates"] == {"period": "2025-09-30", "end_of_year": "2025-03-31"}
    assert report["pair"] == {"zoho_org_id": "z-t1", "xero_tenant_id": "x-t1"}


async def test_findings_stand_with_what_stops_first_and_name_who_mends_them(bench: Bench) -> None:
    client = await bench.prepare()
    await bench.check(client, writer=[DEMO, NO_ACCOUNT], facts={"xero_currency": "USD", "xero_country": "US"})
    report = await read(client)
    findings = report["findings"]
    assert isinstance(findings, list)
    assert [(finding["code"], finding["severity"], finding["who"]) for finding in findings] == [
        ("base_currency_differs", "stops", "accounts"),
        ("sales_account_missing", "stops", "accounts"),
        ("country_differs", "warns", "accounts"),
        ("demo_company", "warns", "accounts"),
    ]
    assert findings[0]["sentence"] == "The CRM keeps its money in GBP, Xero in USD."
    assert (report["green"], str(report["next"]).endswith("Then check again.")) == (False, True)


async def test_the_first_sync_is_refused_until_the_check_is_green_and_names_what_stops_it(bench: Bench) -> None:
    client = await bench.prepare()
    await bench.check(client, writer=[NO_ACCOUNT, DEMO])
    refused = await bench.start(client)
    assert (refused.status, refused.json["code"]) == (409, "not_ready")
    assert [(fault["where"], fault["what"]) for fault in refused.json["faults"]] == [
        (
            "readiness.sales_account_missing",
            "No default sales account is chosen. Choose one in the mapping (accounts.sales).",
        )
    ]
    await bench.check(client, writer=[DEMO])
    assert (await read(client))["next"] == "Start the first sync."
    assert (await bench.start(client)).status == 202


async def test_after_the_first_sync_was_accepted_a_later_red_check_stops_nothing(bench: Bench) -> None:
    client = await bench.prepare()
    await bench.check(client)
    run_id = (await bench.start(client)).json["run_id"]
    await client.post(f"/v1/syncs/{run_id}/cancel")
    bench.clock.advance(60)
    await bench.settle()
    client = bench.client()
    await bench.check(client, writer=[NO_ACCOUNT])
    assert (await read(client))["first_sync_accepted"] is True
    assert (await bench.start(client)).status == 202


async def test_a_check_of_other_organisations_does_not_count(bench: Bench) -> None:
    client = await bench.prepare()
    await bench.check(client)
    other = ConnectionFacts(
        vendor=Vendor.ZOHO,
        connection_id="c",
        state=ConnectionState.CONNECTED,
        generation=2,
        external_id="z-other",
    )
    xero = tenant().connections[1]
    await bench.tell(TenantChanged(tenant_id="t1", partner_id="partner-1", version=2, connections=(other, xero)))
    refused = await bench.start(client)
    assert [fault["where"] for fault in refused.json["faults"]] == ["readiness"]
    assert "other organisations" in refused.json["detail"]


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"books_start_date": "2020-01-01"}, "the start date"),
        ({"directions": {"quotes": "to_xero"}}, "the modules that go"),
        ({"sending": "all"}, "which contacts and products go"),
    ],
)
async def test_settings_that_were_not_rehearsed_ask_for_another_check(
    bench: Bench, changes: dict[str, object], word: str
) -> None:
    client = await bench.prepare()
    await bench.check(client)
    await client.put("/v1/settings/t1", {**settings_body(), **changes})
    assert (await read(client))["obstacles"] == [f"Changed since the check: {word}; check again."]


async def test_fewer_modules_than_were_checked_need_no_other_check(bench: Bench) -> None:
    client = await bench.prepare()
    await bench.check(client)
    await client.put("/v1/settings/t1", {**settings_body(), "directions": {"purchase_orders": "off"}})
    assert (await read(client))["green"] is True


async def test_without_a_start_date_the_check_uses_the_proposal_and_says_so(bench: Bench) -> None:
    client = await bench.prepare(books_start_date=None)
    await bench.check(client)
    report = await read(client)
    assert report["start_date"] == {"chosen": None, "checked_with": "2026-01-01", "proposed": "2026-01-01"}
    assert report["next"] == "Set the start date; 2026-01-01 would fit."
    await client.put("/v1/settings/t1", settings_body())
    assert (await read(client))["green"] is True


async def test_a_proposal_follows_the_lock_date_as_soon_as_it_is_known(bench: Bench) -> None:
    client = await bench.prepare(books_start_date=None)
    await bench.check(client, facts={"period_lock_date": "2026-01-31"})
    report = await read(client)
    assert report["start_date"] == {"chosen": None, "checked_with": "2026-01-01", "proposed": "2026-02-01"}
    await bench.check(client, facts={"period_lock_date": "2026-01-31"})
    assert (await read(client))["start_date"] == {
        "chosen": None,
        "checked_with": "2026-02-01",
        "proposed": "2026-02-01",
    }


@pytest.mark.parametrize("writer_says_it", [False, True])
async def test_a_start_date_in_locked_books_is_told_once(bench: Bench, writer_says_it: bool) -> None:
    client = await bench.prepare()
    facts = {"start": "2026-01-01", "lock": "2026-01-31", "proposed": "2026-02-01"}
    told = [Finding(code="start_date_locked", facts=facts)] if writer_says_it else []
    await bench.check(client, writer=told, facts={"end_of_year_lock_date": "2026-01-31"})
    findings = (await read(client))["findings"]
    assert isinstance(findings, list)
    assert [(finding["code"], finding["facts"]) for finding in findings] == [("start_date_locked", facts)]


async def test_a_crm_of_which_nothing_would_go_stops(bench: Bench) -> None:
    client = await bench.prepare()
    waits = outcome("1", "skipped", code="status_waits", facts={"status": "Created"})
    await bench.check(client, waits, outcome("c", "would_create", module=Module.ACCOUNTS))
    assert (await read(client))["obstacles"] == [
        "Of 1 documents none would go to Xero. See what holds them back, the largest cause first."
    ]


async def test_a_module_that_could_not_be_read_keeps_the_check_from_being_green(bench: Bench) -> None:
    client = await bench.prepare()
    await bench.check(client, draft("1"), refused=Reason(code="permission_missing", facts={"what": "read Products"}))
    report = await read(client)
    assert (report["state"], report["green"]) == ("partial", False)
    assert "The check could not read products: The connected user may not read Products." in str(report["obstacles"])


async def test_a_check_ends_only_when_both_stages_have_told_what_they_found(bench: Bench) -> None:
    client = await bench.prepare()
    run_id = (await client.post("/v1/readiness", {"tenant_id": "t1"})).json["run_id"]
    story = whole_check(run_id)
    findings = [event for event in story if event.type == found(run_id, Stage.READER).type]
    await bench.tell(*[event for event in story if event not in findings], findings[0])
    report = await read(client)
    assert (report["state"], report["next"]) == ("running", "The check has not ended yet; wait for it.")
    await bench.tell(findings[1])
    assert (await read(client))["state"] == "succeeded"


async def test_a_green_check_whose_findings_were_deleted_after_thirty_days_is_told_as_out_of_date(bench: Bench) -> None:
    await bench.check(await bench.prepare())
    bench.clock.advance(KEEP_LOGS + timedelta(days=1))
    await bench.settle()
    report = await read(bench.client())
    assert (report["state"], report["green"]) == ("succeeded", False)
    assert report["next"] == "The last check is more than 30 days old, and what it found is deleted; start another."


async def test_a_plans_summary_says_what_would_happen_beside_what_is_held(bench: Bench) -> None:
    client = await bench.prepare()
    await bench.check(client)
    run_id = (await bench.start(client, mode="plan")).json["run_id"]
    await bench.tell(*whole_check(run_id, draft("1", "99.90"), outcome("2", "skipped", code="zero_total"))[:1])
    summary = (await client.get("/v1/log/summary", params={"run_id": run_id})).json
    assert summary["would_happen"]["sentence"] == "1 draft invoice, GBP 99.90, into Demo Company (UK)"
    assert Decimal(summary["would_happen"]["lines"][0]["money"]) == Decimal("99.90")
    assert [cause["headline"] for cause in summary["skipped"]] == ["1 invoice stays out: a total of 0.00."]
