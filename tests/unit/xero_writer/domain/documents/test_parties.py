"""Whom a document is for, and what is odd about it."""

from typing import Any

from tests.unit.xero_writer.domain.made_rows import (
    ACCOUNT,
    CONTACT_ID,
    VENDOR,
    codes,
    give,
    ledger_contact,
    linked_parents,
    make_context,
    make_invoice,
    make_order,
)

from sync_kit.contracts.reasons import Reason
from xero_writer.domain.judge import judge, list_parents
from xero_writer.domain.link_facts import LinkFacts
from xero_writer.domain.rows import LedgerHits, ParentState, ParentView
from xero_writer.domain.verdicts import Held, Ready

CONTEXT = make_context()
MERGED = Reason(code="contact_merged", facts={"record": 'Account "Customer 17850"'})


def judge_with(view: ParentView, **changes: Any) -> Any:
    return judge(give(make_invoice(**changes), parents={**linked_parents(), ACCOUNT: view}), CONTEXT)


def test_a_person_of_another_account_is_told_and_the_invoice_goes_to_its_account() -> None:
    view = ParentView(ParentState.LINKED, CONTACT_ID, LinkFacts(people=("150",)))
    verdict = judge_with(view, Contact_Name={"id": "151", "name": "Bob"})
    assert isinstance(verdict, Ready)
    assert verdict.element is not None
    assert verdict.element["Contact"] == {"ContactID": CONTACT_ID}
    assert codes(verdict.warnings) == ["person_not_of_account"]
    assert judge_with(view, Contact_Name={"id": "150", "name": "Ann"}).warnings == ()


def test_what_is_odd_about_the_contact_rides_along() -> None:
    verdict = judge_with(ParentView(ParentState.LINKED, CONTACT_ID, LinkFacts(), reasons=(MERGED,)))
    assert codes(verdict.warnings) == ["contact_merged"]


def test_a_purchase_order_refers_to_its_vendor_first() -> None:
    assert list_parents(make_order())[0] == VENDOR


def test_an_archived_supplier_gets_no_bill() -> None:
    hits = LedgerHits(contacts=(ledger_contact(xero_id=linked_parents()[VENDOR].xero_id, status="ARCHIVED"),))
    verdict = judge(give(make_order(), hits=hits), CONTEXT)
    assert isinstance(verdict, Held)
    assert codes(verdict.reasons) == ["contact_archived"]
    assert "supplier" in str(verdict.reasons[0].facts["record"])
