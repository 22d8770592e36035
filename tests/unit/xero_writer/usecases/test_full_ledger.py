"""Into a ledger that people have kept by hand: what is there is adopted or asked about, never made twice."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.unit.xero_writer.usecases.test_decide import answer, ask
from tests.unit.xero_writer.world import MODIFIED, World

from sync_kit.contracts.events import RecordsWanted
from sync_kit.contracts.vocabulary import Module, Outcome
from sync_kit.errors import ConflictError, InvalidInputError
from xero_writer.domain.rows import DecisionKind


async def type_contact(world: World, name: str, **more: Any) -> str:
    made = await world.person("POST", "Contacts", {"Name": name, **more})
    return str(made["ContactID"])


async def type_in(world: World, kind: str, contact_id: str, number: str, price: str = "10", **more: Any) -> str:
    """A sales invoice or a bill typed in by a person: one line without tax."""
    account = "200" if kind == "ACCREC" else "400"
    line = {"Description": "x", "Quantity": 1, "UnitAmount": Decimal(price), "AccountCode": account, "TaxType": "NONE"}
    body = {
        "Type": kind,
        "Contact": {"ContactID": contact_id},
        "InvoiceNumber": number,
        "Date": "2026-11-01",
        "DueDate": "2026-12-01",
        "LineItems": [line],
        **more,
    }
    return str((await world.person("POST", "Invoices", body))["InvoiceID"])


async def test_a_ledger_kept_by_hand_is_adopted_where_all_agrees_and_asked_about_elsewhere(world: World) -> None:
    town = {"Addresses": [{"AddressType": "POBOX", "City": "Leeds"}]}
    first = await type_contact(world, "Customer 1000")
    await type_contact(world, "CUSTOMER-1001, Ltd.", **town)
    second = await type_contact(world, "Customer 1002")
    same = await type_in(world, "ACCREC", first, "INV-3000")
    await type_in(world, "ACCREC", second, "INV-3002", price="99")
    supplier = await type_contact(world, "Supplier 1600")
    bill = await type_in(world, "ACCPAY", supplier, "PO-4000")
    records = {**world.sale(4), **world.purchase(1)}
    records[Module.PRODUCTS] = world.sale(4)[Module.PRODUCTS]
    records[Module.ACCOUNTS][1] = world.account("1001", Billing_City="Leeds")
    await world.sync(records)
    told = await world.list_outcomes()
    linked = {key: each.xero_id for key, each in told.items() if each.outcome is Outcome.LINKED}
    assert linked == {
        (Module.ACCOUNTS, "1000"): first,
        (Module.INVOICES, "3000"): same,
        (Module.VENDORS, "1600"): supplier,
        (Module.PURCHASE_ORDERS, "4000"): bill,
    }
    held = {key: each.reasons[0].code for key, each in told.items() if each.outcome is Outcome.BLOCKED}
    assert held == {
        (Module.ACCOUNTS, "1001"): "ambiguous_match",
        (Module.INVOICES, "3001"): "waits_for",
        (Module.INVOICES, "3002"): "number_taken_in_xero",
    }
    assert told[Module.INVOICES, "3003"].outcome is Outcome.CREATED
    assert {question.record_id for question in await ask(world)} == {"1001", "3002"}
    # Nothing that was adopted was written to, nor whoever it was not sure about.
    for kind, xero_id in (("Contact", first), ("Contact", second), ("Invoice", same), ("Invoice", bill)):
        assert [action for action, _ in world.list_versions(kind, xero_id)] == ["created"]
    await world.check_equation()


async def test_an_invoice_is_linked_to_free_invoices_of_its_own_kind_alone(world: World) -> None:
    customer = await type_contact(world, "Customer 1000")
    theirs = await type_in(world, "ACCREC", customer, "INV-3000", price="99")
    bill = await type_in(world, "ACCPAY", customer, "B-1")
    gone = await type_in(world, "ACCREC", customer, "GONE-1", price="98")
    await world.person("PATCH", f"Invoices/{gone}", {"Status": "DELETED"})
    sale = world.sale(2)
    await world.sync(sale)
    [question] = await ask(world)
    assert (question.reasons[0].code, question.answers) == ("number_taken_in_xero", (DecisionKind.LINK,))
    ours = (await world.list_outcomes())[Module.INVOICES, "3001"].xero_id
    with pytest.raises(InvalidInputError, match="nothing of that kind"):
        await answer(world, question, DecisionKind.LINK, bill)
    with pytest.raises(InvalidInputError, match="voided or deleted"):
        await answer(world, question, DecisionKind.LINK, gone)
    with pytest.raises(ConflictError) as raised:
        await answer(world, question, DecisionKind.LINK, ours)
    assert raised.value.code == "linked_to_another"
    await answer(world, question, DecisionKind.LINK, theirs)
    assert (await world.sync())["invoices", "linked"] == 1
    assert [action for action, _ in world.list_versions("Invoice", theirs)] == ["created"]


async def test_a_bill_that_somebody_typed_in_under_another_number_is_asked_about(world: World) -> None:
    supplier = await type_contact(world, "Supplier 1600")
    await type_in(world, "ACCPAY", supplier, "HAND-7", Date="2026-11-10")
    counts = await world.sync(world.purchase())
    assert counts["purchase_orders", "blocked"] == 1
    [question] = await ask(world)
    assert (question.reasons[0].code, question.candidate_kind) == ("looks_already_entered", "bill")
    await answer(world, question, DecisionKind.CREATE_NEW)
    assert (await world.sync())["purchase_orders", "created"] == 1
    assert len(world.list_documents("Invoice")) == 2


@pytest.mark.parametrize("status", ["VOIDED", "DELETED"])
async def test_a_record_goes_by_itself_once_its_lookalike_is_gone(world: World, status: str) -> None:
    customer = await type_contact(world, "Customer 1000")
    typed = await type_in(world, "ACCREC", customer, "HAND-1", Status="AUTHORISED" if status == "VOIDED" else "DRAFT")
    assert (await world.sync(world.sale()))["invoices", "blocked"] == 1
    world.advance(1000)
    await world.person("PATCH", f"Invoices/{typed}", {"Status": status})
    assert (await world.sync())["invoices", "created"] == 1


async def test_a_record_goes_by_itself_once_a_taken_name_is_free(world: World) -> None:
    theirs = await type_contact(world, "Customer 1000", EmailAddress="b@theirs.example")
    sale = world.sale()
    sale[Module.ACCOUNTS] = [world.account("1000", Contacts=[{"id": "1", "Last_Name": "A", "Email": "a@ours.example"}])]
    assert (await world.sync(sale))["accounts", "blocked"] == 1
    world.advance(1000)
    await world.person("PATCH", f"Contacts/{theirs}", {"Name": "Customer of theirs"})
    counts = await world.sync()
    assert (counts["accounts", "created"], counts["invoices", "created"]) == (1, 1)


@pytest.mark.parametrize(
    ("kind", "outcome", "reference"),
    [(DecisionKind.KEEP_CRM, "updated", "Sale of the CRM"), (DecisionKind.KEEP_XERO, "unchanged", "by hand")],
)
async def test_what_both_sides_changed_is_kept_as_a_person_says(
    world: World, kind: DecisionKind, outcome: str, reference: str
) -> None:
    await world.sync(world.sale())
    [invoice] = world.list_documents("Invoice")
    world.advance(1000)
    await world.person("PATCH", f"Invoices/{invoice['InvoiceID']}", {"Reference": "by hand"})
    newer = world.invoice("3000", account="1000", product="2000", Subject="Sale of the CRM")
    newer = newer.model_copy(update={"modified_at": MODIFIED + timedelta(days=1)})
    counts = await world.sync({Module.INVOICES: [newer]})
    assert counts["invoices", "blocked"] == 1
    [question] = await ask(world)
    assert question.answers == (DecisionKind.KEEP_CRM, DecisionKind.KEEP_XERO)
    await answer(world, question, kind)
    assert (await world.sync())["invoices", outcome] == 1
    assert [row["Reference"] for row in world.list_documents("Invoice")] == [reference]
    assert await ask(world) == []
    # A decision counts once: the record rests, and nobody asks the CRM for it again.
    assert await world.sync() == {}
    assert await world.list_told(RecordsWanted) == []


async def test_a_person_of_another_account_is_told_and_the_invoice_goes(world: World) -> None:
    sale = world.sale()
    sale[Module.ACCOUNTS] = [world.account("1000", Contacts=[{"id": "150", "Last_Name": "Lee"}])]
    sale[Module.INVOICES] = [
        world.invoice("3000", account="1000", product="2000", Contact_Name={"id": "151", "name": "Bob Ray"})
    ]
    await world.sync(sale)
    told = (await world.list_outcomes())[Module.INVOICES, "3000"]
    assert (told.outcome, [reason.code for reason in told.reasons]) == (Outcome.CREATED, ["person_not_of_account"])
