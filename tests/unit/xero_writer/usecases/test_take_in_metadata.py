"""What the reader tells of a CRM is kept, the newest version of it, for tenants that are known."""

import pytest
from tests.unit.xero_writer.world import TENANT, World

from sync_kit.contracts.envelope import seal
from sync_kit.contracts.events import CrmDescribed
from sync_kit.contracts.parts import CrmField
from sync_kit.contracts.vocabulary import Module
from sync_kit.errors import ParkEventError
from xero_writer.store import crm_metadata
from xero_writer.usecases.take_in_metadata import take_in_metadata


def describe(world: World, version: int, tenant_id: str = TENANT) -> CrmDescribed:
    field = CrmField(api_name=f"Field_{version}", label="x", data_type="picklist", values=("a", "b"))
    return CrmDescribed(
        tenant_id=tenant_id, version=version, described_at=world.clock.now(), fields={Module.INVOICES: (field,)}
    )


async def take_in(world: World, event: CrmDescribed) -> None:
    envelope, _ = seal(event, event_id="e", source="test", at=world.clock.now())
    async with world.runtime.store.transaction() as session:
        await take_in_metadata(session, event, envelope)


async def test_the_newest_description_wins_whatever_the_order(world: World) -> None:
    await world.step()
    for version in (2, 3, 1, 3):
        await take_in(world, describe(world, version))
    async with world.runtime.store.reading() as session:
        found = await crm_metadata.find_description(session, TENANT)
    assert found == describe(world, 3)


async def test_a_description_of_an_unknown_tenant_is_kept_for_later(world: World) -> None:
    with pytest.raises(ParkEventError):
        await take_in(world, describe(world, 1, "tenant-9"))
    async with world.runtime.store.reading() as session:
        assert await crm_metadata.find_description(session, "tenant-9") is None


async def test_nothing_of_a_deleted_tenants_crm_stays(world: World) -> None:
    await world.publish(describe(world, 1))
    await world.step()
    async with world.runtime.store.reading() as session:
        assert await crm_metadata.find_description(session, TENANT) is not None
    await world.tell_tenant(deleted=True)
    await world.step()
    for loop in world.runtime.loops:
        await loop.step()
    async with world.runtime.store.reading() as session:
        assert await crm_metadata.find_description(session, TENANT) is None
