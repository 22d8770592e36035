"""Requests that do not fit are refused with every fault named."""

from typing import Any

import pytest
from tests.unit.auth.house import House, Partner, read_query


@pytest.mark.parametrize(
    ("changes", "where"),
    [
        ({"vendor": "sage"}, "body.vendor"),
        ({"vendor": "zoho", "data_centre": "mars"}, "body.data_centre"),
        ({"vendor": "xero", "data_centre": "eu"}, "body.data_centre"),
        ({"vendor": "xero", "return_url": "https://evil.example/"}, "body.return_url"),
        ({"vendor": "xero", "return_url": "http://app.example/"}, "body.return_url"),
        ({"vendor": "xero", "return_url": "javascript:alert(1)"}, "body.return_url"),
        ({"vendor": "xero", "surprise": 1}, "body.surprise"),
        ({"vendor": "xero", "tenant_id": "a/../b"}, "body.tenant_id"),
    ],
)
async def test_a_connection_request_that_does_not_fit_is_refused(
    partner: Partner, changes: dict[str, Any], where: str
) -> None:
    body = {"tenant_id": await partner.add_tenant(), **changes}
    answer = await partner.api.post("/v1/connections", body)
    assert answer.status == 422
    assert [fault["where"] for fault in answer.json["faults"]] == [where]


async def test_the_browser_goes_back_to_a_registered_address(house: House) -> None:
    partner = await house.add_partner("Platform", ("https://app.example/done",))
    await house.add_xero_user("Books")
    started = await partner.start(await partner.add_tenant(), "xero", return_url="https://app.example/done")
    page = await house.browse(await house.consent(started["connect_url"]))
    assert page.status == 303
    assert page.headers["location"].startswith("https://app.example/done?")
    assert read_query(page.headers["location"]) == {"connection_id": started["connection_id"], "state": "connected"}


async def test_the_browser_goes_back_with_the_reason_of_a_refusal(house: House) -> None:
    partner = await house.add_partner("Platform", ("https://app.example/done",))
    user, _ = await house.add_xero_user("Books")
    await house.control("/xero/consent", {"user_id": user, "declines": True})
    started = await partner.start(await partner.add_tenant(), "xero", return_url="https://app.example/done")
    page = await house.browse(await house.consent(started["connect_url"]))
    assert page.status == 303
    told = read_query(page.headers["location"])
    assert (told["state"], told["code"]) == ("refused", "consent_denied")


async def test_pages_allow_nothing_from_elsewhere(house: House) -> None:
    page = await house.browse("/connect/xero/callback?state=x")
    assert "default-src 'none'" in page.headers["content-security-policy"]
    assert page.headers["referrer-policy"] == "no-referrer"
    assert page.headers["x-frame-options"] == "DENY"
    assert "<script" not in page.body.decode()


async def test_a_tenant_has_one_connection_per_vendor(house: House, partner: Partner) -> None:
    tenant_id = await partner.add_tenant()
    first, second = await partner.start(tenant_id, "xero"), await partner.start(tenant_id, "xero")
    assert first["connection_id"] == second["connection_id"]
    assert first["connect_url"] != second["connect_url"]
    other = await partner.start(tenant_id, "zoho")
    listed = (await partner.api.get("/v1/connections", params={"tenant_id": tenant_id})).json["items"]
    assert {item["connection_id"] for item in listed} == {first["connection_id"], other["connection_id"]}
    assert all("connect_url" not in item for item in listed)
