"""Reasons in order, root causes, and how records read."""

from datetime import date
from decimal import Decimal

import pytest
from tests.unit.xero_writer.domain.made_rows import codes

from sync_kit.contracts.events import RecordLabel
from sync_kit.contracts.reason_catalogue import CATALOGUE, explain
from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import Module, Outcome, ReopenedBy
from xero_writer.domain.reason_order import explain_wait, order_reasons, outcome_of
from xero_writer.domain.text import cut_text, describe_record
from xero_writer.domain.verdicts import watches_of


def test_what_ended_or_collided_comes_first_and_waiting_last() -> None:
    waits = Reason(code="waits_for", facts={"record": "a", "parent": "b", "cause": "c"})
    missing = Reason(code="date_missing", facts={"record": "a"})
    locked = Reason(code="ended_in_xero", facts={"record": "a", "state": "voided"})
    ordered = order_reasons([waits, missing, locked, missing])
    assert codes(ordered) == ["ended_in_xero", "date_missing", "waits_for"]
    assert outcome_of(ordered) is Outcome.LOCKED
    assert outcome_of(ordered[1:]) is Outcome.BLOCKED


def test_a_wait_tells_the_root_cause_and_no_chain() -> None:
    root = Reason(code="product_code_missing", facts={"record": "Product P"})
    first = explain_wait("Product Q", "Product P", (root,))
    second = explain_wait("Invoice 1", "Product Q", (first,))
    assert (second.facts["parent"], second.facts["root_code"]) == ("Product P", "product_code_missing")
    assert explain(second) == "Invoice 1 waits for Product P: Product P has no product code."


def test_watches_are_all_that_any_reason_names() -> None:
    reasons = (
        Reason(code="date_missing", facts={"record": "a"}),
        Reason(code="period_locked", facts={"record": "a", "date": "b", "lock": "c"}),
    )
    assert watches_of(reasons) == {ReopenedBy.CRM_CHANGE, ReopenedBy.XERO_REFERENCE}


def test_every_published_reason_names_what_re_opens_it() -> None:
    assert [code for code, entry in CATALOGUE.items() if not entry.reopened_by] == []
    assert [code for code, entry in CATALOGUE.items() if code != entry.code] == []


@pytest.mark.parametrize(
    ("module", "label", "text"),
    [
        (
            Module.INVOICES,
            RecordLabel(number="7", name="A Ltd", dated=date(2010, 12, 1), total=Decimal("5"), currency="GBP"),
            "Invoice 7 (A Ltd, 2010-12-01, 5.00 GBP)",
        ),
        (Module.INVOICES, RecordLabel(name="A Ltd"), "Invoice with CRM id 300 (A Ltd)"),
        (Module.INVOICES, RecordLabel(), "Invoice with CRM id 300"),
        (Module.PURCHASE_ORDERS, RecordLabel(number="PO-7", name="Lamps Ltd"), "Purchase order PO-7 (Lamps Ltd)"),
        (Module.QUOTES, RecordLabel(number="Q-5"), "Quote Q-5"),
        (Module.SALES_ORDERS, RecordLabel(), "Sales order with CRM id 300"),
        (Module.VENDORS, RecordLabel(name="Lamps Ltd"), 'Vendor "Lamps Ltd"'),
        (Module.PRODUCTS, RecordLabel(number="71053", name="LANTERN"), 'Product 71053 "LANTERN"'),
        (Module.ACCOUNTS, RecordLabel(name="A Ltd"), 'Account "A Ltd"'),
        (Module.CONTACTS, RecordLabel(), "Contact 300"),
    ],
)
def test_records_read_as_people_know_them(module: Module, label: RecordLabel, text: str) -> None:
    assert describe_record(module, label, "300") == text


def test_cut_texts_fit() -> None:
    assert cut_text("abcdef", 6) == "abcdef"
    assert cut_text("abcdefg", 6) == "abcde…"
