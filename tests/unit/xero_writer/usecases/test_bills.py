"""Purchase orders become bills: with their suppliers and products, and whatever happens to an answer never two."""

from typing import Any

import pytest
from tests.unit.xero_writer.world import World

from sync_kit.contracts.vocabulary import Module

pytestmark = pytest.mark.thorough

ONE_PURCHASE = {("vendors", "created"): 1, ("products", "created"): 1, ("purchase_orders", "created"): 1}
FAULTS: list[tuple[str, dict[str, Any]]] = [
    ("lost_request", {}),
    ("lost_answer", {}),
    ("late_commit", {"delay_seconds": 45}),
    ("wrote_then_status", {"status": 500}),
    ("wrote_then_status", {"status": 503}),
    ("status", {"status": 500}),
    ("whole_400_wrote_half", {}),
    ("truncated", {}),
    ("garbage", {"execute": True}),
    ("rate_limit", {"problem": "minute"}),
    ("token_revoked", {}),
]
IDS = [f"{kind}-{'-'.join(str(value) for value in rule.values())}" for kind, rule in FAULTS]


def list_bills(world: World) -> list[tuple[str, dict[str, Any]]]:
    return [(action, bill) for action, bill in world.list_versions("Invoice") if bill["Type"] == "ACCPAY"]


async def make_twin(world: World, bill: dict[str, Any]) -> Any:
    """The same bill once more, as a request would make it that is executed later than any should be."""
    copied = {name: bill[name] for name in ("Type", "InvoiceNumber", "Url")}
    line = {"Description": "Lantern", "Quantity": 1, "UnitAmount": 10}
    contact = {"ContactID": bill["Contact"]["ContactID"]}
    return await world.person("POST", "Invoices", {**copied, "Contact": contact, "LineItems": [line]})


async def test_a_delivered_order_is_a_draft_bill_of_its_supplier(world: World) -> None:
    assert await world.sync(world.purchase()) == ONE_PURCHASE
    [(action, bill)] = list_bills(world)
    assert (action, bill["Status"], bill["InvoiceNumber"]) == ("created", "DRAFT", "PO-4000")
    assert bill["Contact"]["Name"] == "Supplier 1600"
    told = (await world.list_outcomes())[Module.PURCHASE_ORDERS, "4000"]
    assert (told.document, told.status, told.xero_id) == ("bill", "DRAFT", bill["InvoiceID"])
    await world.check_equation()


async def test_two_suppliers_may_use_one_number(world: World) -> None:
    records = world.purchase(2)
    records[Module.PURCHASE_ORDERS] = [
        world.order("4000", vendor="1600", product="2000", PO_Number="INV-1"),
        world.order("4001", vendor="1601", product="2001", PO_Number="INV-1"),
    ]
    counts = await world.sync(records)
    assert counts["purchase_orders", "created"] == 2
    assert [bill["InvoiceNumber"] for _, bill in list_bills(world)] == ["INV-1", "INV-1"]


async def test_invoices_and_bills_never_share_a_request_and_share_one_reading(world: World) -> None:
    await world.sync({**world.sale(3), Module.VENDORS: world.purchase(3)[Module.VENDORS]})
    records = {Module.PURCHASE_ORDERS: world.purchase(3)[Module.PURCHASE_ORDERS]}
    records[Module.INVOICES] = [world.invoice("3100", account="1000", product="2000")]
    await world.sync(records)
    for call in world.list_calls(method="PUT", path="Invoices"):
        types = {each for each in ("ACCREC", "ACCPAY") if each in call.request_body}
        assert len(types) == 1


async def test_a_ledger_of_both_types_is_read_in_one_list(world: World) -> None:
    records = {**world.sale(), **world.purchase()}
    records[Module.PRODUCTS] = [world.product("2000")]
    await world.sync(records)
    reads = world.list_calls(method="GET", path="Invoices")
    assert len(reads) == 1
    assert "where" not in reads[0].query
    state = await world.find_state()
    assert state is not None
    assert state.calls == state.least_calls


@pytest.mark.parametrize(("kind", "rule"), FAULTS, ids=IDS)
async def test_a_bill_ends_as_one_bill(world: World, kind: str, rule: dict[str, Any]) -> None:
    world.fault(kind, method="PUT", path="Invoices", **rule)
    await world.begin(world.purchase())
    await world.work(most_minutes=60 * 25)
    assert [action for action, _ in list_bills(world)] == ["created"]
    assert await world.count_outcomes() == ONE_PURCHASE
    await world.check_equation()


