"""Credits and concurrency."""

from datetime import UTC, datetime, timedelta

import pytest
from tests.unit.vendor_sandbox.zoho.conftest import Zoho

from vendor_sandbox.zoho.editions import EDITIONS
from vendor_sandbox.zoho.limits import OrgLimits

START = datetime(2026, 11, 2, tzinfo=UTC)


@pytest.mark.parametrize(
    ("edition", "users", "credits_a_day"),
    [
        ("free", 3, 5_000),
        ("standard", 10, 52_500),
        ("standard", 1_000, 100_000),
        ("professional", 10, 55_000),
        ("enterprise", 100, 150_000),
        ("ultimate", 10_000, 20_050_000),
    ],
)
def test_an_editions_allowance_follows_its_formula(edition: str, users: int, credits_a_day: int) -> None:
    assert EDITIONS[edition].allowed_credits(users) == credits_a_day


def test_each_calls_credits_come_back_24_hours_after_it() -> None:
    limits = OrgLimits(EDITIONS["free"], 10)
    limits.spend_credits(START, 6)
    limits.spend_credits(START + timedelta(hours=1), 4)
    assert limits.remaining_credits(START + timedelta(hours=23)) == 0
    assert limits.remaining_credits(START + timedelta(hours=24)) == 6
    assert limits.remaining_credits(START + timedelta(hours=25)) == 10


def test_slots_are_counted_by_app_and_come_back() -> None:
    limits = OrgLimits(EDITIONS["free"], 10)
    assert limits.try_enter("a", 5, is_sub=False)
    assert not limits.try_enter("a", 1, is_sub=False)
    assert limits.try_enter("b", 1, is_sub=False)
    limits.leave("a", 5, is_sub=False)
    assert limits.try_enter("a", 1, is_sub=False)


def test_ten_calls_of_the_heavy_kinds_are_the_most_at_once() -> None:
    limits = OrgLimits(EDITIONS["ultimate"], 10)
    assert all(limits.try_enter("a", 1, is_sub=True) for _ in range(10))
    assert not limits.try_enter("a", 1, is_sub=True)
    assert limits.try_enter("a", 1, is_sub=False)


def use_up(zoho: Zoho, credits_used: int) -> None:
    zoho.org.limits.spend_credits(zoho.core.clock.now(), credits_used)


def test_an_org_without_credits_gets_429_without_retry_after(zoho: Zoho) -> None:
    use_up(zoho, zoho.org.limits.allowance)
    reply = zoho.api("GET", "org")
    assert (reply.status, reply.json["code"]) == (429, "TOO_MANY_REQUESTS")
    assert "retry-after" not in reply.headers
    assert zoho.core.ledger.count_calls()["refused"] == {"zoho:credits": 1}
    zoho.core.clock.advance(24 * 3600)
    zoho.renew()
    assert zoho.api("GET", "org").status == 200


def test_the_old_shape_of_429_is_a_switch(zoho: Zoho) -> None:
    zoho.switch(zoho_429_body="old")
    use_up(zoho, zoho.org.limits.allowance)
    assert zoho.api("GET", "org").json["error"] == "TOO_MANY_REQUESTS"


def test_limits_can_be_switched_off(zoho: Zoho) -> None:
    zoho.switch(limits="off")
    use_up(zoho, zoho.org.limits.allowance)
    assert zoho.api("GET", "org").status == 200


def test_remaining_credits_are_told_from_half_of_the_day_on(zoho: Zoho) -> None:
    allowance = zoho.org.limits.allowance
    assert "x-api-credits-remaining" not in zoho.api("GET", "org").headers
    use_up(zoho, allowance // 2)
    reply = zoho.api("GET", "org")
    assert reply.headers["x-api-credits-remaining"] == str(allowance - allowance // 2 - 2)


def test_calls_at_once_beyond_the_edition_are_refused(zoho: Zoho) -> None:
    zoho.org.limits.try_enter("client", 20, is_sub=False)
    reply = zoho.api("GET", "org")
    assert (reply.status, reply.json["code"]) == (429, "TOO_MANY_REQUESTS")
    zoho.org.limits.leave("client", 1, is_sub=False)
    assert [zoho.api("GET", "org").status for _ in range(2)] == [200, 200]


@pytest.mark.parametrize(
    ("method", "path", "is_heavy"),
    [
        ("GET", "Invoices?fields=id", False),
        ("GET", "Invoices?fields=id&sort_by=id", True),
        ("POST", "coql", True),
        ("POST", "__composite_requests", True),
        ("POST", "Accounts:10", False),
        ("POST", "Accounts:11", True),
    ],
)
def test_heavy_calls_are_refused_when_ten_run(zoho: Zoho, method: str, path: str, is_heavy: bool) -> None:
    for _ in range(10):
        zoho.org.limits.try_enter("client", 0, is_sub=True)
    module, _, count = path.partition(":")
    path, _, query = module.partition("?")
    data = [{"Account_Name": f"A{number}", "Description": "x" * 20} for number in range(int(count or 0))]
    parameters = dict(part.split("=") for part in query.split("&")) if query else None
    reply = zoho.api(method, path, query=parameters, json={"data": data} if method == "POST" else None)
    assert (reply.status == 429) is is_heavy


def test_a_composite_takes_five_slots(zoho: Zoho) -> None:
    zoho.org.limits.try_enter("client", 16, is_sub=False)
    assert zoho.api("POST", "__composite_requests", json={}).status == 429
    assert zoho.api("GET", "org").status == 200


@pytest.mark.parametrize(("records", "credits_used"), [(1, 1), (10, 1), (11, 2), (100, 10)])
def test_writes_cost_a_credit_for_ten_records(zoho: Zoho, records: int, credits_used: int) -> None:
    zoho.insert("Accounts", *({"Account_Name": f"A{number}"} for number in range(records)))
    assert zoho.core.ledger.list_calls()[-1].credits_used == credits_used


@pytest.mark.parametrize(("limit", "credits_used"), [(1, 1), (200, 1), (201, 2), (1000, 2), (1001, 3), (2000, 3)])
def test_queries_cost_by_their_limit(zoho: Zoho, limit: int, credits_used: int) -> None:
    zoho.query("id", "Invoices", f"id is not null limit {limit}")
    assert zoho.core.ledger.list_calls()[-1].credits_used == credits_used


def test_credits_are_added_up_in_the_ledger(zoho: Zoho) -> None:
    zoho.api("GET", "org")
    zoho.coql("select id from Invoices where id is not null limit 2000")
    assert zoho.core.ledger.count_calls()["credits"] == 4
