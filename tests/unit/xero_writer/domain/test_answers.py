"""What may be believed of Xero's answers."""

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.xero_writer.domain.made_rows import KEY

from sync_kit.errors import BadAnswerError
from xero_writer.domain.answers import (
    Effect,
    agree,
    find_total_difference,
    read_batch_answer,
    read_element_answer,
)
from xero_writer.domain.document_kinds import XeroKind
from xero_writer.domain.lanes import Lane
from xero_writer.domain.link_facts import LinkedLine, LinkFacts

GOOD = {"InvoiceID": "a-1", "StatusAttributeString": "OK", "HasErrors": False, "ValidationErrors": []}
BAD = {
    "InvoiceID": "00000000-0000-0000-0000-000000000000",
    "StatusAttributeString": "ERROR",
    "HasErrors": True,
    "ValidationErrors": [{"Message": "Invoice # must be unique."}],
}


def test_good_elements_are_done_and_only_the_bad_are_refused() -> None:
    answer = read_batch_answer(Lane.SALES_INVOICES, 200, {"Status": "OK", "Invoices": [GOOD, BAD]}, 2)
    assert answer.effect is Effect.ANSWERED
    assert [(one.ok, one.xero_id) for one in answer.elements] == [(True, "a-1"), (False, None)]
    assert answer.elements[1].messages == ("Invoice # must be unique.",)


@pytest.mark.parametrize(
    ("status", "body", "effect"),
    [
        (400, {"ErrorNumber": 14, "Message": "x"}, Effect.NOTHING_WRITTEN_SPLIT),
        (413, None, Effect.NOTHING_WRITTEN_SPLIT),
        (400, {"ErrorNumber": 10, "Elements": [GOOD]}, Effect.UNCERTAIN),
        (400, {"Message": "Idempotency Key: K is used with a different request."}, Effect.UNCERTAIN),
        (400, None, Effect.UNCERTAIN),
        (401, {"Detail": "TokenExpired"}, Effect.NOT_EXECUTED),
        (403, None, Effect.NOTHING_WRITTEN_SPLIT),
        (429, None, Effect.NOT_EXECUTED),
        (404, None, Effect.UNCERTAIN),
        (500, None, Effect.UNCERTAIN),
        (503, {"Detail": "The Organisation is offline"}, Effect.UNCERTAIN),
        (200, None, Effect.UNCERTAIN),
        (200, {"Invoices": [GOOD]}, Effect.UNCERTAIN),
        (200, {"Invoices": [GOOD, GOOD, GOOD]}, Effect.UNCERTAIN),
        (200, {"Invoices": {"InvoiceID": "a-1"}}, Effect.UNCERTAIN),
        (200, {"Invoices": [GOOD, "text"]}, Effect.UNCERTAIN),
        (200, {"Contacts": [GOOD, GOOD]}, Effect.UNCERTAIN),
        (200, {"Invoices": [GOOD, {"InvoiceID": None}]}, Effect.UNCERTAIN),
    ],
)
def test_the_whole_answer_is_classed(status: int, body: object, effect: Effect) -> None:
    answer = read_batch_answer(Lane.SALES_INVOICES, status, body, 2)
    assert answer.effect is effect
    assert answer.elements == ()


def test_xeros_words_about_a_whole_request_are_kept() -> None:
    body = {"ErrorNumber": 10, "Message": "A validation exception occurred", "Elements": [BAD]}
    words = read_batch_answer(Lane.SALES_INVOICES, 400, body, 2).words
    assert words == "Invoice # must be unique.; A validation exception occurred"


@pytest.mark.parametrize(
    "row",
    [
        {**GOOD, "StatusAttributeString": "ERROR"},
        {**GOOD, "HasErrors": True},
        {**GOOD, "HasValidationErrors": True},
        {**GOOD, "ValidationErrors": [{"Message": "no"}]},
        {**GOOD, "LineItems": [{"ValidationErrors": [{"Message": "no"}]}]},
        {**GOOD, "Contact": {"ValidationErrors": [{"Message": "no"}]}},
    ],
)
def test_any_sign_of_an_error_makes_an_element_failed(row: dict[str, Any]) -> None:
    answer = read_element_answer(Lane.SALES_INVOICES, row)
    assert (answer.ok, answer.xero_id) == (False, None)
    assert answer.messages


def test_warnings_do_not_fail_an_element() -> None:
    answer = read_element_answer(Lane.SALES_INVOICES, {**GOOD, "Warnings": [{"Message": "Account code removed"}]})
    assert (answer.ok, answer.warnings) == (True, ("Account code removed",))


