"""What each kind of document looks like in Xero, and what differs between them."""

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from tests.unit.xero_writer.domain.made_rows import (
    CONTACT_ID,
    PRODUCT,
    SUPPLIER_ID,
    VENDOR,
    codes,
    give,
    linked_parents,
    make_context,
    make_invoice,
    make_line,
    make_mapping,
    make_order,
    make_quote,
    make_reference,
    make_sales_order,
)

from sync_kit.contracts.vocabulary import Module
from xero_writer.domain.document_kinds import XeroKind
from xero_writer.domain.judge import find_document_kind, find_record_keys, judge
from xero_writer.domain.keys import number_key
from xero_writer.domain.link_facts import LinkFacts
from xero_writer.domain.rows import JudgeContext, Link, ParentState, ParentView, StagedRecord
from xero_writer.domain.verdicts import Action, Held, Ready

CONTEXT = make_context()
AS_ORDERS = make_context(make_mapping(policies={"purchase_orders_as": "purchase_order"}))
URL = "https://crm.zoho.eu/crm/org20001/tab"


def ready(record: StagedRecord, context: JudgeContext = CONTEXT, **changes: Any) -> Ready:
    verdict = judge(give(record, **changes), context)
    assert isinstance(verdict, Ready), verdict
    return verdict


def element_of(record: StagedRecord, context: JudgeContext = CONTEXT, **changes: Any) -> dict[str, Any]:
    return dict(ready(record, context, **changes).element or {})


def test_a_delivered_purchase_order_becomes_a_draft_bill() -> None:
    verdict = ready(make_order())
    assert (verdict.kind, verdict.status, verdict.facts.kind) == (XeroKind.BILL, "DRAFT", XeroKind.BILL)
    assert verdict.element == {
        "Type": "ACCPAY",
        "Contact": {"ContactID": SUPPLIER_ID},
        "InvoiceNumber": "PO-7",
        "Date": "2010-12-01",
        "CurrencyCode": "GBP",
        "Status": "DRAFT",
        "LineAmountTypes": "Exclusive",
        "Url": f"{URL}/Purchase_Orders/300",
        "LineItems": [
            {
                "Quantity": Decimal(6),
                "UnitAmount": Decimal("3.39"),
                "Description": "WHITE METAL LANTERN",
                "ItemCode": "71053",
                "AccountCode": "310",
                "TaxType": "NONE",
            }
        ],
    }


def test_a_purchase_order_may_become_a_purchase_order_of_xeros() -> None:
    verdict = ready(make_order(Due_Date="2010-12-24"), AS_ORDERS)
    element = dict(verdict.element or {})
    lines = element.pop("LineItems")
    assert element == {
        "Contact": {"ContactID": SUPPLIER_ID},
        "PurchaseOrderNumber": "PO-7",
        "Reference": "Lanterns",
        "Date": "2010-12-01",
        "DeliveryDate": "2010-12-24",
        "CurrencyCode": "GBP",
        "Status": "DRAFT",
        "LineAmountTypes": "Exclusive",
    }
    assert lines[0]["AccountCode"] == "310"
    assert verdict.kind is XeroKind.PURCHASE_ORDER


def test_a_confirmed_quote_becomes_a_draft_quote() -> None:
    verdict = ready(make_quote())
    element = dict(verdict.element or {})
    del element["LineItems"]
    assert element == {
        "Contact": {"ContactID": CONTACT_ID},
        "QuoteNumber": "Q-5",
        "Title": "Lanterns for the hall",
        "Date": "2010-12-01",
        "ExpiryDate": "2010-12-31",
        "CurrencyCode": "GBP",
        "Status": "DRAFT",
        "LineAmountTypes": "EXCLUSIVE",
    }
    assert verdict.business_key == "Q-5"


def test_a_sales_order_becomes_a_draft_invoice() -> None:
    element = element_of(make_sales_order())
    assert (element["Type"], element["InvoiceNumber"], element["Date"]) == ("ACCREC", "SO-3", "2010-12-01")
    assert element["Url"] == f"{URL}/Sales_Orders/300"


def test_what_has_no_date_of_its_own_has_the_day_of_its_making_in_its_own_offset() -> None:
    assert element_of(make_quote(Created_Time="2010-12-01T23:30:00-05:00"))["Date"] == "2010-12-01"
    verdict = judge(give(make_quote(Created_Time=None)), CONTEXT)
    assert isinstance(verdict, Held)
    assert codes(verdict.reasons) == ["date_missing"]


