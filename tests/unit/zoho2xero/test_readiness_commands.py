"""A bookkeeper reads what is about to happen, and nobody gives the go-ahead without naming the books."""

from typing import Any

from tests.fixtures.command_line import CommandLine

RUN: dict[str, Any] = {"run_id": "run_1", "state": "succeeded", "mode": "check", "modules": [], "waiting_for": None}
SETTINGS: dict[str, Any] = {
    "tenant_id": "t1",
    "books_start_date": "2026-01-01",
    "directions": {"invoices": "to_xero"},
    "sending": "used",
    "go_ahead": None,
    "missing": [],
}


def finding(code: str, severity: str, who: str) -> dict[str, str]:
    return {"code": code, "severity": severity, "who": who, "sentence": f"Says {code}.", "what_to_do": f"Mend {code}."}


def report(**changes: Any) -> dict[str, Any]:
    return {
        "run_id": "run_1",
        "state": "succeeded",
        "green": True,
        "next": "Give the go-ahead.",
        "obstacles": [],
        "organisations": {
            "zoho": {"id": "z1", "name": "Harbour Lane", "country": "GB", "base_currency": "GBP"},
            "xero": {"id": "x1", "name": "Demo Company (UK)", "country": None, "base_currency": None},
        },
        "lock_dates": {"period": "2025-09-30", "end_of_year": None},
        "start_date": {"chosen": "2026-01-01", "checked_with": "2026-01-01", "proposed": "2026-01-01"},
        "pair": {"zoho_org_id": "z1", "xero_tenant_id": "x1"},
        "findings": [finding("demo_company", "warns", "accounts")],
        "would_happen": {"sentence": "469 draft invoices, GBP 184,248.33, into Demo Company (UK)", "lines": []},
        "held": [
            {
                "headline": "37 invoices, GBP 12,300.00, wait for one thing: map the status 'Shipped'.",
                "sentence": "Nobody has said it.",
                "who": "admin",
                "what_to_do": "Map it once.",
                "records": 37,
                "waiting": 0,
            }
        ],
        "checked_at": "2026-01-05T09:00:00Z",
        **changes,
    }


def prepare(line: CommandLine, *reports: dict[str, Any]) -> None:
    line.answers = {
        "POST /v1/readiness": (202, RUN),
        "GET /v1/syncs/run_1": RUN,
        "GET /v1/readiness": list(reports),
        "GET /v1/settings/t1": SETTINGS,
        "PUT /v1/settings/t1": SETTINGS,
    }


def test_the_report_names_both_organisations_what_would_happen_and_what_to_mend(command_line: CommandLine) -> None:
    prepare(command_line, report())
    result = command_line.run("readiness", "t1")
    assert result.exit_code == 0
    lines = [line.strip() for line in result.stdout.splitlines()]
    assert lines == [
        "Readiness: green, checked at 2026-01-05 09:00 UTC.",
        "Zoho CRM  Harbour Lane (GB, GBP)",
        "Xero      Demo Company (UK)",
        "Start date 2026-01-01; lock dates in Xero: period 2025-09-30",
        "What is about to happen:",
        "469 draft invoices, GBP 184,248.33, into Demo Company (UK).",
        "Worth a look:",
        "For accounts, in Xero or by policy",
        "Says demo_company.",
        "Mend demo_company.",
        "What would be held back, by cause:",
        "37 invoices, GBP 12,300.00, wait for one thing: map the status 'Shipped'.",
        "For example: Nobody has said it. Admin: Map it once.",
        "Next: Give the go-ahead.",
    ]


def test_findings_are_grouped_by_who_mends_them_and_each_is_said_once(command_line: CommandLine) -> None:
    stopping = [finding("a", "stops", "accounts"), finding("b", "stops", "admin"), finding("c", "stops", "accounts")]
    obstacles = ["Says a. Mend a.", "Says b. Mend b.", "Says c. Mend c.", "The check could not read products."]
    prepare(command_line, report(green=False, findings=stopping, obstacles=obstacles))
    result = command_line.run("readiness", "t1", "--go", "Demo Company (UK)")
    assert result.exit_code == 4
    text = result.stdout
    places = [text.index(f"Says {code}.") for code in "acb"]
    assert places == sorted(places)
    assert text.count("Says a.") == 1
    assert "The check could not read products." in text
    assert [name for name, _ in command_line.sent] == ["POST /v1/readiness"]


def test_the_go_ahead_keeps_every_other_setting(command_line: CommandLine) -> None:
    prepare(command_line, report(), report(next="Start the first sync."))
    result = command_line.run("readiness", "t1", "--go", "demo company (UK) ")
    assert (result.exit_code, "Start the first sync." in result.stdout) == (0, True)
    assert command_line.sent[-1] == (
        "PUT /v1/settings/t1",
        {
            "books_start_date": "2026-01-01",
            "directions": {"invoices": "to_xero"},
            "sending": "used",
            "go_ahead": {"xero_tenant_id": "x1"},
        },
    )


def test_without_a_name_it_is_asked_for_and_a_wrong_one_changes_nothing(command_line: CommandLine) -> None:
    prepare(command_line, report())
    assert command_line.run("readiness", "t1", "--go", typed="Demo Company (UK)\n").exit_code == 0
    prepare(command_line, report())
    command_line.sent.clear()
    assert command_line.run("readiness", "t1", "--go", typed="Another Ltd\n").exit_code == 1
    assert [name for name, _ in command_line.sent] == ["POST /v1/readiness"]


def test_json_is_the_report_and_nothing_else(command_line: CommandLine) -> None:
    prepare(command_line, report())
    result = command_line.run("readiness", "t1", "--json")
    assert result.stdout.startswith('{"run_id":"run_1"')
    assert len(result.stdout.splitlines()) == 1
