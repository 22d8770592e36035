"""`zoho2xero mappings`: shows, proposes, asks, and applies only what was agreed to."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from pathlib import Path
from typing import Any

import pytest
from typer.testing import CliRunner, Result

from xero_writer.domain.mapping_model import TenantMapping, default_mapping
from zoho2xero import mappings_commands
from zoho2xero.client import ApiError, Credentials
from zoho2xero.mapping_yaml import write_mapping

CREDENTIALS = ["--client-id", "c", "--client-secret", "s"]
SAVED = default_mapping().model_dump(mode="json")
EFFECT = {
    "says": ["2 records that the mapping held back or left out are judged again by the next sync."],
    "reopened": [{"module": "invoices", "code": "status_unmapped", "records": 2, "money": {"GBP": "12.50"}}],
}


ZOHO_FIELDS = {"fields": [{"api_name": "Order_No", "label": "Order", "data_type": "text", "values": []}]}
XERO_FIELDS = {
    "document": "sales_invoice",
    "items": [{"name": "Reference", "rule": "at most 255 characters", "only_when_blank": False, "needs": []}],
}
ACCOUNT = {"code": "200", "name": "Sales", "type": "REVENUE", "usable_for_sales": True, "usable_for_purchases": False}
RATE = {"tax_type": "OUTPUT2", "name": "20%", "status": "ACTIVE", "effective_rate": "20.0000"}
XERO_LISTS: dict[str, dict[str, Any]] = {
    "accounts": {"items": [ACCOUNT]},
    "tax-rates": {"items": [{**RATE, "applies_to_revenue": True, "applies_to_expenses": False}]},
    "tracking-categories": {"items": [{"name": "Region", "status": "ACTIVE", "options": ["North"]}]},
    "currencies": {"items": ["GBP"]},
    "taxes": {"taxes": [{"name": "Standard Rate", "percent": "20"}]},
}


class FakeApi:
    """The API as the commands see it: version 3 is in force."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, object, object]] = []
        self.refusals: list[ApiError] = []
        self.changes: list[Mapping[str, Any]] = [{"path": "accounts.sales", "before": None, "after": "200"}]
        self.unknown: set[str] = set()

    async def get(self, path: str, **query: Any) -> dict[str, Any]:
        self.calls.append(("GET", path, query, None))
        name = path.rsplit("/", 1)[1]
        if name in self.unknown or (name == "fields" and path.split("/")[2] in self.unknown):
            raise ApiError(409, {"code": "not_fetched_yet", "detail": "not yet"})
        if name == "diff":
            return {"from_version": query["from"], "to_version": query["to"] or 3, "changes": self.changes}
        if name == "fields":
            return {"zoho": ZOHO_FIELDS, "xero": {**XERO_FIELDS, "module": query["module"]}}[path.split("/")[2]]
        mapping = {"tenant_id": "t", "version": int(name) if name.isdigit() else 3, "mapping": SAVED}
        return XERO_LISTS.get(name, mapping)

    async def put(self, path: str, body: Mapping[str, Any], *, based_on: str | None = None) -> dict[str, Any]:
        self.calls.append(("PUT", path, body, based_on))
        if self.refusals:
            raise self.refusals.pop(0)
        TenantMapping.model_validate(body)
        return {
            "version": 3 if path.endswith("dry_run=true") else 4,
            "changes": self.changes,
            "effect": EFFECT,
            "warnings": [{"where": "body.statuses.invoices['X']", "what": 'the CRM has no status "X" for invoices'}],
            "unchecked": ["crm"],
        }

    @property
    def puts(self) -> list[tuple[str, object]]:
        return [(path, based_on) for method, path, _, based_on in self.calls if method == "PUT"]


@pytest.fixture
def api(monkeypatch: pytest.MonkeyPatch) -> FakeApi:
    fake = FakeApi()

    def call(_: Credentials, work: Callable[[Any], Awaitable[Any]]) -> Any:
        async def run() -> Any:
            return await work(fake)

        return asyncio.run(run())

    monkeypatch.setattr(mappings_commands, "call_api", call)
    monkeypatch.setenv("COLUMNS", "200")
    return fake


def run(*arguments: str, answer: str | None = None) -> Result:
    return CliRunner().invoke(mappings_commands.app, [*arguments, *CREDENTIALS], input=answer)


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "mapping.yaml"
    path.write_text("accounts:\n  sales: 200\n")
    return path


def test_show_prints_a_text_that_edit_takes(api: FakeApi) -> None:
    shown = run("show", "t")
    assert (shown.exit_code, shown.output) == (0, write_mapping("t", 3, SAVED))
    assert run("show", "t", "--version", "2").output.startswith("# Mapping of t, version 2\n")


def test_edit_shows_the_change_and_its_cost_and_applies_when_agreed_to(api: FakeApi, file: Path) -> None:
    done = run("edit", "t", "--file", str(file), answer="y\n")
    assert done.exit_code == 0, done.output
    for said in (
        "Against version 3:",
        "+ accounts.sales: 200",
        "2 records that the mapping held back",
        "invoices, status_unmapped: 2 over GBP 12.50",
        "statuses.invoices['X']: the CRM has no status",
        "Not compared with the CRM",
        "Version 4 is in force",
    ):
        assert said in done.output
    assert api.puts == [("/v1/mappings/t?dry_run=true", "3"), ("/v1/mappings/t", "3")]


