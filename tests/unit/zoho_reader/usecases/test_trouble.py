"""Whatever Zoho answers: wait, say so, go on, lose nothing."""

from typing import Any

import pytest
from tests.unit.zoho_reader.crm import fill_crm
from tests.unit.zoho_reader.world import World

from sync_kit.contracts.events import StageReported
from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import ConnectionState, Module
from sync_kit.errors import NeedsReauthorisationError, TryLaterError

pytestmark = pytest.mark.thorough

NO_PERMISSION = (
    '{"code":"NO_PERMISSION","details":{"permissions":["x"]},"message":"permission denied","status":"error"}'
)

TROUBLES: list[tuple[str, dict[str, Any], str]] = [
    ("rate_limit", {}, "waiting_for_limit"),
    ("status", {"status": 500}, "vendor_trouble"),
    ("status", {"status": 503}, "vendor_trouble"),
    ("status", {"status": 302}, "vendor_trouble"),
    ("lost_request", {}, "vendor_trouble"),
    ("lost_answer", {}, "vendor_trouble"),
    ("truncated", {}, "vendor_trouble"),
    ("garbage", {}, "vendor_trouble"),
    ("wrong_types", {}, "vendor_trouble"),
    ("endless", {"megabytes": 48}, "vendor_trouble"),
]


@pytest.mark.parametrize(
    ("kind", "arguments", "code", "where"),
    [
        *(
            (*trouble, "from Invoices where" if number % 2 else "__composite")
            for number, trouble in enumerate(TROUBLES)
        ),
        ("truncated", {}, "vendor_trouble", "from Contacts"),
        ("wrong_types", {}, "vendor_trouble", "from Invoiced_Items"),
        ("wrong_types", {}, "vendor_trouble", "from Invoices where"),
        ("rate_limit", {}, "waiting_for_limit", "from Invoices where"),
    ],
)
async def test_trouble_is_waited_out(world: World, kind: str, arguments: dict[str, Any], code: str, where: str) -> None:
    fill_crm(world)
    world.sandbox.faults.add_rule("zoho", kind, body=where, times=2, **arguments)
    run_id = await world.run()
    waits = [event for event in world.events(StageReported, run_id) if event.state == "waiting"]
    assert [event.waiting_for.code for event in waits] == [code, code]
    assert waits[0].waiting_until < waits[1].waiting_until
    assert world.report(run_id).state == "done"
    assert world.report(run_id).calls == len(world.calls()) == world.report(run_id).least_calls + 2
    world.assert_all_newest()


async def test_a_long_outage_is_still_only_waiting(world: World) -> None:
    fill_crm(world)
    rule = world.sandbox.faults.add_rule("zoho", "status", status=502, times=-1)
    await world.say(request := world.request())
    for pause in (0, 1, 10, 1_000, 25 * 3_600, 400):
        world.advance(pause)
        await world.work_until_waiting()
        report = world.report(request.run_id)
        assert (report.state, report.waiting_for.code) == ("waiting", "vendor_trouble")
        assert 0 < (report.waiting_until - world.clock.now()).total_seconds() <= 375
    world.sandbox.faults.remove_rule(rule)
    await world.settle()
    assert world.report(request.run_id).state == "done"
    world.assert_all_newest()


async def test_a_token_that_dies_in_the_middle_is_borrowed_again_once(world: World) -> None:
    fill_crm(world)
    world.sandbox.faults.add_rule("zoho", "token_revoked", body="from Invoices where")
    run_id = await world.run()
    assert world.tokens.asked == [None, 1]
    assert world.report(run_id).state == "done"
    assert not [event for event in world.events(StageReported, run_id) if event.state == "waiting"]
    world.assert_all_newest()


