"""Xero's own part in the fault menu."""

from __future__ import annotations

import pytest
from tests.unit.vendor_sandbox.xero.driver import XeroDriver


async def test_a_revoked_token_is_401_from_then_on(xero: XeroDriver) -> None:
    xero.sandbox.faults.add_rule("xero", "token_revoked")
    first, second = await xero.call("GET", "/Organisation"), await xero.call("GET", "/Organisation")
    assert first.status_code == second.status_code == 401
    assert first.json()["Detail"] == "AuthenticationUnsuccessful"
    fresh = (await xero.refresh(xero.tokens["refresh_token"])).json()
    xero.tokens = fresh
    assert (await xero.call("GET", "/Organisation")).status_code == 200


@pytest.mark.parametrize(
    ("problem", "literal", "retry"),
    [
        ("minute", "minute", True),
        ("day", "day", True),
        ("concurrent", "concurrent", False),
        ("app", "appminute", False),
    ],
)
async def test_each_limit_can_be_asked_for(xero: XeroDriver, problem: str, literal: str, retry: bool) -> None:
    xero.sandbox.faults.add_rule("xero", "rate_limit", problem=problem)
    answer = await xero.call("GET", "/Organisation")
    assert (answer.status_code, answer.headers["x-rate-limit-problem"]) == (429, literal)
    assert ("retry-after" in answer.headers) is retry


@pytest.mark.parametrize("status", [400, 401, 403, 404, 413, 429, 500, 502, 503])
async def test_a_status_comes_with_a_body_of_xeros_kind_and_nothing_is_done(xero: XeroDriver, status: int) -> None:
    xero.sandbox.faults.add_rule("xero", "status", status=status)
    answer = await xero.call("PUT", "/Contacts", {"Name": "Bob"})
    assert answer.status_code == status
    if status in {401, 403, 413, 500}:
        assert answer.json()["Status"] == status
    assert (await xero.get("/Contacts"))["Contacts"] == []


async def test_a_body_above_ten_megabytes_is_413(xero: XeroDriver) -> None:
    answer = await xero.call("PUT", "/Contacts", b" " * (10 * 1024 * 1024 + 1))
    assert answer.status_code == 413
