"""What may still change in Xero, by kind, status and policy."""

from decimal import Decimal

import pytest

from xero_writer.domain.document_kinds import XeroKind
from xero_writer.domain.locks import find_end_status, is_open, may_become, may_change, say_state
from xero_writer.domain.mapping_model import LockPolicy

INVOICE, BILL, ORDER, QUOTE = (
    XeroKind.SALES_INVOICE,
    XeroKind.BILL,
    XeroKind.PURCHASE_ORDER,
    XeroKind.QUOTE,
)
ZERO, FIVE = Decimal(0), Decimal(5)


@pytest.mark.parametrize(
    ("kind", "status", "seed", "xero"),
    [
        (INVOICE, "DRAFT", True, True),
        (INVOICE, "SUBMITTED", True, True),
        (INVOICE, "AUTHORISED", False, True),
        (INVOICE, "PAID", False, False),
        (INVOICE, "VOIDED", False, False),
        (BILL, "DRAFT", True, True),
        (BILL, "AUTHORISED", False, True),
        (BILL, "PAID", False, False),
        (ORDER, "SUBMITTED", True, True),
        (ORDER, "AUTHORISED", False, True),
        (ORDER, "BILLED", False, False),
        (QUOTE, "SENT", True, True),
        (QUOTE, "ACCEPTED", False, False),
        (QUOTE, "INVOICED", False, False),
        (QUOTE, "DELETED", False, False),
    ],
)
def test_lines_may_change_by_kind_status_and_policy(kind: XeroKind, status: str, seed: bool, xero: bool) -> None:
    for policy, expected in ((LockPolicy.SEED, seed), (LockPolicy.XERO, xero)):
        assert may_change(kind, policy, status, ZERO, ZERO, ["LineAmounts"]) is expected


@pytest.mark.parametrize(("paid", "credited"), [(FIVE, ZERO), (ZERO, FIVE)])
def test_of_a_part_paid_bill_nothing_may_change(paid: Decimal, credited: Decimal) -> None:
    assert not may_change(BILL, LockPolicy.XERO, "AUTHORISED", paid, credited, ["DueDate"])
    assert may_change(INVOICE, LockPolicy.XERO, "AUTHORISED", paid, credited, ["DueDate"])
    assert not may_change(INVOICE, LockPolicy.XERO, "AUTHORISED", paid, credited, ["LineAmounts"])


def test_the_contact_of_a_credited_invoice_stays() -> None:
    assert may_change(INVOICE, LockPolicy.XERO, "PAID", FIVE, ZERO, ["Contact"])
    assert not may_change(INVOICE, LockPolicy.XERO, "PAID", ZERO, FIVE, ["Contact"])


@pytest.mark.parametrize(
    ("kind", "status", "paid", "end"),
    [
        (INVOICE, "DRAFT", ZERO, "DELETED"),
        (INVOICE, "SUBMITTED", ZERO, "DELETED"),
        (INVOICE, "AUTHORISED", ZERO, "VOIDED"),
        (INVOICE, "AUTHORISED", FIVE, None),
        (INVOICE, "PAID", FIVE, None),
        (BILL, "AUTHORISED", ZERO, "VOIDED"),
        (ORDER, "AUTHORISED", ZERO, "DELETED"),
        (ORDER, "BILLED", ZERO, None),
        (QUOTE, "SENT", ZERO, "DELETED"),
        (QUOTE, "ACCEPTED", ZERO, None),
    ],
)
def test_how_a_document_is_ended(kind: XeroKind, status: str, paid: Decimal, end: str | None) -> None:
    assert find_end_status(kind, status, paid, ZERO) == end


def test_a_credited_document_is_not_ended() -> None:
    assert find_end_status(INVOICE, "AUTHORISED", ZERO, FIVE) is None


def test_a_status_is_given_to_open_documents_alone() -> None:
    assert may_become(INVOICE, "DRAFT", "AUTHORISED")
    assert may_become(QUOTE, "DRAFT", "SENT")
    assert not may_become(INVOICE, "DRAFT", "DRAFT")
    assert not may_become(INVOICE, "AUTHORISED", "DRAFT")
    assert not is_open(QUOTE, "ACCEPTED")


def test_orders_and_quotes_only_go_forward() -> None:
    assert may_become(INVOICE, "SUBMITTED", "DRAFT")
    assert not may_become(ORDER, "SUBMITTED", "DRAFT")
    assert may_become(ORDER, "SUBMITTED", "AUTHORISED")
    assert not may_become(QUOTE, "SENT", "DRAFT")


@pytest.mark.parametrize(
    ("status", "paid", "credited", "words"),
    [
        ("PAID", FIVE, ZERO, "paid"),
        ("AUTHORISED", FIVE, ZERO, "part paid"),
        ("AUTHORISED", ZERO, FIVE, "part credited"),
        ("AUTHORISED", ZERO, ZERO, "awaiting payment"),
        ("ACCEPTED", ZERO, ZERO, "accepted"),
    ],
)
def test_states_have_words(status: str, paid: Decimal, credited: Decimal, words: str) -> None:
    assert say_state(status, paid, credited) == words