def test_a_bill_goes_by_the_suppliers_number_where_there_is_one() -> None:
    context = make_context(make_mapping(number_fields={"supplier_number": "Their_Number"}))
    assert element_of(make_order(Their_Number="S-99"), context)["InvoiceNumber"] == "S-99"
    assert element_of(make_order(Their_Number=None), context)["InvoiceNumber"] == "PO-7"
    bare = judge(give(make_order(Their_Number=None, PO_Number=None)), context)
    assert isinstance(bare, Held)
    assert codes(bare.reasons) == ["number_missing"]


def test_a_supplier_number_that_the_crm_does_not_send_is_a_broken_mapping() -> None:
    context = make_context(make_mapping(number_fields={"supplier_number": "Their_Number"}))
    verdict = judge(give(make_order()), context)
    assert isinstance(verdict, Held)
    assert codes(verdict.reasons) == ["mapping_broken"]


def test_xeros_purchase_orders_keep_our_own_number() -> None:
    mapping = make_mapping(
        number_fields={"supplier_number": "Their_Number"}, policies={"purchase_orders_as": "purchase_order"}
    )
    assert element_of(make_order(Their_Number="S-99"), make_context(mapping))["PurchaseOrderNumber"] == "PO-7"


@pytest.mark.parametrize(
    ("record", "code"),
    [
        (make_invoice(Account_Name=None), "customer_missing"),
        (make_quote(Account_Name=None), "customer_missing"),
        (make_sales_order(Account_Name=None), "customer_missing"),
        (make_order(Vendor_Name=None), "supplier_missing"),
    ],
)
def test_a_document_without_its_party_says_which(record: StagedRecord, code: str) -> None:
    verdict = judge(give(record), CONTEXT)
    assert isinstance(verdict, Held)
    assert codes(verdict.reasons) == [code]


def test_a_bill_has_the_suppliers_terms_and_the_organisations_for_bills() -> None:
    facts = LinkFacts(bill_terms_day=5, bill_terms_type="DAYSAFTERBILLDATE", terms_day=9, terms_type="OFFOLLOWINGMONTH")
    parents = {**linked_parents(), VENDOR: ParentView(ParentState.LINKED, SUPPLIER_ID, facts)}
    assert element_of(make_order(), parents=parents)["DueDate"] == "2010-12-06"
    assert "DueDate" not in element_of(make_order())


@pytest.mark.parametrize("record", [make_order(), make_quote()])
def test_orders_and_quotes_get_no_due_date_from_terms(record: StagedRecord) -> None:
    mapping = make_mapping(policies={"purchase_orders_as": "purchase_order", "due_days": 7})
    element = element_of(
        StagedRecord(record.module, "300", fields={**record.fields, "Valid_Till": None}), make_context(mapping)
    )
    assert not {"DueDate", "DeliveryDate", "ExpiryDate"} & element.keys()


def test_bills_stay_drafts_without_consent() -> None:
    statuses = {"purchase_orders": {"Delivered": "AUTHORISED"}}
    assert element_of(make_order(), make_context(make_mapping(statuses=statuses)))["Status"] == "DRAFT"
    agreed = make_context(make_mapping(statuses=statuses, policies={"bills_beyond_draft": True, "due_days": 30}))
    assert element_of(make_order(), agreed)["Status"] == "AUTHORISED"


def test_a_bill_that_is_approved_needs_a_due_date_and_names_its_supplier() -> None:
    mapping = make_mapping(
        statuses={"purchase_orders": {"Delivered": "AUTHORISED"}}, policies={"bills_beyond_draft": True}
    )
    verdict = judge(give(make_order()), make_context(mapping))
    assert isinstance(verdict, Held)
    assert codes(verdict.reasons) == ["due_date_missing"]
    assert verdict.reasons[0].facts["contact"] == "Lamps Ltd"


@pytest.mark.parametrize(("choice", "status"), [("SENT", "SENT"), ("DRAFT", "DRAFT"), ("AUTHORISED", "DRAFT")])
def test_quotes_are_drafts_or_sent(choice: str, status: str) -> None:
    context = make_context(make_mapping(statuses={"quotes": {"Confirmed": choice}}))
    assert element_of(make_quote(), context)["Status"] == status


def test_sent_is_no_status_of_an_invoice() -> None:
    context = make_context(make_mapping(statuses={"invoices": {"Approved": "SENT"}}))
    assert element_of(make_invoice(), context)["Status"] == "DRAFT"


@pytest.mark.parametrize("record", [make_quote(), make_order()])
def test_what_posts_nothing_needs_no_account(record: StagedRecord) -> None:
    mapping = make_mapping(accounts={}, policies={"purchase_orders_as": "purchase_order"})
    parents = linked_parents(account_code=None)
    assert "AccountCode" not in element_of(record, make_context(mapping), parents=parents)["LineItems"][0]