async def test_a_fresh_token_that_is_refused_too_waits_for_a_person(world: World) -> None:
    fill_crm(world)
    world.sandbox.faults.add_rule("zoho", "token_revoked", body="from Invoices where", times=2)
    await world.say(request := world.request())
    await world.work_until_waiting()
    report = world.report(request.run_id)
    assert (report.state, report.waiting_until) == ("waiting", None)
    assert report.waiting_for == Reason(code="needs_reauthorisation", facts={"vendor": "Zoho CRM", "cause": "expired"})
    await world.say(world.tenant(ConnectionState.NEEDS_REAUTHORISATION))
    await world.work_until_waiting()
    world.tokens.connection_generation += 1
    world.tokens.forget("tenant-1")
    await world.say(world.tenant())
    await world.work_until_waiting()
    assert world.report(request.run_id).state == "done"
    world.assert_all_newest()


async def test_auth_that_says_reauthorise_or_later_is_obeyed(world: World) -> None:
    fill_crm(world)
    world.tokens.failure = TryLaterError("auth cannot be reached")
    await world.say(request := world.request())
    await world.work_until_waiting()
    assert world.report(request.run_id).waiting_for.code == "vendor_trouble"
    world.tokens.failure = NeedsReauthorisationError("gone", cause="withdrawn")
    world.advance(60)
    await world.work_until_waiting()
    assert world.report(request.run_id).waiting_for.facts["cause"] == "withdrawn"
    world.tokens.failure = None
    await world.settle()
    assert world.report(request.run_id).state == "done"


async def test_a_missing_scope_is_told_to_auth_and_waits_for_consent(world: World) -> None:
    fill_crm(world)
    world.tokens.scopes = frozenset({"ZohoCRM.modules.invoices.READ", "ZohoCRM.coql.READ", "ZohoCRM.settings.ALL"})
    await world.say(request := world.request())
    await world.work_until_waiting()
    assert world.tokens.reported == [1]
    assert world.report(request.run_id).waiting_for.facts["cause"] == "scope_missing"
    assert world.report(request.run_id).waiting_until is None


@pytest.mark.parametrize(
    ("source", "failing"),
    [
        ("Contacts", Module.CONTACTS),
        ("Products", Module.PRODUCTS),
        ("Invoiced_Items", Module.INVOICES),
    ],
)
async def test_one_module_without_permission_fails_alone(world: World, source: str, failing: Module) -> None:
    fill_crm(world)
    rule = world.sandbox.faults.add_rule(
        "zoho", "status", body=f"from {source} where", path="/coql$", status=403, answer=NO_PERMISSION, times=-1
    )
    run_id = await world.run()
    announced = world.announced(run_id)
    assert [module for module, event in announced.items() if event.failure is not None] == [failing]
    assert announced[failing].closed
    assert announced[failing].failure.code == "permission_missing"
    assert announced[failing].failure.facts == {"what": f"read {source} in Zoho CRM"}
    assert world.report(run_id).state == "done"
    world.assert_all_newest_of(*({*Module} - {failing, Module.ACCOUNTS if source == "Contacts" else failing}))
    world.sandbox.faults.remove_rule(rule)
    world.advance(900)
    mended = await world.run()
    assert all(event.failure is None for event in world.announced(mended).values())
    world.assert_all_newest()


async def test_accounts_go_without_people_while_contacts_are_forbidden(world: World) -> None:
    fill_crm(world)
    world.sandbox.faults.add_rule(
        "zoho", "status", body="from Contacts where", path="/coql$", status=403, answer=NO_PERMISSION, times=-1
    )
    await world.run()
    for record in world.state()[Module.ACCOUNTS].values():
        assert "Contacts" not in record.fields


async def test_a_composite_that_is_refused_is_replaced_by_single_questions(world: World) -> None:
    fill_crm(world)
    world.advance(600)
    await world.run()
    world.advance(600)
    ids = list(world.org.tables["Invoices"].records)
    world.edit("Invoices", ids[0], Subject="Renamed")
    world.sandbox.faults.add_rule("zoho", "status", path="__composite", status=403, answer=NO_PERMISSION, times=-1)
    run_id = await world.run()
    assert world.report(run_id).state == "done"
    world.assert_all_newest()
