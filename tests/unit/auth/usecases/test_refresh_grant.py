"""One refresh at a time, whatever crashes, hangs or answers nonsense."""

import asyncio

import pytest
from sqlalchemy import text
from tests.unit.auth.house import House, Partner

from sync_kit import points
from sync_kit.testing import ApiAnswer


class Crash(BaseException):
    """The process dies here."""


@pytest.fixture
async def tenant_id(house: House, partner: Partner) -> str:
    """A tenant with a Xero connection whose token is two minutes old."""
    await house.add_xero_user("Books")
    made = await partner.add_tenant()
    await partner.connect(made, "xero")
    house.advance(120)
    return made


async def find_grant_id(house: House, tenant_id: str) -> str:
    """The grant behind a tenant's Xero connection."""
    async with house.runtime.store.reading() as session:
        found = await session.fetch_value(
            text("SELECT grant_id FROM connections WHERE tenant_id = :tenant_id"), {"tenant_id": tenant_id}
        )
    return str(found)


async def refuse_once(house: House, tenant_id: str) -> ApiAnswer:
    """One worker reports that its token was refused."""
    return await house.borrow(tenant_id, "xero", failed_generation=1)


async def crash_between_answer_and_save(house: House, tenant_id: str) -> None:
    """Xero has rotated the refresh token, and we died before we saved the new one."""

    def die(point: str) -> None:
        if point == "refresh.answered":
            raise Crash

    grant_id = await find_grant_id(house, tenant_id)
    with points.hooked(die), pytest.raises(Crash):
        await house.make_refresher().renew(grant_id, seen_generation=1)


async def test_after_a_crash_between_call_and_save_the_old_token_is_tried_once_more(
    house: House, tenant_id: str
) -> None:
    await crash_between_answer_and_save(house, tenant_id)
    house.advance(61)
    calls = house.count_token_calls("xero")
    answer = await refuse_once(house, tenant_id)
    assert (answer.status, answer.json["generation"]) == (200, 2)
    assert house.count_token_calls("xero") == calls + 1
    worked = await house.ask_vendor(
        f"{answer.json['api_url']}/connections", authorization=f"Bearer {answer.json['access_token']}"
    )
    assert worked.status == 200


async def test_until_the_dead_process_claim_runs_out_callers_are_put_off(house: House, tenant_id: str) -> None:
    await crash_between_answer_and_save(house, tenant_id)
    calls = house.count_token_calls("xero")
    waiting = asyncio.create_task(refuse_once(house, tenant_id))
    while not waiting.done():
        await asyncio.sleep(0.001)
        if house.clock.count_sleepers():
            house.clock.advance(0.25)
    assert waiting.result().status == 503
    assert house.count_token_calls("xero") == calls


async def test_a_crash_whose_grace_is_over_needs_a_person(house: House, tenant_id: str) -> None:
    await crash_between_answer_and_save(house, tenant_id)
    house.advance(31 * 60)
    calls = house.count_token_calls("xero")
    answer = await refuse_once(house, tenant_id)
    assert (answer.status, answer.json["cause"]) == (409, "expired")
    assert house.count_token_calls("xero") == calls + 1
    assert (await refuse_once(house, tenant_id)).status == 409
    assert house.count_token_calls("xero") == calls + 1


async def test_two_processes_refresh_once(house: House, tenant_id: str) -> None:
    other = house.rebuild()
    calls = house.count_token_calls("xero")
    house.sandbox.faults.add_rule("xero", "slow", path="/connect/token", seconds=0.05)
    both = asyncio.gather(
        *(house.borrow(tenant_id, "xero", app=app, failed_generation=1) for app in (house.runtime.app, other.app) * 5)
    )
    while not both.done():
        await asyncio.sleep(0.005)
        if house.clock.find_next_wake() is not None and (house.clock.find_next_wake() or 0) <= 0.25:
            house.clock.advance(0.25)
    assert {(answer.status, answer.json["generation"]) for answer in both.result()} == {(200, 2)}
    assert house.count_token_calls("xero") == calls + 1
    await other.close()


@pytest.mark.parametrize("kind", ["lost_answer", "truncated", "garbage", "wrong_types"])
async def test_a_lost_answer_costs_a_pause_and_nothing_else(house: House, tenant_id: str, kind: str) -> None:
    house.sandbox.faults.add_rule("xero", kind, path="/connect/token")
    calls = house.count_token_calls("xero")
    answer = await refuse_once(house, tenant_id)
    assert answer.status == 503
    assert "retry-after" in answer.headers
    assert (await refuse_once(house, tenant_id)).status == 503
    assert house.count_token_calls("xero") == calls + 1, "nobody tries again before the pause is over"
    house.advance(6)
    answer = await refuse_once(house, tenant_id)
    assert (answer.status, answer.json["generation"]) == (200, 2)
    assert (await house.newest_told(tenant_id)).connections[0].state == "connected"


@pytest.mark.parametrize("fault", [{"kind": "status", "status": 500}, {"kind": "status", "status": 429}])
async def test_an_identity_service_in_trouble_does_not_cost_the_connection(
    house: House, tenant_id: str, fault: dict[str, object]
) -> None:
    house.sandbox.faults.add_rule("xero", path="/connect/token", **fault)  # type: ignore[arg-type]
    assert (await refuse_once(house, tenant_id)).status == 503
    house.advance(61)
    assert (await refuse_once(house, tenant_id)).status == 200


