"""Taking in is a max-merge: the newest version wins whatever the order, and twice is once."""

import random
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import func, select
from tests.unit.xero_writer.world import TENANT, World

from sync_kit.bus import Message
from sync_kit.contracts import topics
from sync_kit.contracts.envelope import seal
from sync_kit.contracts.events import Event, ModuleExtracted, RecordsExtracted, RecordsNotFound, RecordsWanted
from sync_kit.contracts.vocabulary import MODULE_ORDER, Module, Outcome, Sending, WantedCause
from xero_writer.store import KIT_TABLES


def tell_story(world: World) -> list[Event]:
    """A run with three versions of one invoice, its parents in between, and a wanted record that is gone."""
    request = world.request_run()
    versions = [world.invoice(price=price) for price in ("10", "11", "12")]
    pages: list[Event] = [
        world.extract(Module.INVOICES, versions[0]),
        world.extract(Module.ACCOUNTS, world.account()),
        world.extract(Module.INVOICES, versions[1]),
        world.extract(Module.PRODUCTS, world.product()),
        world.extract(Module.INVOICES, versions[2]),
    ]
    return [request, *pages, *world.close_all()]


@pytest.mark.parametrize("seed", range(8))
async def test_any_order_and_any_doubling_ends_the_same(world: World, seed: int) -> None:
    story = tell_story(world)
    order = random.Random(seed)
    order.shuffle(story)
    for event in story:
        await world.publish(event, copies=order.choice([1, 2, 3]))
        if order.random() < 0.3:
            await world.step()
    await world.work()
    [document] = world.list_documents("Invoice")
    assert document["Total"] == Decimal(12)
    assert await world.count_outcomes() == {
        ("accounts", "created"): 1,
        ("products", "created"): 1,
        ("invoices", "created"): 1,
    }
    await world.check_equation()
    state = await world.find_state()
    assert state is not None
    assert state.state == "done"


async def test_an_older_version_that_comes_after_the_outcome_changes_nothing(world: World) -> None:
    old = world.invoice("3000", price="9", account="1000", product="2000")
    await world.begin(world.sale())
    await world.work()
    await world.publish(world.extract(Module.INVOICES, old))
    await world.work()
    assert [action for action, _ in world.list_versions("Invoice")] == ["created"]
    await world.check_equation()


async def test_a_run_that_emits_what_is_known_already_is_told_unchanged(world: World) -> None:
    sale = world.sale()
    held = world.invoice("3100", account="1000", product="2000", Status="Shipped")
    sale[Module.INVOICES].append(held)
    await world.sync(sale)
    await world.begin(sale)  # the same versions once more, as after a reader's crash
    await world.work()
    assert await world.count_outcomes() == {
        ("accounts", "unchanged"): 1,
        ("products", "unchanged"): 1,
        ("invoices", "unchanged"): 1,
        ("invoices", "blocked"): 1,
    }
    await world.check_equation()


async def test_what_comes_for_an_ended_run_is_carried_over_by_the_next(world: World) -> None:
    await world.begin({Module.ACCOUNTS: [world.account()], Module.PRODUCTS: [world.product()]})
    await world.work()
    await world.end()
    await world.publish(world.extract(Module.INVOICES, world.invoice()))
    await world.work()
    assert world.list_documents("Invoice") == []
    counts = await world.sync()
    assert counts["invoices", "created"] == 1
    await world.check_equation()


async def test_a_tenant_that_is_not_known_yet_parks_its_events(world: World) -> None:
    event = RecordsExtracted(tenant_id="tenant-2", run_id="r", module=Module.ACCOUNTS, page=1, records=())
    await world.publish(event)
    await world.step()
    async with world.runtime.store.reading() as session:
        parked = await session.fetch_value(select(func.count()).select_from(KIT_TABLES.parked_events))
    assert parked == 1


async def test_a_record_in_parts_goes_when_its_last_part_is_there(world: World) -> None:
    whole = world.invoice(price="30")
    line = whole.fields["Invoiced_Items"][0]
    lines = [{**line, "id": str(number), "List_Price": Decimal(10)} for number in range(3)]
    parts = [
        whole.model_copy(
            update={
                "fields": {**(whole.fields if number == 0 else {}), "Invoiced_Items": [lines[number]]},
                "part": number + 1,
                "parts": 3,
            }
        )
        for number in range(3)
    ]
    request = world.request_run()
    await world.publish(request, world.extract(Module.ACCOUNTS, world.account()))
    await world.publish(world.extract(Module.PRODUCTS, world.product()))
    for part in (parts[2], parts[0]):
        await world.publish(world.extract(Module.INVOICES, part))
    await world.publish(*world.close_all())
    await world.work()
    assert world.list_documents("Invoice") == []
    await world.publish(world.extract(Module.INVOICES, parts[1]))
    await world.work()
    [document] = world.list_documents("Invoice")
    assert len(document["LineItems"]) == 3
    await world.check_equation()


