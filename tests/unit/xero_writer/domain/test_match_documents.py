"""Whether Xero has a document already."""

from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest
from tests.unit.xero_writer.domain.made_rows import CONTACT_ID, INVOICE, INVOICE_ID, KEY, codes, ledger_invoice

from sync_kit.contracts.vocabulary import Module
from xero_writer.domain.document_kinds import XeroKind
from xero_writer.domain.keys import number_key, url_key
from xero_writer.domain.match_documents import FoundDocument, WantedDocument, match_document
from xero_writer.domain.matching import NotThere, Undecided
from xero_writer.domain.rows import Decision, DecisionKind, LedgerDocument
from xero_writer.domain.verdicts import ParentRef

DAY = date(2010, 12, 1)
OTHER = ParentRef(Module.INVOICES, "999")
OUR_URL = url_key("https://crm.zoho.eu/crm/org20001/tab/Invoices/300", KEY)
SALE = WantedDocument(
    XeroKind.SALES_INVOICE,
    "536365",
    number_key("536365", KEY),
    "GBP",
    contact_id=CONTACT_ID,
    dated=DAY,
    total=Decimal("20.34"),
    url_key=OUR_URL,
)
BILL = replace(SALE, kind=XeroKind.BILL)
ORDER = replace(SALE, kind=XeroKind.PURCHASE_ORDER)
LINK = Decision(DecisionKind.LINK, INVOICE_ID)
CREATE_NEW = Decision(DecisionKind.CREATE_NEW)


def match(*hits: LedgerDocument, wanted: WantedDocument = SALE, decision: Decision | None = None) -> Any:
    return match_document(wanted, hits, INVOICE, "Invoice 536365", decision)


def bill(number: str = "536365", **changes: Any) -> LedgerDocument:
    return ledger_invoice(number, **{"kind": XeroKind.BILL, **changes})


@pytest.mark.parametrize("wanted", [SALE, ORDER, replace(SALE, kind=XeroKind.QUOTE)])
def test_the_number_of_its_kind_is_adopted_when_all_agrees(wanted: WantedDocument) -> None:
    assert match(ledger_invoice(kind=wanted.kind), wanted=wanted) == FoundDocument(INVOICE_ID)


def test_a_bill_is_adopted_by_contact_number_total_and_date() -> None:
    assert match(bill(), wanted=BILL) == FoundDocument(INVOICE_ID)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"contact_id": "somebody"}, "the contact"),
        ({"currency": "EUR"}, "the currency"),
        ({"dated": date(2010, 12, 2)}, "the date"),
        ({"total": Decimal(1)}, "the total"),
        ({"status": "VOIDED"}, "its status"),
        ({"linked_to": (OTHER,)}, "the CRM record"),
    ],
)
def test_a_number_that_differs_in_anything_is_taken(changes: dict[str, Any], word: str) -> None:
    [reason] = match(ledger_invoice(**changes)).reasons
    assert reason.code == "number_taken_in_xero"
    assert word in reason.facts["difference"]
    assert reason.facts["choices"][0]["number"] == "536365"


def test_a_number_of_another_kind_is_no_collision() -> None:
    assert match(bill()) == NotThere()


def test_a_bill_number_of_another_supplier_or_of_a_voided_bill_is_free() -> None:
    assert match(bill(contact_id="another"), wanted=BILL) == NotThere()
    assert match(bill(status="VOIDED"), wanted=BILL) == NotThere()


def test_a_bill_of_the_supplier_and_number_that_differs_is_asked_about() -> None:
    hit = bill(total=Decimal(1))
    assert codes(match(hit, wanted=BILL).reasons) == ["number_taken_in_xero"]
    assert match(hit, wanted=BILL, decision=LINK) == FoundDocument(INVOICE_ID)
    assert match(hit, wanted=BILL, decision=CREATE_NEW) == NotThere()


def test_of_two_bills_with_the_number_the_one_that_agrees_is_taken() -> None:
    assert match(bill(total=Decimal(1), xero_id="x"), bill(), wanted=BILL) == FoundDocument(INVOICE_ID)


def test_two_bills_that_agree_are_never_guessed_between() -> None:
    [reason] = match(bill(), bill(xero_id="twin"), wanted=BILL).reasons
    assert (reason.code, reason.facts["count"]) == ("ambiguous_match", 2)


