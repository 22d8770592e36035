"""Xero's messages as reasons."""

from datetime import date

import pytest
from tests.unit.xero_writer.domain.made_rows import codes

from sync_kit.contracts.events import RecordLabel
from sync_kit.contracts.vocabulary import Outcome
from xero_writer.domain.mapping_model import Side
from xero_writer.domain.refusals import RefusalKind, read_refusal, read_whole_refusal

LABEL = RecordLabel(number="1", dated=date(2018, 11, 1), currency="EUR")


@pytest.mark.parametrize(
    "message",
    [
        "Invoice # must be unique.",
        "The contact name X is already assigned to another contact. The contact name must be unique across all active "
        "contacts.",
        "Another contact has this contact number. Please enter a different contact number.",
        "Price List Item with Code 'abc' already exists",
        "Order number must be unique",
        "Quote number must be unique",
    ],
)
def test_a_taken_key_is_looked_up(message: str) -> None:
    assert read_refusal([message], "Invoice 1", LABEL).kind is RefusalKind.LOOK_UP


@pytest.mark.parametrize(
    ("message", "code", "outcome"),
    [
        ("Invoice not of valid status for modification", "locked_in_xero", Outcome.LOCKED),
        (
            "This document cannot be edited as it has a payment or credit note allocated to it.",
            "locked_in_xero",
            Outcome.LOCKED,
        ),
        (
            "The document date cannot be before the period lock date, currently set at 30-Nov-2018",
            "period_locked",
            Outcome.BLOCKED,
        ),
        (
            "The document date cannot be before the end of year lock date, currently set at 31-Mar-2018",
            "period_locked",
            Outcome.BLOCKED,
        ),
        ("Account code 'X' is not a valid code for this document.", "account_unusable", Outcome.BLOCKED),
        ("Account code 'X' has been archived, or has been deleted.", "account_unusable", Outcome.BLOCKED),
        ("Account code must be specified", "account_missing", Outcome.BLOCKED),
        (
            "The TaxType code 'OUTPUT' cannot be used with account code '200'.",
            "tax_not_allowed_here",
            Outcome.BLOCKED,
        ),
        ("Tax rate must be valid.", "tax_not_allowed_here", Outcome.BLOCKED),
        ("Item code 'X' is not valid", "item_unknown", Outcome.BLOCKED),
        ("There is not enough quantity on hand of item 'X'", "stock_short", Outcome.BLOCKED),
        ("Organisation is not subscribed to currency EUR", "currency_not_enabled", Outcome.BLOCKED),
        ("You have reached the limit of invoices you can approve.", "plan_limit", Outcome.FAILED),
        ("You do not have permission to approve this document", "permission_missing", Outcome.FAILED),
        ("You have reached the limit of bills you can approve.", "plan_limit", Outcome.FAILED),
        ("You do not have permission to approve this bill", "permission_missing", Outcome.FAILED),
        ("Purchase order not of valid status for modification", "locked_in_xero", Outcome.LOCKED),
        ("Quote not of valid status for modification", "locked_in_xero", Outcome.LOCKED),
        (
            "The TaxType code 'OUTPUT2' does not exist or cannot be used for this type of transaction.",
            "tax_not_allowed_here",
            Outcome.BLOCKED,
        ),
        ("Email address must be valid.", "value_unusable", Outcome.BLOCKED),
        ("Something that nobody has seen before", "refused_other", Outcome.FAILED),
    ],
)
def test_known_messages_have_their_reason_and_xeros_words(message: str, code: str, outcome: Outcome) -> None:
    refusal = read_refusal([message], "Invoice 1", LABEL)
    assert (refusal.kind, codes(refusal.reasons), refusal.outcome) == (RefusalKind.HELD, [code], outcome)
    assert refusal.reasons[0].vendor_words == message


def test_the_lock_date_is_read_out_of_the_message() -> None:
    message = "The document date cannot be before the period lock date, currently set at 30-Nov-2018"
    assert read_refusal([message], "Invoice 1", LABEL).reasons[0].facts["lock"] == "30-Nov-2018"


def test_all_messages_become_reasons_worst_first() -> None:
    messages = ["Tax rate must be valid.", "Item code 'X' is not valid", "Invoice not of valid status for modification"]
    refusal = read_refusal(messages, "Invoice 1", LABEL)
    assert codes(refusal.reasons) == ["locked_in_xero", "item_unknown", "tax_not_allowed_here"]


def test_a_refusal_without_words_is_still_a_reason() -> None:
    assert codes(read_refusal([], "Invoice 1", LABEL).reasons) == ["refused_other"]


def test_a_refused_bill_is_told_as_one_of_purchases() -> None:
    messages = ["The TaxType code 'OUTPUT2' cannot be used with account code '400'."]
    assert read_refusal(messages, "Bill 1", LABEL, Side.PURCHASES).reasons[0].facts["side"] == "purchases"


def test_a_missing_right_is_named() -> None:
    refusal = read_refusal(["You do not have permission to approve this bill"], "Bill 1", LABEL)
    assert refusal.reasons[0].facts["what"] == "approve this bill"


@pytest.mark.parametrize(
    ("words", "code"),
    [
        ("You are not permitted to access this resource", "permission_missing"),
        ("A validation exception occurred; You have reached the limit of bills you can approve.", "plan_limit"),
        ("Unreadable date", "refused_other"),
        (None, "refused_other"),
        ("Invoice # must be unique.", "refused_other"),
    ],
)
def test_a_whole_refusal_is_read_like_one_of_an_element(words: str | None, code: str) -> None:
    assert codes(read_whole_refusal(words, "Bill 1", LABEL).reasons) == [code]