async def test_a_wrong_client_secret_is_the_operators_matter_not_the_tenants(house: House, tenant_id: str) -> None:
    house.sandbox.faults.add_rule(
        "xero", "status", path="/connect/token", status=400, answer='{"error":"invalid_client"}'
    )
    assert (await refuse_once(house, tenant_id)).status == 503
    assert (await house.newest_told(tenant_id)).connections[0].state == "connected"


async def test_zohos_throttle_is_waited_out(house: House, partner: Partner) -> None:
    await house.add_zoho_org("us")
    tenant_id = await partner.add_tenant()
    await partner.connect(tenant_id, "zoho")
    for generation in range(1, 10):
        house.advance(61)
        assert (await house.borrow(tenant_id, "zoho", failed_generation=generation)).status == 200
    house.advance(50)
    house.clock.advance(11)
    throttled = await house.borrow(tenant_id, "zoho", failed_generation=10)
    assert throttled.status == 503
    assert (await house.newest_told(tenant_id)).connections[0].state == "connected"
    house.advance(61)
    assert (await house.borrow(tenant_id, "zoho", failed_generation=10)).status == 200


async def test_a_refused_grant_needs_a_person_and_a_reconnection_mends_it(house: House, partner: Partner) -> None:
    user, ids = await house.add_xero_user("North", "South")
    tenants = [await partner.add_tenant(name) for name in ("North", "South")]
    for tenant_id, xero_tenant_id in zip(tenants, ids, strict=True):
        await partner.connect_choosing(tenant_id, xero_tenant_id)
    house.advance(61 * 24 * 3600)
    partner = await Partner.log_in(house, partner.credentials)
    answer = await house.borrow(tenants[0], "xero")
    assert (answer.status, answer.json["code"], answer.json["cause"]) == (409, "needs_reauthorisation", "expired")
    for tenant_id in tenants:
        assert (await house.newest_told(tenant_id)).connections[0].state == "needs_reauthorisation"
    lost = (await house.newest_told(tenants[0])).connections[0].generation
    await house.control("/xero/consent", {"user_id": user})
    again = await partner.connect(tenants[0], "xero")
    assert (again["state"], again["cause"], again["external_id"]) == ("connected", None, ids[0])
    assert (await house.newest_told(tenants[0])).connections[0].generation == lost + 1
    for tenant_id in tenants:
        assert (await house.newest_told(tenant_id)).connections[0].state == "connected"
        assert (await house.borrow(tenant_id, "xero")).status == 200


async def test_a_revoked_zoho_grant_needs_a_person_and_a_reconnection_mends_it(house: House, partner: Partner) -> None:
    org_id = await house.add_zoho_org("us")
    tenant_id = await partner.add_tenant()
    await partner.connect(tenant_id, "zoho")
    house.sandbox.zoho.state.tokens.refresh_tokens.clear()
    house.advance(3600)
    answer = await house.borrow(tenant_id, "zoho")
    assert (answer.status, answer.json["cause"]) == (409, "expired")
    partner = await Partner.log_in(house, partner.credentials)
    again = await partner.connect(tenant_id, "zoho")
    assert (again["state"], again["external_id"]) == ("connected", org_id)
    assert (await house.borrow(tenant_id, "zoho")).status == 200


async def test_a_consent_during_a_refresh_wins(house: House, partner: Partner, tenant_id: str) -> None:
    started = await partner.start(tenant_id, "xero")
    consented = await house.consent(started["connect_url"])
    reached, go_on = asyncio.Event(), asyncio.Event()
    vendor_refresh = house.sandbox.app

    async def hold_refresh(scope: object, receive: object, send: object) -> None:
        if not reached.is_set() and scope["path"].endswith("/token"):  # type: ignore[index]
            reached.set()
            await go_on.wait()
        await vendor_refresh(scope, receive, send)  # type: ignore[arg-type]

    house.transport._routes["sandbox.test"] = hold_refresh  # type: ignore[attr-defined]
    refreshing = asyncio.create_task(refuse_once(house, tenant_id))
    await reached.wait()
    assert (await house.browse(consented)).status == 200
    fresh = (await house.borrow(tenant_id, "xero")).json
    go_on.set()
    overtaken = await refreshing
    assert (overtaken.status, overtaken.json) == (200, fresh)


async def test_a_refresh_outlives_its_impatient_caller(house: House, tenant_id: str) -> None:
    asked = asyncio.Event()
    house.sandbox.faults.add_rule("xero", "call", path="/connect/token", callback=lambda _: asked.set())
    house.sandbox.change_switches(latency_ms=20)
    refresher = house.make_refresher()
    calls = house.count_token_calls("xero")
    caller = asyncio.create_task(refresher.renew(await find_grant_id(house, tenant_id), seen_generation=1))
    await asked.wait()
    caller.cancel()
    await asyncio.gather(caller, return_exceptions=True)
    await refresher.close()
    assert (await house.borrow(tenant_id, "xero")).json["generation"] == 2
    assert house.count_token_calls("xero") == calls + 1
