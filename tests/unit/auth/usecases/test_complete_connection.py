"""Connecting, from our link over the vendor's consent back to us."""

from urllib.parse import urlencode, urlsplit

import pytest
from tests.unit.auth.house import PUBLIC_URL, SANDBOX_URL, House, Partner, read_query


async def test_a_person_connects_zoho_in_a_data_centre_of_their_own(house: House, partner: Partner) -> None:
    org_id = await house.add_zoho_org("in")
    tenant_id = await partner.add_tenant()
    started = await partner.start(tenant_id, "zoho", data_centre="eu")
    assert (started["state"], started["external_id"]) == ("disconnected", None)
    opened = await house.browse(started["connect_url"])
    question = read_query(opened.headers["location"])
    assert question["access_type"] == "offline"
    assert question["prompt"] == "consent"
    assert question["code_challenge_method"] == "S256"
    assert "ZohoCRM.coql.READ" in question["scope"].split(",")
    await house.control("/zoho/consent", {"org_id": org_id, "via": "eu"})
    answer = (await house.ask_vendor(opened.headers["location"])).headers["location"]
    assert read_query(answer)["accounts-server"] == f"{SANDBOX_URL}/zoho/in"
    page = await house.browse(answer)
    assert page.status == 200
    assert "Northwind is connected" in page.body.decode()
    connection = await partner.show(started["connection_id"])
    assert connection["state"] == "connected"
    assert connection["external_id"] == org_id
    assert connection["data_centre"] == "in"
    assert connection["web_url"] == f"https://crm.zoho.in/crm/org{org_id}"
    facts = (await house.newest_told(tenant_id)).connections
    assert [(each.vendor, each.state, each.external_id) for each in facts] == [("zoho", "connected", org_id)]
    token = (await house.borrow(tenant_id, "zoho")).json
    assert (token["api_url"], token["external_id"]) == (f"{SANDBOX_URL}/zoho/in", org_id)
    worked = await house.ask_vendor(
        f"{token['api_url']}/crm/v8/org", authorization=f"Zoho-oauthtoken {token['access_token']}"
    )
    assert worked.status == 200


async def test_a_person_connects_xero(house: House, partner: Partner) -> None:
    _, [xero_tenant_id] = await house.add_xero_user("Northwind Books")
    tenant_id = await partner.add_tenant()
    connection = await partner.connect(tenant_id, "xero")
    assert connection["state"] == "connected"
    assert connection["external_id"] == xero_tenant_id
    assert connection["organisation_name"] == "Northwind Books"
    assert connection["web_url"] == "https://go.xero.com"
    token = (await house.borrow(tenant_id, "xero")).json
    assert token["connection_generation"] == (await house.newest_told(tenant_id)).connections[0].generation
    worked = await house.ask_vendor(
        f"{token['api_url']}/api.xro/2.0/Organisation",
        authorization=f"Bearer {token['access_token']}",
        **{"xero-tenant-id": token["external_id"], "accept": "application/json"},
    )
    assert worked.status == 200


@pytest.mark.parametrize("vendor", ["zoho", "xero"])
async def test_the_code_is_worthless_without_our_pkce_verifier(house: House, partner: Partner, vendor: str) -> None:
    await house.add_zoho_org()
    await house.add_xero_user("Books")
    started = await partner.start(
        await partner.add_tenant(), vendor, **({"data_centre": "eu"} if vendor == "zoho" else {})
    )
    other = await partner.start(
        await partner.add_tenant(), vendor, **({"data_centre": "eu"} if vendor == "zoho" else {})
    )
    stolen = read_query(await house.consent(started["connect_url"]))["code"]
    answer = read_query(await house.consent(other["connect_url"]))
    page = await house.browse(f"{PUBLIC_URL}/connect/{vendor}/callback?{urlencode({**answer, 'code': stolen})}")
    assert page.status == 400
    assert "code_refused" in page.body.decode()
    assert (await partner.show(other["connection_id"]))["state"] == "disconnected"


async def test_a_state_that_we_did_not_make_is_refused_before_anybody_is_asked(house: House) -> None:
    seen = len(house.sandbox.ledger.calls)
    page = await house.browse("/connect/xero/callback?code=abc&state=guessed")
    assert page.status == 400
    assert "state_unknown" in page.body.decode()
    assert len(house.sandbox.ledger.calls) == seen


async def test_an_answer_without_a_state_is_refused(house: House) -> None:
    page = await house.browse("/connect/xero/callback?code=abc")
    assert "state_unknown" in page.body.decode()


