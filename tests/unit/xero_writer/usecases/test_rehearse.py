"""Plans: everything but the writing, told as it would be, on a copy that is thrown away."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from tests.unit.xero_writer.world import TENANT, World

from sync_kit.contracts.events import RecordsWanted
from sync_kit.contracts.vocabulary import Module, Outcome, RunMode, Sending
from xero_writer.store import METADATA

pytestmark = pytest.mark.thorough

BOOKKEEPING = frozenset({"runs", "run_modules", "tenant_counters", "leases", "outbox", "inbox", "call_budgets"})
"""What says that a run took place; everything else is the tenant's own."""
SHOWN = ("payload", "fetched_at")
"""Of Xero's reference data: what people choose from shows the newest, what changed since the last run does not move."""


async def read_tables(world: World) -> dict[str, list[dict[str, Any]]]:
    """Every row of the tenant's, and of its copies."""
    tables: dict[str, list[dict[str, Any]]] = {}
    async with world.runtime.store.reading() as session:
        for table in METADATA.sorted_tables:
            if "tenant_id" in table.c and table.name not in BOOKKEEPING:
                rows = await session.fetch_all(select(table).order_by(*table.primary_key.columns))
                left_out = SHOWN if table.name == "reference_parts" else ()
                tables[table.name] = [{key: row[key] for key in row if key not in left_out} for row in rows]
    return tables


async def plan(world: World, records: Any = None, **request: Any) -> Any:
    """A whole plan, ended."""
    return await world.sync(records, mode=RunMode.PLAN, **request)


async def test_a_first_plan_says_what_would_be_created_and_writes_nothing(world: World) -> None:
    await plan(world, world.sale())  # the accounts and rates that people choose from are there
    before = await read_tables(world)
    calls = len(world.list_calls())
    counts = await plan(world, {**world.sale(3), Module.VENDORS: [world.vendor()]})
    assert counts == {
        ("accounts", "would_create"): 3,
        ("products", "would_create"): 3,
        ("invoices", "would_create"): 3,
        ("vendors", "skipped"): 1,
    }
    assert [call for call in world.list_calls() if call.method != "GET"] == []
    told = (await world.list_outcomes())[Module.INVOICES, "3000"]
    assert (told.document, told.status, told.xero_id) == ("sales_invoice", "DRAFT", None)
    assert (told.label.total, told.label.currency) == (10, "GBP")
    await world.check_equation()
    state = await world.find_state()
    assert state is not None
    assert (state.state, state.calls, state.least_calls) == ("done", 4, 4)  # three lists, and the lock dates
    assert len(world.list_calls()) - calls == 4
    assert await read_tables(world) == before


async def test_after_a_plan_an_apply_does_what_the_plan_said(world: World) -> None:
    records = {
        **world.sale(2),
        **{Module.VENDORS: [world.vendor()], Module.PURCHASE_ORDERS: [world.order(product=None)]},
    }
    planned = await plan(world, records)
    applied = await world.sync(records)
    assert {(module, outcome.removeprefix("would_")) for module, outcome in planned} == {
        (module, outcome.removesuffix("d")) for module, outcome in applied
    }
    assert sum(planned.values()) == sum(applied.values())
    assert [action for action, _ in world.list_versions("Invoice")] == ["created"] * 3


async def test_a_plan_of_changes_tells_them_field_by_field_and_moves_no_row(world: World) -> None:
    await world.sync(world.sale(2))
    await world.step()
    before = await read_tables(world)
    calls = len(world.list_calls())
    counts = await plan(
        world,
        {
            Module.ACCOUNTS: [world.account("1000", Account_Name="Another name")],
            Module.INVOICES: [
                world.invoice("3000", price="12", account="1000", product="2000", Due_Date="2026-12-24"),
                world.invoice("3001", account="1001", product="2001"),
            ],
        },
    )
    assert counts == {("accounts", "would_update"): 1, ("invoices", "would_update"): 1, ("invoices", "unchanged"): 1}
    outcomes = await world.list_outcomes()
    changes = {each.field: (each.before, each.after) for each in outcomes[Module.INVOICES, "3000"].changes}
    assert changes["DueDate"] == ("2026-12-01", "2026-12-24")
    assert "1 x 10" in (changes["LineItems"][0] or "")
    assert "1 x 12" in (changes["LineItems"][1] or "")
    named = {each.field: (each.before, each.after) for each in outcomes[Module.ACCOUNTS, "1000"].changes}
    assert named["Name"] == ("Customer 1000", "Another name")
    assert {call.method for call in world.list_calls()[calls:]} == {"GET"}
    await world.check_equation()
    await world.step()
    assert await read_tables(world) == before


async def test_what_xero_has_would_be_linked(world: World) -> None:
    made = await world.person("POST", "Contacts", {"Name": "Customer 1000"})
    counts = await plan(world, world.sale())
    assert counts == {("accounts", "would_link"): 1, ("products", "would_create"): 1, ("invoices", "would_create"): 1}
    assert (await world.list_outcomes())[Module.ACCOUNTS, "1000"].xero_id == made["ContactID"]


async def test_two_that_would_collide_are_told_as_they_would_end(world: World) -> None:
    twins = [world.account("1000", Account_Name="Twin Ltd"), world.account("1001", Account_Name="Twin Ltd")]
    planned = await plan(world, {Module.ACCOUNTS: twins}, sending=Sending.ALL)
    again = [world.account("1000", Account_Name="Twin Ltd"), world.account("1001", Account_Name="Twin Ltd")]
    applied = await world.sync({Module.ACCOUNTS: again}, sending=Sending.ALL)
    words = {"would_create": "created", "would_link": "linked"}
    assert {(module, words.get(outcome, outcome)): count for (module, outcome), count in planned.items()} == applied


