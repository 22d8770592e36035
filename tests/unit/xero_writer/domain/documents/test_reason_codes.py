"""Each published reason of documents, brought about by the one thing that causes it."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from tests.unit.xero_writer.domain.documents.linked_rows import judge_again, link_document, read_answer
from tests.unit.xero_writer.domain.documents.mapped_lines import VAT
from tests.unit.xero_writer.domain.made_rows import (
    ACCOUNT,
    CONTACT_ID,
    KEY,
    PRODUCT,
    codes,
    give,
    ledger_bill,
    ledger_contact,
    ledger_invoice,
    linked_parents,
    make_context,
    make_invoice,
    make_line,
    make_mapping,
    make_order,
    make_reference,
)

from sync_kit.contracts.reason_catalogue import CATALOGUE
from sync_kit.contracts.reasons import Reason, ReasonKind
from xero_writer.domain.judge import judge
from xero_writer.domain.keys import url_key
from xero_writer.domain.link_facts import LinkFacts
from xero_writer.domain.rows import JudgeContext, LedgerDocument, LedgerHits, ParentState, ParentView, Sibling
from xero_writer.domain.verdicts import Verdict

DEARER: dict[str, Any] = {"lines": [make_line(Quantity=Decimal(7))], "Grand_Total": Decimal("23.73")}
LINK, ANSWER = link_document(make_invoice())
ORDER_URL = url_key("https://crm.zoho.eu/crm/org20001/tab/Purchase_Orders/300", KEY)
HELD = ParentView(ParentState.HELD, reasons=(Reason(code="contact_archived", facts={"record": "A"}),), text="A")


def first(context: JudgeContext | None = None, **changes: Any) -> Verdict:
    return judge(give(make_invoice(**changes)), context or make_context())


def mapped(header: dict[str, Any], **mapping: Any) -> Verdict:
    return first(make_context(make_mapping(**mapping)), **header)


def beside(*documents: LedgerDocument) -> Verdict:
    return judge(give(make_invoice(), hits=LedgerHits(documents=documents)), make_context())


def parent(ref: Any, view: ParentView, **changes: Any) -> Verdict:
    return judge(give(make_invoice(**changes), parents={**linked_parents(), ref: view}), make_context())


def taxed(total: str, percent: int = 20, name: str = "VAT", **changes: Any) -> dict[str, Any]:
    tax = [{"name": name, "percentage": Decimal(percent)}]
    return {"lines": [make_line(Line_Tax=tax)], "Grand_Total": Decimal(total), **changes}


def linked(record: Any, **xero: Any) -> Verdict:
    verdict: Verdict = judge_again(record, LINK, read_answer(LINK, ANSWER, **xero))
    return verdict


APPROVING = {"statuses": {"invoices": {"Approved": "AUTHORISED"}}}
IN_DOLLARS = {"Currency": "USD", "Exchange_Rate": Decimal("0.8")}
CAUSES: dict[str, Callable[[], Verdict]] = {
    "not_ticked": lambda: mapped({"Add": False}, gates={"invoices": "Add"}),
    "status_waits": lambda: first(Status="Created"),
    "before_start_date": lambda: first(Invoice_Date="2009-12-31"),
    "canceled_before_sync": lambda: first(Status="Canceled"),
    "deleted_before_sync": lambda: first(deleted=True),
    "zero_total": lambda: first(Grand_Total=Decimal(0)),
    "crm_approval_pending": lambda: first(Record_Status__s="Draft"),
    "customer_missing": lambda: first(Account_Name=None),
    "supplier_missing": lambda: judge(give(make_order(Vendor_Name=None)), make_context()),
    "person_not_of_account": lambda: parent(
        ACCOUNT, ParentView(ParentState.LINKED, CONTACT_ID, LinkFacts(people=())), Contact_Name={"id": "9"}
    ),
    "lines_missing": lambda: first(lines=[]),
    "lines_incomplete": lambda: first(lines_complete=False, Sub_Total=Decimal(30)),
    "number_missing": lambda: first(Invoice_Number=None),
    "number_twice_in_crm": lambda: judge(give(make_invoice(), siblings=(Sibling("301"),)), make_context()),
    "date_missing": lambda: first(Invoice_Date=None),
    "due_date_missing": lambda: mapped({}, **APPROVING),
    "value_unusable": lambda: first(Invoice_Date="soon"),
    "value_left_out": lambda: first(lines=[make_line(Description="x" * 4001)]),
    "waits_for": lambda: parent(ACCOUNT, HELD),
    "status_blank": lambda: first(Status=None),
    "status_unmapped": lambda: first(Status="Shipped"),
    "account_missing": lambda: mapped({"lines": [make_line(Product_Name=None)]}, accounts={}),
    "account_unusable": lambda: mapped({"lines": [make_line(Product_Name=None)]}, accounts={"sales": "260"}),
    "tax_unmapped": lambda: first(**taxed("24.41", name="Other")),
    "tax_not_said": lambda: mapped({}, taxes={"untaxed_sales": None}),
    "tax_percent_differs": lambda: first(**taxed("22.37", percent=10)),
    "tax_not_allowed_here": lambda: mapped(taxed("24.41"), taxes={"sales": {"VAT": "INPUT2"}}),
    "tax_not_registered": lambda: first(make_context(reference=make_reference(pays_tax=False)), **taxed("24.41")),
    "tax_basis_unclear": lambda: first(**taxed("20.34")),
    "currency_not_enabled": lambda: first(Currency="EUR"),
    "rate_doubtful": lambda: first(
        make_context(make_mapping(policies={"currency_rate": "crm"}), make_reference(rates={"USD": Decimal("1.25")})),
        **IN_DOLLARS,
    ),
    "tracking_unknown": lambda: mapped({}, tracking={"invoices": [{"category": "Region", "default": "West"}]}),
    "mapping_broken": lambda: mapped({}, number_fields={"invoices": "Sales_Number"}),
    "number_taken_in_xero": lambda: beside(ledger_invoice(total=Decimal(1))),
    "ambiguous_match": lambda: beside(ledger_invoice(), ledger_invoice(xero_id="other")),
    "looks_already_entered": lambda: beside(ledger_invoice("HAND-1")),
    "contact_archived": lambda: judge(
        give(make_invoice(), hits=LedgerHits(contacts=(ledger_contact(status="ARCHIVED"),))), make_context()
    ),
    "contact_merged": lambda: parent(
        ACCOUNT,
        ParentView(ParentState.LINKED, CONTACT_ID, reasons=(Reason(code="contact_merged", facts={"record": "A"}),)),
    ),
    "two_in_xero": lambda: judge(
        give(
            make_order(),
            hits=LedgerHits(documents=tuple(ledger_bill(xero_id=each, url_key=ORDER_URL) for each in "ab")),
        ),
        make_context(),
    ),
    "cent_difference": lambda: first(Grand_Total=Decimal("20.35")),
    "total_differs": lambda: first(Grand_Total=Decimal("99.99")),
    "discount_alters_tax": lambda: first(**{**taxed("22.41"), "lines": [make_line(Line_Tax=VAT)]}, Discount=Decimal(2)),
    "negative_total": lambda: first(lines=[make_line(Quantity=Decimal(-6))], Grand_Total=Decimal("-20.34")),
    "locked_in_xero": lambda: linked(make_invoice(**DEARER), Status="PAID"),
    "period_locked": lambda: first(make_context(reference=make_reference(period_lock_date=date(2010, 12, 1)))),
    "changed_in_xero": lambda: linked(make_invoice(Purchase_Order="ours"), Reference="theirs"),
    "ended_in_xero": lambda: linked(make_invoice(**DEARER), Status="VOIDED"),
    "ended_in_crm": lambda: linked(make_invoice(Status="Canceled")),
}
ELSEWHERE = {
    "written_differs",
    *("not_used_yet", "person_name_missing", "primary_person_unclear", "product_code_missing", "product_code_clash"),
    *("name_taken", "item_code_taken"),
    *("item_unknown", "stock_short", "permission_missing", "plan_limit", "vendor_trouble", "refused_other"),
    *("needs_reauthorisation", "waiting_for_limit", "stalled"),
}
"""Codes of contacts and products, of Xero's refusals, and of connections: tested where they are made."""


@pytest.mark.parametrize("code", sorted(CAUSES))
def test_one_cause_brings_about_exactly_its_reason(code: str) -> None:
    verdict = CAUSES[code]()
    reasons = getattr(verdict, "reasons", None) or getattr(verdict, "warnings", ())
    assert codes(reasons) == [code]
    assert hasattr(verdict, "warnings") is (CATALOGUE[code].kind is ReasonKind.WARNING)


def test_every_published_code_is_brought_about_here_or_is_not_a_documents() -> None:
    assert CATALOGUE.keys() - CAUSES.keys() - ELSEWHERE == set()
    assert CAUSES.keys() <= CATALOGUE.keys()


def test_a_line_of_a_product_that_is_gone_names_no_reason() -> None:
    assert codes(getattr(parent(PRODUCT, ParentView(ParentState.GONE)), "warnings", ())) == []
