from collections.abc import Sequence
from datetime import timedelta

import pytest
from sqlalchemy import select
from tests.unit.zoho_reader.crm import QUIET, fill_crm, line
from tests.unit.zoho_reader.world import World, open_world

from sync_kit.contracts.events import RecordsExtracted
from sync_kit.contracts.vocabulary import DEFAULT_MODULES, Module
from vendor_sandbox.core.switches import Switches
from zoho_reader.domain.sources import Source
from zoho_reader.store.checkpoints import list_checkpoints
from zoho_reader.store.tables import overlap_digests
from zoho_reader.usecases import read_source, work_slice
from zoho_reader.usecases.close_modules import close_modules
from zoho_reader.usecases.open_slice import Slice


async def test_when_nothing_changed_three_calls_are_enough_deletions_included(world: World) -> None:
    fill_crm(world)
    world.advance(600)
    await world.run()
    for pause in (0, 30, 3_600):
        world.advance(pause)
        before = len(world.calls())
        run_id = await world.run()
        assert len(world.calls()) - before == QUIET
        assert world.report(run_id).calls == world.report(run_id).least_calls == QUIET
        assert all(event.emitted == 0 and event.closed for event in world.announced(run_id).values())
        assert not world.events(RecordsExtracted, run_id)


async def test_a_few_changed_invoices_cost_the_composite_and_one_call_for_their_lines(world: World) -> None:
    ids = fill_crm(world, invoices=30)
    world.advance(600)
    await world.run()
    world.advance(600)
    changed = ids["Invoices"][:20]
    for record_id in changed:
        world.edit("Invoices", record_id, Subject="Renamed")
    before = len(world.calls())
    run_id = await world.run()
    assert len(world.calls()) - before == QUIET + 1
    assert world.report(run_id).least_calls == QUIET + 1
    assert world.emitted(Module.INVOICES, run_id) == changed
    world.assert_all_newest()


async def test_fifty_changed_invoices_cost_six_calls(world: World) -> None:
    ids = fill_crm(world, invoices=60)
    world.advance(600)
    await world.run()
    world.advance(600)
    for record_id in ids["Invoices"][:50]:
        world.edit(
            "Invoices", record_id, Invoiced_Items=[{"id": each, "Quantity": 7} for each in world.line_ids(record_id)]
        )
    before = len(world.calls())
    run_id = await world.run()
    assert len(world.calls()) - before == world.report(run_id).least_calls == 6
    assert sorted(world.emitted(Module.INVOICES, run_id)) == sorted(ids["Invoices"][:50])
    world.assert_all_newest()


async def test_what_the_overlap_brings_again_is_not_emitted_again(world: World) -> None:
    fill_crm(world)
    await world.run()  # everything was written this very second: it lies in the overlap
    world.advance(60)
    run_id = await world.run()
    assert not world.events(RecordsExtracted, run_id)
    assert world.report(run_id).calls == QUIET


