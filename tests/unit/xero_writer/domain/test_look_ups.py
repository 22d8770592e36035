"""Asking by business key, and telling ours from somebody else's."""

from typing import Any

import pytest

from xero_writer.domain.lanes import Lane
from xero_writer.domain.look_ups import explain_not_ours, explain_two, is_ours, list_found, list_look_ups

SENT = {
    "InvoiceNumber": "7",
    "Url": "https://crm/tab/Invoices/300",
    "Contact": {"ContactID": "c"},
    "Date": "2010-12-01",
}
FOUND: dict[str, Any] = {**SENT, "Type": "ACCREC", "Status": "DRAFT", "Date": "/Date(1291161600000+0000)/"}


def test_forty_invoice_numbers_travel_in_one_call() -> None:
    look_ups = list_look_ups(Lane.SALES_INVOICES, [str(number) for number in range(90)])
    assert [len(one.business_keys) for one in look_ups] == [40, 40, 10]
    assert look_ups[2].query["InvoiceNumbers"] == ",".join(str(number) for number in range(80, 90))


def test_invoices_are_asked_for_with_their_lines() -> None:
    # Xero answers unpaged lists without lines.
    assert list_look_ups(Lane.SALES_INVOICES, ["7"])[0].query["page"] == "1"


def test_long_numbers_do_not_make_the_address_too_long() -> None:
    look_ups = list_look_ups(Lane.SALES_INVOICES, [f"{number:0200d}" for number in range(20)])
    assert all(len(one.query["InvoiceNumbers"]) <= 1500 for one in look_ups)
    assert sum(len(one.business_keys) for one in look_ups) == 20


def test_a_number_with_a_comma_is_asked_for_by_itself() -> None:
    look_ups = list_look_ups(Lane.SALES_INVOICES, ['7,"8', "9"])
    assert [one.business_keys for one in look_ups] == [("9",), ('7,"8',)]
    assert look_ups[1].query["where"] == 'Type=="ACCREC" AND InvoiceNumber=="7,\\"8"'


@pytest.mark.parametrize(
    ("lane", "key", "path"),
    [
        (Lane.CONTACTS, "100", "Contacts/100"),
        (Lane.PURCHASE_ORDERS, "PO-1", "PurchaseOrders/PO-1"),
        (Lane.ITEMS, "a/b c", "Items/a%2Fb%20c"),
    ],
)
def test_contacts_items_and_orders_are_asked_for_one_by_one(lane: Lane, key: str, path: str) -> None:
    assert [one.path for one in list_look_ups(lane, [key])] == [path]


def test_bills_of_the_same_number_are_passed_over() -> None:
    rows = [FOUND, {**FOUND, "Type": "ACCPAY"}, {**FOUND, "InvoiceNumber": "8"}]
    assert list_found(Lane.SALES_INVOICES, "7", rows) == [FOUND]


@pytest.mark.parametrize(
    ("changes", "ours"),
    [
        ({}, True),
        ({"Url": "https://crm/tab/Invoices/999"}, False),
        ({"Url": None}, False),
        ({"Status": "VOIDED"}, False),
        ({"Status": "DELETED"}, False),
        ({"InvoiceNumber": "8"}, False),
        ({"Status": "AUTHORISED"}, True),
    ],
)
def test_an_invoice_is_ours_by_number_and_link(changes: dict[str, Any], ours: bool) -> None:
    assert is_ours(Lane.SALES_INVOICES, SENT, {**FOUND, **changes}) is ours


@pytest.mark.parametrize(
    ("changes", "ours"),
    [({}, True), ({"Contact": {"ContactID": "d"}}, False), ({"Date": "/Date(1291248000000+0000)/"}, False)],
)
def test_without_a_link_contact_and_date_speak(changes: dict[str, Any], ours: bool) -> None:
    sent = {name: value for name, value in SENT.items() if name != "Url"}
    assert is_ours(Lane.SALES_INVOICES, sent, {**FOUND, **changes}) is ours


def test_contacts_and_items_are_ours_by_their_key() -> None:
    assert is_ours(Lane.CONTACTS, {"ContactNumber": "1"}, {"ContactNumber": "1"})
    assert not is_ours(Lane.CONTACTS, {"ContactNumber": "1"}, {"ContactNumber": "2"})
    assert is_ours(Lane.ITEMS, {"Code": "a"}, {"Code": "a"})
    assert not is_ours(Lane.ITEMS, {"Code": "a"}, {"Code": "A"})


@pytest.mark.parametrize(
    ("lane", "found", "code"),
    [
        (Lane.SALES_INVOICES, [FOUND], "number_taken_in_xero"),
        (Lane.SALES_INVOICES, [], "number_taken_in_xero"),
        (Lane.SALES_INVOICES, [FOUND, FOUND], "number_taken_in_xero"),
        (Lane.CONTACTS, [{}, {}], "ambiguous_match"),
        (Lane.ITEMS, [{}], "item_code_taken"),
        (Lane.CONTACTS, [], "name_taken"),
    ],
)
def test_what_is_not_ours_is_explained(lane: Lane, found: list[dict[str, Any]], code: str) -> None:
    assert explain_not_ours(lane, {**SENT, "Code": "a"}, found, "Record 1").code == code


def test_a_voided_document_of_the_number_is_named_as_such() -> None:
    reason = explain_not_ours(Lane.SALES_INVOICES, SENT, [{**FOUND, "Status": "VOIDED"}], "Invoice 7")
    assert "voided" in reason.facts["difference"]


BILL: dict[str, Any] = {**FOUND, "Type": "ACCPAY", "Url": "https://crm/tab/Purchase_Orders/400", "InvoiceID": "b"}


def test_bills_are_asked_for_by_number_and_type() -> None:
    [look_up] = list_look_ups(Lane.BILLS, ["7", "8"])
    assert look_up.query["InvoiceNumbers"] == "7,8"
    assert look_up.query["where"] == 'Type=="ACCPAY"'
    assert list_found(Lane.BILLS, "7", [FOUND, BILL]) == [BILL]


@pytest.mark.parametrize(
    ("changes", "ours"),
    [
        ({}, True),
        ({"Contact": {"ContactID": "d"}}, False),
        ({"Url": "https://crm/tab/Purchase_Orders/401"}, False),
        ({"Status": "DELETED"}, False),
    ],
)
def test_a_bill_is_ours_by_contact_number_and_link(changes: dict[str, Any], ours: bool) -> None:
    assert is_ours(Lane.BILLS, BILL, {**BILL, **changes}) is ours


def test_quotes_are_asked_for_by_a_filter() -> None:
    assert [one.query["QuoteNumber"] for one in list_look_ups(Lane.QUOTES, ["Q-1", "Q-2"])] == ["Q-1", "Q-2"]


def test_an_order_that_carries_no_link_is_ours_by_contact_date_and_reference() -> None:
    sent = {"PurchaseOrderNumber": "1", "Contact": {"ContactID": "c"}, "Date": "2010-12-01", "Reference": "R"}
    assert is_ours(Lane.PURCHASE_ORDERS, sent, {**sent, "Status": "DRAFT"})
    assert not is_ours(Lane.PURCHASE_ORDERS, sent, {**sent, "Status": "DRAFT", "Reference": "other"})


def test_two_of_our_bills_are_named_so_that_a_person_can_choose() -> None:
    reason = explain_two([BILL, {**BILL, "InvoiceID": "c", "Total": 5}], "Purchase order 7")
    assert reason.code == "two_in_xero"
    assert reason.facts["count"] == 2
    assert [choice["xero_id"] for choice in reason.facts["choices"]] == ["b", "c"]