async def test_a_firm_that_buys_and_sells_would_be_one_contact(world: World) -> None:
    def firm() -> dict[Module, list[Any]]:
        return {
            Module.ACCOUNTS: [world.account("1000", Account_Name="Both Ltd")],
            Module.VENDORS: [world.vendor("1600", Vendor_Name="Both Ltd")],
        }

    assert await plan(world, firm(), sending=Sending.ALL) == {
        ("accounts", "would_create"): 1,
        ("vendors", "would_link"): 1,
    }
    assert await world.sync(firm(), sending=Sending.ALL) == {("accounts", "created"): 1, ("vendors", "linked"): 1}


async def test_what_is_held_and_staged_is_told_again_with_its_reasons(world: World) -> None:
    sale = world.sale(2)
    sale[Module.INVOICES] = [
        world.invoice("3000", account="1000", product="2000", Status="Shipped"),
        world.invoice("3001", account="1001", product="2001"),
    ]
    await world.begin(sale)
    await world.publish(world.cancel_run())
    await world.work()
    await world.end()
    counts = await plan(world)
    assert counts == {
        ("accounts", "would_create"): 1,
        ("accounts", "skipped"): 1,
        ("products", "would_create"): 1,
        ("products", "skipped"): 1,
        ("invoices", "blocked"): 1,
        ("invoices", "would_create"): 1,
    }
    await world.check_equation()
    await world.sync()
    counts = await plan(world)
    assert counts == {("invoices", "blocked"): 1}
    reason = (await world.list_outcomes())[Module.INVOICES, "3000"].reasons[0]
    assert reason.code == "status_unmapped"
    await world.check_equation()


async def test_a_plan_judges_by_the_start_date_that_it_was_given(world: World) -> None:
    await world.sync(world.sale(), start=date(2026, 11, 15))
    counts = await plan(world, start=date(2026, 10, 1))
    assert counts == {
        ("accounts", "would_create"): 1,
        ("products", "would_create"): 1,
        ("invoices", "would_create"): 1,
    }
    assert await world.sync(start=date(2026, 11, 15)) == {}


async def test_an_open_intent_is_left_alone_by_a_plan_and_settled_after_it(world: World) -> None:
    world.fault("lost_request", method="PUT", path="Contacts")
    await world.begin(world.sale())
    await world.step()
    await world.end()
    sent = len(world.list_calls(method="PUT"))
    world.advance(600)
    await world.begin(mode=RunMode.PLAN)
    await world.step()
    state = await world.find_state()
    assert state is not None
    assert state.state == "done"
    assert (await world.count_outcomes())["accounts", "would_create"] == 1
    assert len(world.list_calls(method="PUT")) == sent
    await world.end()
    await world.work()
    counts = await world.sync()
    assert counts["invoices", "created"] == 1
    assert [action for action, _ in world.list_versions("Contact")] == ["created"]


async def test_a_canceled_plan_leaves_nothing_behind(world: World) -> None:
    await plan(world, world.sale())
    before = await read_tables(world)
    world.fault("rate_limit", method="GET", path="Invoices", problem="minute")
    await world.begin(world.sale(), mode=RunMode.PLAN)
    await world.step()
    await world.publish(world.cancel_run())
    await world.work()
    state = await world.find_state()
    assert state is not None
    assert state.state == "cancelled"
    assert await read_tables(world) == before
    await world.publish(world.extract(Module.ACCOUNTS, world.account("1234")))
    await world.step()
    assert await read_tables(world) == before
    await world.end()
    assert await read_tables(world) == before


async def test_records_that_come_before_their_run_are_kept_for_it(world: World) -> None:
    before = await read_tables(world)
    request = world.request_run(mode=RunMode.PLAN)
    sale = world.sale()
    pages = [world.extract(module, *records) for module, records in sale.items()]
    await world.publish(*pages, *world.close_all())
    await world.step()
    parked = await read_tables(world)
    assert parked["staged_records"] == before["staged_records"]
    await world.publish(request)
    await world.work()
    assert (await world.count_outcomes())["invoices", "would_create"] == 1
    await world.check_equation()


async def test_a_deleted_tenant_takes_its_copies_with_it(world: World) -> None:
    world.fault("rate_limit", method="GET", path="Invoices", problem="minute")
    await world.begin(world.sale(), mode=RunMode.PLAN)
    await world.step()
    await world.tell_tenant(deleted=True)
    await world.work()
    world.advance(120)
    await world.step()
    tables = await read_tables(world)
    assert {name for name, rows in tables.items() if rows} <= {"tenants"}
    assert all(row["tenant_id"] == TENANT for row in tables["tenants"])


async def test_a_plan_wants_the_payloads_that_are_gone(world: World) -> None:
    sale = world.sale()
    sale[Module.INVOICES] = [world.invoice("3000", account="1000", product="2000", Status="Shipped")]
    await world.sync(sale)
    for _ in range(2):
        world.advance(31 * 86_400)
        await world.step()
    await world.begin(mode=RunMode.PLAN)
    await world.work()
    [wanted] = await world.list_told(RecordsWanted)
    assert (wanted.run_id, wanted.record_ids) == (world.run_id, ("3000",))
    record = world.invoice("3000", account="1000", product="2000", Status="Shipped")
    await world.publish(world.extract(Module.INVOICES, record), world.close(Module.INVOICES))
    await world.work()
    told = (await world.list_outcomes())[Module.INVOICES, "3000"]
    assert told.outcome is Outcome.BLOCKED
    await world.check_equation()