async def test_a_state_works_for_its_own_vendor_only(house: House, partner: Partner) -> None:
    await house.add_xero_user("Books")
    started = await partner.start(await partner.add_tenant(), "xero")
    answer = urlsplit(await house.consent(started["connect_url"])).query
    page = await house.browse(f"/connect/zoho/callback?{answer}")
    assert "state_unknown" in page.body.decode()
    assert (await house.browse(f"/connect/xero/callback?{answer}")).status == 200


async def test_an_answer_works_once(house: House, partner: Partner) -> None:
    await house.add_xero_user("Books")
    started = await partner.start(await partner.add_tenant(), "xero")
    answer = await house.consent(started["connect_url"])
    assert (await house.browse(answer)).status == 200
    again = await house.browse(answer)
    assert again.status == 400
    assert "state_used" in again.body.decode()
    assert (await partner.show(started["connection_id"]))["state"] == "connected"


async def test_a_state_is_ten_minutes_old_at_most(house: House, partner: Partner) -> None:
    await house.add_xero_user("Books")
    started = await partner.start(await partner.add_tenant(), "xero")
    answer = await house.consent(started["connect_url"])
    house.advance(601)
    page = await house.browse(answer)
    assert "state_expired" in page.body.decode()


async def test_a_link_opens_for_ten_minutes(house: House, partner: Partner) -> None:
    started = await partner.start(await partner.add_tenant(), "xero")
    house.advance(601)
    page = await house.browse(started["connect_url"])
    assert page.status == 400
    assert "link_expired" in page.body.decode()


async def test_opening_a_link_again_kills_the_older_state(house: House, partner: Partner) -> None:
    await house.add_xero_user("Books")
    started = await partner.start(await partner.add_tenant(), "xero")
    first = await house.consent(started["connect_url"])
    second = await house.consent(started["connect_url"])
    assert "state_unknown" in (await house.browse(first)).body.decode()
    assert (await house.browse(second)).status == 200


async def test_a_link_is_spent_when_it_has_succeeded(house: House, partner: Partner) -> None:
    await house.add_xero_user("Books")
    started = await partner.start(await partner.add_tenant(), "xero")
    await house.browse(await house.consent(started["connect_url"]))
    page = await house.browse(started["connect_url"])
    assert "link_used" in page.body.decode()


@pytest.mark.parametrize(
    "server",
    ["https://accounts.zoho.evil.example", f"{SANDBOX_URL}/zoho/jp", "http://sandbox.test.evil.example/zoho/eu"],
)
async def test_an_accounts_server_that_is_not_allow_listed_gets_nothing(
    house: House, partner: Partner, server: str
) -> None:
    await house.add_zoho_org("eu")
    started = await partner.start(await partner.add_tenant(), "zoho", data_centre="eu")
    answer = read_query(await house.consent(started["connect_url"]))
    seen = len(house.sandbox.ledger.calls)
    page = await house.browse(f"/connect/zoho/callback?{urlencode({**answer, 'accounts-server': server})}")
    assert page.status == 400
    assert "accounts_server_not_allowed" in page.body.decode()
    assert len(house.sandbox.ledger.calls) == seen


async def test_a_location_that_disagrees_with_the_accounts_server_is_refused(house: House, partner: Partner) -> None:
    await house.add_zoho_org("eu")
    started = await partner.start(await partner.add_tenant(), "zoho", data_centre="eu")
    answer = read_query(await house.consent(started["connect_url"]))
    page = await house.browse(f"/connect/zoho/callback?{urlencode({**answer, 'location': 'us'})}")
    assert "accounts_server_not_allowed" in page.body.decode()


async def test_a_person_who_declines_leaves_the_connection_as_it_was(house: House, partner: Partner) -> None:
    user, _ = await house.add_xero_user("Books")
    await house.control("/xero/consent", {"user_id": user, "declines": True})
    started = await partner.start(await partner.add_tenant(), "xero")
    page = await house.browse(await house.consent(started["connect_url"]))
    assert "consent_denied" in page.body.decode()
    assert (await partner.show(started["connection_id"]))["state"] == "disconnected"


async def test_too_many_sign_ins_at_zoho_are_not_told_as_a_refusal_alone(house: House, partner: Partner) -> None:
    await house.add_zoho_org("eu")
    for _ in range(11):
        started = await partner.start(await partner.add_tenant(), "zoho", data_centre="eu")
        answer = await house.consent(started["connect_url"])
        page = (await house.browse(answer)).body.decode()
    assert "consent_denied" in page
    assert "open the link again in ten minutes" in page


