"""Fences, connections and limits: when the worker must not write, it does not, and it says what it waits for."""

from collections.abc import Awaitable, Callable

import pytest
from sqlalchemy import update
from starlette.types import Receive, Scope, Send
from tests.unit.xero_writer.world import TENANT, World

from sync_kit.contracts.events import StageReported, StateRequested
from sync_kit.contracts.vocabulary import ConnectionState, Module, Sending
from sync_kit.leases import close_tenant, mark_due
from sync_kit.store import Session
from vendor_sandbox.core.switches import Switches
from xero_writer.store import KIT_TABLES, METADATA, runs
from xero_writer.store.runs import RunState


def meddle(world: World, method: str, path: str, act: Callable[[Session], Awaitable[None]]) -> None:
    """Let somebody else change our store while Xero answers the first such call."""
    done: list[str] = []

    async def serve(scope: Scope, receive: Receive, send: Send) -> None:
        if not done and scope["method"] == method and path in scope["path"]:
            done.append(path)
            async with world.runtime.store.transaction() as session:
                await act(session)
        await world.sandbox.app(scope, receive, send)

    world.xero_app = serve


async def steal_lease(session: Session) -> None:
    """Another worker took the tenant over, and gave it back."""
    leases = KIT_TABLES.leases
    await session.execute(
        update(leases)
        .where(leases.c.tenant_id == TENANT)
        .values(fence=leases.c.fence + 1, owner=None, expires_at=None, due_at=None)
    )


async def delete_tenant(session: Session) -> None:
    """The lease's half of a tombstone."""
    await close_tenant(session, KIT_TABLES, TENANT)


async def test_a_fenced_off_worker_sends_and_writes_nothing(world: World) -> None:
    meddle(world, "GET", "Invoices", steal_lease)
    await world.begin(world.sale())
    await world.step()
    assert len(world.list_calls(method="GET", path="Invoices")) == 1
    assert world.list_calls(method="PUT") == []
    assert await world.list_told(StageReported) == []
    assert await world.count_outcomes() == {}


async def test_a_cancel_that_comes_in_the_middle_of_a_slice_stops_new_intents(world: World) -> None:
    async def cancel(session: Session) -> None:
        await runs.advance_run(session, TENANT, world.run_id, run_seq=world.run_seq, state=RunState.CANCELLED)

    meddle(world, "GET", "Invoices", cancel)
    await world.begin(world.sale())
    await world.work()
    assert world.list_calls(method="PUT") == []
    state = await world.find_state()
    assert state is not None
    assert state.state == "cancelled"


async def test_what_a_fenced_off_worker_had_sent_is_adopted_by_the_next(world: World) -> None:
    meddle(world, "PUT", "Contacts", steal_lease)
    await world.begin({Module.ACCOUNTS: [world.account()]}, sending=Sending.ALL)
    await world.step()
    assert len(world.list_documents("Contact")) == 1
    assert await world.count_outcomes() == {}
    await world.publish(StateRequested(tenant_id=TENANT, run_id=world.run_id, run_seq=world.run_seq))
    await world.work()
    assert await world.count_outcomes() == {("accounts", "created"): 1}
    assert [action for action, _ in world.list_versions("Contact")] == ["created"]
    await world.check_equation()


async def test_a_deleted_tenant_is_never_written_for_again_and_its_rows_go(world: World) -> None:
    meddle(world, "GET", "Invoices", delete_tenant)
    await world.begin(world.sale())
    await world.step()
    await world.tell_tenant(deleted=True)
    await world.work()
    world.advance(120)
    await world.step()
    assert world.list_calls(method="PUT") == []
    async with world.runtime.store.reading() as session:
        left = {
            table.name
            for table in METADATA.sorted_tables
            if "tenant_id" in table.c
            and await session.fetch_one(table.select().where(table.c.tenant_id == TENANT)) is not None
        }
    assert left <= {"tenants", "leases"}


async def test_a_disconnected_tenant_waits_and_goes_on_when_it_is_connected_again(world: World) -> None:
    world.connection_generation = 2
    await world.tell_tenant(ConnectionState.DISCONNECTED)
    await world.begin(world.sale())
    await world.work()
    assert world.list_calls() == []
    state = await world.find_state()
    assert state is not None
    assert (state.state, state.waiting_until) == ("waiting", None)
    assert state.waiting_for is not None
    assert state.waiting_for.code == "needs_reauthorisation"
    world.connection_generation = 3
    await world.tell_tenant()
    await world.work()
    assert (await world.count_outcomes())["invoices", "created"] == 1
    await world.check_equation()


async def test_access_that_was_withdrawn_waits_for_a_person(world: World) -> None:
    await world.ask_xero("POST", "/_control/xero/disconnect", {"tenant_id": world.xero_tenant_id})
    await world.begin(world.sale())
    await world.work()
    state = await world.find_state()
    assert state is not None
    assert state.waiting_for is not None
    assert (state.waiting_for.code, state.waiting_for.facts["cause"]) == ("needs_reauthorisation", "withdrawn")
    await world.connect_xero()
    world.connection_generation = 2
    await world.tell_tenant()
    await world.work()
    assert (await world.count_outcomes())["invoices", "created"] == 1


