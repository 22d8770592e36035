"""Rate limits: windows, headers, refusals."""

from __future__ import annotations

from tests.unit.vendor_sandbox.xero.driver import XeroDriver


async def call_often(xero: XeroDriver, times: int) -> None:
    for _ in range(times):
        assert (await xero.call("GET", "/Currencies")).status_code == 200


async def test_every_answer_tells_what_is_left(xero: XeroDriver) -> None:
    first = await xero.call("GET", "/Currencies")
    second = await xero.call("GET", "/Nonsense")
    assert first.headers["x-minlimit-remaining"] == "59"
    assert (second.status_code, second.headers["x-minlimit-remaining"]) == (404, "58")
    assert second.headers["x-daylimit-remaining"] == "4998"
    assert second.headers["x-appminlimit-remaining"] == "9998"


async def test_the_61st_call_of_a_minute_waits_for_the_end_of_a_fixed_window(xero: XeroDriver) -> None:
    await call_often(xero, 60)
    answer = await xero.call("GET", "/Currencies")
    assert (answer.status_code, answer.headers["x-rate-limit-problem"]) == (429, "minute")
    assert answer.headers["x-minlimit-remaining"] == "0"
    seconds = int(answer.headers["retry-after"])
    assert 1 <= seconds <= 60
    xero.advance(seconds - 1)
    assert (await xero.call("GET", "/Currencies")).status_code == 429
    xero.advance(1)
    assert (await xero.call("GET", "/Currencies")).headers["x-minlimit-remaining"] == "59"


async def test_windows_begin_at_another_moment_for_each_organisation(xero: XeroDriver) -> None:
    waits = set()
    xero.sandbox.change_switches(xero_minute_limit=0)
    for number in range(6):
        xero.tenant_id = await xero.make_organisation(f"Org {number}")
        await xero.control("POST", "/users", {"name": "Eve", "organisations": [xero.tenant_id]})
        await xero.connect()
        waits.add((await xero.call("GET", "/Currencies")).headers["retry-after"])
    assert len(waits) > 1


async def test_the_day_limit_has_its_own_window_and_may_be_the_organisations_own(xero: XeroDriver) -> None:
    await xero.settings(day_limit=3)
    await call_often(xero, 3)
    answer = await xero.call("GET", "/Currencies")
    assert (answer.status_code, answer.headers["x-rate-limit-problem"]) == (429, "day")
    assert int(answer.headers["retry-after"]) > 60
    xero.advance(int(answer.headers["retry-after"]))
    await xero.connect()
    assert (await xero.call("GET", "/Currencies")).headers["x-daylimit-remaining"] == "2"


async def test_the_app_limit_counts_over_organisations_and_sends_no_retry_after(xero: XeroDriver) -> None:
    xero.sandbox.change_switches(xero_app_minute_limit=2)
    await call_often(xero, 1)
    xero.tenant_id = await xero.make_organisation("Second")
    await xero.control("POST", "/users", {"name": "Eve", "organisations": [xero.tenant_id]})
    await xero.connect()
    await call_often(xero, 1)
    answer = await xero.call("GET", "/Currencies")
    assert (answer.status_code, "retry-after" in answer.headers) == (429, False)
    assert xero.sandbox.ledger.count_calls()["refused"] == {"xero:app": 1}


async def test_a_sixth_call_at_once_is_refused_without_retry_after(xero: XeroDriver) -> None:
    state = xero.sandbox.xero.state
    for call_seq in range(1000, 1005):
        state.limits.take(
            call_seq, "xero-sandbox-client", xero.tenant_id, xero.sandbox.clock.now(), xero.sandbox.switches, 5000
        )
    answer = await xero.call("GET", "/Currencies")
    assert (answer.status_code, answer.headers["x-rate-limit-problem"]) == (429, "concurrent")
    assert "retry-after" not in answer.headers
    state.limits.release(1000)
    assert (await xero.call("GET", "/Currencies")).status_code == 200
    assert (await xero.call("GET", "/Currencies")).status_code == 200


async def test_limits_can_be_switched_off(xero: XeroDriver) -> None:
    xero.sandbox.change_switches(limits="off", xero_minute_limit=1)
    await call_often(xero, 3)


async def test_identity_calls_cost_nothing(xero: XeroDriver) -> None:
    bearer = {"authorization": f"Bearer {xero.tokens['access_token']}"}
    answer = await xero.client.get("/xero/connections", headers=bearer)
    assert "x-minlimit-remaining" not in answer.headers
    assert xero.sandbox.ledger.count_calls()["xero"] == 0


async def test_an_offline_organisation_is_503(xero: XeroDriver) -> None:
    await xero.settings(is_offline=True)
    answer = await xero.call("GET", "/Organisation")
    assert (answer.status_code, answer.text) == (503, "The Organisation is offline")
