"""A deleted tenant is gone everywhere."""

from tests.fixtures.raw_stores import holds, read_tables
from tests.unit.auth.house import House, Partner


async def test_a_deleted_tenant_leaves_a_tombstone_and_nothing_else(house: House, partner: Partner) -> None:
    await house.add_zoho_org("us", "Planted Trading Company")
    await house.add_xero_user("Planted Books")
    tenant_id = await partner.add_tenant("Planted Name")
    zoho = await partner.connect(tenant_id, "zoho")
    xero = await partner.connect(tenant_id, "xero")
    await partner.start(tenant_id, "xero")
    version = (await house.newest_told(tenant_id)).version
    assert (await partner.api.delete(f"/v1/tenants/{tenant_id}")).status == 204
    tombstone = await house.newest_told(tenant_id)
    assert tombstone.deleted
    assert tombstone.version == version + 1
    assert tombstone.connections == ()
    await house.settle()
    for path in (f"/v1/tenants/{tenant_id}", f"/v1/connections/{zoho['connection_id']}"):
        assert (await partner.api.get(path)).status == 404
    assert (await partner.api.get("/v1/tenants")).json["items"] == []
    assert (await house.borrow(tenant_id, "xero")).status == 404
    assert (await partner.api.delete(f"/v1/tenants/{tenant_id}")).status == 404
    assert not house.sandbox.zoho.state.tokens.refresh_tokens
    assert not house.sandbox.xero.state.connections.list_all()
    tables = read_tables(house.settings.database_url)
    for trace in ("Planted", zoho["external_id"], xero["external_id"], zoho["connection_id"]):
        assert [name for name, rows in tables.items() if holds(rows, trace)] in ([], ["outbox"])
    assert b"Planted" not in house.read_store()


async def test_a_vendor_that_is_down_does_not_keep_a_deleted_tenants_tokens_alive(
    house: House, partner: Partner
) -> None:
    await house.add_xero_user("Books")
    tenant_id = await partner.add_tenant()
    await partner.connect(tenant_id, "xero")
    house.sandbox.faults.add_rule("xero", "status", status=503, times=-1)
    await partner.api.delete(f"/v1/tenants/{tenant_id}")
    for _ in range(12):
        await house.settle()
        house.advance(5)
    assert house.query("SELECT 1 FROM vault WHERE purpose = 'xero'") == []
    assert house.query("SELECT 1 FROM grants") == []


async def test_a_grant_that_carries_other_tenants_outlives_one(house: House, partner: Partner) -> None:
    _, ids = await house.add_xero_user("North", "South")
    tenants = [await partner.add_tenant() for _ in ids]
    for tenant_id, xero_tenant_id in zip(tenants, ids, strict=True):
        await partner.connect_choosing(tenant_id, xero_tenant_id)
    await partner.api.delete(f"/v1/tenants/{tenants[0]}")
    await house.settle()
    assert {link.tenant_id for link in house.sandbox.xero.state.connections.list_all()} == {ids[1]}
    house.advance(1800)
    assert (await house.borrow(tenants[1], "xero")).status == 200


async def test_a_link_of_a_deleted_tenant_leads_nowhere(house: House, partner: Partner) -> None:
    await house.add_xero_user("Books")
    tenant_id = await partner.add_tenant()
    started = await partner.start(tenant_id, "xero")
    answer = await house.consent(started["connect_url"])
    await partner.api.delete(f"/v1/tenants/{tenant_id}")
    assert "state_unknown" in (await house.browse(answer)).body.decode()
    assert "link_unknown" in (await house.browse(started["connect_url"])).body.decode()


async def test_an_organisation_of_a_deleted_tenant_is_free(house: House, partner: Partner) -> None:
    user, [xero_tenant_id] = await house.add_xero_user("Books")
    tenant_id = await partner.add_tenant()
    await partner.connect(tenant_id, "xero")
    await partner.api.delete(f"/v1/tenants/{tenant_id}")
    await house.settle()
    await house.control("/xero/consent", {"user_id": user})
    assert (await partner.connect(await partner.add_tenant(), "xero"))["external_id"] == xero_tenant_id