async def test_a_page_that_cannot_be_read_is_asked_for_again(world: World) -> None:
    await world.publish(world.request_run())
    page = world.extract(Module.ACCOUNTS, world.account())
    envelope, _ = seal(page, event_id="broken", source="test", at=world.clock.now())
    await world.bus.publish([Message(topics.RECORDS.name, TENANT, envelope.to_headers(), b"{not json")])
    await world.step()
    [wanted] = await world.list_told(RecordsWanted)
    assert (wanted.cause, wanted.module, wanted.page) == (WantedCause.PAGE_UNREADABLE, Module.ACCOUNTS, page.page)


async def test_a_parent_that_was_never_read_is_asked_for_and_the_document_goes_when_it_comes(world: World) -> None:
    await world.begin({Module.ACCOUNTS: [world.account()], Module.INVOICES: [world.invoice()]})
    await world.work()
    [wanted] = await world.list_told(RecordsWanted)
    assert (wanted.module, wanted.record_ids) == (Module.PRODUCTS, ("200",))
    assert wanted.cause is WantedCause.PARENT_NEVER_READ
    assert world.list_documents("Invoice") == []
    state = await world.find_state()
    assert state is not None
    assert state.state == "working"
    await world.publish(world.extract(Module.PRODUCTS, world.product()), world.close(Module.PRODUCTS))
    await world.work()
    assert (await world.count_outcomes())["invoices", "created"] == 1
    assert len(await world.list_told(RecordsWanted)) == 1
    await world.check_equation()


async def test_a_parent_that_the_crm_no_longer_has_blocks_its_document(world: World) -> None:
    await world.begin({Module.PRODUCTS: [world.product()], Module.INVOICES: [world.invoice()]})
    await world.work()
    world.seq += 1
    await world.publish(
        RecordsNotFound(
            tenant_id=TENANT,
            run_id=world.run_id,
            module=Module.ACCOUNTS,
            extraction_seq=world.seq,
            record_ids=("100",),
        )
    )
    await world.work()
    outcomes = await world.list_outcomes()
    assert outcomes[Module.INVOICES, "300"].outcome is Outcome.BLOCKED
    assert outcomes[Module.INVOICES, "300"].reasons[0].code == "waits_for"
    await world.check_equation()


async def test_documents_wait_until_all_of_their_parents_were_read(world: World) -> None:
    request = world.request_run()
    await world.publish(request, world.extract(Module.INVOICES, world.invoice()), world.close(Module.INVOICES))
    await world.work()
    assert world.list_calls() == []
    for module, page in (
        (Module.ACCOUNTS, world.extract(Module.ACCOUNTS, world.account())),
        (Module.PRODUCTS, world.extract(Module.PRODUCTS, world.product())),
    ):
        await world.publish(page, world.close(module))
        await world.work()
        assert world.list_documents("Invoice") == []
    await world.publish(world.close(Module.CONTACTS))
    await world.work()
    assert len(world.list_documents("Invoice")) == 1
    assert await world.list_told(RecordsWanted) == []


async def test_a_count_that_grows_after_the_close_keeps_the_run_open(world: World) -> None:
    await world.begin({Module.ACCOUNTS: [world.account()]})
    await world.publish(ModuleExtracted(tenant_id=TENANT, run_id=world.run_id, module=Module.ACCOUNTS, emitted=2))
    await world.work()
    state = await world.find_state()
    assert state is not None
    assert state.state == "working"
    await world.publish(world.extract(Module.ACCOUNTS, world.account("101")))
    await world.work()
    await world.check_equation(MODULE_ORDER)


async def test_a_newer_version_that_changes_nothing_keeps_the_warnings_of_the_creation(world: World) -> None:
    def products() -> list[Any]:
        named = {"Product_Name": "Mug"}
        return [
            world.product("2000", Product_Code="XMS-7A", **named),
            world.product("2001", Product_Code="xms-7a", **named),
        ]

    await world.begin({Module.PRODUCTS: products()}, sending=Sending.ALL)
    await world.work()
    warned = {key: [reason.code for reason in told.reasons] for key, told in (await world.list_outcomes()).items()}
    assert warned[Module.PRODUCTS, "2000"] == ["product_code_clash"]
    await world.publish(world.extract(Module.PRODUCTS, *products()))
    await world.work()
    outcomes = await world.list_outcomes()
    assert {key: [reason.code for reason in told.reasons] for key, told in outcomes.items()} == warned
    assert outcomes[Module.PRODUCTS, "2000"].outcome is Outcome.CREATED
    await world.check_equation()
