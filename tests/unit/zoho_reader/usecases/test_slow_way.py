"""Where COQL cannot serve, everything is read by lists all the same: whole, newest, by the cheapest way."""

from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from tests.unit.zoho_reader.crm import FIRST_LOAD, QUIET, fill_crm, line
from tests.unit.zoho_reader.test_app import open_client
from tests.unit.zoho_reader.usecases.test_crashes import crash_after_every_page
from tests.unit.zoho_reader.world import SCOPES, TENANT, World, open_world

from sync_kit.contracts.events import MappingChanged, RecordsWanted
from sync_kit.contracts.vocabulary import Module, WantedCause
from vendor_sandbox.core.switches import Switches
from vendor_sandbox.zoho.fields import text as text_field
from zoho_reader.usecases import read_source

pytestmark = pytest.mark.thorough

WITHOUT_COQL = SCOPES - {"ZohoCRM.coql.READ"}


@pytest.fixture(params=["inclusive", "exclusive"])
async def slow(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[World]:
    """A CRM whose consent lacks COQL."""
    async with open_world(tmp_path, switches=Switches(zoho_modified_since=request.param)) as world:
        world.tokens.scopes = WITHOUT_COQL
        yield world


@pytest.fixture
async def listed(world: World) -> World:
    """The same where it does not matter whether If-Modified-Since includes its own second."""
    world.tokens.scopes = WITHOUT_COQL
    return world


def sell(world: World, count: int) -> list[str]:
    product = world.add("Products", {"Product_Name": "Thing", "Product_Code": "T"})[0]
    ids = []
    for number in range(count):
        if number % 7 == 0:
            world.advance(1)
        ids += world.add("Invoices", {"Subject": f"Sale {number}", "Invoiced_Items": [line(product), line(product)]})
    world.advance(600)
    return ids


async def test_a_first_load_by_lists_is_whole(listed: World) -> None:
    fill_crm(listed)
    listed.advance(600)
    run_id = await listed.run()
    listed.assert_all_newest()
    # COQL refused, a look whether the list is open; then each source once and two composites, as by COQL.
    assert listed.report(run_id).calls == FIRST_LOAD + 2
    assert not listed.tokens.reported
    listed.advance(900)
    assert listed.report(await listed.run()).calls == QUIET


async def test_changes_of_every_kind_come_by_lists(slow: World) -> None:
    ids = fill_crm(slow, contacts=9, invoices=40)
    unused = slow.add("Products", {"Product_Name": "Unused", "Product_Code": "U"})[0]
    slow.advance(600)
    await slow.run()
    slow.advance(600)
    for record_id in ids["Invoices"][:30]:
        slow.edit("Invoices", record_id, Subject="Newer")
    slow.edit("Contacts", ids["Contacts"][0], Account_Name={"id": ids["Accounts"][1]})
    slow.edit("Contacts", ids["Contacts"][4], Phone="9")
    slow.add("Contacts", {"Last_Name": "New", "Account_Name": {"id": ids["Accounts"][2]}})
    slow.edit("Products", ids["Products"][0], Product_Name="Other")
    slow.delete("Products", unused)
    run_id = await slow.run()
    slow.assert_all_newest()
    assert slow.state()[Module.PRODUCTS][unused].deleted
    # Three composites; thirty changed headers are read on by themselves; thirty whole, five a call; people by ids.
    assert slow.report(run_id).calls == QUIET + 1 + 6 + 1 + 1


@pytest.mark.parametrize("bumps", [True, False])
async def test_a_line_edited_alone_comes_by_lists(bumps: bool, tmp_path: Path) -> None:
    async with open_world(tmp_path, switches=Switches(line_edit_bumps_parent=bumps)) as world:
        world.tokens.scopes = WITHOUT_COQL
        ids = fill_crm(world)
        world.advance(600)
        await world.run()
        world.advance(600)
        first_line = world.line_ids(ids["Invoices"][0])[0]
        world.edit("Invoices", ids["Invoices"][0], Invoiced_Items=[{"id": first_line, "Description": "other"}])
        run_id = await world.run()
        assert world.emitted(Module.INVOICES, run_id) == [ids["Invoices"][0]]
        world.assert_all_newest()


async def test_more_than_two_thousand_rows_are_listed(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        world.tokens.scopes = WITHOUT_COQL
        world.add("Products", *({"Product_Name": f"T {n}", "Product_Code": f"T{n}"} for n in range(2_150)))
        world.advance(600)
        run_id = await world.run(Module.PRODUCTS)
        assert world.announced(run_id)[Module.PRODUCTS].emitted == 2_150
        assert world.report(run_id).calls == 2 + 11 + 1
        world.assert_all_newest_of(Module.PRODUCTS)


async def test_beyond_the_ceiling_a_new_window_goes_on(slow: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_source, "MOST_ROWS", 4)
    monkeypatch.setattr(read_source, "WINDOW_ROWS", 32)
    ids = sell(slow, 40)
    run_id = await slow.run(Module.INVOICES)
    slow.assert_all_newest_of(Module.INVOICES)
    assert sorted(set(slow.emitted(Module.INVOICES, run_id))) == ids
    windows = {call.headers.get("if-modified-since") for call in slow.calls() if call.path.endswith("/Invoices")}
    assert len(windows) == 2


async def test_more_rows_in_one_second_than_zoho_lists_are_waited_for_and_not_passed_over(
    listed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_source, "MOST_ROWS", 4)
    monkeypatch.setattr(read_source, "WINDOW_ROWS", 8)
    ids = listed.add("Products", *({"Product_Name": f"T {n}", "Product_Code": f"T{n}"} for n in range(20)))
    listed.advance(600)
    await listed.say(request := listed.request(Module.PRODUCTS))
    for _ in range(3):
        await listed.work_until_waiting()
        report = listed.report(request.run_id)
        assert (report.state, report.waiting_for.code) == ("waiting", "vendor_trouble")
        assert not listed.announced(request.run_id)[Module.PRODUCTS].closed
        listed.advance(400)
    for number, record_id in enumerate(ids):  # a person touches them, one after the other
        listed.advance(number % 2)
        listed.edit("Products", record_id, Product_Name=f"Other {number}")
    listed.advance(600)
    await listed.settle()
    assert listed.report(request.run_id).state == "done"
    listed.assert_all_newest_of(Module.PRODUCTS)


async def test_a_token_that_expires_between_pages_costs_a_new_window_and_no_row(
    slow: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_source, "MOST_ROWS", 5)
    ids = sell(slow, 30)
    slow.sandbox.faults.add_rule("zoho", "call", path="/Invoices$", skip=1, callback=lambda _: slow.advance(90_000))
    run_id = await slow.run(Module.INVOICES)
    assert sorted(set(slow.emitted(Module.INVOICES, run_id))) == ids
    slow.assert_all_newest_of(Module.INVOICES)


async def test_edits_while_lists_are_paged(slow: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(read_source, "MOST_ROWS", 5)
    ids = sell(slow, 22)

    def edit(_: object) -> None:
        slow.advance(1)
        for victim in (ids[0], ids[8], ids[21]):
            slow.edit("Invoices", victim, Subject="Newer")
        slow.edit("Invoices", ids[9], Invoiced_Items=[{"id": slow.line_ids(ids[9])[0], "Quantity": 5}])
        slow.advance(1)

    for path in ("/Invoiced_Items$", "/Invoices$"):
        for at in (1, 3):
            slow.sandbox.faults.add_rule("zoho", "call", path=path, skip=at, callback=edit)
    await slow.run(Module.INVOICES)
    slow.assert_all_newest_of(Module.INVOICES)


async def test_after_every_crash_lists_go_on_without_reading_a_page_again(
    listed: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_source, "MOST_ROWS", 6)
    sell(listed, 13)
    await listed.say(request := listed.request(Module.INVOICES))
    assert await crash_after_every_page(listed) > 9
    asked = [(call.path, str(call.query), call.request_body) for call in listed.calls()]
    assert len(asked) == len(set(asked)), "a question was asked twice"
    assert listed.announced(request.run_id)[Module.INVOICES].emitted == 13
    listed.assert_all_newest_of(Module.INVOICES)


async def test_without_composites_too_everything_comes(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        world.tokens.scopes = WITHOUT_COQL - {"ZohoCRM.composite_requests.CUSTOM"}
        ids = fill_crm(world)
        world.advance(600)
        await world.run()
        world.advance(600)
        world.edit("Invoices", ids["Invoices"][0], Subject="Newer")
        world.delete("Invoices", ids["Invoices"][1])
        await world.run()
        world.assert_all_newest()
        assert world.state()[Module.INVOICES][ids["Invoices"][1]].deleted
        assert not world.tokens.reported


async def test_wanted_records_come_by_lists(listed: World) -> None:
    ids = fill_crm(listed)
    first = await listed.run()
    await listed.say(
        *(
            RecordsWanted(
                tenant_id=TENANT,
                run_id=first,
                module=module,
                cause=WantedCause.PAYLOAD_GONE,
                record_ids=(ids[source][0],),
            )
            for module, source in ((Module.ACCOUNTS, "Accounts"), (Module.INVOICES, "Invoices"))
        )
    )
    retry = await listed.run(retry_of=first)
    assert listed.emitted(Module.ACCOUNTS, retry) == [ids["Accounts"][0]]
    assert listed.emitted(Module.INVOICES, retry) == [ids["Invoices"][0]]
    listed.assert_all_newest()


async def test_lines_that_may_not_be_listed_are_read_with_their_documents(tmp_path: Path) -> None:
    async with open_world(tmp_path, switches=Switches(zoho_line_module_list="refused")) as world:
        world.tokens.scopes = WITHOUT_COQL
        ids = fill_crm(world, invoices=7)
        world.advance(600)
        await world.run()
        world.assert_all_newest()
        world.advance(600)
        world.edit("Invoices", ids["Invoices"][0], Subject="Newer")
        run_id = await world.run()
        assert world.emitted(Module.INVOICES, run_id) == [ids["Invoices"][0]]
        world.assert_all_newest()


async def test_documents_of_very_many_lines_are_read_whole_because_that_is_cheaper(tmp_path: Path) -> None:
    async with open_world(tmp_path) as world:
        world.tokens.scopes = WITHOUT_COQL
        product = world.add("Products", {"Product_Name": "Thing", "Product_Code": "T"})[0]
        lines = [line(product, price="1.00") for _ in range(150)]
        world.add("Invoices", *({"Subject": f"S {n}", "Invoiced_Items": lines} for n in range(5)))
        world.advance(600)
        run_id = await world.run(Module.INVOICES)
        world.assert_all_newest_of(Module.INVOICES)
        # Refused, looked, one page of lines, two counts, the headers, what changed, five documents in one call.
        assert world.report(run_id).calls == 1 + 1 + 1 + 2 + 1 + 1 + 1


async def test_a_needed_field_that_coql_cannot_carry_makes_one_module_slow(world: World) -> None:
    world.org.tables["Invoices"].fields["Rich"] = text_field("Rich")
    ids = fill_crm(world)
    world.edit("Invoices", ids["Invoices"][0], Rich="words")
    refusal = '{"code":"INVALID_QUERY","details":{"column_name":"Rich"},"message":"no","status":"error"}'
    world.sandbox.faults.add_rule("zoho", "status", body="Rich.*from Invoices where", status=400, answer=refusal)
    await world.say(MappingChanged(tenant_id=TENANT, version=1, fields={Module.INVOICES: ("Rich",)}))
    await world.say(world.request())
    await world.settle()
    assert world.state()[Module.INVOICES][ids["Invoices"][0]].fields["Rich"] == "words"
    tasks = (await open_client(world).get(f"/v1/zoho/{TENANT}/state")).json["run"]["tasks"]
    ways = {task["source"]: (task["means"], task["cause"]) for task in tasks}
    assert ways["Invoices"] == ("list", "the field Rich")
    assert ways["Accounts"] == ("coql", None)


async def test_a_new_consent_is_tried_by_coql_again(listed: World) -> None:
    fill_crm(listed)
    await listed.run()
    listed.tokens.scopes = SCOPES
    listed.tokens.connection_generation += 1
    listed.tokens.forget(TENANT)
    await listed.say(listed.tenant())
    listed.advance(900)
    before = len(listed.calls())
    await listed.run()
    assert any("Modified_Time >=" in call.request_body for call in listed.calls()[before:])
    listed.advance(timedelta(days=1).total_seconds())
    assert listed.report(await listed.run()).calls == QUIET
