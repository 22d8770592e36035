"""Carrying over and re-opening: nothing staged is dropped, and what is held goes when its cause is gone."""

from datetime import date

from tests.unit.xero_writer.world import World

from sync_kit.contracts.vocabulary import Module, Outcome


async def test_cancel_leaves_what_is_staged_and_the_next_run_carries_it_over(world: World) -> None:
    await world.begin(world.sale(3))
    await world.publish(world.cancel_run())
    await world.work()
    assert world.list_calls(method="PUT") == []
    state = await world.find_state()
    assert state is not None
    assert state.state == "cancelled"
    await world.end()
    counts = await world.sync()
    assert counts == {("accounts", "created"): 3, ("products", "created"): 3, ("invoices", "created"): 3}
    await world.check_equation()


async def test_cancel_settles_an_open_intent_without_sending_anything_new(world: World) -> None:
    world.fault("lost_request", method="PUT", path="Contacts")
    await world.begin(world.sale())
    await world.step()
    await world.publish(world.cancel_run())
    await world.step()
    sent = len(world.list_calls(method="PUT"))
    state = await world.find_state()
    assert state is not None
    assert state.state == "cancelled"
    await world.work()
    assert len(world.list_calls(method="PUT")) == sent
    await world.end()
    await world.sync()
    assert [action for action, _ in world.list_versions("Contact")] == ["created"]
    assert [action for action, _ in world.list_versions("Invoice")] == ["created"]


async def test_an_intent_is_settled_when_no_run_is_open(world: World) -> None:
    world.fault("lost_answer", method="PUT", path="Contacts")
    await world.begin(world.sale())
    await world.step()
    await world.end()
    await world.work()
    counts = await world.sync()
    assert [action for action, _ in world.list_versions("Contact")] == ["created"]
    assert counts["invoices", "created"] == 1
    await world.check_equation()


async def test_a_new_mapping_opens_what_was_held_for_it(world: World) -> None:
    sale = world.sale()
    sale[Module.INVOICES] = [world.invoice("3000", account="1000", product="2000", Status="Shipped")]
    counts = await world.sync(sale)
    assert counts["invoices", "blocked"] == 1
    outcomes = await world.list_outcomes()
    assert outcomes[Module.INVOICES, "3000"].reasons[0].code == "status_unmapped"
    assert await world.sync() == {}
    await world.save_mapping(statuses={"invoices": {"Shipped": "DRAFT"}})
    counts = await world.sync()
    assert counts["invoices", "created"] == 1
    await world.check_equation()


async def test_an_earlier_start_date_opens_what_was_too_old(world: World) -> None:
    counts = await world.sync(world.sale(), start=date(2026, 11, 15))
    assert counts["invoices", "skipped"] == 1
    assert await world.sync(start=date(2026, 11, 15)) == {}
    counts = await world.sync(start=date(2026, 10, 1))
    assert counts["invoices", "created"] == 1
    await world.check_equation()


async def test_a_retry_judges_all_held_records_again(world: World) -> None:
    answer = '{"ErrorNumber":14,"Type":"PostDataInvalidException","Message":"Unreadable date"}'
    rule = world.fault("status", method="PUT", path="Invoices", times=-1, status=400, answer=answer)
    counts = await world.sync(world.sale())
    assert counts["invoices", "failed"] == 1
    world.sandbox.faults.remove_rule(rule)
    assert await world.sync() == {}
    counts = await world.sync(retry_of="run-1")
    assert counts == {("invoices", "created"): 1}
    await world.check_equation()


