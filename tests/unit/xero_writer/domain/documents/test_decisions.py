"""What people decide about held documents, and what is held until they do."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from tests.unit.xero_writer.domain.documents.linked_rows import judge_again, link_document, read_answer
from tests.unit.xero_writer.domain.made_rows import (
    CONTACT_ID,
    INVOICE_ID,
    KEY,
    SUPPLIER_ID,
    codes,
    give,
    ledger_bill,
    ledger_invoice,
    make_context,
    make_invoice,
    make_line,
    make_order,
    make_reference,
)

from xero_writer.domain.judge import judge
from xero_writer.domain.keys import url_key
from xero_writer.domain.rows import Decision, DecisionKind, LedgerDocument, LedgerHits, StagedRecord
from xero_writer.domain.verdicts import Action, Held, Ready, Unchanged

CONTEXT = make_context()
LINK, ANSWER = link_document(make_invoice())
BY_SALES = make_invoice(Purchase_Order="by sales")
URL_KEY = url_key("https://crm.zoho.eu/crm/org20001/tab/Purchase_Orders/300", KEY)


def judge_first(record: StagedRecord, *documents: LedgerDocument, **changes: Any) -> Any:
    return judge(give(record, hits=LedgerHits(documents=documents), **changes), CONTEXT)


def decide(kind: DecisionKind, xero_id: str | None = None) -> Decision:
    return Decision(kind, xero_id)


def test_the_same_sale_under_another_number_is_a_question() -> None:
    typed = ledger_invoice("HAND-1", dated=date(2010, 12, 5))
    held = judge_first(make_invoice(), typed)
    assert isinstance(held, Held)
    assert codes(held.reasons) == ["looks_already_entered"]
    linked = judge_first(make_invoice(), typed, decision=decide(DecisionKind.LINK, INVOICE_ID))
    assert (linked.action, linked.xero_id, linked.element) == (Action.LINK, INVOICE_ID, None)
    created = judge_first(make_invoice(), typed, decision=decide(DecisionKind.CREATE_NEW))
    assert created.action is Action.CREATE


def test_a_number_that_xero_has_for_another_sale_may_be_linked_by_a_person() -> None:
    other = ledger_invoice(total=Decimal(99))
    assert codes(judge_first(make_invoice(), other).reasons) == ["number_taken_in_xero"]
    linked = judge_first(make_invoice(), other, decision=decide(DecisionKind.LINK, INVOICE_ID))
    assert linked.action is Action.LINK
    new = judge_first(make_invoice(), other, decision=decide(DecisionKind.CREATE_NEW))
    assert codes(new.reasons) == ["number_taken_in_xero"]


def test_a_linked_document_says_which_status_it_has() -> None:
    linked = judge_first(make_invoice(), ledger_invoice(status="PAID"))
    assert (linked.action, linked.status, linked.kind) == (Action.LINK, "PAID", linked.facts.kind)


def test_a_typed_in_invoice_of_a_locked_quarter_is_linked_since_nothing_is_written() -> None:
    locked = make_context(reference=make_reference(period_lock_date=date(2010, 12, 31)))
    given = give(make_invoice(), hits=LedgerHits(documents=(ledger_invoice(status="PAID"),)))
    verdict = judge(given, locked)
    assert isinstance(verdict, Ready)
    assert verdict.action is Action.LINK
    alone = judge(give(make_invoice()), locked)
    assert isinstance(alone, Held)
    assert codes(alone.reasons) == ["period_locked"]


def test_a_bills_number_is_not_unique_and_means_something_with_its_supplier_alone() -> None:
    elsewhere = ledger_bill(contact_id=CONTACT_ID, total=Decimal(1))
    assert judge_first(make_order(), elsewhere).action is Action.CREATE
    same = ledger_bill()
    assert judge_first(make_order(), same).action is Action.LINK
    differs = ledger_bill(total=Decimal(1))
    assert codes(judge_first(make_order(), differs).reasons) == ["number_taken_in_xero"]


def test_bills_of_several_suppliers_may_share_a_number_in_the_crm() -> None:
    from_crm = judge_first(make_order(), siblings=(object(),))
    assert isinstance(from_crm, Ready)


def test_two_bills_with_our_link_are_frozen_until_a_person_acts() -> None:
    ours = [ledger_bill(xero_id=xero_id, contact_id=SUPPLIER_ID, url_key=URL_KEY) for xero_id in ("a", "b")]
    assert codes(judge_first(make_order(), *ours).reasons) == ["two_in_xero"]
    assert judge_first(make_order(), ours[0], replace(ours[1], status="VOIDED")).xero_id == "a"


def test_a_linked_bill_of_which_there_are_two_is_frozen_too() -> None:
    link, answer = link_document(make_order())
    mine = read_answer(link, answer)
    twin = replace(mine, xero_id="twin")
    changed = make_order(lines=[make_line(Quantity=Decimal(7))], Grand_Total=Decimal("23.73"))
    assert codes(judge_again(changed, link, mine, twin).reasons) == ["two_in_xero"]
    assert isinstance(judge_again(changed, link, mine, replace(twin, status="DELETED")), Ready)
    # Nothing is to be sent, and a person hears of the second one all the same.
    assert codes(judge_again(make_order(), link, mine, twin).reasons) == ["two_in_xero"]
    assert isinstance(judge_again(make_order(), link, mine, replace(twin, status="VOIDED")), Unchanged)


def test_a_field_that_both_changed_goes_by_the_decision() -> None:
    now = read_answer(LINK, ANSWER, Reference="by a person")
    assert codes(judge_again(BY_SALES, LINK, now).reasons) == ["changed_in_xero"]
    ours = judge_again(BY_SALES, LINK, now, decision=decide(DecisionKind.KEEP_CRM))
    assert ours.element == {"InvoiceID": INVOICE_ID, "Reference": "by sales"}


def test_xeros_version_stays_until_the_crm_changes_again() -> None:
    now = read_answer(LINK, ANSWER, Reference="by a person")
    kept = judge_again(BY_SALES, LINK, now, decision=decide(DecisionKind.KEEP_XERO))
    assert isinstance(kept, Unchanged)
    agreed = replace(LINK, agreed_digest=kept.digest, facts=kept.facts)
    assert isinstance(judge_again(BY_SALES, agreed, now), Unchanged)
    again = judge_again(make_invoice(Purchase_Order="by sales again"), agreed, now)
    assert isinstance(again, Ready)
    assert again.changed_fields == ("Reference",)


def test_what_only_the_crm_changed_goes_beside_what_xero_keeps() -> None:
    now = read_answer(LINK, ANSWER, Reference="by a person")
    record = make_invoice(Purchase_Order="by sales", Invoice_Date="2010-12-03")
    verdict = judge_again(record, LINK, now, decision=decide(DecisionKind.KEEP_XERO))
    assert isinstance(verdict, Ready)
    assert verdict.element == {"InvoiceID": INVOICE_ID, "Date": "2010-12-03"}


def test_lines_travel_whole_so_what_xero_changed_of_them_is_at_stake() -> None:
    retold = [{**ANSWER["LineItems"][0], "Description": "by a person"}]
    now = read_answer(LINK, ANSWER, LineItems=retold)
    dearer = make_invoice(lines=[make_line(Quantity=Decimal(7))], Grand_Total=Decimal("23.73"))
    held = judge_again(dearer, LINK, now)
    assert codes(held.reasons) == ["changed_in_xero"]
    assert held.reasons[0].facts["fields"] == "LineTexts"
    assert isinstance(judge_again(dearer, LINK, now, decision=decide(DecisionKind.KEEP_XERO)), Unchanged)
    assert isinstance(judge_again(dearer, LINK, now, decision=decide(DecisionKind.KEEP_CRM)), Ready)


@pytest.mark.parametrize("decision", [None, decide(DecisionKind.LINK, "no such document")])
def test_a_decision_for_a_document_that_is_not_there_changes_nothing(decision: Decision | None) -> None:
    assert judge_first(make_invoice(), decision=decision).action is Action.CREATE