@pytest.mark.parametrize(("kind", "rule"), FAULTS, ids=IDS)
async def test_a_batch_of_bills_ends_as_one_bill_each(world: World, kind: str, rule: dict[str, Any]) -> None:
    world.fault(kind, method="PUT", path="Invoices", **rule)
    await world.begin(world.purchase(6))
    await world.work(most_minutes=60 * 25)
    assert sorted(bill["InvoiceNumber"] for _, bill in list_bills(world)) == [f"PO-400{n}" for n in range(6)]
    assert (await world.count_outcomes())["purchase_orders", "created"] == 6
    await world.check_equation()


async def test_a_lost_bill_goes_again_with_the_same_key_and_bytes_and_not_before_seven_minutes(world: World) -> None:
    world.fault("lost_request", method="PUT", path="Invoices")
    await world.begin(world.purchase())
    await world.work()
    first, second = world.list_calls(method="PUT", path="Invoices")
    assert first.headers["idempotency-key"] == second.headers["idempotency-key"]
    assert first.request_body == second.request_body
    assert (second.at - first.at).total_seconds() >= 7 * 60


async def test_a_lost_answer_is_found_long_before_that(world: World) -> None:
    world.fault("lost_answer", method="PUT", path="Invoices")
    began = world.clock.now()
    await world.begin(world.purchase())
    await world.work()
    assert (world.clock.now() - began).total_seconds() < 4 * 60
    assert [action for action, _ in list_bills(world)] == ["created"]


async def test_a_bill_that_was_lost_when_its_run_was_stopped_goes_with_the_next_run(world: World) -> None:
    world.fault("lost_request", method="PUT", path="Invoices")
    await world.begin(world.purchase())
    await world.step()
    await world.publish(world.cancel_run())
    await world.work()
    assert list_bills(world) == []
    await world.end()
    looked = len(world.list_calls())
    world.advance(3600)
    await world.work()
    assert len(world.list_calls()) == looked  # nobody asks again and again while no run may send it
    await world.sync()
    assert [action for action, _ in list_bills(world)] == ["created"]
    keys = {call.headers["idempotency-key"] for call in world.list_calls(method="PUT", path="Invoices")}
    assert len(keys) == 1


async def test_two_bills_with_our_link_are_frozen_until_a_person_leaves_one(world: World) -> None:
    world.fault("lost_answer", method="PUT", path="Invoices")
    await world.begin(world.purchase())
    await world.step()
    [(_, bill)] = list_bills(world)
    twin = await make_twin(world, bill)
    await world.work()
    told = (await world.list_outcomes())[Module.PURCHASE_ORDERS, "4000"]
    assert (told.outcome, told.reasons[0].code) == ("blocked", "two_in_xero")
    assert told.reasons[0].facts["count"] == 2
    await world.check_equation()
    await world.end()
    sent = len(world.list_calls(method="PUT")) + len(world.list_calls(method="POST"))
    world.advance(600)
    await world.person("PATCH", f"Invoices/{twin['InvoiceID']}", {"Status": "DELETED"})
    assert await world.sync() == {("purchase_orders", "linked"): 1}
    told = (await world.list_outcomes())[Module.PURCHASE_ORDERS, "4000"]
    assert told.xero_id == bill["InvoiceID"]
    assert len(world.list_calls(method="PUT")) + len(world.list_calls(method="POST")) == sent


async def test_a_second_bill_with_our_link_that_shows_later_is_reported(world: World) -> None:
    await world.sync(world.purchase())
    [(_, bill)] = list_bills(world)
    world.advance(600)
    await make_twin(world, bill)
    changed = world.order("4000", price="12", vendor="1600", product="2000")
    await world.sync({Module.PURCHASE_ORDERS: [changed]})
    told = (await world.list_outcomes())[Module.PURCHASE_ORDERS, "4000"]
    assert told.reasons[0].code == "two_in_xero"


