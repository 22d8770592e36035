"""Whatever happens to a request or its answer: exactly one document, and one outcome that says so."""

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.xero_writer.world import World

from sync_kit.contracts.vocabulary import Module, Outcome

pytestmark = pytest.mark.thorough

ONE_SALE = {("accounts", "created"): 1, ("products", "created"): 1, ("invoices", "created"): 1}

FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("lost_request", {}),
    ("lost_answer", {}),
    ("late_commit", {"delay_seconds": 45}),
    ("wrote_then_status", {"status": 500}),
    ("wrote_then_status", {"status": 503}),
    ("status", {"status": 500}),
    ("status", {"status": 503}),
    ("whole_400_wrote_half", {}),
    ("truncated", {}),
    ("garbage", {}),
    ("garbage", {"execute": True}),
    ("wrong_types", {}),
    ("endless", {}),
    ("rate_limit", {"problem": "minute"}),
    ("rate_limit", {"problem": "day"}),
    ("rate_limit", {"problem": "concurrent"}),
    ("rate_limit", {"problem": "app"}),
    ("token_revoked", {}),
]
IDS = [f"{kind}-{'-'.join(str(value) for value in rule.values())}" for kind, rule in FAULTS]
COMMITS = ("late_commit", "whole_400_wrote_half", "wrote_then_status")
READ_FAULTS = [(kind, rule) for kind, rule in FAULTS if kind not in COMMITS]
READ_IDS = [name for name, (kind, _) in zip(IDS, FAULTS, strict=True) if kind not in COMMITS]


@pytest.mark.parametrize("path", ["Contacts", "Items", "Invoices"])
@pytest.mark.parametrize(("kind", "rule"), FAULTS, ids=IDS)
async def test_a_create_ends_as_one_document(world: World, kind: str, rule: dict[str, Any], path: str) -> None:
    world.fault(kind, method="PUT", path=path, **rule)
    await world.begin(world.sale())
    await world.work(most_minutes=60 * 25)
    for name in ("Contact", "Item", "Invoice"):
        assert [action for action, _ in world.list_versions(name)] == ["created"], name
    assert await world.count_outcomes() == ONE_SALE
    await world.check_equation()


@pytest.mark.parametrize(("kind", "rule"), FAULTS, ids=IDS)
async def test_an_update_ends_as_one_document_that_says_what_the_crm_says(
    world: World, kind: str, rule: dict[str, Any]
) -> None:
    await world.sync(world.sale())
    world.fault(kind, method="POST", path="Invoices", **rule)
    await world.begin({Module.INVOICES: [world.invoice("3000", price="12", account="1000", product="2000")]})
    await world.work(most_minutes=60 * 25)
    [document] = world.list_documents("Invoice")
    assert document["Total"] == Decimal(12)
    assert await world.count_outcomes() == {("invoices", "updated"): 1}
    await world.check_equation()


@pytest.mark.parametrize(("kind", "rule"), READ_FAULTS, ids=READ_IDS)
async def test_trouble_with_a_read_only_delays(world: World, kind: str, rule: dict[str, Any]) -> None:
    for path in ("Organisation", "Accounts", "TaxRates", "Contacts", "Items", "Invoices"):
        world.fault(kind, method="GET", path=path, **rule)
    await world.begin(world.sale())
    await world.work(most_minutes=60 * 25)
    assert await world.count_outcomes() == ONE_SALE
    await world.check_equation()


async def test_half_of_a_batch_that_was_written_is_adopted_and_the_other_half_goes(world: World) -> None:
    world.fault("whole_400_wrote_half", method="PUT", path="Invoices")
    await world.begin(world.sale(10))
    await world.work()
    assert [action for action, _ in world.list_versions("Invoice")] == ["created"] * 10
    assert (await world.count_outcomes())["invoices", "created"] == 10
    await world.check_equation()


@pytest.mark.parametrize("path", ["Contacts", "Items", "Invoices"])
async def test_a_look_up_that_cannot_be_read_does_not_say_that_nothing_is_there(world: World, path: str) -> None:
    world.fault("whole_400_wrote_half", method="PUT", path=path)
    await world.begin(world.sale())
    await world.step()
    world.fault("wrong_types", method="GET", path=path)
    await world.work()
    assert await world.count_outcomes() == ONE_SALE
    assert [action for action, _ in world.list_versions(path.removesuffix("s"))] == ["created"]
    await world.check_equation()


