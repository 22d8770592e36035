"""The control API for what both vendors share."""

from typing import Any

import httpx
import pytest

from vendor_sandbox.app import Sandbox


async def test_health_and_index_answer(http: httpx.AsyncClient) -> None:
    assert (await http.get("/healthz")).json() == {"status": "ok"}
    index = (await http.get("/_control")).json()
    assert {"clock", "switches", "calls", "faults", "zoho", "xero"} <= set(index)


async def test_the_clock_is_frozen_moved_and_let_go(http: httpx.AsyncClient) -> None:
    assert (await http.get("/_control/clock")).json() == {"now": "2026-11-02T09:30:00+00:00", "frozen": True}
    moved = await http.put("/_control/clock", json={"advance_seconds": 90.5})
    assert moved.json()["now"] == "2026-11-02T09:31:30.500000+00:00"
    frozen = await http.put("/_control/clock", json={"freeze_at": "2027-01-01T00:00:00+00:00"})
    assert frozen.json()["now"] == "2027-01-01T00:00:00+00:00"
    assert (await http.put("/_control/clock", json={"run": True})).json()["frozen"] is False


@pytest.mark.parametrize(
    "change",
    [
        {"advance_seconds": -1},
        {"advance_seconds": "5"},
        {"freeze_at": "yesterday"},
        {"freeze_at": "2027-01-01T00:00:00"},
        {"freeze_at": 5},
        {"jump": 1},
    ],
)
async def test_a_wrong_change_of_the_clock_is_refused(http: httpx.AsyncClient, change: dict[str, Any]) -> None:
    reply = await http.put("/_control/clock", json=change)
    assert reply.status_code == 400
    assert "error" in reply.json()