def test_a_bill_without_an_account_says_which_side_lacks_one() -> None:
    parents = linked_parents(account_code="200")
    verdict = judge(give(make_order(), parents=parents), make_context(make_mapping(accounts={})))
    assert isinstance(verdict, Held)
    assert codes(verdict.reasons) == ["account_missing"]
    assert verdict.reasons[0].facts["side"] == "purchases"


def test_a_bill_takes_the_items_purchase_account() -> None:
    parents = linked_parents(account_code="200", purchase_account_code="311")
    assert element_of(make_order(), parents=parents)["LineItems"][0]["AccountCode"] == "311"


def test_a_product_may_have_an_account_of_its_own_on_each_side() -> None:
    accounts = {"by_product": {"71053": {"sales": "205", "purchases": "311"}}}
    context = make_context(make_mapping(accounts=accounts))
    assert element_of(make_invoice(), context)["LineItems"][0]["AccountCode"] == "205"
    assert element_of(make_order(), context)["LineItems"][0]["AccountCode"] == "311"


def test_carriage_as_text_is_known_by_the_code_in_the_crms_lookup() -> None:
    context = make_context(make_mapping(accounts={"by_product": {"CARRIAGE": {"sales": "205"}}}))
    line = make_line(Product_Name={"id": "200", "name": "Carriage", "Product_Code": "CARRIAGE"})
    as_text = {**linked_parents(), PRODUCT: ParentView(ParentState.AS_TEXT, facts=LinkFacts(line_text="Carriage"))}
    assert element_of(make_invoice(lines=[line]), context, parents=as_text)["LineItems"][0]["AccountCode"] == "205"


def test_no_lock_date_holds_up_an_order_or_a_quote() -> None:
    locked = make_reference(period_lock_date=date(2011, 1, 1))
    for record in (make_quote(), make_order()):
        context = make_context(AS_ORDERS.mapping, reference=locked)
        assert isinstance(judge(give(record), context), Ready)
    bill = judge(give(make_order()), make_context(reference=locked))
    assert isinstance(bill, Held)
    assert codes(bill.reasons) == ["period_locked"]


def test_a_linked_document_keeps_the_kind_that_it_was_made_as() -> None:
    link = Link("x", facts=LinkFacts(kind=XeroKind.BILL))
    assert find_document_kind(make_order(), link, AS_ORDERS.mapping) is XeroKind.BILL
    assert find_document_kind(make_order(), None, AS_ORDERS.mapping) is XeroKind.PURCHASE_ORDER
    assert find_document_kind(make_invoice(), Link("x"), CONTEXT.mapping) is XeroKind.SALES_INVOICE
    assert find_document_kind(make_order(), Link("x"), AS_ORDERS.mapping) is XeroKind.BILL
    assert find_document_kind(StagedRecord(Module.PRODUCTS, "1"), None, CONTEXT.mapping) is None


def test_each_kind_is_found_by_its_number() -> None:
    key = CONTEXT.digest_key
    for record, number in ((make_order(), "PO-7"), (make_quote(), "Q-5"), (make_sales_order(), "SO-3")):
        assert find_record_keys(record, CONTEXT.mapping, key).business == number_key(number, key)


def test_mapped_fields_stand_over_the_defaults() -> None:
    fields = {
        "invoices": {"Reference": {"field": "Our_Ref"}, "DueDate": {"field": "Pay_By"}},
        "quotes": {"Terms": {"value": "30 days"}, "Date": {"field": "Quoted_On"}},
    }
    context = make_context(make_mapping(fields=fields))
    invoice = element_of(make_invoice(Our_Ref="R-1", Pay_By="2011-01-15"), context)
    assert (invoice["Reference"], invoice["DueDate"]) == ("R-1", "2011-01-15")
    verdict = ready(make_quote(Quoted_On="2010-12-05"), context)
    assert verdict.element is not None
    assert (verdict.element["Terms"], verdict.element["Date"]) == ("30 days", "2010-12-05")
    assert str(verdict.label.dated) == "2010-12-05"


def test_a_mapped_field_is_compared_too() -> None:
    context = make_context(make_mapping(fields={"quotes": {"Summary": {"field": "About"}}}))
    first = ready(make_quote(About="Lamps"), context)
    link = Link("q", first.digest, "DRAFT", first.facts)
    second = judge(give(make_quote(About="More lamps"), link=link), context)
    assert isinstance(second, Ready)
    assert second.action is Action.UPDATE
    assert second.changed_fields == ("Summary",)
