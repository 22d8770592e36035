"""Xero forgets a refresh token that nobody uses for 60 days; we use it before."""

from datetime import timedelta

from tests.unit.auth.house import House, Partner


async def test_an_idle_xero_grant_is_used_every_twenty_days_and_lives_on(house: House, partner: Partner) -> None:
    await house.add_xero_user("Books")
    tenant_id = await partner.add_tenant()
    await partner.connect(tenant_id, "xero")
    calls = house.count_token_calls("xero")
    for day in range(1, 101):
        house.advance(timedelta(days=1))
        await house.settle()
        assert house.count_token_calls("xero") == calls + day // 21
    assert (await house.borrow(tenant_id, "xero")).status == 200


async def test_zoho_grants_need_no_warming(house: House, partner: Partner) -> None:
    await house.add_zoho_org("us")
    await partner.connect(await partner.add_tenant(), "zoho")
    calls = house.count_token_calls("zoho")
    house.advance(timedelta(days=50))
    await house.settle()
    assert house.count_token_calls("zoho") == calls


async def test_trouble_while_warming_is_tried_again_later(house: House, partner: Partner) -> None:
    await house.add_xero_user("Books")
    tenant_id = await partner.add_tenant()
    await partner.connect(tenant_id, "xero")
    house.advance(timedelta(days=21))
    house.sandbox.faults.add_rule("xero", "lost_answer", path="/connect/token")
    await house.settle()
    assert (await house.newest_told(tenant_id)).connections[0].state == "connected"
    house.advance(timedelta(minutes=10))
    await house.settle()
    house.advance(timedelta(days=45))
    assert (await house.borrow(tenant_id, "xero")).status == 200