@pytest.mark.parametrize(
    ("lane", "name"),
    [(Lane.CONTACTS, "ContactID"), (Lane.ITEMS, "ItemID"), (Lane.PURCHASE_ORDERS, "PurchaseOrderID")],
)
def test_each_kind_has_its_own_id(lane: Lane, name: str) -> None:
    assert read_element_answer(lane, {name: "x"}).xero_id == "x"
    assert read_element_answer(lane, {"InvoiceID": "x"}).xero_id is None


def line(line_id: str, **changes: Any) -> dict[str, Any]:
    return {"LineItemID": line_id, "AccountCode": "200", "TaxType": "NONE", "Quantity": Decimal(1), **changes}


def test_line_ids_are_taken_by_place_after_sending() -> None:
    facts = LinkFacts(lines=(LinkedLine("1"), LinkedLine("2")))
    lines = agree(Lane.SALES_INVOICES, facts, {"LineItems": [line("x"), line("y", AccountCode="201")]}, KEY).lines
    assert lines == (LinkedLine("1", "x", "200", "NONE"), LinkedLine("2", "y", "201", "NONE"))


def test_line_ids_are_taken_by_id_when_no_lines_were_sent() -> None:
    facts = LinkFacts(lines=(LinkedLine("1", "x"), LinkedLine("2", "y")))
    answered = {"LineItems": [line("person's own"), line("y", TaxType="OUTPUT2"), line("x")]}
    lines = agree(Lane.SALES_INVOICES, facts, answered, KEY).lines
    assert lines == (LinkedLine("1", "x", "200", "NONE"), LinkedLine("2", "y", "200", "OUTPUT2"))


def test_lines_that_do_not_fit_are_not_guessed() -> None:
    facts = LinkFacts(lines=(LinkedLine("1"), LinkedLine("2")))
    assert agree(Lane.SALES_INVOICES, facts, {"LineItems": [line("x")]}, KEY).lines == ()


def test_a_line_without_an_id_is_no_answer() -> None:
    with pytest.raises(BadAnswerError):
        agree(Lane.SALES_INVOICES, LinkFacts(), {"LineItems": [{"Quantity": Decimal(1)}]}, KEY)


def test_an_item_is_remembered_as_xero_spells_it() -> None:
    element = {
        "ItemID": "i",
        "Code": "71053A",
        "IsTrackedAsInventory": True,
        "SalesDetails": {"AccountCode": "201", "TaxType": "OUTPUT2"},
        "PurchaseDetails": {"COGSAccountCode": "310", "TaxType": "INPUT2"},
    }
    facts = agree(Lane.ITEMS, LinkFacts(line_text="kept"), element, KEY)
    assert facts == LinkFacts(
        line_text="kept",
        code="71053A",
        account_code="201",
        tax_type="OUTPUT2",
        purchase_account_code="310",
        purchase_tax_type="INPUT2",
        tracked=True,
    )


def test_a_contacts_terms_are_remembered() -> None:
    terms = {"Sales": {"Day": 7, "Type": "DAYSAFTERBILLDATE"}, "Bills": {"Day": 20, "Type": "OFFOLLOWINGMONTH"}}
    facts = agree(Lane.CONTACTS, LinkFacts(), {"ContactID": "c", "Name": "A", "PaymentTerms": terms}, KEY)
    assert (facts.terms_day, facts.terms_type) == (7, "DAYSAFTERBILLDATE")
    assert (facts.bill_terms_day, facts.bill_terms_type) == (20, "OFFOLLOWINGMONTH")


def test_a_document_remembers_as_what_it_was_made() -> None:
    assert agree(Lane.BILLS, LinkFacts(), {"LineItems": []}, KEY).kind is XeroKind.BILL


def test_an_order_that_says_no_error_and_names_one_was_refused() -> None:
    row = {"PurchaseOrderID": "x", "HasErrors": False, "StatusAttributeString": "ERROR"}
    assert not read_element_answer(Lane.PURCHASE_ORDERS, row).ok


@pytest.mark.parametrize(("total", "told"), [(Decimal("1.00"), False), (Decimal("1.01"), True), (None, False)])
def test_another_total_than_the_expected_is_told(total: Decimal | None, told: bool) -> None:
    reason = find_total_difference(Decimal("1.00"), {"Total": total}, "Invoice 1")
    assert (reason is not None) is told


def test_more_than_cents_apart_is_for_accounts_to_look_at() -> None:
    """Xero's rates are not the ones that were read: 20 % became 17.5 % meanwhile."""
    element = {"Total": Decimal("117.50"), "LineItems": [{}, {}]}
    reason = find_total_difference(Decimal("120.00"), element, "Invoice 1")
    assert reason is not None
    assert reason.code == "written_differs"
