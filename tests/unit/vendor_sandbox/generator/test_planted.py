"""Every fault on purpose is really there, and nowhere else."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

import pytest
from tests.unit.vendor_sandbox.generator.conftest import Business

Json = dict[str, Any]


def find_names(invoice: Json) -> set[str]:
    return {tax["name"] for row in invoice["Invoiced_Items"] for tax in row["Line_Tax"]}


IN_INVOICES: dict[str, Callable[[Json], bool]] = {
    "status_unmapped": lambda one: one["Status"] == "Shipped",
    "status_blank": lambda one: one["Status"] is None,
    "no_due_date_on_approved": lambda one: one["Due_Date"] is None and one["Status"] == "Delivered",
    "no_customer": lambda one: one["Account_Name"] is None and one["Contact_Name"] is None,
    "approval_pending": lambda one: one["Record_Status__s"] != "Available",
    "zero_invoice": lambda one: one["Grand_Total"] == 0,
    "negative_total": lambda one: one["Grand_Total"] < 0,
    "discount_after_tax": lambda one: bool(one["Discount"]) and one["Tax"] > 0,
    "purchase_rate_on_sale": lambda one: "VAT 20% (capital)" in find_names(one),
    "currency_not_enabled": lambda one: one["Currency"] == "USD",
    "rate_upside_down": lambda one: one["Currency"] == "EUR" and one["Exchange_Rate"] < 1,
    "stock_short": lambda one: any(row["Product_Name"]["Product_Code"] == "TRK-02" for row in one["Invoiced_Items"]),
}


@pytest.mark.parametrize("kind", IN_INVOICES)
def test_the_fault_is_on_that_invoice_and_on_no_other(business: Business, kind: str) -> None:
    found = [invoice["id"] for invoice in business.list_crm("Invoices") if IN_INVOICES[kind](invoice)]
    planted = business.get_planted(kind)
    assert found == [planted["record_id"]]
    assert (planted["module"], planted["goes"], planted["holds"]) == ("Invoices", False, [])


def test_a_person_of_another_account_is_on_one_invoice(business: Business) -> None:
    accounts = {person["id"]: (person["Account_Name"] or {}).get("id") for person in business.list_crm("Contacts")}
    found = [
        invoice["id"]
        for invoice in business.list_crm("Invoices")
        if invoice["Account_Name"]
        and invoice["Contact_Name"]
        and accounts[invoice["Contact_Name"]["id"]] != invoice["Account_Name"]["id"]
    ]
    assert found == [business.get_planted("person_of_another_account")["record_id"]]


def test_one_product_has_no_code_and_holds_its_invoice(business: Business) -> None:
    planted = business.get_planted("no_code")
    codeless = [product["id"] for product in business.list_crm("Products") if product["Product_Code"] is None]
    assert codeless == [planted["record_id"]]
    assert find_documents_of_product(business, codeless[0]) == [one["record_id"] for one in planted["holds"]]


def find_documents_of_product(business: Business, product_id: str) -> list[str]:
    return [
        invoice["id"]
        for invoice in business.list_crm("Invoices")
        if any(row["Product_Name"]["id"] == product_id for row in invoice["Invoiced_Items"])
    ]


def test_two_codes_differ_by_capitals_alone(business: Business) -> None:
    products = business.list_crm("Products")
    codes = [(product["Product_Code"] or "").casefold() for product in products]
    twins = [product for product, code in zip(products, codes, strict=True) if codes.count(code) > 1]
    planted = [one for one in business.truth["planted"] if one["kind"] == "codes_differ_by_case"]
    assert [one["record_id"] for one in planted] == [product["id"] for product in twins]
    assert all(one["goes"] for one in planted)
    assert len({product["Product_Name"] for product in twins}) == 1


def test_one_firm_has_several_people_and_no_main_one(business: Business) -> None:
    crews: dict[str, list[bool]] = {}
    for person in business.list_crm("Contacts"):
        if person["Account_Name"]:
            crews.setdefault(person["Account_Name"]["id"], []).append(bool(person["Main_Contact"]))
    unclear = [account for account, crew in crews.items() if len(crew) > 1 and crew.count(True) != 1]
    assert unclear == [business.get_planted("no_main_person")["record_id"]]


def test_two_john_smiths_are_neither_the_one_in_xero(business: Business) -> None:
    smiths = [person for person in business.list_crm("Contacts") if person["Full_Name"] == "John Smith"]
    planted = [one for one in business.truth["planted"] if one["kind"] == "two_john_smiths"]
    assert [person["id"] for person in smiths] == [one["record_id"] for one in planted]
    (known,) = (contact for contact in business.list_xero("Contacts") if contact["Name"] == "John Smith")
    emails = {person["Email"] for person in smiths}
    towns = {person["Mailing_City"] for person in smiths}
    assert len(emails) == 2
    assert known["EmailAddress"] not in {*emails, ""}
    assert not towns & {address["City"] for address in known["Addresses"]}
    for person, one in zip(smiths, planted, strict=True):
        theirs = [
            each["id"]
            for each in business.list_crm("Invoices")
            if (each["Contact_Name"] or {}).get("id") == person["id"]
        ]
        assert theirs == [each["record_id"] for each in one["holds"]]


@pytest.mark.parametrize("kind", ["archived_customer", "name_of_another_firm"])
def test_a_customer_that_cannot_be_billed_holds_its_one_invoice(business: Business, kind: str) -> None:
    planted = business.get_planted(kind)
    account = business.get_crm("Accounts", planted["record_id"])
    documents = [
        one["id"] for one in business.list_crm("Invoices") if (one["Account_Name"] or {}).get("id") == account["id"]
    ]
    assert documents == [one["record_id"] for one in planted["holds"]]
    (contact,) = (one for one in business.list_xero("Contacts") if one["Name"] == account["Account_Name"])
    (email,) = (
        person["Email"]
        for person in business.list_crm("Contacts")
        if (person["Account_Name"] or {}).get("id") == account["id"]
    )
    is_same = kind == "archived_customer"
    assert (contact["EmailAddress"] == email) is is_same
    assert (account["Billing_City"] in {one["City"] for one in contact["Addresses"]}) is is_same
    assert contact["ContactStatus"] == ("ARCHIVED" if is_same else "ACTIVE")


def test_one_contact_alone_is_archived(business: Business) -> None:
    assert [one["ContactStatus"] for one in business.list_xero("Contacts")].count("ARCHIVED") == 1


def test_the_number_is_another_sales(business: Business) -> None:
    planted = business.get_planted("number_of_another_sale")
    ours = business.get_crm("Invoices", planted["record_id"])
    (theirs,) = (one for one in business.list_xero("Invoices") if one["InvoiceNumber"] == ours["Invoice_Number"])
    assert theirs["Contact"]["Name"] != ours["Account_Name"]["name"]
    assert theirs["Total"] != ours["Grand_Total"]
    assert not theirs["DateString"].startswith(ours["Invoice_Date"])


def test_an_approved_invoice_is_to_be_edited_later(business: Business) -> None:
    planted = business.get_planted("approved_then_edited")
    assert planted["goes"] is True
    assert planted["then"] == {
        "module": "Invoices",
        "record_id": planted["record_id"],
        "changes": {"Adjustment": Decimal("5.00")},
    }
    (known,) = (one for one in business.truth["already_there"]["documents"] if one["record_id"] == planted["record_id"])
    (theirs,) = (one for one in business.list_xero("Invoices") if one["InvoiceID"] == known["xero_id"])
    assert (theirs["Status"], theirs["AmountPaid"]) == ("AUTHORISED", 0)


def test_customers_without_a_due_date_have_no_terms_in_xero_either(business: Business) -> None:
    invoice = business.get_crm("Invoices", business.get_planted("no_due_date_on_approved")["record_id"])
    names = {contact["Name"].casefold() for contact in business.list_xero("Contacts")}
    assert invoice["Account_Name"]["name"].casefold() not in names
    assert business.organisation.sales_term_days is None


def test_there_is_no_stock_left_of_one_item(business: Business) -> None:
    (item,) = (one for one in business.list_xero("Items") if one["Code"] == "TRK-02")
    assert (item["IsTrackedAsInventory"], item["QuantityOnHand"]) == (True, 0)


def test_every_planted_fault_is_told_in_words(business: Business) -> None:
    for planted in business.truth["planted"]:
        assert planted["about"].endswith(".")
        assert business.get_crm(planted["module"], planted["record_id"])
