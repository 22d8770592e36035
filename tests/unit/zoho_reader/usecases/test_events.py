"""What leaves the reader: sizes, parts, pages, and that neither order nor repetition matters."""

import random

import pytest
from tests.unit.zoho_reader.crm import FIRST_LOAD, fill_crm, line
from tests.unit.zoho_reader.world import World, merge_records

from sync_kit.contracts.events import RecordsExtracted
from sync_kit.contracts.topics import MAX_EVENT_BYTES
from sync_kit.contracts.vocabulary import Module


async def test_events_stay_below_the_limit_and_a_huge_record_travels_in_parts(world: World) -> None:
    ids = fill_crm(world, invoices=3)
    words = "ü" * 1_500
    (huge,) = world.add(
        "Invoices",
        {
            "Subject": "Huge",
            "Invoiced_Items": [line(ids["Products"][0], price="1.00", Description=words) for _ in range(600)],
        },
    )
    world.add(
        "Invoices",
        *(
            {
                "Subject": f"S{n}",
                "Terms_and_Conditions": words,
                "Invoiced_Items": [line(ids["Products"][0], Description=words)],
            }
            for n in range(300)
        ),
    )
    run_id = await world.run()
    assert max(world.sizes) < MAX_EVENT_BYTES
    parts = [r for event in world.events(RecordsExtracted) for r in event.records if r.record_id == huge]
    assert len(parts) > 1
    assert [(r.part, r.parts) for r in parts] == [(n, len(parts)) for n in range(1, len(parts) + 1)]
    assert len({r.extraction_seq for r in parts}) == 1
    assert all(set(r.fields) == {"Invoiced_Items"} for r in parts[1:])
    assert world.announced(run_id)[Module.INVOICES].emitted == 304
    world.assert_all_newest()


async def test_pages_are_numbered_and_sequence_numbers_grow(world: World) -> None:
    ids = fill_crm(world, invoices=60)
    await world.run()
    world.advance(900)
    world.edit("Invoices", ids["Invoices"][0], Subject="Newer")
    await world.run()
    for module in Module:
        pages = [(e.run_id, e.page) for e in world.events(RecordsExtracted) if e.module is module]
        assert len(pages) == len(set(pages))
    seqs = [event.records[0].extraction_seq for event in world.events(RecordsExtracted)]
    assert seqs == sorted(seqs)
    assert all(
        envelope.count == len(event.records)
        for envelope, event in zip(world.envelopes, world.told, strict=True)
        if isinstance(event, RecordsExtracted)
    )


async def test_events_doubled_and_shuffled_give_the_same_state(world: World) -> None:
    ids = fill_crm(world)
    await world.run()
    for number in range(3):
        world.advance(900)
        world.edit("Invoices", ids["Invoices"][number], Subject=f"Version {number}")
        world.edit("Invoices", ids["Invoices"][0], Subject=f"Again {number}")
        world.edit("Contacts", ids["Contacts"][0], Phone=str(number))
        await world.run()
    for seed in range(4):
        shuffled = [*world.told, *world.told]
        random.Random(seed).shuffle(shuffled)
        assert merge_records(shuffled) == world.state()
    world.assert_all_newest()


@pytest.mark.parametrize("seed", range(3))
async def test_what_comes_in_doubled_and_shuffled_gives_the_same_end(world: World, seed: int) -> None:
    fill_crm(world)
    tenant, request = world.tenant(), world.request()
    older = world.tenant(version=0, connections=())
    said = [tenant, request, older, tenant, request]
    random.Random(seed).shuffle(said)
    await world.say(*said)
    await world.settle()
    assert world.report(request.run_id).state == "done"
    assert len(world.calls()) == FIRST_LOAD
    world.assert_all_newest()
