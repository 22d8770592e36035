"""What becomes of invoices that Xero has already."""

from dataclasses import replace
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from tests.unit.xero_writer.domain.made_rows import (
    INVOICE_ID,
    KEY,
    PRODUCT,
    codes,
    give,
    ledger_invoice,
    linked_parents,
    make_context,
    make_invoice,
    make_line,
    make_mapping,
    make_reference,
)

from sync_kit.contracts.vocabulary import Outcome, ReopenedBy
from xero_writer.domain.answers import agree
from xero_writer.domain.field_digests import digest_fields, pick_document_fields
from xero_writer.domain.judge import judge
from xero_writer.domain.lanes import Lane
from xero_writer.domain.ledger import read_document
from xero_writer.domain.link_facts import LinkFacts
from xero_writer.domain.rows import (
    JudgeContext,
    JudgeInput,
    LedgerDocument,
    LedgerHits,
    Link,
    ParentState,
    ParentView,
    Sibling,
)
from xero_writer.domain.verdicts import Action, Held, Need, Needs, ParentRef, Ready, Skipped, Unchanged, WaitsFor

CONTEXT = make_context()
DEARER: dict[str, Any] = {"lines": [make_line(Quantity=Decimal(7))], "Grand_Total": Decimal("23.73")}


def answer_of(element: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """The document as Xero would show it after that element."""
    lines = [{**line, "LineItemID": f"line-{place}"} for place, line in enumerate(element.get("LineItems", []))]
    document = {
        **element,
        "InvoiceID": INVOICE_ID,
        "Date": "/Date(1291161600000+0000)/",
        "DateString": "2010-12-01T00:00:00",
        "LineItems": lines,
        "Total": Decimal("20.34"),
        "AmountDue": Decimal("20.34"),
        "AmountPaid": Decimal(0),
        "UpdatedDateUTC": "/Date(1552326816230)/",
    }
    return {**document, **changes}


def create(**changes: Any) -> tuple[Link, dict[str, Any]]:
    record = make_invoice(**changes)
    ready = judge(give(record), CONTEXT)
    assert isinstance(ready, Ready)
    answer = answer_of(dict(ready.element or {}))
    facts = agree(Lane.SALES_INVOICES, ready.facts, answer, KEY)
    return Link(INVOICE_ID, ready.digest, "DRAFT", facts), answer


LINK, ANSWER = create()


def document(**changes: Any) -> LedgerDocument:
    return replace(read_document(Lane.SALES_INVOICES, ANSWER, KEY), **changes)


def judge_change(
    now: LedgerDocument | None = None, context: JudgeContext = CONTEXT, link: Link = LINK, **changes: Any
) -> Any:
    hits = LedgerHits(documents=(now or document(),))
    return judge(JudgeInput(make_invoice(**changes), link, hits, linked_parents()), context)


def test_nothing_is_sent_when_nothing_changed() -> None:
    assert isinstance(judge_change(), Unchanged)


SILENT = make_line(Description=None)


@pytest.mark.parametrize("status", ["DRAFT", "AUTHORISED"])
def test_a_renamed_product_changes_and_locks_no_document_that_names_it(status: str) -> None:
    link, answer = create(lines=[SILENT])
    hits = LedgerHits(documents=(read_document(Lane.SALES_INVOICES, {**answer, "Status": status}, KEY),))
    renamed = linked_parents(line_text="LANTERN, NOW IN RED")
    assert isinstance(judge(JudgeInput(make_invoice(lines=[SILENT]), link, hits, renamed), CONTEXT), Unchanged)


@pytest.mark.parametrize("line", [make_line(Description="As agreed"), make_line(Product_Name=None, Description=None)])
def test_a_line_that_says_something_else_itself_is_a_change(line: dict[str, Any]) -> None:
    link, _ = create(lines=[SILENT])
    verdict = judge_change(link=link, lines=[line])
    assert isinstance(verdict, Ready)
    assert "LineTexts" in verdict.changed_fields


@pytest.mark.parametrize("mapping", [{"accounts": {"sales": "201"}}, {"taxes": {"untaxed_sales": "ZERORATEDOUTPUT"}}])
def test_account_and_tax_belong_to_xero_after_creation(mapping: dict[str, Any]) -> None:
    assert isinstance(judge_change(context=make_context(make_mapping(**mapping))), Unchanged)


def test_an_update_looks_at_xero_first() -> None:
    verdict = judge_change(context=make_context(swept=frozenset()), **DEARER)
    assert isinstance(verdict, Needs)
    assert verdict.what == {Need.SWEEP}


def test_a_header_change_leaves_the_lines_out() -> None:
    verdict = judge_change(Purchase_Order="PO 7")
    assert isinstance(verdict, Ready)
    assert (verdict.action, verdict.element) == (Action.UPDATE, {"InvoiceID": INVOICE_ID, "Reference": "PO 7"})


def test_changed_lines_go_whole_with_their_ids() -> None:
    lines = [make_line(Quantity=Decimal(7)), make_line(id="2", Quantity=Decimal(1))]
    verdict = judge_change(lines=lines, Grand_Total=Decimal("27.12"))
    assert isinstance(verdict, Ready)
    assert verdict.element is not None
    assert [line.get("LineItemID") for line in verdict.element["LineItems"]] == ["line-0", None]
    assert "Status" not in verdict.element
    assert verdict.expected_total == Decimal("27.12")
    assert [(line.key, line.line_item_id) for line in verdict.facts.lines] == [("1", "line-0"), ("2", None)]


def test_lines_keep_the_account_and_tax_that_a_person_gave_them_in_xero() -> None:
    line = {**ANSWER["LineItems"][0], "AccountCode": "201", "TaxType": "OUTPUT2"}
    verdict = judge_change(read_document(Lane.SALES_INVOICES, {**ANSWER, "LineItems": [line]}, KEY), **DEARER)
    assert isinstance(verdict, Ready)
    assert verdict.element is not None
    sent = verdict.element["LineItems"][0]
    assert (sent["AccountCode"], sent["TaxType"]) == ("201", "OUTPUT2")
    assert verdict.expected_total is None


def test_a_line_that_a_person_deleted_in_xero_goes_as_a_new_one() -> None:
    gone = {**ANSWER["LineItems"][0], "LineItemID": "another"}
    verdict = judge_change(read_document(Lane.SALES_INVOICES, {**ANSWER, "LineItems": [gone]}, KEY), **DEARER)
    assert isinstance(verdict, Ready)
    assert verdict.element is not None
    assert "LineItemID" not in verdict.element["LineItems"][0]


def test_after_the_update_the_facts_know_the_new_line() -> None:
    verdict = judge_change(lines=[make_line(), make_line(id="2")], Grand_Total=Decimal("40.68"))
    answer = answer_of({**ANSWER, **(verdict.element or {})})
    facts = agree(Lane.SALES_INVOICES, verdict.facts, answer, KEY)
    assert [(line.key, line.line_item_id) for line in facts.lines] == [("1", "line-0"), ("2", "line-1")]


@pytest.mark.parametrize(
    ("status", "paid", "state"),
    [("AUTHORISED", "0", "awaiting payment"), ("AUTHORISED", "5", "part paid"), ("PAID", "20.34", "paid")],
)
def test_approved_invoices_are_locked_by_default(status: str, paid: str, state: str) -> None:
    verdict = judge_change(document(status=status, amount_paid=Decimal(paid)), **DEARER)
    assert isinstance(verdict, Held)
    assert (verdict.outcome, codes(verdict.reasons)) == (Outcome.LOCKED, ["locked_in_xero"])
    assert verdict.reasons[0].facts["state"] == state
    assert {ReopenedBy.XERO_DOCUMENT, ReopenedBy.CRM_CHANGE} <= verdict.watches


def test_a_locked_invoice_whose_change_is_undone_is_unchanged() -> None:
    assert isinstance(judge_change(document(status="PAID")), Unchanged)


def test_submitted_invoices_may_change() -> None:
    assert isinstance(judge_change(document(status="SUBMITTED"), **DEARER), Ready)


def test_xeros_own_rules_are_a_choice() -> None:
    context = make_context(make_mapping(policies={"lock": "xero"}))
    assert isinstance(judge_change(document(status="AUTHORISED"), context, **DEARER), Ready)
    paid = document(status="PAID", amount_paid=Decimal("20.34"))
    assert codes(judge_change(paid, context, **DEARER).reasons) == ["locked_in_xero"]
    assert isinstance(judge_change(paid, context, Purchase_Order="PO 7"), Ready)


@pytest.mark.parametrize("status", ["VOIDED", "DELETED"])
def test_an_invoice_that_a_person_ended_is_not_made_again(status: str) -> None:
    verdict = judge_change(document(status=status), **DEARER)
    assert (verdict.outcome, codes(verdict.reasons)) == (Outcome.LOCKED, ["ended_in_xero"])


@pytest.mark.parametrize("dated", ["2010-11-01", "2011-01-01"])
def test_the_old_and_the_new_date_must_be_after_the_lock_date(dated: str) -> None:
    context = make_context(reference=make_reference(period_lock_date=date(2010, 12, 15)))
    assert codes(judge_change(context=context, Invoice_Date=dated).reasons) == ["period_locked"]


def test_a_new_date_in_a_closed_period_is_held() -> None:
    context = make_context(reference=make_reference(end_of_year_lock_date=date(2010, 11, 15)))
    assert isinstance(judge_change(context=context, Invoice_Date="2010-12-24"), Ready)
    assert codes(judge_change(context=context, Invoice_Date="2010-11-15").reasons) == ["period_locked"]


def test_a_field_that_both_sides_changed_is_held() -> None:
    now = read_document(Lane.SALES_INVOICES, {**ANSWER, "Reference": "by a person"}, KEY)
    assert codes(judge_change(now, Purchase_Order="by sales").reasons) == ["changed_in_xero"]


@pytest.mark.parametrize("status", ["DRAFT", "PAID"])
def test_both_sides_making_the_same_change_need_nothing_sent_and_lock_nothing(status: str) -> None:
    now = read_document(Lane.SALES_INVOICES, {**ANSWER, "Reference": "PO 7", "Status": status}, KEY)
    verdict = judge_change(now, Purchase_Order="PO 7")
    assert isinstance(verdict, Unchanged)
    assert verdict.facts.xero_field_digests == now.field_digests


def test_of_two_changes_the_one_that_xero_shows_already_is_not_sent() -> None:
    now = read_document(Lane.SALES_INVOICES, {**ANSWER, "Reference": "PO 7"}, KEY)
    verdict = judge_change(now, Purchase_Order="PO 7", **DEARER)
    assert isinstance(verdict, Ready)
    assert "Reference" not in (verdict.element or {})


def test_what_only_xero_changed_stays() -> None:
    now = read_document(Lane.SALES_INVOICES, {**ANSWER, "Reference": "by a person"}, KEY)
    verdict = judge_change(now, **DEARER)
    assert isinstance(verdict, Ready)
    assert "Reference" not in (verdict.element or {})


def test_a_status_is_sent_only_when_the_crms_status_changed() -> None:
    approving = {"Approved": "DRAFT", "Delivered": "AUTHORISED"}
    context = make_context(make_mapping(statuses={"invoices": approving}))
    due = read_document(Lane.SALES_INVOICES, {**ANSWER, "DueDate": "/Date(1293840000000+0000)/"}, KEY)
    verdict = judge_change(due, context=context, Status="Delivered")
    assert isinstance(verdict, Ready)
    assert verdict.element == {"InvoiceID": INVOICE_ID, "Status": "AUTHORISED"}
    remapped = make_context(make_mapping(statuses={"invoices": {"Approved": "AUTHORISED"}}))
    assert isinstance(judge_change(context=remapped), Unchanged)


def test_a_new_status_with_the_same_meaning_is_remembered_and_not_sent() -> None:
    verdict = judge_change(Status="Delivered")
    assert isinstance(verdict, Unchanged)
    assert verdict.facts.crm_status == "Delivered"


def test_an_approved_document_takes_no_lower_status() -> None:
    assert isinstance(judge_change(document(status="AUTHORISED"), Status="Delivered"), Unchanged)


@pytest.mark.parametrize(("changes", "word"), [({"Status": "Canceled"}, "canceled"), ({"deleted": True}, "deleted")])
def test_what_ended_in_the_crm_is_told_and_not_touched(changes: dict[str, Any], word: str) -> None:
    verdict = judge_change(**changes)
    assert (verdict.outcome, codes(verdict.reasons)) == (Outcome.LOCKED, ["ended_in_crm"])
    assert verdict.reasons[0].facts["ended"] == word
    assert verdict.reasons[0].facts["due"] == "20.34"


@pytest.mark.parametrize(
    "now",
    [
        document(status="VOIDED"),
        document(status="DELETED"),
        document(status="PAID", amount_credited=Decimal("20.34"), amount_due=Decimal(0)),
    ],
)
def test_ended_on_both_sides_needs_nobody(now: LedgerDocument) -> None:
    assert isinstance(judge_change(now, Status="Canceled"), Unchanged)


def test_canceled_but_paid_still_needs_somebody() -> None:
    paid = document(status="PAID", amount_paid=Decimal("20.34"), amount_due=Decimal(0))
    assert codes(judge_change(paid, Status="Canceled").reasons) == ["ended_in_crm"]


def test_a_changed_document_from_before_the_start_date_is_left_alone() -> None:
    context = make_context(start=date(2011, 1, 1))
    verdict = judge_change(context=context, Purchase_Order="PO 7")
    assert isinstance(verdict, Skipped)
    assert codes(verdict.reasons) == ["before_start_date"]


def test_a_blanked_reference_erases_nothing() -> None:
    assert isinstance(judge_change(Subject=None), Unchanged)


def test_a_new_customer_that_is_not_there_yet_is_waited_for() -> None:
    verdict = judge_change(Account_Name={"id": "101"})
    assert isinstance(verdict, WaitsFor)
    assert verdict.parents == (ParentRef(make_invoice().module.ACCOUNTS, "101"),)


def test_a_new_products_line_waits_for_its_item() -> None:
    record = make_invoice(**DEARER)
    parents = {**linked_parents(), PRODUCT: ParentView(ParentState.STAGED)}
    given = JudgeInput(record, LINK, LedgerHits(documents=(document(),)), parents)
    assert isinstance(judge(given, CONTEXT), WaitsFor)


def test_a_new_number_that_xero_has_is_held() -> None:
    hits = LedgerHits(documents=(document(), ledger_invoice("7", xero_id="other")))
    given = JudgeInput(make_invoice(Invoice_Number="7"), LINK, hits, linked_parents())
    verdict = judge(given, CONTEXT)
    assert isinstance(verdict, Held)
    assert codes(verdict.reasons) == ["number_taken_in_xero"]


def test_an_adopted_document_is_unchanged_until_the_crm_changes() -> None:
    hits = LedgerHits(documents=(ledger_invoice(),))
    ready = judge(give(make_invoice(), hits=hits), CONTEXT)
    assert isinstance(ready, Ready)
    link = Link(INVOICE_ID, ready.digest, "DRAFT", ready.facts)
    assert isinstance(judge_change(ledger_invoice(), link=link), Unchanged)
    update = judge_change(ledger_invoice(), link=link, **DEARER)
    assert isinstance(update, Ready)
    assert update.element is not None
    assert "LineItemID" not in update.element["LineItems"][0]


def test_a_due_date_that_xero_fills_in_is_no_change_of_ours() -> None:
    answer = {**ANSWER, "DueDate": "/Date(1293840000000+0000)/"}
    facts = agree(Lane.SALES_INVOICES, LINK.facts, answer, KEY)
    assert isinstance(
        judge_change(read_document(Lane.SALES_INVOICES, answer, KEY), link=replace(LINK, facts=facts)), Unchanged
    )


def test_what_we_send_and_what_xero_answers_have_one_digest() -> None:
    ours, theirs = LINK.facts.field_digests, digest_fields(pick_document_fields(ANSWER), KEY)
    assert ours == theirs == LINK.facts.xero_field_digests


@pytest.mark.parametrize(("status", "code"), [(None, "status_blank"), ("Shipped", "status_unmapped")])
def test_a_changed_document_of_unknown_status_is_held(status: str | None, code: str) -> None:
    assert codes(judge_change(Status=status, **DEARER).reasons) == [code]


def test_reference_data_is_needed_before_a_linked_document_is_mapped() -> None:
    verdict = judge_change(context=replace(CONTEXT, reference=None))
    assert isinstance(verdict, Needs)
    assert verdict.what == {Need.REFERENCE}


def test_whether_an_ended_document_is_gone_is_asked_of_xero() -> None:
    verdict = judge_change(context=make_context(swept=frozenset()), Status="Canceled")
    assert isinstance(verdict, Needs)
    assert verdict.what == {Need.SWEEP}


def test_a_total_that_became_negative_is_held() -> None:
    lines = [make_line(Quantity=Decimal(-6))]
    assert codes(judge_change(lines=lines, Grand_Total=Decimal("-20.34")).reasons) == ["negative_total"]


def test_a_new_number_that_two_crm_records_have_is_held() -> None:
    given = JudgeInput(
        make_invoice(Invoice_Number="7"),
        LINK,
        LedgerHits(documents=(document(),)),
        linked_parents(),
        siblings=(Sibling("301"),),
    )
    verdict = judge(given, CONTEXT)
    assert isinstance(verdict, Held)
    assert codes(verdict.reasons) == ["number_twice_in_crm"]


def test_a_document_without_its_number_is_held() -> None:
    assert codes(judge_change(Invoice_Number=None, **DEARER).reasons) == ["number_missing"]


def test_a_locked_document_is_told_all_its_faults_too() -> None:
    verdict = judge_change(document(status="PAID"), Currency="EUR", **DEARER)
    assert codes(verdict.reasons) == ["locked_in_xero", "currency_not_enabled"]
    assert verdict.outcome is Outcome.LOCKED


def test_a_part_paid_invoice_takes_only_its_header_under_xeros_own_rules() -> None:
    context = make_context(make_mapping(policies={"lock": "xero"}))
    part_paid = document(status="AUTHORISED", amount_paid=Decimal(5))
    assert codes(judge_change(part_paid, context, **DEARER).reasons) == ["locked_in_xero"]
    part_credited = document(status="AUTHORISED", amount_credited=Decimal(5))
    assert codes(judge_change(part_credited, context, **DEARER).reasons) == ["locked_in_xero"]


def test_the_customer_of_a_credited_invoice_stays() -> None:
    context = make_context(make_mapping(policies={"lock": "xero"}))
    other = ParentRef(make_invoice().module.ACCOUNTS, "101")
    parents = {**linked_parents(), other: ParentView(ParentState.LINKED, "other contact")}
    record = make_invoice(Account_Name={"id": "101"})
    for now, verdict in (
        (document(status="AUTHORISED", amount_paid=Decimal(5)), Ready),
        (document(status="AUTHORISED", amount_credited=Decimal(5)), Held),
    ):
        given = JudgeInput(record, LINK, LedgerHits(documents=(now,)), parents)
        assert isinstance(judge(given, context), verdict)


def test_canceled_and_partly_paid_needs_somebody_though_nothing_is_due() -> None:
    settled = document(status="PAID", amount_paid=Decimal("10.34"), amount_credited=Decimal(10), amount_due=Decimal(0))
    assert codes(judge_change(settled, Status="Canceled").reasons) == ["ended_in_crm"]


def test_a_date_that_xero_has_in_a_closed_period_is_held() -> None:
    context = make_context(reference=make_reference(period_lock_date=date(2010, 11, 15)))
    moved = document(dated=date(2010, 11, 10))
    assert codes(judge_change(moved, context, Purchase_Order="PO 7").reasons) == ["period_locked"]


def test_a_document_read_without_its_lines_shows_no_conflict() -> None:
    assert isinstance(judge_change(document(field_digests=None, lines=None), **DEARER), Ready)


@pytest.mark.parametrize(("status", "outcome"), [("AUTHORISED", Held), ("DRAFT", Ready), (None, Ready)])
def test_the_status_last_seen_counts_where_the_sweep_shows_nothing(status: str | None, outcome: type) -> None:
    given = JudgeInput(make_invoice(**DEARER), replace(LINK, status=status), parents=linked_parents())
    assert isinstance(judge(given, CONTEXT), outcome)


def test_the_new_date_is_remembered() -> None:
    verdict = judge_change(Invoice_Date="2010-12-24")
    assert isinstance(verdict, Ready)
    assert (verdict.facts.dated, verdict.changed_fields) == (date(2010, 12, 24), ("Date",))


def test_an_ended_documents_digest_stays() -> None:
    verdict = judge_change(document(status="VOIDED"), Status="Canceled")
    assert isinstance(verdict, Unchanged)
    assert (verdict.digest, verdict.facts) == (LINK.agreed_digest, LINK.facts)


def test_canceled_with_nothing_due_and_nothing_credited_needs_somebody() -> None:
    assert codes(judge_change(document(amount_due=Decimal(0)), Status="Canceled").reasons) == ["ended_in_crm"]


def test_a_changed_document_of_the_start_date_goes() -> None:
    assert isinstance(judge_change(context=make_context(start=date(2010, 12, 1)), Purchase_Order="PO 7"), Ready)


def test_an_update_names_what_changed() -> None:
    context = make_context(make_mapping(statuses={"invoices": {"Approved": "DRAFT", "Delivered": "SUBMITTED"}}))
    verdict = judge_change(context=context, Status="Delivered", Due_Date="2010-12-31")
    assert verdict.changed_fields == ("DueDate", "Status")
    assert judge_change(**DEARER).changed_fields == ("LineAmounts",)


def test_another_product_at_the_same_price_is_a_change() -> None:
    other = ParentRef(PRODUCT.module, "201")
    parents = {**linked_parents(), other: ParentView(ParentState.LINKED, "i", LinkFacts(code="other"))}
    record = make_invoice(lines=[make_line(Product_Name={"id": "201"})])
    verdict = judge(JudgeInput(record, LINK, LedgerHits(documents=(document(),)), parents), CONTEXT)
    assert isinstance(verdict, Ready)
    assert verdict.element is not None
    assert verdict.element["LineItems"][0]["ItemCode"] == "other"


def test_a_total_that_became_zero_is_still_updated() -> None:
    lines = [make_line(List_Price=Decimal(0))]
    assert isinstance(judge_change(lines=lines, Grand_Total=Decimal(0)), Ready)