async def test_nothing_is_looked_up_before_a_zombie_is_dead(world: World) -> None:
    world.fault("late_commit", method="PUT", path="Invoices", delay_seconds=85)
    await world.begin(world.sale())
    await world.step()
    state = await world.find_state()
    assert state is not None
    assert state.state == "waiting"
    assert state.waiting_for is not None
    assert state.waiting_for.code == "vendor_trouble"
    assert (state.waiting_until - world.clock.now()).total_seconds() >= 90 if state.waiting_until else False
    await world.work()
    assert [action for action, _ in world.list_versions("Invoice")] == ["created"]


async def test_a_request_that_is_lost_again_and_again_is_sent_under_the_same_key(world: World) -> None:
    world.fault("lost_request", method="PUT", path="Invoices", times=3)
    await world.begin(world.sale())
    await world.work()
    sent = world.list_calls(method="PUT", path="Invoices")
    assert len(sent) == 4
    assert len({call.headers.get("idempotency-key") for call in sent}) == 1
    assert len({call.request_body for call in sent}) == 1
    assert [action for action, _ in world.list_versions("Invoice")] == ["created"]


async def test_a_newer_version_waits_until_the_uncertain_one_is_settled(world: World) -> None:
    world.fault("lost_answer", method="PUT", path="Invoices")
    await world.begin(world.sale())
    await world.step()
    await world.publish(
        world.extract(Module.INVOICES, world.invoice("3000", price="12", account="1000", product="2000"))
    )
    await world.work()
    assert [(action, snapshot["Total"]) for action, snapshot in world.list_versions("Invoice")] == [
        ("created", Decimal(10)),
        ("updated", Decimal(12)),
    ]
    outcomes = await world.list_outcomes()
    assert outcomes[Module.INVOICES, "3000"].outcome is Outcome.CREATED
    await world.check_equation()


async def test_many_lost_contacts_are_found_in_one_call(world: World) -> None:
    world.fault("lost_answer", method="PUT", path="Contacts")
    await world.begin(world.sale(20))
    await world.step()
    before = len(world.list_calls(method="GET", path="Contacts"))
    await world.work()
    assert len(world.list_calls(method="GET", path="Contacts")) - before == 1
    assert [action for action, _ in world.list_versions("Contact")] == ["created"] * 20


async def test_a_number_that_a_person_used_meanwhile_is_held_and_overwrites_nothing(world: World) -> None:
    await world.sync(world.sale())
    await world.person("POST", "Contacts", {"Name": "Somebody else"})
    await world.person(
        "POST",
        "Invoices",
        {
            "Type": "ACCREC",
            "Contact": {"Name": "Somebody else"},
            "InvoiceNumber": "INV-300",
            "LineItems": [{"Description": "By hand", "Quantity": 1, "UnitAmount": 5}],
        },
    )
    counts = await world.sync(
        {
            Module.ACCOUNTS: [world.account()],
            Module.PRODUCTS: [world.product()],
            Module.INVOICES: [world.invoice()],
        }
    )
    assert counts["invoices", "blocked"] == 1
    outcomes = await world.list_outcomes()
    assert outcomes[Module.INVOICES, "300"].reasons[0].code == "number_taken_in_xero"
    assert len([one for one in world.list_documents("Invoice") if one["InvoiceNumber"] == "INV-300"]) == 1
    await world.check_equation()


async def test_a_name_that_a_person_used_meanwhile_is_matched_instead_of_doubled(world: World) -> None:
    await world.sync(world.sale())
    world.before_call("PUT", "Contacts", "Contacts", {"Name": "Customer 100"})
    await world.begin(
        {
            Module.ACCOUNTS: [world.account()],
            Module.PRODUCTS: [world.product()],
            Module.INVOICES: [world.invoice()],
        }
    )
    await world.work()
    assert len([one for one in world.list_documents("Contact") if one["Name"] == "Customer 100"]) == 1
    assert await world.count_outcomes() == {
        ("accounts", "linked"): 1,
        ("products", "created"): 1,
        ("invoices", "created"): 1,
    }
    await world.check_equation()
