"""Questions to people and their answers, from the held record to what the next run does with it."""

from datetime import timedelta
from typing import Any

import pytest
from tests.unit.xero_writer.world import MODIFIED, TENANT, World

from sync_kit.contracts.reason_catalogue import explain
from sync_kit.contracts.vocabulary import Module, Outcome, RunMode
from sync_kit.errors import ConflictError, InvalidInputError
from xero_writer.domain.rows import DecisionKind
from xero_writer.usecases.decide import Answer, decide
from xero_writer.usecases.list_questions import Question, list_questions, read_questions

LINK, NEW = DecisionKind.LINK, DecisionKind.CREATE_NEW
PEOPLE = [{"id": "1", "Last_Name": "Lee", "Email": "ann@ours.example"}]


async def ask(world: World) -> list[Question]:
    async with world.runtime.store.reading() as session:
        rows = await list_questions(session, TENANT, limit=100)
        return await read_questions(session, TENANT, rows)


async def answer(world: World, question: Question, kind: DecisionKind, xero_id: str | None = None) -> None:
    given = Answer(question.module, question.record_id, kind, xero_id, question.question_id)
    async with world.runtime.store.transaction() as session:
        await decide(session, TENANT, given, decided_by="client-1")


async def sync_into_a_taken_name(world: World) -> Question:
    """A customer whose name is another's in Xero; his invoice waits for him."""
    body = {
        "Name": "Customer 1000",
        "EmailAddress": "b@theirs.example",
        "Addresses": [{"AddressType": "POBOX", "City": "Leeds"}],
    }
    await world.person("POST", "Contacts", body)
    sale = world.sale()
    sale[Module.ACCOUNTS] = [world.account("1000", Contacts=PEOPLE)]
    counts = await world.sync(sale)
    assert (counts["accounts", "blocked"], counts["invoices", "blocked"]) == (1, 1)
    [question] = await ask(world)
    return question


async def test_a_question_shows_the_candidates_in_words(world: World) -> None:
    question = await sync_into_a_taken_name(world)
    assert (question.module, question.answers, question.candidate_kind) == (Module.ACCOUNTS, (LINK, NEW), "contact")
    [choice] = question.choices
    assert (choice["name"], choice["email"], choice["town"]) == ("Customer 1000", "b@theirs.example", "Leeds")


async def test_a_linked_record_is_adopted_and_what_waited_for_it_goes(world: World) -> None:
    question = await sync_into_a_taken_name(world)
    await answer(world, question, LINK, question.choices[0]["xero_id"])
    counts = await world.sync()
    assert (counts["accounts", "linked"], counts["invoices", "created"]) == (1, 1)
    assert [action for action, _ in world.list_versions("Contact")] == ["created"]
    assert await ask(world) == []
    await world.check_equation()


async def test_create_new_makes_a_contact_under_another_name(world: World) -> None:
    question = await sync_into_a_taken_name(world)
    await answer(world, question, NEW)
    counts = await world.sync()
    assert (counts["accounts", "created"], counts["invoices", "created"]) == (1, 1)
    assert [row["Name"] for row in world.list_documents("Contact")] == ["Customer 1000", "Customer 1000 (1000)"]


async def test_a_question_that_is_not_answered_stays_and_costs_no_further_words(world: World) -> None:
    question = await sync_into_a_taken_name(world)
    asked = len(world.list_calls("GET", "Contacts"))
    await world.sync()
    assert [each.question_id for each in await ask(world)] == [question.question_id]
    # One call sweeps what Xero changed; the candidates were described before.
    assert len(world.list_calls("GET", "Contacts")) <= asked + 1


async def test_a_decision_about_an_older_version_is_not_carried_out(world: World) -> None:
    question = await sync_into_a_taken_name(world)
    await answer(world, question, NEW)
    newer = world.account("1000", Contacts=PEOPLE, Phone="0113 1")
    newer = newer.model_copy(update={"modified_at": MODIFIED + timedelta(days=1)})
    counts = await world.sync({Module.ACCOUNTS: [newer]})
    assert counts["accounts", "blocked"] == 1
    [again] = await ask(world)
    assert again.answered is None


async def test_a_decision_survives_a_version_that_the_crm_did_not_change(world: World) -> None:
    question = await sync_into_a_taken_name(world)
    await answer(world, question, NEW)
    counts = await world.sync({Module.ACCOUNTS: [world.account("1000", Contacts=PEOPLE)]})
    assert counts["accounts", "created"] == 1


async def test_a_plan_carries_a_decision_out_on_its_copy_and_does_not_use_it_up(world: World) -> None:
    question = await sync_into_a_taken_name(world)
    await answer(world, question, NEW)
    counts = await world.sync(mode=RunMode.PLAN)
    assert counts["accounts", "would_create"] == 1
    assert (await world.sync())["accounts", "created"] == 1


async def test_without_words_a_question_is_still_a_question(world: World) -> None:
    made = await world.person("POST", "Contacts", {"Name": "Customer 1000", "EmailAddress": "b@theirs.example"})
    world.fault("status", method="GET", path="Contacts", times=1, skip=1, status=503)
    sale = world.sale()
    sale[Module.ACCOUNTS] = [world.account("1000", Contacts=PEOPLE)]
    counts = await world.sync(sale)
    assert counts["accounts", "blocked"] == 1
    [question] = await ask(world)
    assert [choice["xero_id"] for choice in question.choices] == [made["ContactID"]]
    assert "name" not in question.choices[0]


