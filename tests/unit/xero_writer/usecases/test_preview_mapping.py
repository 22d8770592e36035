"""What a change would bring about is told from what is stored, without a call to anybody."""

from typing import Any

from sqlalchemy import update
from tests.unit.xero_writer.world import TENANT, World

from sync_kit.contracts.vocabulary import Module
from xero_writer.domain.mapping_change import MappingEffect
from xero_writer.domain.mapping_model import TenantMapping
from xero_writer.store.tables import staged_records
from xero_writer.usecases.index_records import load_mapping
from xero_writer.usecases.preview_mapping import preview_effect


async def preview(world: World, **changes: Any) -> MappingEffect:
    async with world.runtime.store.reading() as session:
        _, before = await load_mapping(session, TENANT)
        after = TenantMapping.model_validate({**before.model_dump(), **changes})
        return await preview_effect(session, TENANT, before, after)


async def sync_one_held(world: World, **fields: Any) -> None:
    sale = world.sale(2)
    sale[Module.INVOICES].append(world.invoice("9001", account="1000", product="2000", Status="Odd", **fields))
    await world.sync(sale)


async def test_held_records_are_counted_and_agreed_ones_stay(world: World) -> None:
    await sync_one_held(world)
    calls = len(world.list_calls())
    effect = await preview(world, policies={"due_days": 30})
    assert effect.reopened_records == 1
    assert dict(effect.not_touched) == {Module.ACCOUNTS: 2, Module.PRODUCTS: 2, Module.INVOICES: 2}
    assert (effect.zoho_calls, effect.xero_calls) == (0, 1)
    assert len(world.list_calls()) == calls


async def test_a_payload_that_is_gone_is_asked_for_again(world: World) -> None:
    await sync_one_held(world)
    async with world.runtime.store.transaction() as session:
        row = staged_records.c
        await session.execute(update(staged_records).where(row.record_id == "9001").values(payload=None, label=None))
    effect = await preview(world, policies={"due_days": 30})
    assert (effect.zoho_calls, effect.reopened[0].money) == (2, {})


async def test_a_field_that_the_records_carry_already_is_not_read_again(world: World) -> None:
    await sync_one_held(world, Territory="North")
    chosen = {"fields": {"invoices": {"Reference": {"field": "Territory"}}}}
    assert (await preview(world, **chosen)).read_again == ()
    chosen = {"fields": {"invoices": {"Reference": {"field": "Cost_Centre"}}}}
    [again] = (await preview(world, **chosen)).read_again
    assert (again.module, again.fields, again.records) == (Module.INVOICES, ("Cost_Centre",), 3)


async def test_an_equal_mapping_brings_about_nothing(world: World) -> None:
    await sync_one_held(world)
    effect = await preview(world)
    assert (effect.reopened_records, effect.read_again, effect.xero_calls) == (0, (), 0)
