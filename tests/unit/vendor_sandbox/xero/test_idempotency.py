"""The Idempotency-Key store: replays, refusals, six minutes, what is kept."""

from __future__ import annotations

from decimal import Decimal

import httpx
import pytest
from tests.unit.vendor_sandbox.xero.driver import XeroDriver, bill, parse

KEY = {"idempotency-key": "k-1"}


async def put_bill(xero: XeroDriver, headers: dict[str, str] = KEY, **fields: object) -> httpx.Response:
    return await xero.call(
        "PUT", "/Invoices", {"Invoices": [bill(**fields)]}, params={"summarizeErrors": "false"}, headers=headers
    )


async def count_bills(xero: XeroDriver) -> int:
    return int((await xero.control("GET", f"/{xero.tenant_id}/summary"))["bills"])


async def test_the_same_request_gets_the_same_answer_and_is_done_once(xero: XeroDriver) -> None:
    first, second = await put_bill(xero), await put_bill(xero)
    assert first.content == second.content
    assert await count_bills(xero) == 1
    assert int(second.headers["x-minlimit-remaining"]) == int(first.headers["x-minlimit-remaining"]) - 1


async def test_another_body_url_or_method_under_a_live_key_is_refused(xero: XeroDriver) -> None:
    await put_bill(xero)
    body = await put_bill(xero, InvoiceNumber="other")
    url = await xero.call("PUT", "/Invoices", {"Invoices": [bill()]}, headers=KEY)
    method = await xero.call(
        "POST", "/Invoices", {"Invoices": [bill()]}, params={"summarizeErrors": "false"}, headers=KEY
    )
    for answer in (body, url, method):
        assert answer.status_code == 400
        assert answer.json()["Message"] == "Idempotency Key: k-1 is used with a different request."
    assert await count_bills(xero) == 1


async def test_after_six_minutes_the_key_is_new_and_a_retry_is_a_duplicate(xero: XeroDriver) -> None:
    await put_bill(xero)
    xero.advance(359)
    await put_bill(xero)
    assert await count_bills(xero) == 1
    xero.advance(1)
    await put_bill(xero)
    assert await count_bills(xero) == 2


async def test_a_key_is_the_apps_not_the_organisations(xero: XeroDriver) -> None:
    first = await put_bill(xero)
    second_tenant = await xero.make_organisation("Second")
    await xero.control("POST", "/users", {"name": "Eve", "organisations": [second_tenant]})
    await xero.connect()
    xero.tenant_id = second_tenant
    assert (await put_bill(xero)).content == first.content
    assert await count_bills(xero) == 0


async def test_a_key_of_more_than_128_characters_is_refused(xero: XeroDriver) -> None:
    long = await put_bill(xero, {"idempotency-key": "k" * 129})
    assert long.status_code == 400
    assert "129" in long.json()["Message"]
    assert (await put_bill(xero, {"idempotency-key": "k" * 128})).status_code == 200


async def test_reads_ignore_the_key(xero: XeroDriver) -> None:
    await xero.call("GET", "/Invoices", headers=KEY)
    await put_bill(xero)
    assert len(parse(await xero.call("GET", "/Invoices", headers=KEY))["Invoices"]) == 1


async def test_a_whole_400_is_kept_only_by_switch(xero: XeroDriver) -> None:
    async def put_wrong() -> httpx.Response:
        return await xero.call("PUT", "/Invoices", {"Invoices": [bill(CurrencyCode="USD")]}, headers=KEY)

    assert (await put_wrong()).status_code == 400
    await xero.settings(currencies=["USD"])
    assert (await put_wrong()).status_code == 200
    xero.sandbox.change_switches(idempotency_caches_400=True)
    await xero.settings(currencies=[])
    xero.advance(360)
    assert (await put_wrong()).status_code == 400
    await xero.settings(currencies=["USD"])
    assert (await put_wrong()).status_code == 400


async def test_a_500_after_the_deed_is_what_a_retry_gets(xero: XeroDriver) -> None:
    xero.sandbox.faults.add_rule("xero", "wrote_then_status", method="PUT", status=500)
    assert (await put_bill(xero)).status_code == 500
    assert (await put_bill(xero)).status_code == 500
    assert await count_bills(xero) == 1


async def test_a_503_of_the_gateway_hides_the_answer_that_is_kept(xero: XeroDriver) -> None:
    xero.sandbox.faults.add_rule("xero", "wrote_then_status", method="PUT", status=503)
    assert (await put_bill(xero)).status_code == 503
    assert parse(await put_bill(xero))["Invoices"][0]["Total"] == Decimal("24.00")
    assert await count_bills(xero) == 1


async def test_a_late_copy_falls_into_the_key_of_the_retry_within_six_minutes_only(xero: XeroDriver) -> None:
    for delay, expected in ((300, 1), (420, 3)):
        xero.sandbox.faults.add_rule("xero", "late_commit", method="PUT", delay_seconds=delay)
        with pytest.raises(AssertionError):  # the in-process transport complains about a cut answer
            await put_bill(xero, {"idempotency-key": f"k{delay}"})
        await put_bill(xero, {"idempotency-key": f"k{delay}"})
        xero.advance(delay)
        assert await count_bills(xero) == expected


async def test_a_duplicate_in_flight_is_replayed_or_refused_by_switch(xero: XeroDriver) -> None:
    first = await put_bill(xero)
    store = xero.sandbox.xero.state.idempotency
    ((_, entry),) = store._entries.items()
    entry.in_flight = True
    assert (await put_bill(xero)).content == first.content
    xero.sandbox.change_switches(idempotency_in_flight="conflict")
    assert (await put_bill(xero)).status_code == 409


async def test_a_late_copy_that_was_executed_is_no_longer_in_flight(xero: XeroDriver) -> None:
    xero.sandbox.change_switches(idempotency_in_flight="conflict")
    xero.sandbox.faults.add_rule("xero", "late_commit", method="PUT", delay_seconds=60)
    with pytest.raises(AssertionError):  # the in-process transport complains about a cut answer
        await put_bill(xero)
    xero.advance(60)
    assert (await put_bill(xero)).status_code == 200
    assert await count_bills(xero) == 1


async def test_expired_answers_are_forgotten(xero: XeroDriver) -> None:
    for number in range(3):
        await put_bill(xero, {"idempotency-key": f"old-{number}"})
    xero.advance(360)
    await put_bill(xero)
    assert len(xero.sandbox.xero.state.idempotency._entries) == 1
