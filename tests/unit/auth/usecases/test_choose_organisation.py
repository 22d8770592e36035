"""A Xero user with several organisations: nobody guesses which one is meant."""

from tests.unit.auth.house import FormReader, House, Partner, read_query


async def test_a_person_chooses_on_our_page(house: House, partner: Partner) -> None:
    _, ids = await house.add_xero_user("North <b>", "South", "West")
    started = await partner.start(await partner.add_tenant(), "xero")
    page = await house.browse(await house.consent(started["connect_url"]))
    form = FormReader(page.body)
    assert form.buttons == dict(zip(["North <b>", "South", "West"], ids, strict=True))
    assert (await partner.show(started["connection_id"]))["state"] == "disconnected"
    done = await house.browse(
        "/connect/xero/choose", method="POST", form={**form.hidden, "xero_tenant_id": form.buttons["South"]}
    )
    assert done.status == 200
    assert "South is connected" in done.body.decode()
    assert (await partner.show(started["connection_id"]))["external_id"] == ids[1]


async def test_the_choice_page_works_once(house: House, partner: Partner) -> None:
    _, ids = await house.add_xero_user("North", "South")
    started = await partner.start(await partner.add_tenant(), "xero")
    form = FormReader((await house.browse(await house.consent(started["connect_url"]))).body)
    choice = {**form.hidden, "xero_tenant_id": ids[0]}
    assert (await house.browse("/connect/xero/choose", method="POST", form=choice)).status == 200
    again = await house.browse("/connect/xero/choose", method="POST", form={**choice, "xero_tenant_id": ids[1]})
    assert "choice_expired" in again.body.decode()
    assert (await partner.show(started["connection_id"]))["external_id"] == ids[0]


async def test_the_choice_page_goes_back_to_the_partner(house: House, partner: Partner) -> None:
    _, ids = await house.add_xero_user("North", "South")
    back = "http://localhost:3000/done?step=2"
    started = await partner.start(await partner.add_tenant(), "xero", return_url=back)
    page = await house.browse(await house.consent(started["connect_url"]))
    assert "http://localhost:3000" in page.headers["content-security-policy"]
    form = FormReader(page.body)
    done = await house.browse("/connect/xero/choose", method="POST", form={**form.hidden, "xero_tenant_id": ids[1]})
    assert done.status == 303
    assert read_query(done.headers["location"]) == {
        "step": "2",
        "connection_id": started["connection_id"],
        "state": "connected",
    }


async def test_a_partner_chooses_by_api(house: House, partner: Partner) -> None:
    _, ids = await house.add_xero_user("North", "South")
    started = await partner.start(await partner.add_tenant(), "xero")
    path = f"/v1/connections/{started['connection_id']}"
    early = await partner.api.get(f"{path}/organisations")
    assert (early.status, early.json["code"]) == (409, "nothing_to_choose")
    await house.browse(await house.consent(started["connect_url"]))
    offered = (await partner.api.get(f"{path}/organisations")).json["items"]
    assert offered == [{"xero_tenant_id": ids[0], "name": "North"}, {"xero_tenant_id": ids[1], "name": "South"}]
    strange = await partner.api.post(f"{path}/organisation", {"xero_tenant_id": "not-offered"})
    assert (strange.status, strange.json["faults"][0]["where"]) == (422, "body.xero_tenant_id")
    chosen = await partner.api.post(f"{path}/organisation", {"xero_tenant_id": ids[1]})
    assert (chosen.status, chosen.json["state"], chosen.json["external_id"]) == (200, "connected", ids[1])
    late = await partner.api.get(f"{path}/organisations")
    assert late.json["code"] == "nothing_to_choose"


async def test_one_in_use_is_refused_and_another_can_still_be_chosen(house: House, partner: Partner) -> None:
    _, ids = await house.add_xero_user("North", "South")
    await partner.connect_choosing(await partner.add_tenant(), ids[0])
    started = await partner.start(await partner.add_tenant(), "xero")
    await house.browse(await house.consent(started["connect_url"]))
    path = f"/v1/connections/{started['connection_id']}/organisation"
    taken = await partner.api.post(path, {"xero_tenant_id": ids[0]})
    assert (taken.status, taken.json["code"]) == (409, "organisation_in_use")
    free = await partner.api.post(path, {"xero_tenant_id": ids[1]})
    assert free.json["external_id"] == ids[1]


async def test_a_reconnection_needs_no_choice(house: House, partner: Partner) -> None:
    _, ids = await house.add_xero_user("North", "South")
    tenant_id = await partner.add_tenant()
    await partner.connect_choosing(tenant_id, ids[1])
    again = await partner.connect(tenant_id, "xero")
    assert again["external_id"] == ids[1]


async def test_a_choice_that_nobody_makes_is_forgotten_and_its_grant_given_back(house: House, partner: Partner) -> None:
    await house.add_xero_user("North", "South")
    started = await partner.start(await partner.add_tenant(), "xero")
    form = FormReader((await house.browse(await house.consent(started["connect_url"]))).body)
    await house.settle()
    assert len(house.sandbox.xero.state.connections.list_all()) == 2
    house.advance(1801)
    late = await house.browse(
        "/connect/xero/choose", method="POST", form={**form.hidden, "xero_tenant_id": form.buttons["North"]}
    )
    assert "choice_expired" in late.body.decode()
    await house.settle()
    assert not house.sandbox.xero.state.connections.list_all()
