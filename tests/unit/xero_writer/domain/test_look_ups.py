"""Asking by business key, and telling ours from somebody else's."""

from typing import Any

import pytest

from sync_kit.contracts.vocabulary import Module
from xero_writer.domain.look_ups import explain_not_ours, is_ours, list_found, list_look_ups

SENT = {
    "InvoiceNumber": "7",
    "Url": "https://crm/tab/Invoices/300",
    "Contact": {"ContactID": "c"},
    "Date": "2010-12-01",
}
FOUND: dict[str, Any] = {**SENT, "Type": "ACCREC", "Status": "DRAFT", "Date": "/Date(1291161600000+0000)/"}


def test_forty_invoice_numbers_travel_in_one_call() -> None:
    look_ups = list_look_ups(Module.INVOICES, [str(number) for number in range(90)])
    assert [len(one.business_keys) for one in look_ups] == [40, 40, 10]
    assert look_ups[2].query["InvoiceNumbers"] == ",".join(str(number) for number in range(80, 90))


def test_invoices_are_asked_for_with_their_lines() -> None:
    # Xero answers unpaged lists without lines.
    assert list_look_ups(Module.INVOICES, ["7"])[0].query["page"] == "1"


def test_long_numbers_do_not_make_the_address_too_long() -> None:
    look_ups = list_look_ups(Module.INVOICES, [f"{number:0200d}" for number in range(20)])
    assert all(len(one.query["InvoiceNumbers"]) <= 1500 for one in look_ups)
    assert sum(len(one.business_keys) for one in look_ups) == 20


def test_a_number_with_a_comma_is_asked_for_by_itself() -> None:
    look_ups = list_look_ups(Module.INVOICES, ['7,"8', "9"])
    assert [one.business_keys for one in look_ups] == [("9",), ('7,"8',)]
    assert look_ups[1].query["where"] == 'InvoiceNumber=="7,\\"8"'


@pytest.mark.parametrize(
    ("module", "key", "path"),
    [
        (Module.ACCOUNTS, "100", "Contacts/100"),
        (Module.CONTACTS, "150", "Contacts/150"),
        (Module.PRODUCTS, "a/b c", "Items/a%2Fb%20c"),
    ],
)
def test_contacts_and_items_are_asked_for_one_by_one(module: Module, key: str, path: str) -> None:
    assert [one.path for one in list_look_ups(module, [key])] == [path]


def test_bills_of_the_same_number_are_passed_over() -> None:
    body = {"Invoices": [FOUND, {**FOUND, "Type": "ACCPAY"}, {**FOUND, "InvoiceNumber": "8"}]}
    assert list_found(Module.INVOICES, "7", body) == [FOUND]
    assert list_found(Module.INVOICES, "7", {"Invoices": None}) == []


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
    assert is_ours(Module.INVOICES, SENT, {**FOUND, **changes}) is ours


@pytest.mark.parametrize(
    ("changes", "ours"),
    [({}, True), ({"Contact": {"ContactID": "d"}}, False), ({"Date": "/Date(1291248000000+0000)/"}, False)],
)
def test_without_a_link_contact_and_date_speak(changes: dict[str, Any], ours: bool) -> None:
    sent = {name: value for name, value in SENT.items() if name != "Url"}
    assert is_ours(Module.INVOICES, sent, {**FOUND, **changes}) is ours


def test_contacts_and_items_are_ours_by_their_key() -> None:
    assert is_ours(Module.CONTACTS, {"ContactNumber": "1"}, {"ContactNumber": "1"})
    assert not is_ours(Module.CONTACTS, {"ContactNumber": "1"}, {"ContactNumber": "2"})
    assert is_ours(Module.PRODUCTS, {"Code": "a"}, {"Code": "a"})
    assert not is_ours(Module.PRODUCTS, {"Code": "a"}, {"Code": "A"})


@pytest.mark.parametrize(
    ("module", "found", "code"),
    [
        (Module.INVOICES, [FOUND], "number_taken_in_xero"),
        (Module.INVOICES, [], "number_taken_in_xero"),
        (Module.INVOICES, [FOUND, FOUND], "ambiguous_match"),
        (Module.PRODUCTS, [{}], "item_code_taken"),
        (Module.ACCOUNTS, [], "name_taken"),
    ],
)
def test_what_is_not_ours_is_explained(module: Module, found: list[dict[str, Any]], code: str) -> None:
    assert explain_not_ours(module, {**SENT, "Code": "a"}, found, "Record 1").code == code


def test_a_voided_document_of_the_number_is_named_as_such() -> None:
    reason = explain_not_ours(Module.INVOICES, SENT, [{**FOUND, "Status": "VOIDED"}], "Invoice 7")
    assert "voided" in reason.facts["difference"]
