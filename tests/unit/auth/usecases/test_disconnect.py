"""Disconnecting: fenced off at once, the vendor told, others untouched."""

from sqlalchemy import text
from tests.unit.auth.house import House, Partner


async def connect_three(house: House, partner: Partner) -> tuple[list[str], list[str], list[str]]:
    """Three tenants on three organisations of one Xero user: tenants, connections, xero_tenant_ids."""
    _, ids = await house.add_xero_user("North", "South", "West")
    tenants = [await partner.add_tenant(f"T{number}") for number in range(3)]
    connections = [
        (await partner.connect_choosing(tenant_id, xero_tenant_id))["connection_id"]
        for tenant_id, xero_tenant_id in zip(tenants, ids, strict=True)
    ]
    return tenants, connections, ids


def list_linked(house: House) -> set[str]:
    """The xero_tenant_ids that are connected at Xero."""
    return {connection.tenant_id for connection in house.sandbox.xero.state.connections.list_all()}


async def test_of_three_organisations_of_one_user_one_is_disconnected_and_two_go_on(
    house: House, partner: Partner
) -> None:
    tenants, connections, ids = await connect_three(house, partner)
    before = (await house.newest_told(tenants[1])).connections[0].generation
    assert (await partner.api.delete(f"/v1/connections/{connections[1]}")).status == 204
    facts = (await house.newest_told(tenants[1])).connections[0]
    assert (facts.state, facts.generation, facts.external_id) == ("disconnected", before + 1, ids[1])
    assert (await house.borrow(tenants[1], "xero")).json["cause"] == "withdrawn"
    assert list_linked(house) == {ids[0], ids[2]}
    house.advance(1800)
    calls = house.count_token_calls("xero")
    for number in (0, 2):
        token = (await house.borrow(tenants[number], "xero")).json
        worked = await house.ask_vendor(
            f"{token['api_url']}/api.xro/2.0/Organisation",
            authorization=f"Bearer {token['access_token']}",
            **{"xero-tenant-id": ids[number], "accept": "application/json"},
        )
        assert worked.status == 200
    assert house.count_token_calls("xero") == calls + 1, "one grant, one refresh, for both"


async def test_the_grant_is_revoked_when_its_last_connection_goes(house: House, partner: Partner) -> None:
    _, connections, _ = await connect_three(house, partner)
    for connection_id in connections:
        await partner.api.delete(f"/v1/connections/{connection_id}")
        await house.settle()
        revoked = [call for call in house.sandbox.ledger.calls if call.path.endswith("/revocation")]
        assert bool(revoked) == (connection_id == connections[-1])
    assert list_linked(house) == set()
    async with house.runtime.store.reading() as session:
        for table in ("grants", "refresh_leases", "revocations"):
            assert await session.fetch_value(text(f"SELECT count(*) FROM {table}")) == 0  # noqa: S608
        kept = await session.fetch_all(text("SELECT purpose FROM vault"))
        assert {row["purpose"] for row in kept} == {"signing"}


async def test_a_zoho_disconnection_revokes_its_refresh_token(house: House, partner: Partner) -> None:
    await house.add_zoho_org("us")
    tenant_id = await partner.add_tenant()
    connection = await partner.connect(tenant_id, "zoho")
    await partner.api.delete(f"/v1/connections/{connection['connection_id']}")
    await house.settle()
    assert not house.sandbox.zoho.state.tokens.refresh_tokens


async def test_a_vendor_that_does_not_hear_is_told_again(house: House, partner: Partner) -> None:
    _, [xero_tenant_id] = await house.add_xero_user("Books")
    connection = await partner.connect(await partner.add_tenant(), "xero")
    house.sandbox.faults.add_rule("xero", "status", status=503, times=4)
    assert (await partner.api.delete(f"/v1/connections/{connection['connection_id']}")).status == 204
    await house.settle()
    assert list_linked(house) == {xero_tenant_id}
    for _ in range(4):
        house.advance(60)
        await house.settle()
    assert list_linked(house) == set()


async def test_a_disconnection_that_was_not_heard_yet_does_not_cut_a_reconnection(
    house: House, partner: Partner
) -> None:
    _, [xero_tenant_id] = await house.add_xero_user("Books")
    tenant_id = await partner.add_tenant()
    connection = await partner.connect(tenant_id, "xero")
    rule = house.sandbox.faults.add_rule("xero", "status", status=503, times=-1)
    await partner.api.delete(f"/v1/connections/{connection['connection_id']}")
    await house.settle()
    house.sandbox.faults.remove_rule(rule)
    await partner.connect(tenant_id, "xero")
    house.advance(600)
    await house.settle()
    assert list_linked(house) == {xero_tenant_id}
    assert (await house.borrow(tenant_id, "xero")).status == 200


async def test_disconnecting_twice_is_fine_and_tells_nobody_again(house: House, partner: Partner) -> None:
    await house.add_xero_user("Books")
    tenant_id = await partner.add_tenant()
    connection = await partner.connect(tenant_id, "xero")
    path = f"/v1/connections/{connection['connection_id']}"
    assert (await partner.api.delete(path)).status == 204
    told = len(await house.list_told())
    assert (await partner.api.delete(path)).status == 204
    assert len(await house.list_told()) == told
    assert (await partner.show(connection["connection_id"]))["state"] == "disconnected"
