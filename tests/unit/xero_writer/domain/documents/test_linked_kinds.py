"""Updates of bills, orders and quotes, and what lines keep of Xero's."""

from decimal import Decimal
from typing import Any

import pytest
from tests.unit.xero_writer.domain.documents.linked_rows import judge_again, link_document, read_answer
from tests.unit.xero_writer.domain.made_rows import (
    INVOICE_ID,
    codes,
    ledger_bill,
    make_context,
    make_invoice,
    make_line,
    make_mapping,
    make_order,
    make_quote,
    make_reference,
)

from sync_kit.contracts.vocabulary import Outcome
from xero_writer.domain.document_kinds import XeroKind
from xero_writer.domain.rows import Decision, DecisionKind, Sibling, StagedRecord
from xero_writer.domain.verdicts import Held, Ready, Skipped, Unchanged

DEARER: dict[str, Any] = {"lines": [make_line(Quantity=Decimal(7))], "Grand_Total": Decimal("23.73")}
ORDERS = make_context(make_mapping(policies={"purchase_orders_as": "purchase_order"}))
OPEN = make_context(make_mapping(policies={"lock": "xero"}))


@pytest.mark.parametrize(
    ("record", "dearer", "id_field", "kind"),
    [
        (make_order(), make_order(**DEARER), "PurchaseOrderID", XeroKind.PURCHASE_ORDER),
        (make_quote(), make_quote(**DEARER), "QuoteID", XeroKind.QUOTE),
    ],
)
def test_each_kind_is_updated_by_its_own_id(
    record: StagedRecord, dearer: StagedRecord, id_field: str, kind: XeroKind
) -> None:
    link, answer = link_document(record, ORDERS)
    now = read_answer(link, answer)
    assert isinstance(judge_again(record, link, now, context=ORDERS), Unchanged)
    verdict = judge_again(dearer, link, now, context=ORDERS)
    assert isinstance(verdict, Ready)
    assert verdict.element is not None
    assert verdict.element[id_field] == INVOICE_ID
    assert [line["LineItemID"] for line in verdict.element["LineItems"]] == ["line-0"]
    assert (verdict.kind, verdict.status, verdict.facts.kind) == (kind, "DRAFT", kind)


QUOTE_LINK, QUOTE_ANSWER = link_document(make_quote())


def judge_quote(record: StagedRecord, context: Any = None, decision: Decision | None = None, **xero: Any) -> Any:
    now = read_answer(QUOTE_LINK, QUOTE_ANSWER, **xero)
    return judge_again(record, QUOTE_LINK, now, context=context or make_context(), decision=decision)


def test_a_quotes_update_carries_its_whole_header_since_what_is_left_out_is_cleared() -> None:
    verdict = judge_quote(make_quote(Subject="Lamps"), Date="2010-12-09T00:00:00")
    assert verdict.element == {
        "QuoteID": INVOICE_ID,
        "Contact": QUOTE_ANSWER["Contact"],
        "Date": "2010-12-09",
        "Title": "Lamps",
        "ExpiryDate": "2010-12-31",
        "LineAmountTypes": "EXCLUSIVE",
    }
    assert verdict.changed_fields == ("Title",)


@pytest.mark.parametrize("xero", [{"Terms": "by a person"}, {"BrandingThemeID": "theirs"}, {"Title": "by a person"}])
def test_what_a_person_wrote_on_a_quote_is_never_cleared_without_asking(xero: dict[str, Any]) -> None:
    later = make_quote(Valid_Till="2011-01-31")
    assert codes(judge_quote(later, **xero).reasons) == ["changed_in_xero"]
    kept = judge_quote(later, decision=Decision(DecisionKind.KEEP_XERO), **xero)
    assert isinstance(kept, Unchanged)
    ours = judge_quote(later, decision=Decision(DecisionKind.KEEP_CRM), **xero)
    assert ours.element["ExpiryDate"] == "2011-01-31"


def test_sending_a_quote_that_a_person_changed_is_asked_about_too() -> None:
    context = make_context(make_mapping(statuses={"quotes": {"Confirmed": "DRAFT", "Delivered": "SENT"}}))
    delivered = make_quote(Quote_Stage="Delivered")
    assert judge_quote(delivered, context).element["Status"] == "SENT"
    assert codes(judge_quote(delivered, context, Terms="by a person").reasons) == ["changed_in_xero"]
    kept = judge_quote(delivered, context, Decision(DecisionKind.KEEP_XERO), Terms="by a person")
    assert isinstance(kept, Unchanged)