async def test_a_changed_bill_is_an_update(world: World) -> None:
    await world.sync(world.purchase())
    before = len(world.list_calls())
    changed = world.order("4000", price="12", vendor="1600", product="2000")
    assert await world.sync({Module.PURCHASE_ORDERS: [changed]}) == {("purchase_orders", "updated"): 1}
    assert [bill["Total"] for _, bill in list_bills(world)] == [10, 12]
    assert len(world.list_calls()) - before == 3  # the organisation, the document, the update


async def test_orders_stay_orders_where_the_mapping_says_so(world: World) -> None:
    await world.save_mapping(policies={"purchase_orders_as": "purchase_order"})
    assert await world.sync(world.purchase()) == ONE_PURCHASE
    assert list_bills(world) == []
    [order] = world.list_documents("PurchaseOrder")
    assert order["PurchaseOrderNumber"] == "PO-4000"
    told = (await world.list_outcomes())[Module.PURCHASE_ORDERS, "4000"]
    assert told.document == "purchase_order"
    changed = world.order("4000", price="12", vendor="1600", product="2000")
    assert await world.sync({Module.PURCHASE_ORDERS: [changed]}) == {("purchase_orders", "updated"): 1}


async def test_quotes_go_when_they_are_asked_for(world: World) -> None:
    records = {Module.ACCOUNTS: [world.account()], Module.PRODUCTS: [world.product()], Module.QUOTES: [world.quote()]}
    counts = await world.sync(records)
    assert counts["quotes", "created"] == 1
    [quote] = world.list_documents("Quote")
    assert quote["QuoteNumber"] == "QU-500"
    assert (await world.list_outcomes())[Module.QUOTES, "500"].document == "quote"
    counts = await world.sync({Module.QUOTES: [world.quote(price="12")]})
    assert counts == {("quotes", "updated"): 1}


@pytest.mark.parametrize("kind", ["lost_request", "lost_answer", "late_commit", "whole_400_wrote_half"])
@pytest.mark.parametrize("path", ["PurchaseOrders", "Quotes"])
async def test_an_order_and_a_quote_end_as_one(world: World, kind: str, path: str) -> None:
    await world.save_mapping(policies={"purchase_orders_as": "purchase_order"})
    world.fault(kind, method="PUT", path=path, **({"delay_seconds": 45} if kind == "late_commit" else {}))
    records = world.purchase()
    records[Module.ACCOUNTS] = [world.account()]
    records[Module.QUOTES] = [world.quote(product="2000")]
    await world.begin(records)
    await world.work(most_minutes=60 * 25)
    assert [action for action, _ in world.list_versions("PurchaseOrder")] == ["created"]
    assert [action for action, _ in world.list_versions("Quote")] == ["created"]
    await world.check_equation()


async def test_a_request_that_xero_executes_later_than_any_should_be_is_noticed_and_left_to_a_person(
    world: World,
) -> None:
    world.fault("late_commit", method="PUT", path="Invoices", delay_seconds=3600)
    await world.sync(world.purchase())
    world.advance(7200)
    # Another bill goes, so the list of bills is looked at again; the payload of the first is asked for.
    await world.begin({Module.PURCHASE_ORDERS: [world.order("4001", vendor="1600", product="2000", price="5")]})
    await world.work()
    again = world.order("4000", vendor="1600", product="2000")
    await world.publish(world.extract(Module.PURCHASE_ORDERS, again), world.close(Module.PURCHASE_ORDERS))
    await world.work()
    assert len([bill for bill in world.list_documents("Invoice") if bill["InvoiceNumber"] == "PO-4000"]) == 2
    told = await world.list_outcomes()
    assert [reason.code for reason in told[Module.PURCHASE_ORDERS, "4000"].reasons] == ["two_in_xero"]
    assert told[Module.PURCHASE_ORDERS, "4001"].outcome == "created"
    await world.check_equation()


async def test_a_number_that_a_person_has_freed_since_the_last_look_is_not_asked_about(world: World) -> None:
    await world.sync(world.purchase())
    [(_, bill)] = list_bills(world)
    world.advance(600)
    await world.person("PATCH", f"Invoices/{bill['InvoiceID']}", {"Status": "DELETED"})
    world.advance(600)
    again = world.order("4001", vendor="1600", product="2000", PO_Number=bill["InvoiceNumber"])
    counts = await world.sync({Module.PURCHASE_ORDERS: [again]})
    assert counts == {("purchase_orders", "created"): 1}
