"""Records that the writer asks for come in the same run, or are said not to be there."""

import pytest
from tests.unit.zoho_reader.crm import FIRST_LOAD, QUIET, fill_crm
from tests.unit.zoho_reader.world import TENANT, World

from sync_kit.contracts.events import ModuleExtracted, RecordsExtracted, RecordsNotFound, RecordsWanted
from sync_kit.contracts.vocabulary import Module, WantedCause

GONE = "550001999999999999"


def want(
    run_id: str, module: Module, *record_ids: str, cause: WantedCause = WantedCause.PARENT_NEVER_READ
) -> RecordsWanted:
    return RecordsWanted(tenant_id=TENANT, run_id=run_id, module=module, cause=cause, record_ids=record_ids)


async def test_wanted_records_come_in_the_same_run_and_raise_its_count(world: World) -> None:
    ids = fill_crm(world)
    await world.run()
    world.advance(900)
    await world.say(request := world.request())
    await world.settle()
    assert world.announced(request.run_id)[Module.ACCOUNTS].emitted == 0
    await world.say(
        want(request.run_id, Module.ACCOUNTS, ids["Accounts"][0], GONE),
        want(request.run_id, Module.INVOICES, *ids["Invoices"][:2]),
        want(request.run_id, Module.CONTACTS, ids["Contacts"][0]),
        want(request.run_id, Module.PRODUCTS, ids["Products"][1]),
    )
    await world.settle()
    run_id = request.run_id
    assert {module: e.emitted for module, e in world.announced(run_id).items()} == {
        Module.ACCOUNTS: 1,
        Module.CONTACTS: 1,
        Module.VENDORS: 0,
        Module.PRODUCTS: 1,
        Module.INVOICES: 2,
        Module.PURCHASE_ORDERS: 0,
    }
    raised = [event for event in world.events(ModuleExtracted, run_id) if event.module is Module.INVOICES]
    assert max(event.emitted for event in raised) == 2
    (missing,) = world.events(RecordsNotFound, run_id)
    assert (missing.module, missing.record_ids) == (Module.ACCOUNTS, (GONE,))
    assert missing.extraction_seq > 0
    report = world.report(run_id)
    # The composites; four headers by id, then the people of the account and the lines of the invoices.
    assert (report.state, report.calls, report.least_calls) == ("done", QUIET + 6, QUIET + 6)
    world.assert_all_newest()


async def test_a_wanted_parent_comes_in_a_run_that_did_not_ask_for_its_module(world: World) -> None:
    ids = fill_crm(world)
    await world.say(request := world.request(Module.INVOICES))
    await world.settle()
    await world.say(want(request.run_id, Module.ACCOUNTS, *ids["Accounts"]))
    await world.settle()
    announced = world.announced(request.run_id)
    assert (announced[Module.ACCOUNTS].emitted, announced[Module.ACCOUNTS].closed) == (3, True)
    world.assert_all_newest_of(Module.ACCOUNTS, Module.INVOICES)


async def test_a_record_wanted_after_its_run_comes_with_the_next(world: World) -> None:
    ids = fill_crm(world)
    old = await world.run()
    await world.say(want(old, Module.INVOICES, ids["Invoices"][4], cause=WantedCause.PAYLOAD_GONE))
    await world.settle()
    assert len(world.calls()) == FIRST_LOAD
    retry = await world.run(retry_of=old)
    assert world.emitted(Module.INVOICES, retry) == [ids["Invoices"][4]]
    assert world.announced(retry)[Module.INVOICES].emitted == 1


async def test_a_page_that_could_not_be_read_is_sent_again(world: World) -> None:
    fill_crm(world)
    await world.say(request := world.request())
    await world.settle()
    page = next(event for event in world.events(RecordsExtracted) if event.module is Module.INVOICES)
    await world.say(
        RecordsWanted(
            tenant_id=TENANT,
            run_id=request.run_id,
            module=Module.INVOICES,
            cause=WantedCause.PAGE_UNREADABLE,
            page=page.page,
        )
    )
    await world.settle()
    again = [event for event in world.events(RecordsExtracted) if event.module is Module.INVOICES][1:]
    assert {r.record_id for event in again for r in event.records} == {r.record_id for r in page.records}
    assert {event.page for event in again}.isdisjoint({page.page})
    assert world.announced(request.run_id)[Module.INVOICES].emitted == 5


async def test_what_is_wanted_twice_is_sent_once(world: World) -> None:
    ids = fill_crm(world)
    first = await world.run()
    await world.say(request := world.request(retry_of=first))
    await world.settle()
    await world.say(*(want(request.run_id, Module.PRODUCTS, ids["Products"][0]) for _ in range(2)))
    await world.settle()
    assert world.emitted(Module.PRODUCTS, request.run_id) == [ids["Products"][0]]


@pytest.mark.parametrize("count", [51, 120])
async def test_many_wanted_records_are_asked_for_by_fifties(world: World, count: int) -> None:
    fill_crm(world, products=count)
    first = await world.run()
    before = len(world.calls())
    await world.say(request := world.request(retry_of=first))
    await world.say(want(request.run_id, Module.PRODUCTS, *world.org.tables["Products"].records))
    await world.settle()
    assert len(world.calls()) - before == world.report(request.run_id).least_calls == -(-count // 50)
    assert world.announced(request.run_id)[Module.PRODUCTS].emitted == count
