"""Lending vendor tokens to our services."""

import asyncio

import pytest
from tests.unit.auth.house import House, Partner

from sync_kit.contracts.vocabulary import Vendor
from sync_kit.errors import NeedsReauthorisationError
from sync_kit.http import HttpClient, asgi_transport
from sync_kit.identity import ServiceIdentity
from sync_kit.testing import SERVICE_KEY
from sync_kit.vendor_tokens import VendorTokens


async def connect(house: House, partner: Partner, vendor: str) -> str:
    """A tenant that is connected to this vendor."""
    await (house.add_zoho_org("us") if vendor == "zoho" else house.add_xero_user("Books"))
    tenant_id = await partner.add_tenant()
    await partner.connect(tenant_id, vendor)
    return tenant_id


@pytest.mark.parametrize("vendor", ["zoho", "xero"])
async def test_a_token_is_lent_again_while_it_lives(house: House, partner: Partner, vendor: str) -> None:
    tenant_id = await connect(house, partner, vendor)
    calls = house.count_token_calls(vendor)
    first, second = await house.borrow(tenant_id, vendor), await house.borrow(tenant_id, vendor)
    assert first.json == second.json
    assert house.count_token_calls(vendor) == calls


@pytest.mark.parametrize(("vendor", "minutes"), [("zoho", 56), ("xero", 26)])
async def test_a_token_near_its_end_is_refreshed_before_it_is_lent(
    house: House, partner: Partner, vendor: str, minutes: int
) -> None:
    tenant_id = await connect(house, partner, vendor)
    old = (await house.borrow(tenant_id, vendor)).json
    house.advance(minutes * 60)
    new = (await house.borrow(tenant_id, vendor)).json
    assert new["generation"] == old["generation"] + 1
    assert new["access_token"] != old["access_token"]


@pytest.mark.parametrize("vendor", ["zoho", "xero"])
async def test_a_hundred_refusals_are_one_refresh(house: House, partner: Partner, vendor: str) -> None:
    tenant_id = await connect(house, partner, vendor)
    house.advance(120)
    calls = house.count_token_calls(vendor)
    answers = await asyncio.gather(*(house.borrow(tenant_id, vendor, failed_generation=1) for _ in range(100)))
    assert {answer.status for answer in answers} == {200}
    assert {answer.json["generation"] for answer in answers} == {2}
    assert len({answer.json["access_token"] for answer in answers}) == 1
    assert house.count_token_calls(vendor) == calls + 1
    late = await house.borrow(tenant_id, vendor, failed_generation=1)
    assert late.json["generation"] == 2
    assert house.count_token_calls(vendor) == calls + 1


async def test_a_refusal_of_a_young_token_needs_a_person(house: House, partner: Partner) -> None:
    tenant_id = await connect(house, partner, "xero")
    generation = (await house.newest_told(tenant_id)).connections[0].generation
    calls = house.count_token_calls("xero")
    house.advance(59)
    answer = await house.borrow(tenant_id, "xero", failed_generation=1)
    assert (answer.status, answer.json["code"], answer.json["cause"]) == (409, "needs_reauthorisation", "expired")
    assert house.count_token_calls("xero") == calls
    facts = (await house.newest_told(tenant_id)).connections[0]
    assert (facts.state, facts.generation) == ("needs_reauthorisation", generation + 1)


@pytest.mark.parametrize(
    ("report", "cause"), [({"missing_scope": True}, "scope_missing"), ({"withdrawn": True}, "withdrawn")]
)
async def test_what_no_refresh_can_mend_has_its_own_cause(
    house: House, partner: Partner, report: dict[str, bool], cause: str
) -> None:
    tenant_id = await connect(house, partner, "xero")
    calls = house.count_token_calls("xero")
    answer = await house.borrow(tenant_id, "xero", failed_generation=1, **report)
    assert (answer.status, answer.json["cause"]) == (409, cause)
    assert (await house.borrow(tenant_id, "xero")).json["cause"] == cause
    assert house.count_token_calls("xero") == calls
    await partner.connect(tenant_id, "xero")
    stale = await house.borrow(tenant_id, "xero", failed_generation=1, **report)
    assert stale.status == 200, "a report about tokens from before the reconnection means nothing"


async def test_unknown_and_unconnected_tenants_get_no_token(house: House, partner: Partner) -> None:
    assert (await house.borrow("ten_nobody", "xero")).status == 404
    tenant_id = await partner.add_tenant()
    assert (await house.borrow(tenant_id, "xero")).json["cause"] == "never_connected"
    started = await partner.start(tenant_id, "xero")
    assert (await house.borrow(tenant_id, "xero")).json["cause"] == "never_connected"
    assert started["state"] == "disconnected"


async def test_only_our_services_may_borrow(house: House, partner: Partner) -> None:
    tenant_id = await connect(house, partner, "xero")
    body = {"tenant_id": tenant_id, "vendor": "xero"}
    assert (await house.api().post("/internal/vendor-tokens", body)).status == 401
    assert (await partner.api.post("/internal/vendor-tokens", body)).status == 401


async def test_the_kits_borrower_understands_what_we_lend(house: House, partner: Partner) -> None:
    tenant_id = await connect(house, partner, "xero")
    http = HttpClient(clock=house.clock, transport=asgi_transport({"http://auth.test": house.runtime.app}))
    borrower = VendorTokens(
        http, "http://auth.test", ServiceIdentity("xero-writer", SERVICE_KEY, house.clock), house.clock
    )
    token = await borrower.borrow(tenant_id, Vendor.XERO)
    assert token.external_id == (await house.newest_told(tenant_id)).connections[0].external_id
    house.advance(61)
    assert (await borrower.borrow(tenant_id, Vendor.XERO, failed_generation=token.generation)).generation == 2
    with pytest.raises(NeedsReauthorisationError) as refusal:
        await borrower.report_withdrawn(tenant_id, Vendor.XERO, 2)
    assert refusal.value.cause == "withdrawn"


@pytest.mark.parametrize("vendor", ["zoho", "xero"])
async def test_a_refusal_from_before_a_reconnection_means_nothing_whoever_consented(
    house: House, partner: Partner, vendor: str
) -> None:
    tenant_id = await connect(house, partner, vendor)
    for _ in range(3):
        house.advance(61)
        old = (await house.borrow(tenant_id, vendor)).json["generation"]
        old = (await house.borrow(tenant_id, vendor, failed_generation=old)).json["generation"]
    if vendor == "xero":
        external_id = (await house.newest_told(tenant_id)).connections[0].external_id
        colleague = await house.control("/xero/users", {"name": "Kim Clerk", "organisations": [external_id]})
        await house.control("/xero/consent", {"user_id": colleague["user_id"]})
    connection = await partner.connect(tenant_id, vendor)
    lent = await house.borrow(tenant_id, vendor, failed_generation=old)
    assert lent.status == 200
    assert lent.json["generation"] > old
    await partner.api.delete(f"/v1/connections/{connection['connection_id']}")
    await house.settle()
    await partner.connect(tenant_id, vendor)
    late = await house.borrow(tenant_id, vendor, failed_generation=lent.json["generation"])
    assert late.status == 200
    assert late.json["generation"] > lent.json["generation"]
