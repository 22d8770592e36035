"""What a service knows of its tenants, however the telling was shuffled and doubled."""

import itertools

import pytest
from tests.fixtures.kit_house import House

from sync_kit.contracts.events import ConnectionFacts, TenantChanged
from sync_kit.contracts.vocabulary import ConnectionState, Vendor
from sync_kit.errors import LeaseLostError, NeedsReauthorisationError, NotFoundError
from sync_kit.leases import check_fence, claim_next, mark_due
from sync_kit.tenants import TenantRow, find_tenant, get_connection, get_tenant_of_partner, take_in_tenant

ZOHO = ConnectionFacts(vendor=Vendor.ZOHO, connection_id="c1", state=ConnectionState.CONNECTED, generation=3)


def make_event(version: int, *, deleted: bool = False, tenant_id: str = "t1") -> TenantChanged:
    return TenantChanged(tenant_id=tenant_id, partner_id="p1", version=version, deleted=deleted, connections=(ZOHO,))


async def take_in(house: House, *events: TenantChanged) -> list[bool]:
    async with house.store.transaction() as session:
        return [await take_in_tenant(session, house.tables, event) for event in events]


async def find(house: House, tenant_id: str = "t1") -> TenantRow | None:
    async with house.store.reading() as session:
        return await find_tenant(session, house.tables, tenant_id)


async def test_the_highest_version_wins_in_any_order_and_number(house: House) -> None:
    for number, order in enumerate(itertools.permutations([1, 2, 2, 3])):
        tenant_id = f"t{number}"
        await take_in(house, *[make_event(version, tenant_id=tenant_id) for version in order])
        tenant = await find(house, tenant_id)
        assert tenant == TenantRow(tenant_id, "p1", 3, False, make_event(3, tenant_id=tenant_id))


async def test_taking_in_tells_whether_it_was_news(house: House) -> None:
    assert await take_in(house, make_event(2), make_event(2), make_event(1), make_event(3)) == [
        True,
        False,
        False,
        True,
    ]


async def test_a_tombstone_is_final_whatever_its_version(house: House) -> None:
    assert await take_in(house, make_event(5), make_event(4, deleted=True), make_event(9)) == [True, True, False]
    tenant = await find(house)
    assert tenant is not None
    assert tenant.deleted


async def test_a_tombstone_ends_the_lease_and_no_mark_brings_the_tenant_back(house: House) -> None:
    async with house.store.transaction() as session:
        await mark_due(session, house.tables, "t1")
    lease = await claim_next(house.store, house.tables, "worker", 60)
    assert lease is not None
    await take_in(house, make_event(1, deleted=True))
    async with house.store.transaction() as session:
        with pytest.raises(LeaseLostError):
            await check_fence(session, house.tables, lease)
        await mark_due(session, house.tables, "t1")
    house.clock.advance(61)
    assert await claim_next(house.store, house.tables, "worker", 60) is None


async def test_a_tenant_that_was_deleted_before_it_was_known_is_never_due(house: House) -> None:
    await take_in(house, make_event(1, deleted=True))
    async with house.store.transaction() as session:
        await mark_due(session, house.tables, "t1")
    assert await claim_next(house.store, house.tables, "worker", 60) is None


async def test_a_tenant_never_changes_hands_nor_is_it_ended_in_another_partners_name(house: House) -> None:
    stolen = make_event(9).model_copy(update={"partner_id": "p2"})
    buried = make_event(9, deleted=True).model_copy(update={"partner_id": "p2"})
    assert await take_in(house, make_event(1), stolen, buried) == [True, False, False]
    assert await find(house) == TenantRow("t1", "p1", 1, False, make_event(1))
    async with house.store.transaction() as session:
        await mark_due(session, house.tables, "t1")
    assert await claim_next(house.store, house.tables, "worker", 60) is not None, "its lease was not closed either"


async def test_an_unknown_tenant_is_none(house: House) -> None:
    assert await find(house, "nobody") is None


async def test_a_partner_finds_only_its_own_living_tenants(house: House) -> None:
    await take_in(house, make_event(1), make_event(1, tenant_id="gone"), make_event(2, tenant_id="gone", deleted=True))
    async with house.store.reading() as session:
        tenant = await get_tenant_of_partner(session, house.tables, "p1", "t1")
        assert tenant.tenant_id == "t1"
        messages = set()
        for partner_id, tenant_id in [("p2", "t1"), ("p1", "gone"), ("p1", "nobody")]:
            with pytest.raises(NotFoundError) as caught:
                await get_tenant_of_partner(session, house.tables, partner_id, tenant_id)
            messages.add(caught.value.detail.replace(tenant_id, "X"))
    assert len(messages) == 1


async def test_a_connection_is_found_by_vendor_or_was_never_made(house: House) -> None:
    await take_in(house, make_event(1))
    tenant = await find(house)
    assert tenant is not None
    assert get_connection(tenant, Vendor.ZOHO) == ZOHO
    with pytest.raises(NeedsReauthorisationError) as caught:
        get_connection(tenant, Vendor.XERO)
    assert caught.value.cause == "never_connected"
