"""How runs end before their time, and what fences off a worker that does not know it yet."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from sqlalchemy import text
from tests.unit.zoho_reader.crm import fill_crm
from tests.unit.zoho_reader.world import TENANT, World

from sync_kit.contracts.events import (
    Event,
    ExtractionAnnounced,
    ModuleExtracted,
    RecordsExtracted,
    RecordsWanted,
    RunCancelled,
    RunEnded,
    StageReported,
    StateRequested,
)
from sync_kit.contracts.vocabulary import DEFAULT_MODULES, ConnectionState, Module, WantedCause
from zoho_reader.store.tables import OF_TENANT
from zoho_reader.usecases import read_source


def cancel(world: World) -> RunCancelled:
    return RunCancelled(tenant_id=TENANT, run_id=f"run-{world.run_seq}", run_seq=world.run_seq)


async def act_during_call(world: World, pattern: str, *acts: Event | Callable[[], Awaitable[None]]) -> None:
    """From now on the first call to Zoho that holds `pattern` takes events in, or acts, while it is under way."""
    inner = world.sandbox.app
    waiting = list(acts)

    async def act() -> None:
        for each in waiting:
            await (world.say(each) if isinstance(each, Event) else each())
        waiting.clear()
        consumer = next(loop for loop in world.reader.loops if loop.name == "consumer")
        await consumer.step()

    async def serve(scope: Any, receive: Any, send: Any) -> None:
        message = await receive()
        if waiting and pattern.encode() in message.get("body", b""):
            await act()

        async def receive_again() -> Any:
            return message

        await inner(scope, receive_again, send)

    world.sandbox.app = serve
    await world.restart()


async def test_a_cancel_stops_before_the_next_page_and_a_later_run_completes(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(read_source, "MOST_ROWS", 2)
    fill_crm(world)
    request = world.request()
    await act_during_call(world, "from Invoices where", cancel(world))
    await world.say(request)
    await world.settle()
    report = world.report(request.run_id)
    assert report.state == "cancelled"
    invoices = world.emitted(Module.INVOICES, request.run_id)
    assert len(invoices) == 2, "the page under way is finished, no further one is read"
    assert report.calls == len(world.calls())
    await world.say(world.end())
    later = await world.run()
    assert world.announced(later)[Module.INVOICES].emitted == 5
    assert world.report(later).state == "done"
    world.assert_all_newest()


async def test_a_cancelled_run_leaves_no_payload_and_moves_no_checkpoint(world: World) -> None:
    fill_crm(world)
    request = world.request()
    await act_during_call(world, "from Invoiced_Items where", cancel(world))
    await world.say(request)
    await world.settle()
    counts = await count_rows(world)
    assert counts["staged_lines"] == counts["pending_records"] == counts["checkpoints"] == 0
    assert counts["overlap_digests"] == 0


async def test_a_cancel_while_waiting_is_heard_at_once(world: World) -> None:
    fill_crm(world)
    world.sandbox.faults.add_rule("zoho", "status", status=500, times=-1)
    await world.say(request := world.request())
    await world.work_until_waiting()
    await world.say(cancel(world))
    await world.work_until_waiting()
    assert world.report(request.run_id).state == "cancelled"


async def test_a_cancel_that_comes_before_its_run_counts(world: World) -> None:
    request = world.request()
    await world.say(cancel(world))
    await world.settle()
    await world.say(request)
    await world.settle()
    assert not world.calls()
    assert world.report(request.run_id).state == "cancelled"


async def test_an_end_that_comes_before_its_run_counts(world: World) -> None:
    request = world.request()
    await world.say(world.end(), request)
    await world.settle()
    assert not world.calls()
    assert not world.events(StageReported)


async def test_a_later_run_supersedes_an_earlier_one_that_comes_late(world: World) -> None:
    fill_crm(world)
    early, late = world.request(), world.request()
    await world.say(late, early)
    await world.settle()
    assert {event.run_id for event in world.events(RecordsExtracted)} == {late.run_id}


async def test_a_run_that_ends_while_a_page_is_read_gets_nothing_more(world: World) -> None:
    fill_crm(world)
    request = world.request()
    end = RunEnded(tenant_id=TENANT, run_id=request.run_id, run_seq=1)
    await act_during_call(world, "from Products where", end)
    await world.say(request)
    await world.settle()
    assert not world.emitted(Module.PRODUCTS)
    await world.run()
    world.assert_all_newest()


async def test_a_deleted_tenant_gets_nothing_written_and_is_forgotten(world: World) -> None:
    fill_crm(world)
    request = world.request()
    await act_during_call(world, "from Invoices where", world.tenant(deleted=True, connections=()))
    await world.say(request)
    await world.settle()
    assert not world.emitted(Module.INVOICES)
    calls = len(world.calls())
    assert all(count == 0 for count in (await count_rows(world)).values())
    await world.say(world.request())
    world.advance(3_600)
    await world.settle()
    assert len(world.calls()) == calls
    async with world.reader.store.reading() as session:
        left = await session.fetch_value(text("SELECT count(*) FROM outbox WHERE published_at IS NULL"))
    assert left == 0


@pytest.mark.parametrize("state", [ConnectionState.DISCONNECTED, ConnectionState.NEEDS_REAUTHORISATION])
async def test_a_page_read_over_an_old_connection_is_not_kept(world: World, state: ConnectionState) -> None:
    fill_crm(world)
    request = world.request()
    world.tokens.connection_generation += 1
    gone = world.tenant(state)
    world.tokens.connection_generation -= 1
    await act_during_call(world, "from Products where", gone)
    await world.say(request)
    await world.work_until_waiting()
    assert not world.emitted(Module.PRODUCTS)
    report = world.report(request.run_id)
    assert (report.state, report.waiting_until) == ("waiting", None)
    assert report.waiting_for.facts["cause"] == state.value
    calls = len(world.calls())
    world.advance(10_000)
    await world.work_until_waiting()
    assert len(world.calls()) == calls
    world.tokens.connection_generation += 2
    world.tokens.forget(TENANT)
    await world.say(world.tenant())
    await world.settle()
    assert world.report(request.run_id).state == "done"
    world.assert_all_newest()


async def test_a_token_of_an_older_connection_is_not_used(world: World) -> None:
    fill_crm(world)
    await world.run()  # now a token of connection 1 is cached
    world.tokens.connection_generation = 2
    await world.say(world.tenant())
    borrowed = len(world.tokens.asked)
    run_id = await world.run()
    assert len(world.tokens.asked) == borrowed + 1
    assert world.report(run_id).state == "done"


async def test_an_event_for_an_unknown_tenant_waits_for_its_tenant(world: World) -> None:
    fill_crm(world)
    other = "tenant-2"
    request = world.request().model_copy(update={"tenant_id": other})
    await world.say(request)
    await world.settle()
    assert not world.calls()
    async with world.reader.store.reading() as session:
        assert await session.fetch_value(text("SELECT count(*) FROM parked_events")) == 1
        assert await session.fetch_value(text("SELECT count(*) FROM runs")) == 0
    await world.say(world.tenant().model_copy(update={"tenant_id": other}))
    await world.settle()
    assert {event.tenant_id for event in world.events(RecordsExtracted)} == {other}


async def test_asked_for_its_state_the_reader_tells_all_of_it_again(world: World) -> None:
    fill_crm(world)
    await world.say(request := world.request())
    await world.settle()
    before = world.report(request.run_id)
    world.told.clear()
    await world.say(StateRequested(tenant_id=TENANT, run_id=request.run_id, run_seq=1))
    await world.settle()
    told = world.report(request.run_id)
    assert told.progress_seq > before.progress_seq
    assert (told.state, told.calls, told.least_calls) == (before.state, before.calls, before.least_calls)
    assert {event.module for event in world.events(ExtractionAnnounced)} == {*DEFAULT_MODULES}
    assert {event.module for event in world.events(ModuleExtracted)} == {*DEFAULT_MODULES}


async def test_a_cancel_keeps_what_was_wanted(world: World) -> None:
    ids = fill_crm(world)
    first = await world.run()
    wanted = RecordsWanted(
        tenant_id=TENANT,
        run_id=first,
        module=Module.PRODUCTS,
        cause=WantedCause.PAYLOAD_GONE,
        record_ids=(ids["Products"][0],),
    )
    request = world.request()
    await world.say(wanted, request, cancel(world), world.end())
    await world.settle()
    assert not world.emitted(Module.PRODUCTS, request.run_id)
    again = await world.run(retry_of=first)
    assert world.emitted(Module.PRODUCTS, again) == [ids["Products"][0]]


async def test_a_worker_whose_lease_went_to_another_writes_nothing(world: World) -> None:
    fill_crm(world)

    async def take_over() -> None:
        async with world.reader.store.transaction() as session:
            await session.execute(text("UPDATE leases SET fence = fence + 1, owner = 'another'"))

    await act_during_call(world, "from Products where", take_over)
    await world.say(request := world.request())
    await world.work_until_waiting()
    assert not world.emitted(Module.PRODUCTS), "the page came to a worker that had lost its lease"
    await world.settle()
    assert world.report(request.run_id).state == "done"
    world.assert_all_newest()


async def test_an_answer_that_comes_too_late_is_asked_for_again(world: World) -> None:
    fill_crm(world)
    world.sandbox.faults.add_rule("zoho", "call", body="from Products where", callback=lambda _: world.advance(500))
    run_id = await world.run()
    products = [call for call in world.calls() if "from Products where" in call.request_body]
    assert len(products) > 2
    assert len(world.emitted(Module.PRODUCTS, run_id)) == 3
    world.assert_all_newest()


async def test_a_page_read_before_a_reconnection_is_read_again(world: World) -> None:
    fill_crm(world)

    async def reconnect() -> None:
        world.tokens.connection_generation += 1
        world.tokens.forget(TENANT)
        await world.say(world.tenant())

    await act_during_call(world, "from Products where", reconnect)
    run_id = await world.run()
    products = [call for call in world.calls() if "from Products where" in call.request_body]
    assert len(products) == 3, "twice alone, once in the composite"
    assert len(world.emitted(Module.PRODUCTS, run_id)) == 3
    world.assert_all_newest()


async def count_rows(world: World) -> dict[str, int]:
    async with world.reader.store.reading() as session:
        return {
            table.name: await session.fetch_value(text(f"SELECT count(*) FROM {table.name}"))  # noqa: S608
            for table in OF_TENANT
        }