def test_the_rate_of_a_document_that_xero_has_is_not_looked_at() -> None:
    mapping = make_mapping(policies={"currency_rate": "crm"})
    record = {"Currency": "USD", "Exchange_Rate": Decimal("1.25")}
    link, answer = link_document(make_invoice(**record), make_context(mapping))
    assert answer["CurrencyRate"] == Decimal("1.25")
    context = make_context(mapping, make_reference(rates={"USD": Decimal("1.25")}))
    changed = make_invoice(**{**record, "Exchange_Rate": Decimal("0.8")}, Purchase_Order="7")
    verdict = judge_again(changed, link, read_answer(link, answer), context=context)
    assert verdict.element == {"InvoiceID": INVOICE_ID, "Reference": "7"}


@pytest.mark.parametrize("xero", [{"AmountPaid": Decimal(5)}, {"AmountCredited": Decimal(5)}])
def test_a_part_paid_bill_is_locked_whatever_the_policy(xero: dict[str, Any]) -> None:
    link, answer = link_document(make_order(), OPEN)
    now = read_answer(link, answer, Status="AUTHORISED", **xero)
    verdict = judge_again(make_order(Due_Date="2011-01-31"), link, now, context=OPEN)
    assert isinstance(verdict, Held)
    assert (verdict.outcome, codes(verdict.reasons)) == (Outcome.LOCKED, ["locked_in_xero"])


def test_a_bill_stays_a_bill_when_new_orders_go_otherwise() -> None:
    link, answer = link_document(make_order())
    assert isinstance(judge_again(make_order(), link, read_answer(link, answer), context=ORDERS), Unchanged)
    verdict = judge_again(make_order(**DEARER), link, read_answer(link, answer), context=ORDERS)
    assert verdict.element["InvoiceID"] == INVOICE_ID


def test_a_bills_new_number_is_taken_only_where_its_supplier_has_it() -> None:
    link, answer = link_document(make_order())
    renumbered, now = make_order(PO_Number="9"), read_answer(link, answer)
    elsewhere = ledger_bill("9", xero_id="other", contact_id="somebody else")
    siblings = (Sibling("301"),)
    assert isinstance(judge_again(renumbered, link, now, elsewhere, siblings=siblings), Ready)
    same = ledger_bill("9", xero_id="other")
    assert codes(judge_again(renumbered, link, now, same).reasons) == ["number_taken_in_xero"]


def test_lines_keep_the_tracking_that_xero_has() -> None:
    context = make_context(make_mapping(tracking={"invoices": [{"category": "Region", "default": "North"}]}))
    link, answer = link_document(make_invoice(), context)
    tracking = [{"Name": "Region", "Option": "South", "TrackingCategoryID": "c", "TrackingOptionID": "o"}]
    retracked = read_answer(link, answer, LineItems=[{**answer["LineItems"][0], "Tracking": tracking}])
    assert isinstance(judge_again(make_invoice(), link, retracked, context=context), Unchanged)
    verdict = judge_again(make_invoice(**DEARER), link, retracked, context=context)
    assert verdict.element["LineItems"][0]["Tracking"] == [{"TrackingCategoryID": "c", "TrackingOptionID": "o"}]
    bare = read_answer(link, answer, LineItems=[{**answer["LineItems"][0], "Tracking": []}])
    assert "Tracking" not in judge_again(make_invoice(**DEARER), link, bare, context=context).element["LineItems"][0]


def test_a_bills_status_follows_the_crm_only_with_consent() -> None:
    statuses = {"purchase_orders": {"Delivered": "DRAFT", "Checked": "AUTHORISED"}}
    link, answer = link_document(make_order(Due_Date="2010-12-31"))
    now = read_answer(link, answer)
    record = make_order(Status="Checked", Due_Date="2010-12-31")
    assert isinstance(judge_again(record, link, now, context=make_context(make_mapping(statuses=statuses))), Unchanged)
    agreed = make_context(make_mapping(statuses=statuses, policies={"bills_beyond_draft": True}))
    verdict = judge_again(record, link, now, context=agreed)
    assert (verdict.element["Status"], verdict.status) == ("AUTHORISED", "AUTHORISED")


def test_an_approval_without_a_due_date_is_held_for_a_linked_document_too() -> None:
    statuses = {"invoices": {"Approved": "DRAFT", "Delivered": "AUTHORISED"}}
    link, answer = link_document(make_invoice())
    context = make_context(make_mapping(statuses=statuses))
    verdict = judge_again(make_invoice(Status="Delivered"), link, read_answer(link, answer), context=context)
    assert isinstance(verdict, Held)
    assert codes(verdict.reasons) == ["due_date_missing"]
    due = judge_again(
        make_invoice(Status="Delivered", Due_Date="2010-12-31"), link, read_answer(link, answer), context=context
    )
    assert due.element == {"InvoiceID": INVOICE_ID, "DueDate": "2010-12-31", "Status": "AUTHORISED"}


def test_a_changed_document_from_before_the_start_date_is_left_alone() -> None:
    link, _ = link_document(make_invoice())
    skipped = judge_again(make_invoice(Invoice_Date="2009-01-01"), link)
    assert isinstance(skipped, Skipped)
    assert codes(skipped.reasons) == ["before_start_date"]