async def test_what_is_held_for_xeros_accounts_reads_exactly_those_again(world: World) -> None:
    accounts = await world.person("GET", "Accounts")
    sales = next(each for each in accounts["Accounts"] if each["Code"] == "200")
    await world.person("PATCH", f"Accounts/{sales['AccountID']}", {"Status": "ARCHIVED"})
    counts = await world.sync(world.sale())
    assert counts["invoices", "blocked"] == 1
    outcomes = await world.list_outcomes()
    assert "account_unusable" in [reason.code for reason in outcomes[Module.INVOICES, "3000"].reasons]
    calls = len(world.list_calls())
    assert await world.sync() == {}
    assert [call.path.rsplit("/", 1)[-1] for call in world.list_calls()[calls:]] == ["Accounts"]
    await world.person("PATCH", f"Accounts/{sales['AccountID']}", {"Status": "ACTIVE"})
    counts = await world.sync()
    assert counts["invoices", "created"] == 1
    await world.check_equation()


async def test_a_dependant_of_a_held_parent_is_blocked_by_its_root_cause_and_goes_after_it(world: World) -> None:
    sale = world.sale()
    sale[Module.PRODUCTS] = [world.product("2000", Product_Code=None)]
    counts = await world.sync(sale)
    assert counts["products", "blocked"] == 1
    assert counts["invoices", "blocked"] == 1
    reason = (await world.list_outcomes())[Module.INVOICES, "3000"].reasons[0]
    assert reason.code == "waits_for"
    await world.check_equation()
    counts = await world.sync({Module.PRODUCTS: [world.product("2000")]})
    assert counts == {("products", "created"): 1, ("invoices", "created"): 1}
    await world.check_equation()


async def test_nothing_held_and_nothing_changed_costs_no_call(world: World) -> None:
    await world.sync(world.sale())
    calls = len(world.list_calls())
    assert await world.sync() == {}
    assert len(world.list_calls()) == calls
    state = await world.find_state()
    assert state is not None
    assert (state.state, state.calls, state.least_calls) == ("done", 0, 0)
    await world.check_equation()


async def test_an_approved_document_is_locked_until_the_lock_policy_allows_it(world: World) -> None:
    await world.sync(world.sale())
    [document] = world.list_documents("Invoice")
    await world.person("PATCH", f"Invoices/{document['InvoiceID']}", {"Status": "AUTHORISED"})
    changed = world.invoice("3000", price="12", account="1000", product="2000")
    assert await world.sync({Module.INVOICES: [changed]}) == {("invoices", "locked"): 1}
    told = (await world.list_outcomes())[Module.INVOICES, "3000"]
    assert told.outcome is Outcome.LOCKED
    assert told.reasons[0].code == "locked_in_xero"
    assert [snapshot["Total"] for _, snapshot in world.list_versions("Invoice")][-1] == 10
    # Nothing moved in Xero: one look, and it stays as it is.
    calls = len(world.list_calls())
    assert await world.sync() == {}
    assert len(world.list_calls()) == calls + 1
    await world.save_mapping(policies={"lock": "xero"})
    assert await world.sync() == {("invoices", "updated"): 1}
    assert [snapshot["Total"] for _, snapshot in world.list_versions("Invoice")][-1] == 12


async def test_a_paid_document_is_judged_again_when_its_payment_is_taken_back(world: World) -> None:
    await world.save_mapping(policies={"lock": "xero"})
    await world.sync(world.sale())
    [document] = world.list_documents("Invoice")
    await world.person("PATCH", f"Invoices/{document['InvoiceID']}", {"Status": "AUTHORISED"})
    accounts = (await world.person("GET", "Accounts"))["Accounts"]
    bank = next(each for each in accounts if each["Type"] == "BANK")
    payment = await world.person(
        "POST",
        "Payments",
        {
            "Invoice": {"InvoiceID": document["InvoiceID"]},
            "Account": {"AccountID": bank["AccountID"]},
            "Date": "2026-11-22",
            "Amount": 10,
        },
    )
    changed = world.invoice("3000", price="12", account="1000", product="2000")
    assert await world.sync({Module.INVOICES: [changed]}) == {("invoices", "locked"): 1}
    world.advance(60)
    await world.person("PATCH", f"Payments/{payment['PaymentID']}", {"Status": "DELETED"})
    assert await world.sync() == {("invoices", "updated"): 1}
    assert [snapshot["Total"] for _, snapshot in world.list_versions("Invoice")][-1] == 12
    await world.check_equation()
