"""Contacts as the API shows them: whole, in an unpaged list, as a summary, or inside a document."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from vendor_sandbox.xero.contacts.body import ADDRESS_FIELDS, ADDRESS_TYPES, PHONE_TYPES
from vendor_sandbox.xero.dates import render_instant
from vendor_sandbox.xero.organisation import Organisation
from vendor_sandbox.xero.records import ZERO, Contact, PaymentTerm

_EMPTY_ADDRESS = {"City": "", "Region": "", "PostalCode": "", "Country": ""}
_EMPTY_PHONE = {"PhoneNumber": "", "PhoneAreaCode": "", "PhoneCountryCode": ""}
_OPTIONAL_TEXTS = (
    ("ContactNumber", "contact_number"),
    ("AccountNumber", "account_number"),
    ("FirstName", "first_name"),
    ("LastName", "last_name"),
    ("CompanyNumber", "company_number"),
    ("TaxNumber", "tax_number"),
    ("AccountsReceivableTaxType", "receivable_tax_type"),
    ("AccountsPayableTaxType", "payable_tax_type"),
    ("DefaultCurrency", "default_currency"),
)
_PAGED_TEXTS = (
    ("SalesDefaultAccountCode", "sales_account_code"),
    ("PurchasesDefaultAccountCode", "purchases_account_code"),
    ("SalesDefaultLineAmountType", "sales_line_amount_type"),
    ("PurchasesDefaultLineAmountType", "purchases_line_amount_type"),
)


def render_contact_with_balances(organisation: Organisation, contact: Contact, now: datetime) -> dict[str, Any]:
    """The contact of a single or paged GET: whole, and what is outstanding."""
    shown = render_contact(contact)
    balances = _sum_balances(organisation, contact, now)
    if balances is not None:
        shown["Balances"] = balances
    return shown


def render_contact(contact: Contact) -> dict[str, Any]:
    """The whole contact but its balances: answers to writes, and inside a document."""
    shown = render_contact_in_list(contact)
    _show_texts(shown, contact, _PAGED_TEXTS)
    if contact.merged_to is not None:
        shown["MergedToContactID"] = contact.merged_to
    terms: dict[str, Any] = {}
    if contact.bills_term is not None:
        terms["Bills"] = _show_term(contact.bills_term)
    if contact.sales_term is not None:
        terms["Sales"] = _show_term(contact.sales_term)
    if terms:
        shown["PaymentTerms"] = terms
    shown["ContactGroups"] = []
    shown["SalesTrackingCategories"] = []
    shown["PurchasesTrackingCategories"] = []
    shown["ContactPersons"] = [dict(person) for person in contact.persons]
    shown["HasAttachments"] = False
    return shown


def render_contact_in_list(contact: Contact) -> dict[str, Any]:
    """Unpaged GET: without persons, terms, balances, groups, MergedToContactID, default accounts."""
    shown = render_contact_summary(contact)
    shown["BankAccountDetails"] = contact.bank_account_details
    shown["Addresses"] = [_show_address(contact, kind) for kind in ADDRESS_TYPES]
    shown["Phones"] = [
        {"PhoneType": kind, **_EMPTY_PHONE, **contact.phones.get(kind, {})}
        for kind in PHONE_TYPES
        if kind != "OFFICE" or kind in contact.phones
    ]
    shown["IsSupplier"] = contact.is_supplier
    shown["IsCustomer"] = contact.is_customer
    return shown


def render_contact_summary(contact: Contact) -> dict[str, Any]:
    """summaryOnly=true: the light fields alone."""
    shown: dict[str, Any] = {
        "ContactID": contact.contact_id,
        "ContactStatus": contact.status,
        "Name": contact.name,
        "EmailAddress": contact.email,
    }
    _show_texts(shown, contact, _OPTIONAL_TEXTS)
    shown["UpdatedDateUTC"] = render_instant(contact.updated_at)
    shown["HasValidationErrors"] = False
    return shown


def render_contact_stub(contact: Contact) -> dict[str, Any]:
    """The contact inside a listed document: id, name and empty collections."""
    return {
        "ContactID": contact.contact_id,
        "Name": contact.name,
        "Addresses": [],
        "Phones": [],
        "ContactGroups": [],
        "ContactPersons": [],
        "HasValidationErrors": False,
    }


def _show_texts(shown: dict[str, Any], contact: Contact, names: tuple[tuple[str, str], ...]) -> None:
    for name, attribute in names:
        value: str = getattr(contact, attribute)
        if value:
            shown[name] = value


def _show_address(contact: Contact, kind: str) -> dict[str, str]:
    kept = contact.addresses.get(kind, {})
    filled = {name: kept[name] for name in ADDRESS_FIELDS if kept.get(name)}
    return {"AddressType": kind, **_EMPTY_ADDRESS, **filled}


def _show_term(term: PaymentTerm) -> dict[str, Any]:
    return {"Day": term.day, "Type": term.type}


def _sum_balances(organisation: Organisation, contact: Contact, now: datetime) -> dict[str, Any] | None:
    sums = {"ACCREC": [ZERO, ZERO], "ACCPAY": [ZERO, ZERO]}
    today = organisation.find_local_date(now)
    seen = False
    for invoice_id in organisation.invoice_ids_by_contact.get(contact.contact_id, ()):
        invoice = organisation.invoices[invoice_id]
        if invoice.status not in {"AUTHORISED", "PAID"}:
            continue
        seen = True
        due = invoice.amount_due
        sums[invoice.type][0] += due
        if invoice.due_date is not None and invoice.due_date < today:
            sums[invoice.type][1] += due
    if not seen:
        return None
    (receivable, late_receivable), (payable, late_payable) = sums["ACCREC"], sums["ACCPAY"]
    return {
        "AccountsReceivable": {"Outstanding": receivable, "Overdue": late_receivable},
        "AccountsPayable": {"Outstanding": payable, "Overdue": late_payable},
    }
