"""A browser is sent back to a partner's own address and nowhere else, however the address is dressed up."""

import pytest
from tests.unit.auth.house import House, Partner, read_query

OWN = "https://app.example/done"
TRICKS = [
    "https://evil.example/",
    "https://app.example/done/",
    "https://app.example/done?next=https://evil.example",
    "https://app.example/done/../../evil",
    "https://app.example/",
    "https://app.example.evil.example/done",
    "https://app.example@evil.example/done",
    "https://user:secret@app.example/done",
    "https://app.example:444/done",
    "https://APP.example/done",
    "http://app.example/done",
    "https://app.example\\@evil.example/done",
    "https://app.example/done#@evil.example",
    "https:evil.example",
    "//evil.example/done",
    "/done",
    "https:///evil.example",
    "http://localhost.evil.example/",
    "http://localhost@evil.example/",
    "http://evil.example\\@localhost/",
    "http://localhost\\.evil.example/",
    "http://127.0.0.1.evil.example/",
    "http://127.0.0.1:80@evil.example/",
    "http://[::1]evil.example/",
    "http://[::1]@evil.example/",
    "http://2130706433/",
    "http://0.0.0.0/",
    "javascript://localhost/%0aalert(1)",
    "data:text/html,hello",
    "ftp://localhost/",
    " https://app.example/done",
    "https://app.example/done\r\nset-cookie: a=b",
    "http://localhost/\r\nlocation: https://evil.example",
    "https://app.example/" + "a" * 2000,
]


def count_attempts(house: House) -> int:
    return len(house.query("SELECT 1 FROM connect_attempts"))


@pytest.mark.parametrize("url", TRICKS)
async def test_an_address_that_is_not_exactly_the_partners_own_is_refused_before_anything_begins(
    house: House, url: str
) -> None:
    partner = await house.add_partner("Platform", (OWN,))
    tenant_id = await partner.add_tenant()
    answer = await partner.api.post("/v1/connections", {"tenant_id": tenant_id, "vendor": "xero", "return_url": url})
    assert answer.status == 422
    assert [fault["where"] for fault in answer.json["faults"]] == ["body.return_url"]
    assert count_attempts(house) == 0


async def test_another_partners_address_is_not_ones_own(house: House) -> None:
    await house.add_partner("Platform", (OWN,))
    stranger = await house.add_partner("Stranger", ("https://stranger.example/",))
    body = {"tenant_id": await stranger.add_tenant(), "vendor": "xero", "return_url": OWN}
    assert (await stranger.api.post("/v1/connections", body)).status == 422


async def test_what_the_vendors_answer_brings_does_not_change_where_the_browser_goes(house: House) -> None:
    partner = await house.add_partner("Platform", (OWN,))
    await house.add_xero_user("Books")
    started = await partner.start(await partner.add_tenant(), "xero", return_url=OWN)
    answer = await house.consent(started["connect_url"])
    page = await house.browse(f"{answer}&return_url=https://evil.example&redirect_uri=https://evil.example")
    assert page.status == 303
    assert page.headers["location"].startswith(f"{OWN}?")
    assert set(read_query(page.headers["location"])) == {"connection_id", "state"}


async def test_a_choice_of_organisations_ends_after_half_an_hour(house: House) -> None:
    partner = await house.add_partner()
    _, ids = await house.add_xero_user("North", "South")
    started = await partner.start(await partner.add_tenant(), "xero")
    await house.browse(await house.consent(started["connect_url"]))
    house.advance(30 * 60)
    partner = await Partner.log_in(house, partner.credentials)
    path = f"/v1/connections/{started['connection_id']}/organisation"
    answer = await partner.api.post(path, {"xero_tenant_id": ids[0]})
    assert (answer.status, answer.json["code"]) == (409, "nothing_to_choose")
