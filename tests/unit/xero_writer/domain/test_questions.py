"""Which answers a person may give, and how candidates read."""

import pytest
from tests.unit.xero_writer.domain.made_rows import CONTACT_ID, ledger_contact, ledger_invoice, ledger_item

from sync_kit.contracts.reason_catalogue import CATALOGUE, explain
from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import ReopenedBy
from xero_writer.domain.candidates import MAX_CHOICES, offer_contacts, offer_documents, offer_items, put_words
from xero_writer.domain.document_kinds import XeroKind
from xero_writer.domain.questions import find_candidate_kind, list_answers, name_question
from xero_writer.domain.reason_order import explain_wait
from xero_writer.domain.rows import DecisionKind

LINK, NEW = DecisionKind.LINK, DecisionKind.CREATE_NEW
CONTACTS = {"record": "Account A", **offer_contacts([ledger_contact()])}
ITEMS = {"record": "Product A", **offer_items([ledger_item()])}


def documents(kind: XeroKind) -> dict[str, object]:
    facts = {"record": "Invoice 1", "number": "1", "difference": "the total", "date": "2010-12-01", "days": 3}
    return {**facts, **offer_documents(kind, [ledger_invoice()], "1")}


@pytest.mark.parametrize(
    ("code", "facts", "answers"),
    [
        ("ambiguous_match", CONTACTS, (LINK, NEW)),
        ("name_taken", {**CONTACTS, "difference": "the town"}, (LINK, NEW)),
        ("ambiguous_match", ITEMS, (LINK,)),
        ("number_taken_in_xero", documents(XeroKind.SALES_INVOICE), (LINK,)),
        ("number_taken_in_xero", documents(XeroKind.QUOTE), (LINK,)),
        ("number_taken_in_xero", documents(XeroKind.BILL), (LINK, NEW)),
        ("ambiguous_match", documents(XeroKind.BILL), (LINK, NEW)),
        ("looks_already_entered", documents(XeroKind.SALES_INVOICE), (LINK, NEW)),
        ("two_in_xero", {**documents(XeroKind.BILL), "documents": "a, b"}, (LINK,)),
        ("changed_in_xero", {"record": "I", "fields": "Date"}, (DecisionKind.KEEP_CRM, DecisionKind.KEEP_XERO)),
        ("contact_archived", {"record": "Account A"}, ()),
        ("refused_other", {"record": "I", "words": "no"}, ()),
    ],
)
def test_every_question_takes_the_answers_that_can_be_carried_out(
    code: str, facts: dict[str, object], answers: tuple[DecisionKind, ...]
) -> None:
    assert list_answers([Reason(code=code, facts=facts)], linked=False) == answers


def test_a_record_with_a_counterpart_is_never_linked_to_another() -> None:
    taken = Reason(code="name_taken", facts={"record": "A", "difference": "it is there already"})
    assert list_answers([taken], linked=True) == (NEW,)
    assert list_answers([Reason(code="number_taken_in_xero", facts=documents(XeroKind.BILL))], linked=True) == ()


def test_every_code_that_a_decision_re_opens_is_answered_or_retried() -> None:
    asking = {code for code, entry in CATALOGUE.items() if ReopenedBy.DECISION in entry.reopened_by}
    facts = {**documents(XeroKind.BILL), **CONTACTS, "fields": "Date", "documents": "a", "words": "no"}
    unanswered = {code for code in asking if not list_answers([Reason(code=code, facts=facts)], linked=False)}
    assert unanswered == {"refused_other"}


def test_a_question_about_another_version_or_other_candidates_is_another_question() -> None:
    one = Reason(code="ambiguous_match", facts=CONTACTS)
    two = Reason(code="ambiguous_match", facts={**CONTACTS, **offer_contacts([ledger_contact(xero_id="x")])})
    named = name_question("accounts", "100", 7, [one])
    assert named == name_question("accounts", "100", 7, [put_words(one, {CONTACT_ID: {"name": "Smith"}})])
    assert len({named, name_question("accounts", "100", 8, [one]), name_question("accounts", "100", 7, [two])}) == 3


def test_the_kind_of_the_candidates_is_told() -> None:
    assert find_candidate_kind([Reason(code="ambiguous_match", facts=ITEMS)]) == "item"
    assert find_candidate_kind([Reason(code="contact_archived", facts=CONTACTS)]) is None


def test_candidates_read_as_ids_until_there_are_words_for_them() -> None:
    reason = Reason(code="ambiguous_match", facts=CONTACTS)
    assert CONTACT_ID in explain(reason)
    told = put_words(reason, {CONTACT_ID: {"name": "Smith & Sons", "email": "a@smith.example", "town": "Leeds"}})
    assert explain(told).endswith("Smith & Sons (a@smith.example, Leeds).")
    assert put_words(reason, {"another": {"name": "B"}}) is reason


def test_a_lookalike_is_named_by_its_number_once_that_is_known() -> None:
    facts = {**documents(XeroKind.SALES_INVOICE), **offer_documents(XeroKind.SALES_INVOICE, [ledger_invoice()])}
    reason = Reason(code="looks_already_entered", facts={**facts, "number": "a document"})
    told = put_words(reason, {ledger_invoice().xero_id: {"number": "INV-7", "contact": "Smith"}})
    assert explain(told).startswith("Xero has INV-7 for the same contact")
    assert told.facts["candidates"] == ["INV-7, Smith (2010-12-01, 20.34 GBP, DRAFT)"]


def test_no_question_offers_more_candidates_than_a_person_reads() -> None:
    offer = offer_contacts([ledger_contact(xero_id=str(number)) for number in range(MAX_CHOICES + 5)])
    assert (offer["count"], len(offer["choices"]), len(offer["candidates"])) == (15, MAX_CHOICES, MAX_CHOICES)


def test_choices_are_told_with_the_record_that_they_are_about_alone() -> None:
    waits = explain_wait("Invoice 1", "Account A", (Reason(code="ambiguous_match", facts=CONTACTS),))
    assert "choices" not in waits.facts["root_facts"]
    assert waits.facts["root_code"] == "ambiguous_match"