async def test_no_more_is_remembered_than_the_overlap_will_bring_again(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    remembered = []

    async def look_and_close(work: Slice, modules: Sequence[Module]) -> None:
        async with work.store.reading() as session:
            rows = await session.fetch_all(select(overlap_digests.c.row_id))
        remembered.extend(row["row_id"] for row in rows)
        await close_modules(work, modules)

    monkeypatch.setattr(read_source, "MOST_ROWS", 2)
    monkeypatch.setattr(work_slice, "close_modules", look_and_close)
    world.add("Vendors", {"Vendor_Name": "one"}, {"Vendor_Name": "two"})
    world.advance(390)
    later = world.add("Vendors", {"Vendor_Name": "three"}, {"Vendor_Name": "four"})
    world.advance(10)
    run = await world.run(Module.VENDORS)
    assert world.announced(run)[Module.VENDORS].emitted == 4
    assert sorted(remembered) == sorted(later)


async def test_edits_in_the_second_that_was_just_read_are_not_lost(world: World) -> None:
    ids = fill_crm(world)
    await world.run()
    world.edit("Accounts", ids["Accounts"][1], Phone="2")  # same second as everything else
    world.edit("Products", ids["Products"][0], Product_Name="Other thing")
    world.edit("Invoices", ids["Invoices"][0], Subject="Renamed")
    first_line = world.line_ids(ids["Invoices"][2])[0]
    world.edit("Invoices", ids["Invoices"][2], Invoiced_Items=[{"id": first_line, "Description": "other words"}])
    world.add("Products", {"Product_Name": "New thing", "Product_Code": "N1"})
    run_id = await world.run()
    world.assert_all_newest()
    assert sorted(world.emitted(Module.INVOICES, run_id)) == [ids["Invoices"][0], ids["Invoices"][2]]


@pytest.mark.parametrize("bumps", [True, False])
async def test_a_line_edited_alone_brings_its_document(bumps: bool, tmp_path) -> None:  # type: ignore[no-untyped-def]
    async with open_world(tmp_path, switches=Switches(line_edit_bumps_parent=bumps)) as world:
        ids = fill_crm(world)
        world.advance(600)
        await world.run()
        world.advance(600)
        first_line = world.line_ids(ids["Invoices"][0])[0]
        world.edit("Invoices", ids["Invoices"][0], Invoiced_Items=[{"id": first_line, "Description": "other words"}])
        run_id = await world.run()
        assert world.emitted(Module.INVOICES, run_id) == [ids["Invoices"][0]]
        assert world.report(run_id).calls == QUIET + (1 if bumps else 2)
        world.assert_all_newest()


async def test_the_watermark_is_never_ahead_of_the_vendors_clock_and_never_goes_back(world: World) -> None:
    ids = fill_crm(world)
    seen = []
    for pause in (0, 5, 1_000, 0, 40_000):
        world.advance(pause)
        world.edit("Products", ids["Products"][0], Product_Name=f"Thing {pause}")
        await world.run()
        async with world.reader.store.reading() as session:
            checkpoints = await list_checkpoints(session, "tenant-1")
        assert len(checkpoints) == 9
        assert all(row.watermark <= world.sandbox.clock.now() for row in checkpoints.values())
        seen.append(checkpoints[Module.PRODUCTS, Source.PRODUCTS].watermark)
    assert seen == sorted(seen)
    assert seen[-1] >= world.sandbox.clock.now() - timedelta(seconds=300)


async def test_a_changed_contact_brings_its_whole_account(world: World) -> None:
    ids = fill_crm(world, contacts=9)
    world.advance(600)
    await world.run()
    world.advance(600)
    world.edit("Contacts", ids["Contacts"][0], Phone="0")
    run_id = await world.run()
    assert world.emitted(Module.ACCOUNTS, run_id) == [ids["Accounts"][0]]
    assert world.emitted(Module.CONTACTS, run_id) == []
    people = world.state()[Module.ACCOUNTS][ids["Accounts"][0]].fields["Contacts"]
    assert [person["id"] for person in people] == ids["Contacts"][0::3]
    assert world.report(run_id).calls == QUIET + 2
    world.assert_all_newest()


async def test_a_contact_that_moves_brings_both_accounts(world: World) -> None:
    ids = fill_crm(world)
    world.advance(600)
    await world.run()
    world.advance(600)
    world.edit("Contacts", ids["Contacts"][0], Account_Name={"id": ids["Accounts"][2]})
    world.edit("Contacts", ids["Contacts"][1], Account_Name=None)
    run_id = await world.run()
    assert sorted(world.emitted(Module.ACCOUNTS, run_id)) == ids["Accounts"]
    assert world.emitted(Module.CONTACTS, run_id) == [ids["Contacts"][1]]
    world.assert_all_newest()


async def test_a_changed_account_comes_with_its_people(world: World) -> None:
    ids = fill_crm(world)
    world.advance(600)
    await world.run()
    world.advance(600)
    world.edit("Accounts", ids["Accounts"][0], Phone="5")
    run_id = await world.run()
    assert world.emitted(Module.ACCOUNTS, run_id) == [ids["Accounts"][0]]
    assert world.report(run_id).calls == QUIET + 1
    world.assert_all_newest()


async def test_a_window_limits_documents_only_and_leaves_the_rest_owed(world: World) -> None:
    ids = fill_crm(world)
    world.advance(3_600)
    since = world.sandbox.clock.now()
    world.edit("Invoices", ids["Invoices"][3], Subject="Recent")
    windowed = await world.run(since=since)
    assert world.emitted(Module.INVOICES, windowed) == [ids["Invoices"][3]]
    assert world.announced(windowed)[Module.ACCOUNTS].emitted == 3
    later = await world.run()
    assert world.announced(later)[Module.INVOICES].emitted == 5
    world.assert_all_newest()


async def test_a_window_reads_again_what_was_read_before(world: World) -> None:
    ids = fill_crm(world)
    await world.run()
    again = await world.run(Module.INVOICES, since=world.sandbox.clock.now() - timedelta(hours=1))
    assert sorted(world.emitted(Module.INVOICES, again)) == ids["Invoices"]
    world.advance(900)
    quiet = await world.run()
    assert world.announced(quiet)[Module.INVOICES].emitted == 0


async def test_a_retry_run_reads_nothing(world: World) -> None:
    fill_crm(world)
    first = await world.run()
    before = len(world.calls())
    retry = await world.run(retry_of=first)
    assert len(world.calls()) == before
    assert {m: (e.emitted, e.closed) for m, e in world.announced(retry).items()} == dict.fromkeys(
        DEFAULT_MODULES, (0, True)
    )
    assert (world.report(retry).state, world.report(retry).least_calls) == ("done", 0)


async def test_a_module_that_joins_later_is_read_whole(world: World) -> None:
    ids = fill_crm(world)
    first = await world.run(Module.ACCOUNTS)
    assert set(world.announced(first)) == {Module.ACCOUNTS}
    world.advance(900)
    second = await world.run()
    assert sorted(world.emitted(Module.CONTACTS, second)) == ids["Alone"]
    world.assert_all_newest()


async def test_new_lines_and_removed_lines_end_in_the_newest_version(world: World) -> None:
    ids = fill_crm(world)
    await world.run()
    world.advance(900)
    one, other = ids["Invoices"][0], ids["Invoices"][1]
    world.edit("Invoices", one, Invoiced_Items=[line(ids["Products"][0], price="3.00")])
    world.edit("Invoices", other, Invoiced_Items=[{"id": world.line_ids(other)[0], "_delete": None}])
    await world.run()
    world.assert_all_newest()