async def test_switches_are_shown_and_changed_by_name(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    shown = (await http.get("/_control/switches")).json()
    assert shown["item_codes"]["value"] == "insensitive"
    reply = await http.put("/_control/switches", json={"item_codes": "sensitive"})
    assert reply.json()["item_codes"]["value"] == "sensitive"
    assert sandbox.switches.item_codes == "sensitive"


@pytest.mark.parametrize("change", [{"no_such": 1}, {"item_codes": "maybe"}])
async def test_a_wrong_switch_is_refused_by_name(http: httpx.AsyncClient, change: dict[str, Any]) -> None:
    reply = await http.put("/_control/switches", json=change)
    assert reply.status_code == 400
    assert next(iter(change)) in reply.json()["error"]


@pytest.mark.parametrize("body", [b"{", b"[]"])
async def test_a_body_that_is_no_object_is_refused(http: httpx.AsyncClient, body: bytes) -> None:
    assert (await http.put("/_control/switches", content=body)).status_code == 400


async def test_calls_and_counts_can_be_read(http: httpx.AsyncClient) -> None:
    await http.get("/zoho/eu/crm/v8/org")
    await http.post("/zoho/eu/oauth/v2/token")
    await http.get("/xero/api.xro/2.0/Organisation")
    counts = (await http.get("/_control/calls/count")).json()
    assert (counts["zoho"], counts["xero"], counts["oauth"]) == (1, 1, 1)
    calls = (await http.get("/_control/calls", params={"vendor": "zoho", "kind": "api"})).json()["calls"]
    assert [(call["path"], call["status"]) for call in calls] == [("/eu/crm/v8/org", 401)]
    later = (await http.get("/_control/calls", params={"since_seq": calls[0]["seq"]})).json()["calls"]
    assert len(later) == 2
    assert (await http.get("/_control/calls", params={"since_seq": "x"})).status_code == 400


async def test_control_calls_are_not_vendor_calls(http: httpx.AsyncClient) -> None:
    await http.post("/_control/zoho/orgs", json={})
    assert (await http.get("/_control/calls")).json() == {"calls": []}


async def test_history_can_be_read(http: httpx.AsyncClient) -> None:
    org = (await http.post("/_control/zoho/orgs", json={})).json()["id"]
    made = await http.post(f"/_control/zoho/{org}/Accounts", json={"records": [{"Account_Name": "A"}]})
    account = made.json()["data"][0]["details"]["id"]
    query = {"vendor": "zoho", "kind": "Accounts", "id": account}
    (version,) = (await http.get("/_control/history", params=query)).json()["versions"]
    assert (version["action"], version["call_seq"], version["snapshot"]["Account_Name"]) == ("created", 0, "A")


async def test_faults_are_added_shown_and_removed(http: httpx.AsyncClient) -> None:
    rule = {"vendor": "zoho", "kind": "status", "status": 500, "path": "org$", "times": 2}
    added = await http.post("/_control/faults", json=rule)
    assert added.status_code == 201
    rule_id = added.json()["id"]
    assert (await http.get("/zoho/eu/crm/v8/org")).status_code == 500
    (shown,) = (await http.get("/_control/faults")).json()["faults"]
    assert (shown["id"], shown["struck"], shown["status"]) == (rule_id, 1, 500)
    assert (await http.delete(f"/_control/faults/{rule_id}")).status_code == 200
    assert (await http.delete(f"/_control/faults/{rule_id}")).status_code == 404
    assert (await http.get("/zoho/eu/crm/v8/org")).status_code == 401
    await http.post("/_control/faults", json=rule)
    await http.delete("/_control/faults")
    assert (await http.get("/_control/faults")).json() == {"faults": []}


@pytest.mark.parametrize(
    "rule",
    [
        {"vendor": "zoho"},
        {"vendor": "zoho", "kind": "explode"},
        {"vendor": "zoho", "kind": "call"},
        {"vendor": "zoho", "kind": "call", "callback": "os.abort"},
        {"vendor": "zoho", "kind": "lost_answer", "skip": "1"},
        {"vendor": "zoho", "kind": "lost_answer", "colour": "red"},
    ],
)
async def test_a_wrong_fault_is_refused(http: httpx.AsyncClient, rule: dict[str, Any]) -> None:
    assert (await http.post("/_control/faults", json=rule)).status_code == 400


async def test_spans_of_a_fault_may_have_fractions(http: httpx.AsyncClient) -> None:
    rule = {"vendor": "zoho", "kind": "slow", "seconds": 0.25}
    assert (await http.post("/_control/faults", json=rule)).status_code == 201


async def test_moving_the_clock_executes_what_was_late(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    done: list[object] = []
    sandbox.core.late_commits.schedule(sandbox.clock.now(), done.append)
    await http.get("/healthz")
    assert len(done) == 1


async def test_apps_are_registered_and_shown_without_secrets(http: httpx.AsyncClient) -> None:
    app = {"vendor": "zoho", "client_id": "mine", "client_secret": "hush", "redirect_uris": ["https://a.example/cb"]}
    assert (await http.post("/_control/apps", json=app)).status_code == 201
    reply = await http.get("/_control/apps")
    assert "hush" not in reply.text
    assert {shown["client_id"] for shown in reply.json()["apps"]} == {
        "zoho-sandbox-client",
        "xero-sandbox-client",
        "mine",
    }


@pytest.mark.parametrize(
    "app",
    [
        {"vendor": "sage"},
        {"vendor": "zoho", "client_id": "a"},
        {"vendor": "zoho", "client_id": "a", "client_secret": "b", "scopes": "x"},
    ],
)
async def test_a_wrong_app_is_refused(http: httpx.AsyncClient, app: dict[str, Any]) -> None:
    assert (await http.post("/_control/apps", json=app)).status_code == 400


async def test_reset_forgets_everything_but_clock_and_switches(http: httpx.AsyncClient, sandbox: Sandbox) -> None:
    await http.post("/_control/zoho/orgs", json={})
    await http.post("/_control/faults", json={"vendor": "zoho", "kind": "lost_answer"})
    await http.put("/_control/switches", json={"item_codes": "sensitive"})
    await http.get("/xero/connections")
    assert (await http.post("/_control/reset")).json() == {"reset": True}
    assert (await http.get("/_control/zoho/orgs")).json() == {"orgs": []}
    assert (await http.get("/_control/faults")).json() == {"faults": []}
    assert (await http.get("/_control/calls")).json() == {"calls": []}
    assert sandbox.switches.item_codes == "sensitive"
    assert sandbox.clock.is_frozen