async def test_an_identity_service_in_trouble_leaves_the_link_usable(house: House, partner: Partner) -> None:
    _, [xero_tenant_id] = await house.add_xero_user("Books")
    started = await partner.start(await partner.add_tenant(), "xero")
    house.sandbox.faults.add_rule("xero", "status", path="/connect/token", status=503)
    page = await house.browse(await house.consent(started["connect_url"]))
    assert page.status == 503
    assert "vendor_trouble" in page.body.decode()
    assert (await house.browse(await house.consent(started["connect_url"]))).status == 200
    assert (await partner.show(started["connection_id"]))["external_id"] == xero_tenant_id


async def test_tokens_of_a_consent_that_could_not_be_completed_are_given_back(house: House, partner: Partner) -> None:
    await house.add_zoho_org("eu")
    started = await partner.start(await partner.add_tenant(), "zoho", data_centre="eu")
    house.sandbox.faults.add_rule("zoho", "status", path="/crm/v8/org", status=500)
    assert (await house.browse(await house.consent(started["connect_url"]))).status == 503
    assert len(house.sandbox.zoho.state.tokens.refresh_tokens) == 1
    await house.settle()
    assert not house.sandbox.zoho.state.tokens.refresh_tokens


async def test_another_organisation_than_before_is_refused(house: House, partner: Partner) -> None:
    await house.add_zoho_org("eu", "First")
    tenant_id = await partner.add_tenant()
    connection = await partner.connect(tenant_id, "zoho", data_centre="eu")
    await house.add_zoho_org("eu", "Second")
    started = await partner.start(tenant_id, "zoho")
    assert started["connection_id"] == connection["connection_id"]
    page = await house.browse(await house.consent(started["connect_url"]))
    assert page.status == 409
    assert "different_organisation" in page.body.decode()
    assert (await partner.show(connection["connection_id"]))["state"] == "connected"
    assert (await house.borrow(tenant_id, "zoho")).status == 200


async def test_another_organisation_than_before_is_refused_after_a_disconnection_too(
    house: House, partner: Partner
) -> None:
    await house.add_xero_user("First")
    tenant_id = await partner.add_tenant()
    connection = await partner.connect(tenant_id, "xero")
    assert (await partner.api.delete(f"/v1/connections/{connection['connection_id']}")).status == 204
    await house.settle()
    await house.add_xero_user("Second")
    started = await partner.start(tenant_id, "xero")
    page = await house.browse(await house.consent(started["connect_url"]))
    assert page.status == 409
    assert "different_organisation" in page.body.decode()


@pytest.mark.parametrize("vendor", ["zoho", "xero"])
async def test_an_organisation_lives_at_one_tenant_over_all_partners(
    house: House, partner: Partner, vendor: str
) -> None:
    await house.add_zoho_org("us")
    await house.add_xero_user("Books")
    tenant_id = await partner.add_tenant("The owner")
    first = await partner.connect(tenant_id, vendor)
    stranger = await house.add_partner("Stranger")
    started = await stranger.start(await stranger.add_tenant(), vendor)
    page = await house.browse(await house.consent(started["connect_url"]))
    text = page.body.decode()
    assert page.status == 409
    assert "organisation_in_use" in text
    assert not any(word in text for word in ("The owner", tenant_id, first["connection_id"], "Platform"))
    assert (await stranger.show(started["connection_id"]))["state"] == "disconnected"
    await house.settle()
    lent = await house.borrow(tenant_id, vendor)
    assert lent.status == 200
    scheme = "Zoho-oauthtoken" if vendor == "zoho" else "Bearer"
    url = f"{lent.json['api_url']}{'/crm/v8/org' if vendor == 'zoho' else '/connections'}"
    worked = await house.ask_vendor(url, authorization=f"{scheme} {lent.json['access_token']}")
    assert worked.status == 200


async def test_an_organisation_is_free_again_after_a_disconnection(house: House, partner: Partner) -> None:
    user, [xero_tenant_id] = await house.add_xero_user("Books")
    first = await partner.connect(await partner.add_tenant(), "xero")
    await partner.api.delete(f"/v1/connections/{first['connection_id']}")
    await house.settle()
    await house.control("/xero/consent", {"user_id": user})
    second = await partner.connect(await partner.add_tenant(), "xero")
    assert second["external_id"] == xero_tenant_id


async def test_programs_get_a_problem_where_browsers_get_a_page(house: House) -> None:
    answer = await house.api().get("/connect/xero/callback?code=abc&state=guessed")
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.json["code"] == "state_unknown"