def test_edit_changes_nothing_when_not_agreed_to(api: FakeApi, file: Path) -> None:
    done = run("edit", "t", "--file", str(file), answer="n\n")
    assert done.exit_code == 1
    assert "Nothing was changed." in done.output
    assert api.puts == [("/v1/mappings/t?dry_run=true", "3")]


def test_edit_with_yes_does_not_ask(api: FakeApi, file: Path) -> None:
    assert run("edit", "t", "--file", str(file), "--yes").exit_code == 0
    assert api.puts[-1] == ("/v1/mappings/t", "3")


def test_edit_names_every_fault_by_its_place_in_the_text(api: FakeApi, file: Path) -> None:
    faults = [
        {"where": "body.accounts.sales", "what": "Xero account 200 is archived"},
        {"where": "body.taxes.sales['VAT']", "what": "the rate X cannot be used for sales: Xero has no such rate"},
    ]
    api.refusals.append(ApiError(422, {"code": "mapping_faulty", "faults": faults}))
    done = run("edit", "t", "--file", str(file))
    assert done.exit_code == 1
    assert "\n  accounts.sales: Xero account 200 is archived\n" in done.output
    assert "taxes.sales['VAT']: the rate X" in done.output
    assert len(api.puts) == 1


def test_a_text_made_from_an_older_version_does_not_undo_a_newer_one(api: FakeApi, file: Path) -> None:
    file.write_text(write_mapping("t", 2, SAVED))
    api.refusals.append(ApiError(409, {"code": "mapping_changed", "detail": "the mapping in force is version 3"}))
    done = run("edit", "t", "--file", str(file), "--yes")
    assert done.exit_code == 1
    assert "made from version 2, and the mapping in force is version 3" in done.output
    assert api.puts == [("/v1/mappings/t?dry_run=true", "2")]


def test_a_text_that_is_no_yaml_never_reaches_the_api(api: FakeApi, file: Path) -> None:
    file.write_text("accounts: [")
    done = run("edit", "t", "--file", str(file))
    assert done.exit_code == 1
    assert "this is no YAML" in done.output
    assert api.puts == []


def test_an_edit_without_a_difference_is_not_applied(api: FakeApi, file: Path) -> None:
    api.changes = []
    done = run("edit", "t", "--file", str(file), "--yes")
    assert (done.exit_code, len(api.puts)) == (0, 1)
    assert "nothing was changed" in done.output


def test_the_editor_opens_on_the_mapping_and_again_on_a_faulty_one(
    api: FakeApi, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    editor = tmp_path / "editor"
    editor.write_text('#!/bin/sh\necho opened >> "$(dirname "$0")/count"\necho "# seen" >> "$1"\n')
    editor.chmod(0o755)
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.setenv("EDITOR", str(editor))
    api.refusals.append(ApiError(422, {"faults": [{"where": "body.amounts", "what": "wrong"}]}))
    done = run("edit", "t", answer="y\ny\n")
    assert done.exit_code == 0, done.output
    assert (tmp_path / "count").read_text() == "opened\nopened\n"
    assert "amounts: wrong" in done.output
    assert api.puts[-1] == ("/v1/mappings/t", "3")


def test_without_an_editor_it_says_what_to_do(api: FakeApi, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("VISUAL", raising=False)
    monkeypatch.delenv("EDITOR", raising=False)
    done = run("edit", "t")
    assert done.exit_code == 1
    assert "set EDITOR" in done.output


def test_diff_shows_what_was_added_changed_and_taken_out(api: FakeApi) -> None:
    api.changes = [
        {"path": "taxes.sales['A']", "before": None, "after": "X"},
        {"path": "taxes.sales['B']", "before": "X", "after": None},
        {"path": "policies.bills_beyond_draft", "before": False, "after": True},
    ]
    shown = run("diff", "t", "1", "2").output
    assert "From version 1 to version 2:" in shown
    for line in ("+ taxes.sales['A']: X", "- taxes.sales['B']: X", "~ policies.bills_beyond_draft: false -> true"):
        assert line in shown


def test_fields_shows_both_sides_of_a_module(api: FakeApi) -> None:
    shown = run("fields", "t", "--module", "invoices").output
    assert "Order_No" in shown
    assert "Reference" in shown
    assert "tax rates" not in shown
    shown = run("fields", "t").output
    for word in ("Standard Rate", "OUTPUT2", "Region", "200", "sales orders"):
        assert word in shown


def test_fields_says_what_is_not_known_yet(api: FakeApi) -> None:
    api.unknown = {"zoho", "accounts"}
    shown = run("fields", "t")
    assert shown.exit_code == 0, shown.output
    assert "The CRM's fields of invoices are not known yet" in shown.output
    assert "Xero's accounts are not known yet" in shown.output


def test_an_unknown_module_is_refused(api: FakeApi) -> None:
    assert run("fields", "t", "--module", "leads").exit_code == 2