async def test_a_missing_scope_is_not_answered_by_refreshing(world: World) -> None:
    headers = {"www-authenticate": "insufficient_scope"}
    world.fault("status", method="PUT", path="Contacts", status=401, headers=headers)
    await world.begin(world.sale())
    await world.work()
    state = await world.find_state()
    assert state is not None
    assert state.waiting_for is not None
    assert state.waiting_for.facts["cause"] == "scope_missing"
    assert len(world.list_calls(method="PUT", path="Contacts")) == 1
    await world.tell_tenant()
    await world.work()
    assert [action for action, _ in world.list_versions("Contact")] == ["created"]
    assert (await world.count_outcomes())["invoices", "created"] == 1


async def test_a_token_of_an_older_connection_is_not_used(world: World) -> None:
    world.connection_generation = 2
    await world.tell_tenant()
    world.connection_generation = 1  # auth still lends the old one
    await world.begin(world.sale())
    await world.step()
    assert world.list_calls() == []
    world.connection_generation = 2
    await world.work()
    assert (await world.count_outcomes())["invoices", "created"] == 1


async def test_an_expired_token_is_renewed(world: World) -> None:
    await world.sync(world.sale())
    world.advance(3600)
    counts = await world.sync({Module.INVOICES: [world.invoice("3000", price="12", account="1000", product="2000")]})
    assert counts == {("invoices", "updated"): 1}


async def test_waiting_for_a_limit_is_told_and_costs_no_worker(world: World) -> None:
    world.fault("rate_limit", method="PUT", path="Invoices", problem="minute")
    await world.begin(world.sale())
    await world.step()
    state = await world.find_state()
    assert state is not None
    assert state.state == "waiting"
    assert state.waiting_for is not None
    assert state.waiting_for.code == "waiting_for_limit"
    assert state.waiting_until is not None
    assert state.waiting_until == await world.find_due()
    await world.work()
    state = await world.find_state()
    assert state is not None
    assert state.state == "done"


async def test_a_normal_run_is_never_refused_by_xeros_windows(world: World) -> None:
    world.sandbox.core.switches = Switches(xero_minute_limit=20)
    records = {Module.ACCOUNTS: [world.account(str(5000 + number)) for number in range(1600)]}
    await world.sync(records, sending=Sending.ALL)
    assert len(world.list_calls(method="PUT", path="Contacts")) == 32
    assert {call.status for call in world.list_calls()} == {200}
    reports = await world.list_told(StageReported)
    assert any(report.state == "waiting" and report.waiting_until is not None for report in reports)
    await world.check_equation()


async def test_the_state_is_told_again_when_it_is_asked_for(world: World) -> None:
    await world.begin(world.sale())
    await world.work()
    before = len(await world.list_told(StageReported))
    await world.publish(StateRequested(tenant_id=TENANT, run_id=world.run_id, run_seq=world.run_seq))
    await world.work()
    assert len(await world.list_told(StageReported)) == before + 1


async def test_a_large_tenant_gives_way_after_its_slice_to_one_that_waits(world: World) -> None:
    records = {Module.ACCOUNTS: [world.account(str(5000 + number)) for number in range(1500)]}
    await world.begin(records, sending=Sending.ALL)
    consume, work, *_ = world.runtime.loops
    while await consume.step():
        pass
    calls = 0
    while calls < 30:
        before = len(world.list_calls())
        async with world.runtime.store.transaction() as session:
            await mark_due(session, KIT_TABLES, "another tenant")
        world.advance(0.001)  # the two are served in turn
        assert await work.step()
        calls = len(world.list_calls())
        assert calls - before <= 20


async def test_two_worn_out_tokens_wait_for_nobody_while_auth_has_a_newer_one(world: World) -> None:
    """As after a long pause of this process, in which others renewed the token: only auth may send for a person."""
    await world.begin(world.sale())
    world.fault("status", method="PUT", path="Contacts", status=401, times=2)
    await world.work()
    assert (await world.count_outcomes())["invoices", "created"] == 1
    assert len(world.list_calls(method="PUT", path="Contacts")) == 3
    told = await world.list_told(StageReported)
    assert "needs_reauthorisation" not in [each.waiting_for.code for each in told if each.waiting_for is not None]
    await world.check_equation()


@pytest.mark.parametrize("report", ["withdrawn", "missing_scope"])
async def test_a_refusal_of_an_older_token_than_auth_has_waits_for_nobody(world: World, report: str) -> None:
    world.ignored_reports.add(report)
    if report == "missing_scope":
        refusal = {"status": 401, "headers": {"www-authenticate": "insufficient_scope"}}
    else:
        refusal = {"status": 403, "answer": '{"Detail": "AuthenticationUnsuccessful"}'}
    world.fault("status", method="PUT", path="Contacts", **refusal)
    await world.begin(world.sale())
    await world.work()
    assert (await world.count_outcomes())["invoices", "created"] == 1
    assert [action for action, _ in world.list_versions("Contact")] == ["created"]