def test_nobody_can_make_a_second_invoice_of_a_unique_number() -> None:
    verdict = match(ledger_invoice(total=Decimal(1)), decision=CREATE_NEW)
    assert codes(verdict.reasons) == ["number_taken_in_xero"]


def test_a_person_links_a_number_that_differs() -> None:
    assert match(ledger_invoice(total=Decimal(1)), decision=LINK) == FoundDocument(INVOICE_ID)


@pytest.mark.parametrize("changes", [{"status": "DELETED"}, {"linked_to": (OTHER,)}, {"kind": XeroKind.BILL}])
def test_a_choice_that_ended_is_anothers_or_of_another_kind_is_not_taken(changes: dict[str, Any]) -> None:
    assert match(ledger_invoice("X", **changes), decision=LINK) == NotThere()


def test_what_carries_our_link_is_ours_whatever_else_has_become_of_it() -> None:
    hit = bill("renumbered", url_key=OUR_URL, total=Decimal(1))
    assert match(hit, wanted=BILL) == FoundDocument(INVOICE_ID)


def test_two_that_carry_our_link_are_for_a_person() -> None:
    hits = (bill(url_key=OUR_URL), bill(url_key=OUR_URL, xero_id="twin"))
    [reason] = match(*hits, wanted=BILL).reasons
    assert (reason.code, reason.facts["count"]) == ("two_in_xero", 2)
    assert match(*hits, wanted=BILL, decision=Decision(DecisionKind.LINK, "twin")) == FoundDocument("twin")


def test_what_carried_our_link_and_ended_is_not_made_again() -> None:
    assert codes(match(bill(url_key=OUR_URL, status="VOIDED"), wanted=BILL).reasons) == ["ended_in_xero"]


@pytest.mark.parametrize("wanted", [SALE, BILL])
@pytest.mark.parametrize("days", [0, 14, -14])
def test_the_same_sale_under_another_number_looks_already_entered(wanted: WantedDocument, days: int) -> None:
    hit = ledger_invoice("typed", kind=wanted.kind, dated=DAY + timedelta(days=days))
    [reason] = match(hit, wanted=wanted).reasons
    assert (reason.code, reason.facts["days"]) == ("looks_already_entered", abs(days))


@pytest.mark.parametrize(
    "changes",
    [
        {"dated": DAY + timedelta(days=15)},
        {"total": Decimal("20.35")},
        {"currency": "EUR"},
        {"contact_id": "another"},
        {"status": "VOIDED"},
        {"linked_to": (OTHER,)},
        {"kind": XeroKind.BILL},
    ],
)
def test_what_differs_ended_or_belongs_to_another_record_is_no_lookalike(changes: dict[str, Any]) -> None:
    assert match(ledger_invoice("typed", **changes)) == NotThere()


def test_orders_and_quotes_of_one_total_are_no_lookalikes() -> None:
    assert match(ledger_invoice("typed", kind=XeroKind.PURCHASE_ORDER), wanted=ORDER) == NotThere()


def test_nothing_that_adds_up_to_nothing_is_a_lookalike() -> None:
    hit = ledger_invoice("typed", total=Decimal(0))
    assert match(hit, wanted=replace(SALE, total=Decimal(0))) == NotThere()


def test_a_party_that_xero_does_not_have_has_nothing_typed_in() -> None:
    assert match(ledger_invoice("typed"), wanted=replace(SALE, contact_id=None)) == NotThere()


def test_a_person_says_whether_a_lookalike_is_the_same() -> None:
    hit = ledger_invoice("typed")
    assert match(hit, decision=LINK) == FoundDocument(INVOICE_ID)
    assert match(hit, decision=CREATE_NEW) == NotThere()


def test_the_nearest_lookalike_is_named_first() -> None:
    far, near = (ledger_invoice(name, xero_id=name, dated=DAY + timedelta(days=n)) for name, n in (("a", 9), ("b", 2)))
    verdict = match(far, near)
    assert isinstance(verdict, Undecided)
    facts = verdict.reasons[0].facts
    assert (facts["days"], [choice["xero_id"] for choice in facts["choices"]]) == (2, ["b", "a"])
