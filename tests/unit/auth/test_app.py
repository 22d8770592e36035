"""What the service looks like from outside."""

from tests.unit.auth.house import House, Partner


async def test_the_service_is_ready_when_its_store_answers(house: House) -> None:
    assert (await house.api().get("/healthz")).status == 200
    assert (await house.api().get("/readyz")).json == {"ready": True, "wrong": {}}


async def test_metrics_tell_what_happened_without_naming_anybody(house: House, partner: Partner) -> None:
    await house.add_xero_user("Books")
    tenant_id = await partner.add_tenant()
    await partner.connect(tenant_id, "xero")
    house.advance(61)
    await house.borrow(tenant_id, "xero", failed_generation=1)
    text = (await house.api().get("/metrics")).body.decode()
    assert 'auth_connects_total{outcome="connected",vendor="xero"} 1.0' in text
    assert 'auth_token_refreshes_total{outcome="renewed",vendor="xero"} 1.0' in text
    assert 'auth_token_lendings_total{outcome="lent",vendor="xero"} 1.0' in text
    assert tenant_id not in text


async def test_every_change_is_told_once_with_a_growing_version(house: House, partner: Partner) -> None:
    await house.add_xero_user("Books")
    tenant_id = await partner.add_tenant()
    connection = await partner.connect(tenant_id, "xero")
    await partner.api.delete(f"/v1/connections/{connection['connection_id']}")
    await partner.api.delete(f"/v1/tenants/{tenant_id}")
    told = await house.list_told()
    assert [event.version for event in told] == [1, 2, 3, 4, 5]
    assert {event.partner_id for event in told} == {partner.credentials["partner_id"]}
    states = [[each.state for each in event.connections] for event in told]
    assert states == [[], ["disconnected"], ["connected"], ["disconnected"], []]
    assert [event.deleted for event in told] == [False, False, False, False, True]


async def test_internal_routes_and_pages_are_not_in_the_public_document(house: House) -> None:
    paths = house.runtime.app.openapi()["paths"]
    assert not [path for path in paths if path.startswith(("/internal", "/connect"))]
    assert "/v1/connections/{connection_id}/organisation" in paths