async def test_a_sale_that_somebody_typed_in_is_asked_about_and_linked(world: World) -> None:
    contact = await world.person("POST", "Contacts", {"Name": "Customer 1000"})
    line = {"Description": "Lantern", "Quantity": 1, "UnitAmount": 10, "AccountCode": "200", "TaxType": "NONE"}
    typed = await world.person(
        "POST",
        "Invoices",
        {
            "Type": "ACCREC",
            "Contact": {"ContactID": contact["ContactID"]},
            "InvoiceNumber": "HAND-1",
            "Date": "2026-11-05",
            "DueDate": "2026-12-01",
            "LineItems": [line],
        },
    )
    counts = await world.sync(world.sale())
    assert (counts["accounts", "linked"], counts["invoices", "blocked"]) == (1, 1)
    [question] = await ask(world)
    assert explain(question.reasons[0]).startswith("Xero has HAND-1 for the same contact and the same total")
    assert (question.candidate_kind, question.answers) == ("sales_invoice", (LINK, NEW))
    await answer(world, question, LINK, typed["InvoiceID"])
    counts = await world.sync()
    assert counts["invoices", "linked"] == 1
    assert [action for action, _ in world.list_versions("Invoice")] == ["created"]


async def test_a_firm_that_buys_and_sells_is_one_contact(world: World) -> None:
    records = {**world.sale(), **world.purchase()}
    records[Module.PRODUCTS] = world.sale()[Module.PRODUCTS]
    records[Module.ACCOUNTS] = [world.account("1000", Account_Name="Lamps Ltd")]
    records[Module.VENDORS] = [world.vendor("1600", Vendor_Name="Lamps Ltd")]
    counts = await world.sync(records)
    assert counts["accounts", "created"] + counts["vendors", "created"] == 1
    assert counts["accounts", "linked"] + counts["vendors", "linked"] == 1
    [contact] = world.list_documents("Contact")
    assert {row["Contact"]["ContactID"] for row in world.list_documents("Invoice")} == {contact["ContactID"]}
    assert len(world.list_documents("Invoice")) == 2


async def test_documents_follow_a_customer_whose_contact_was_merged(world: World) -> None:
    await world.sync(world.sale())
    [mine] = world.list_documents("Contact")
    left = await world.person("POST", "Contacts", {"Name": "Left Ltd"})
    await world.person("POST", f"Contacts/{mine['ContactID']}/merge", {"into": left["ContactID"]})
    later = {Module.INVOICES: [world.invoice("3001", account="1000", product="2000", price="11")]}
    await world.sync(later)
    await world.sync()
    [invoice] = [row for row in world.list_documents("Invoice") if row["InvoiceNumber"] == "INV-3001"]
    assert invoice["Contact"]["ContactID"] == left["ContactID"]


async def test_what_was_skipped_for_its_gate_holds_what_needs_it_until_it_is_ticked(world: World) -> None:
    await world.save_mapping(gates={"accounts": "Add_to_Xero"})
    sale = world.sale()
    sale[Module.ACCOUNTS] = [world.account("1000", Add_to_Xero=False)]
    counts = await world.sync(sale)
    assert (counts["accounts", "skipped"], counts["invoices", "blocked"]) == (1, 1)
    told = (await world.list_outcomes())[Module.INVOICES, "3000"]
    assert (told.outcome, told.reasons[0].facts["root_code"]) == (Outcome.BLOCKED, "not_ticked")
    counts = await world.sync({Module.ACCOUNTS: [world.account("1000", Add_to_Xero=True)]})
    assert (counts["accounts", "created"], counts["invoices", "created"]) == (1, 1)


@pytest.mark.parametrize(
    ("change", "error", "code"),
    [
        ({"record_id": "nobody"}, ConflictError, "not_asked"),
        ({"record_id": "2000", "module": Module.PRODUCTS}, ConflictError, "not_asked"),
        ({"question_id": "0" * 16}, ConflictError, "question_changed"),
        ({"kind": DecisionKind.KEEP_CRM}, InvalidInputError, None),
        ({"kind": LINK}, InvalidInputError, None),
        ({"kind": LINK, "xero_id": "not-there"}, InvalidInputError, None),
        ({"xero_id": "not-for-create-new"}, InvalidInputError, None),
    ],
)
async def test_what_cannot_be_decided_is_refused(
    world: World, change: dict[str, Any], error: type[Exception], code: str | None
) -> None:
    question = await sync_into_a_taken_name(world)
    given = {"module": question.module, "record_id": question.record_id, "kind": NEW, **change}
    with pytest.raises(error) as raised:
        async with world.runtime.store.transaction() as session:
            await decide(session, TENANT, Answer(**given), decided_by="client-1")
    assert code is None or raised.value.code == code  # type: ignore[attr-defined]


async def test_an_archived_contact_cannot_be_chosen(world: World) -> None:
    await world.person("POST", "Contacts", {"Name": "Old Ltd"})
    archived = next(row for row in world.list_documents("Contact"))
    await world.person("PATCH", f"Contacts/{archived['ContactID']}", {"ContactStatus": "ARCHIVED"})
    question = await sync_into_a_taken_name(world)
    with pytest.raises(InvalidInputError, match="archived"):
        await answer(world, question, LINK, archived["ContactID"])


async def test_any_contact_that_xero_has_shown_may_be_chosen(world: World) -> None:
    other = await world.person("POST", "Contacts", {"Name": "Somebody else"})
    question = await sync_into_a_taken_name(world)
    await answer(world, question, LINK, other["ContactID"])
    assert (await world.sync())["accounts", "linked"] == 1
    [invoice] = world.list_documents("Invoice")
    assert invoice["Contact"]["ContactID"] == other["ContactID"]
