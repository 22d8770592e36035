"""When invoices that Xero does not have go, and why they do not."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from tests.unit.xero_writer.domain.made_rows import (
    ACCOUNT,
    CONTACT_ID,
    INVOICE_ID,
    KEY,
    PRODUCT,
    codes,
    give,
    ledger_contact,
    ledger_invoice,
    linked_parents,
    make_context,
    make_invoice,
    make_line,
    make_mapping,
    make_reference,
)

from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import Outcome, ReopenedBy
from xero_writer.domain.answers import agree
from xero_writer.domain.judge import judge
from xero_writer.domain.lanes import Lane
from xero_writer.domain.link_facts import LinkFacts
from xero_writer.domain.rows import JudgeContext, LedgerHits, ParentState, ParentView, Sibling, StagedRecord
from xero_writer.domain.verdicts import Action, Held, Need, Needs, ParentRef, Ready, Skipped, WaitsFor

CONTEXT = make_context()


def verdict_of(record: StagedRecord, context: JudgeContext = CONTEXT, **changes: Any) -> Any:
    return judge(give(record, **changes), context)


def test_an_approved_invoice_becomes_a_draft() -> None:
    verdict = verdict_of(make_invoice())
    assert isinstance(verdict, Ready)
    assert verdict.action is Action.CREATE
    assert verdict.element == {
        "Type": "ACCREC",
        "Contact": {"ContactID": CONTACT_ID},
        "InvoiceNumber": "536365",
        "Reference": "Sale 536365",
        "Date": "2010-12-01",
        "CurrencyCode": "GBP",
        "Status": "DRAFT",
        "LineAmountTypes": "Exclusive",
        "Url": "https://crm.zoho.eu/crm/org20001/tab/Invoices/300",
        "LineItems": [
            {
                "Quantity": Decimal(6),
                "UnitAmount": Decimal("3.39"),
                "Description": "WHITE METAL LANTERN",
                "ItemCode": "71053",
                "AccountCode": "200",
                "TaxType": "NONE",
            }
        ],
    }
    assert (verdict.business_key, verdict.expected_total) == ("536365", Decimal("20.34"))


def test_the_number_comes_from_the_chosen_field() -> None:
    context = make_context(make_mapping(number_fields={"invoices": "Sales_Number"}))
    verdict = verdict_of(make_invoice(Sales_Number="S-1"), context)
    assert verdict.element["InvoiceNumber"] == "S-1"
    assert codes(verdict_of(make_invoice(), context).reasons) == ["mapping_broken"]
    assert codes(verdict_of(make_invoice(Sales_Number=" "), context).reasons) == ["number_missing"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"deleted": True}, "deleted_before_sync"),
        ({"Status": "Canceled"}, "canceled_before_sync"),
        ({"Status": "Created"}, "status_waits"),
        ({"Invoice_Date": "2009-12-31"}, "before_start_date"),
        ({"Grand_Total": Decimal(0)}, "zero_total"),
    ],
)
def test_what_is_not_meant_to_go_is_skipped_before_anything_is_read(changes: dict[str, Any], code: str) -> None:
    context = make_context(ledger_read=frozenset(), swept=frozenset())
    verdict = verdict_of(make_invoice(**changes), replace(context, reference=None))
    assert isinstance(verdict, Skipped)
    assert codes(verdict.reasons) == [code]


def test_all_skip_reasons_are_given_at_once() -> None:
    verdict = verdict_of(make_invoice(Status="Created", Invoice_Date="2009-12-31", Grand_Total=Decimal("0.00")))
    assert codes(verdict.reasons) == ["before_start_date", "status_waits", "zero_total"]


def test_a_document_of_the_start_date_goes() -> None:
    assert isinstance(verdict_of(make_invoice(), make_context(start=date(2010, 12, 1))), Ready)


def test_zero_totals_go_when_the_tenant_says_so() -> None:
    record = make_invoice(lines=[make_line(List_Price=Decimal(0))], Grand_Total=Decimal(0))
    assert isinstance(verdict_of(record, make_context(make_mapping(policies={"zero_total": "send"}))), Ready)


FAULTS: list[tuple[dict[str, Any], str]] = [
    ({"Status": None}, "status_blank"),
    ({"Status": "Shipped"}, "status_unmapped"),
    ({"Account_Name": None}, "customer_missing"),
    ({"Invoice_Number": None}, "number_missing"),
    ({"Invoice_Number": "1" * 256}, "value_unusable"),
    ({"Invoice_Date": None}, "date_missing"),
    ({"Invoice_Date": "soon"}, "value_unusable"),
    ({"lines": []}, "lines_missing"),
    ({"lines_complete": False, "Sub_Total": Decimal(30)}, "lines_incomplete"),
    ({"Currency": "EUR"}, "currency_not_enabled"),
    ({"Grand_Total": Decimal("99.99")}, "total_differs"),
    ({"lines": [make_line(Quantity=Decimal(-6))], "Grand_Total": Decimal("-20.34")}, "negative_total"),
    ({"lines": [make_line(Line_Tax=[{"name": "?", "percentage": Decimal(20)}])]}, "tax_unmapped"),
]


@pytest.mark.parametrize(("changes", "code"), FAULTS)
def test_each_fault_blocks_with_its_reason(changes: dict[str, Any], code: str) -> None:
    verdict = verdict_of(make_invoice(**changes))
    assert isinstance(verdict, Held)
    assert (verdict.outcome, codes(verdict.reasons)) == (Outcome.BLOCKED, [code])
    assert ReopenedBy.CRM_CHANGE in verdict.watches


def test_all_faults_are_given_at_once_and_waiting_comes_last() -> None:
    held = ParentView(ParentState.HELD, reasons=(Reason(code="product_code_missing", facts={"record": "P"}),), text="P")
    record = make_invoice(Status="Shipped", Invoice_Date=None, Invoice_Number=None)
    verdict = verdict_of(record, parents={**linked_parents(), PRODUCT: held})
    assert codes(verdict.reasons) == ["date_missing", "number_missing", "status_unmapped", "waits_for"]


def test_faults_are_told_without_reading_the_ledger() -> None:
    verdict = verdict_of(make_invoice(Status="Shipped"), make_context(ledger_read=frozenset()))
    assert codes(verdict.reasons) == ["status_unmapped"]


def test_untaxed_lines_block_until_somebody_says_what_they_are() -> None:
    record = make_invoice(lines=[make_line(), make_line(id="2")], Grand_Total=Decimal("40.68"))
    verdict = verdict_of(record, make_context(make_mapping(taxes={"untaxed_sales": None})))
    assert codes(verdict.reasons) == ["tax_not_said"]
    assert ReopenedBy.MAPPING in verdict.watches


def test_a_draft_needs_no_due_date_and_an_approved_invoice_does() -> None:
    assert "DueDate" not in verdict_of(make_invoice()).element
    context = make_context(make_mapping(statuses={"invoices": {"Approved": "AUTHORISED"}}))
    assert codes(verdict_of(make_invoice(), context).reasons) == ["due_date_missing"]
    assert verdict_of(make_invoice(Due_Date="2010-12-31"), context).element["DueDate"] == "2010-12-31"


def test_the_due_date_comes_from_the_customers_terms_then_the_setting() -> None:
    terms = ParentView(ParentState.LINKED, CONTACT_ID, LinkFacts(terms_day=10, terms_type="DAYSAFTERBILLDATE"))
    context = make_context(make_mapping(policies={"due_days": 30}))
    with_terms = verdict_of(make_invoice(), context, parents={**linked_parents(), ACCOUNT: terms})
    assert with_terms.element["DueDate"] == "2010-12-11"
    assert verdict_of(make_invoice(), context).element["DueDate"] == "2010-12-31"


@pytest.mark.parametrize("lock", ["period_lock_date", "end_of_year_lock_date"])
@pytest.mark.parametrize(("day", "held"), [(date(2010, 11, 30), False), (date(2010, 12, 1), True)])
def test_a_date_on_or_before_a_lock_date_is_never_created(lock: str, day: date, held: bool) -> None:
    verdict = verdict_of(make_invoice(), make_context(reference=make_reference(**{lock: day})))
    assert isinstance(verdict, Held) is held
    if held:
        assert codes(verdict.reasons) == ["period_locked"]


def test_a_number_on_two_crm_records_blocks_both() -> None:
    verdict = verdict_of(make_invoice(), siblings=(Sibling("301"),))
    assert codes(verdict.reasons) == ["number_twice_in_crm"]
    assert verdict.reasons[0].facts["count"] == 2


def test_a_customer_that_is_not_there_yet_is_waited_for() -> None:
    parents = {PRODUCT: linked_parents()[PRODUCT], ACCOUNT: ParentView(ParentState.STAGED)}
    verdict = verdict_of(make_invoice(), parents=parents)
    assert isinstance(verdict, WaitsFor)
    assert verdict.parents == (ACCOUNT,)


def test_parents_never_read_are_waited_for() -> None:
    verdict = verdict_of(make_invoice(), parents={})
    assert isinstance(verdict, WaitsFor)
    assert verdict.parents == (ACCOUNT, PRODUCT)


def test_without_a_default_account_the_items_account_is_waited_for() -> None:
    context = make_context(make_mapping(accounts={}))
    parents = {ACCOUNT: linked_parents()[ACCOUNT], PRODUCT: ParentView(ParentState.STAGED)}
    assert isinstance(verdict_of(make_invoice(), context, parents=parents), WaitsFor)
    assert isinstance(verdict_of(make_invoice(), context), Ready)
    assert codes(verdict_of(make_invoice(), context, parents=linked_parents(account_code=None)).reasons) == [
        "account_missing"
    ]


def test_a_held_customer_holds_with_the_root_cause() -> None:
    root = Reason(code="contact_archived", facts={"record": "Account X"})
    parents = {**linked_parents(), ACCOUNT: ParentView(ParentState.HELD, reasons=(root,), text='Account "X"')}
    verdict = verdict_of(make_invoice(), parents=parents)
    assert codes(verdict.reasons) == ["waits_for"]
    assert verdict.reasons[0].facts["root_code"] == "contact_archived"
    assert verdict.reasons[0].facts["parent"] == 'Account "X"'
    assert verdict.watches == {ReopenedBy.PARENT_LINKED, ReopenedBy.CRM_CHANGE}


def test_a_customer_that_the_crm_no_longer_has_blocks() -> None:
    parents = {**linked_parents(), ACCOUNT: ParentView(ParentState.GONE)}
    assert codes(verdict_of(make_invoice(), parents=parents).reasons) == ["waits_for"]


def test_a_product_that_the_crm_no_longer_has_goes_as_text() -> None:
    verdict = verdict_of(make_invoice(), parents={**linked_parents(), PRODUCT: ParentView(ParentState.GONE)})
    assert isinstance(verdict, Ready)
    assert verdict.element is not None
    assert "ItemCode" not in verdict.element["LineItems"][0]


def test_the_contact_stands_in_where_there_is_no_account() -> None:
    contact = ParentRef(make_invoice().module.CONTACTS, "150")
    parents = {**linked_parents(), contact: ParentView(ParentState.LINKED, "its contact")}
    verdict = verdict_of(make_invoice(Account_Name=None, Contact_Name={"id": "150"}), parents=parents)
    assert verdict.element["Contact"] == {"ContactID": "its contact"}


def test_an_archived_customer_cannot_be_billed() -> None:
    verdict = verdict_of(make_invoice(), hits=LedgerHits(contacts=(ledger_contact(status="ARCHIVED"),)))
    assert codes(verdict.reasons) == ["contact_archived"]


def test_reference_then_ledger_are_needed() -> None:
    bare = replace(CONTEXT, reference=None, ledger_read=frozenset())
    assert verdict_of(make_invoice(), bare).what == {Need.REFERENCE}
    assert verdict_of(make_invoice(), replace(CONTEXT, ledger_read=frozenset())).what == {Need.LEDGER}
    assert isinstance(verdict_of(make_invoice(), bare), Needs)


def test_the_same_invoice_in_xero_is_linked_and_not_written_to() -> None:
    verdict = verdict_of(make_invoice(), hits=LedgerHits(documents=(ledger_invoice(),)))
    assert isinstance(verdict, Ready)
    assert (verdict.action, verdict.xero_id, verdict.element) == (Action.LINK, INVOICE_ID, None)


@pytest.mark.parametrize(
    ("changes", "word"),
    [
        ({"contact_id": "other"}, "contact"),
        ({"currency": "USD"}, "currency"),
        ({"dated": date(2010, 12, 2)}, "date"),
        ({"total": Decimal("20.35")}, "total"),
        ({"status": "VOIDED"}, "voided"),
        ({"status": "DELETED"}, "deleted"),
        ({"linked_to": (ParentRef(ACCOUNT.module.INVOICES, "999"),)}, "belongs"),
    ],
)
def test_a_number_that_xero_has_for_something_else_blocks(changes: dict[str, Any], word: str) -> None:
    verdict = verdict_of(make_invoice(), hits=LedgerHits(documents=(ledger_invoice(**changes),)))
    assert codes(verdict.reasons) == ["number_taken_in_xero"]
    assert word in verdict.reasons[0].facts["difference"]


def test_an_invoice_of_another_number_is_no_match() -> None:
    verdict = verdict_of(make_invoice(), hits=LedgerHits(documents=(ledger_invoice("1", total=Decimal(1)),)))
    assert verdict.action is Action.CREATE


def test_the_label_names_number_customer_date_and_total() -> None:
    label = verdict_of(make_invoice()).label
    assert (label.number, label.name, label.dated) == ("536365", "Customer 17850", date(2010, 12, 1))
    assert (label.total, label.currency) == (Decimal("20.34"), "GBP")


def test_dates_are_never_shifted_through_utc() -> None:
    verdict = verdict_of(make_invoice(Invoice_Date="2010-12-01T00:30:00+05:30"))
    assert verdict.element["Date"] == "2010-12-01"


def test_two_documents_of_the_number_are_never_guessed_between() -> None:
    hits = LedgerHits(documents=(ledger_invoice(), ledger_invoice(xero_id="other")))
    assert codes(verdict_of(make_invoice(), hits=hits).reasons) == ["ambiguous_match"]


def test_a_total_that_is_no_number_blocks() -> None:
    assert codes(verdict_of(make_invoice(Grand_Total="much")).reasons) == ["value_unusable"]


def test_an_invoice_without_lines_in_xeros_answer_keeps_its_facts() -> None:
    ready = verdict_of(make_invoice())
    assert agree(Lane.SALES_INVOICES, ready.facts, {"InvoiceID": INVOICE_ID}, KEY) == ready.facts


def test_only_what_is_created_remembers_lines_and_warnings() -> None:
    context = make_context(make_mapping(policies={"cent": "accept"}))
    created = verdict_of(make_invoice(Grand_Total=Decimal("20.35")), context)
    assert [line.key for line in created.facts.lines] == ["1"]
    assert codes(created.warnings) == ["cent_difference"]
    hits = LedgerHits(documents=(ledger_invoice(total=Decimal("20.35")),))
    linked = verdict_of(make_invoice(Grand_Total=Decimal("20.35")), context, hits=hits)
    assert (linked.action, linked.facts.lines, linked.warnings) == (Action.LINK, (), ())


def test_a_number_of_255_characters_fits() -> None:
    assert isinstance(verdict_of(make_invoice(Invoice_Number="1" * 255)), Ready)


def test_somebody_elses_archived_contact_is_no_obstacle() -> None:
    hits = LedgerHits(contacts=(ledger_contact(status="ARCHIVED", xero_id="other"),))
    assert isinstance(verdict_of(make_invoice(), hits=hits), Ready)


def test_an_unmapped_tax_is_not_told_again_as_a_wrong_total() -> None:
    line = make_line(Line_Tax=[{"name": "?", "percentage": Decimal(20)}])
    assert codes(verdict_of(make_invoice(lines=[line], Grand_Total=Decimal("24.41"))).reasons) == ["tax_unmapped"]
