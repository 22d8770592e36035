"""Batches: full ones go, partial ones wait for company, and one bad record never holds up the others."""

from decimal import Decimal

from tests.unit.xero_writer.world import World

from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import Module, Outcome, Sending


async def check_all_but_one(world: World, bad: str) -> Reason:
    """49 of 50 invoices are there, one is held; the reason."""
    counts = await world.count_outcomes()
    assert counts["invoices", "created"] == 49
    assert sum(count for (module, _), count in counts.items() if module == "invoices") == 50
    assert [action for action, _ in world.list_versions("Invoice")] == ["created"] * 49
    await world.check_equation()
    held = (await world.list_outcomes())[Module.INVOICES, bad]
    assert held.outcome in (Outcome.FAILED, Outcome.BLOCKED)
    return held.reasons[0]


async def test_one_poisoned_record_in_fifty_leaves_forty_nine_linked_and_one_explained(world: World) -> None:
    world.before_call("PUT", "Invoices", "Contacts", {"ContactStatus": "ARCHIVED"}, named="Customer 1017")
    await world.sync(world.sale(50))
    assert (await check_all_but_one(world, "3017")).code == "contact_archived"
    assert len(world.list_calls(method="PUT", path="Invoices")) == 1


async def test_a_body_that_xero_cannot_read_is_halved_until_the_bad_one_is_alone(world: World) -> None:
    answer = '{"ErrorNumber":14,"Type":"PostDataInvalidException","Message":"Unreadable date"}'
    world.fault("status", method="PUT", path="Invoices", body="INV-3017", times=-1, status=400, answer=answer)
    await world.sync(world.sale(50))
    reason = await check_all_but_one(world, "3017")
    assert (reason.code, reason.vendor_words) == ("refused_other", "Unreadable date")
    assert all(call.method != "GET" for call in world.list_calls(path="Invoices")[1:])


async def test_a_whole_refusal_is_looked_up_and_halved_until_the_bad_one_is_alone(world: World) -> None:
    answer = '{"ErrorNumber":10,"Type":"ValidationException","Message":"A validation exception occurred"}'
    world.fault("status", method="PUT", path="Invoices", body="INV-3017", times=-1, status=400, answer=answer)
    await world.sync(world.sale(50))
    assert (await check_all_but_one(world, "3017")).code == "refused_other"


async def test_ten_thousand_records_cost_one_call_for_fifty_on_a_smaller_scale(world: World) -> None:
    customers, products, invoices = 100, 60, 500
    records = {
        Module.ACCOUNTS: [world.account(str(1000 + number)) for number in range(customers)],
        Module.PRODUCTS: [world.product(str(2000 + number)) for number in range(products)],
        Module.INVOICES: [
            world.invoice(
                str(30000 + number), account=str(1000 + number % customers), product=str(2000 + number % products)
            )
            for number in range(invoices)
        ],
    }
    counts = await world.sync(records, sending=Sending.ALL)
    assert counts == {("accounts", "created"): 100, ("products", "created"): 60, ("invoices", "created"): 500}
    writes = [call for call in world.list_calls() if call.method != "GET"]
    assert len(writes) == 2 + 2 + 10
    state = await world.find_state()
    assert state is not None
    assert state.calls == len(world.list_calls()) == state.least_calls == 14 + 5 + 3
    assert all(call.status == 200 for call in world.list_calls())
    await world.check_equation()


async def test_a_partial_batch_waits_for_company_but_not_for_ever(world: World) -> None:
    sale = world.sale(3)
    request = world.request_run(sending=Sending.ALL)
    await world.publish(request, world.extract(Module.ACCOUNTS, *sale[Module.ACCOUNTS]))
    await world.step()
    assert world.list_calls(method="PUT") == []
    await world.work()  # half a minute without anything new
    assert len(world.list_calls(method="PUT", path="Contacts")) == 1
    assert (await world.count_outcomes())["accounts", "created"] == 3


async def test_two_customers_of_one_name_do_not_travel_in_one_request(world: World) -> None:
    accounts = [world.account("100", Account_Name="Same"), world.account("101", Account_Name="same")]
    counts = await world.sync({Module.ACCOUNTS: accounts}, sending=Sending.ALL)
    assert len(world.list_documents("Contact")) == 1
    assert counts["accounts", "created"] == 1
    assert sum(counts.values()) == 2
    await world.check_equation()


async def test_money_reaches_xero_to_the_last_digit(world: World) -> None:
    lines = [
        {
            "id": "1",
            "Quantity": Decimal("0.3"),
            "List_Price": Decimal("33.3333"),
            "Description": "A third",
            "Line_Tax": [],
        }
    ]
    await world.sync(
        {
            Module.ACCOUNTS: [world.account()],
            Module.INVOICES: [world.invoice(product=None, Invoiced_Items=lines, Grand_Total=Decimal("10.00"))],
        }
    )
    [document] = world.list_documents("Invoice")
    assert document["LineItems"][0]["UnitAmount"] == Decimal("33.3333")
    assert document["Total"] == Decimal("10.00")


async def test_fifty_changed_drafts_cost_three_calls_and_nothing_changed_none(world: World) -> None:
    records = {
        Module.ACCOUNTS: [world.account("1000")],
        Module.PRODUCTS: [world.product("2000")],
        Module.INVOICES: [world.invoice(str(3000 + number), account="1000", product="2000") for number in range(60)],
        Module.VENDORS: [world.vendor("1600")],
        Module.PURCHASE_ORDERS: [world.order("4000", vendor="1600", product="2000")],
    }
    await world.sync(records)
    before = len(world.list_calls())
    changed = [world.invoice(str(3000 + number), price="12", account="1000", product="2000") for number in range(50)]
    assert await world.sync({Module.INVOICES: changed}) == {("invoices", "updated"): 50}
    state = await world.find_state()
    assert state is not None
    assert (len(world.list_calls()) - before, state.calls, state.least_calls) == (3, 3, 3)
    assert await world.sync() == {}
    assert len(world.list_calls()) - before == 3
