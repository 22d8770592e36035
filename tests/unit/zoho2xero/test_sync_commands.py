"""Syncs and plans from the command line."""

from typing import Any

from tests.fixtures.command_line import CommandLine

COUNTS = dict.fromkeys(
    ("created", "updated", "linked", "unchanged", "locked", "skipped", "blocked", "failed", "would_update"), 0
)
MODULE = {"module": "invoices", "extracted": 1469, "expected": 1469, "settled": 1469, "failure": None, **COUNTS}


def run(**changes: Any) -> dict[str, Any]:
    return {
        "run_id": "run_1",
        "mode": "plan",
        "state": "partial",
        "waiting_for": None,
        "modules": [{**MODULE, "would_create": 1400, "would_link": 3, "blocked": 66}],
        "calls": {"zoho": {"used": 4, "least": 4}, "xero": {"used": 2, "least": None}},
        "seconds": 1.5,
        "failure": None,
        **changes,
    }


SUMMARY = {
    "run_id": "run_1",
    "mode": "plan",
    "would_happen": {"sentence": "1,400 draft invoices, GBP 9.00, into Demo Company (UK)", "lines": []},
    "held": [],
    "skipped": [],
}


def test_a_plan_stays_and_shows_what_would_happen(command_line: CommandLine) -> None:
    command_line.answers = {
        "POST /v1/syncs": (202, run()),
        "GET /v1/syncs/run_1": run(),
        "GET /v1/log/summary": SUMMARY,
    }
    result = command_line.run("sync", "start", "t1", "--plan")
    assert result.exit_code == 0, result.output
    assert command_line.sent == [("POST /v1/syncs", {"tenant_id": "t1", "mode": "plan"})]
    text = result.stdout
    assert "Plan run_1: done, some records would be held back" in text
    assert "1,400 draft invoices, GBP 9.00, into Demo Company (UK)." in text
    rows = {line.split("│")[1].strip(): line.split("│")[2].strip() for line in text.splitlines() if "│" in line}
    assert (rows["would create"], rows["would link"], rows["blocked"]) == ("1400", "3", "66")
    assert "created" not in rows


def test_a_sync_shows_what_was_done_and_no_would(command_line: CommandLine) -> None:
    done = run(mode="apply", state="succeeded", modules=[{**MODULE, "created": 2}])
    command_line.answers = {"POST /v1/syncs": (202, done), "GET /v1/syncs/run_1": done}
    text = command_line.run("sync", "start", "t1", "--watch", "--module", "invoices").stdout
    assert "Run run_1: done, everything is settled" in text
    assert "would" not in text
    assert command_line.sent[0][1] == {"tenant_id": "t1", "mode": "apply", "modules": ["invoices"]}


def test_a_retry_by_cause_names_it(command_line: CommandLine) -> None:
    again = run(run_id="run_2", mode="apply", state="succeeded")
    command_line.answers = {"POST /v1/syncs/run_1/retry": (202, again), "GET /v1/syncs/run_2": again}
    assert command_line.run("sync", "retry", "run_1", "--code", "tax_unmapped").exit_code == 0
    assert command_line.sent == [("POST /v1/syncs/run_1/retry", {"code": "tax_unmapped"})]


def test_the_log_shows_each_change_of_a_plan(command_line: CommandLine) -> None:
    entry = {
        "outcome": "would_update",
        "module": "invoices",
        "record_id": "1",
        "label": {"number": "INV-1", "dated": None, "total": None},
        "reasons": [],
        "changes": [
            {"field": "Due date", "before": "2026-02-01", "after": "2026-03-01"},
            {"field": "Reference", "before": None, "after": "PO 7"},
        ],
    }
    command_line.answers = {
        "GET /v1/syncs/run_1": {"tenant_id": "t1"},
        "GET /v1/log": {"items": [entry], "next_cursor": None},
    }
    lines = [line.strip() for line in command_line.run("sync", "log", "run_1").stdout.splitlines()]
    assert lines == [
        "would update invoices: INV-1",
        "Due date: 2026-02-01 -> 2026-03-01",
        "Reference: nothing -> PO 7",
    ]


def test_a_failed_run_ends_with_an_exit_code_of_its_own(command_line: CommandLine) -> None:
    command_line.answers = {"GET /v1/syncs/run_1": run(mode="apply", state="failed")}
    assert command_line.run("sync", "watch", "run_1").exit_code == 3
