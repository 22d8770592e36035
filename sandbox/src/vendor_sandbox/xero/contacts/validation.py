"""What Xero refuses about a contact."""

from __future__ import annotations

import re

from vendor_sandbox.core.switches import Switches
from vendor_sandbox.xero.body_shapes import Sent
from vendor_sandbox.xero.contacts.body import ADDRESS_FIELDS, PHONE_FIELDS
from vendor_sandbox.xero.contacts.matching import list_contacts_named
from vendor_sandbox.xero.organisation import Organisation
from vendor_sandbox.xero.records import Contact
from vendor_sandbox.xero.refusals import Problems

# ASCII only: umlauts are refused (OpenAPI, EmailAddress).
_EMAIL = re.compile(r"^[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+$")
_COUNTRY = re.compile(r"^[A-Za-z ]*$")
_TEXT_LIMITS = {
    "Name": 255,
    "FirstName": 255,
    "LastName": 255,
    "EmailAddress": 255,
    "ContactNumber": 50,
    "AccountNumber": 50,
    "CompanyNumber": 50,
    "TaxNumber": 50,
}
MAX_PERSONS = 5


def check_texts(sent: Sent, problems: Problems) -> None:
    """Lengths, e-mail addresses, countries and the number of contact persons, as sent."""
    for name, limit in _TEXT_LIMITS.items():
        _check_length(sent, name, limit, problems)
    _check_email(sent, problems)
    _check_addresses(sent, problems)
    _check_phones(sent, problems)
    persons = sent.find_list("ContactPersons") or []
    if len(persons) > MAX_PERSONS:
        problems.add(f"A contact can have at most {MAX_PERSONS} contact persons")
    for person in persons:
        _check_email(person, problems)


def _check_addresses(sent: Sent, problems: Problems) -> None:
    for address in sent.find_list("Addresses") or ():
        for name, limit in ADDRESS_FIELDS.items():
            _check_length(address, name, limit, problems)
        if not address.has("AddressType"):
            problems.add("The AddressType field is mandatory")
        if not _COUNTRY.match(address.find_text("Country") or ""):
            problems.add("The address country may only contain letters")


def _check_phones(sent: Sent, problems: Problems) -> None:
    for phone in sent.find_list("Phones") or ():
        for name, limit in PHONE_FIELDS.items():
            _check_length(phone, name, limit, problems)
        if not phone.has("PhoneType"):
            problems.add("The PhoneType field is mandatory")


def check_references(organisation: Organisation, sent: Sent, problems: Problems) -> None:
    """Tax types, account codes and the default currency must exist in this organisation."""
    for name in ("AccountsReceivableTaxType", "AccountsPayableTaxType"):
        tax_type = sent.find_text(name)
        if tax_type and tax_type not in organisation.tax_rates:
            problems.add(f"The {name} '{tax_type}' is not a valid tax type")
    for name in ("SalesDefaultAccountCode", "PurchasesDefaultAccountCode"):
        code = sent.find_text(name)
        account = organisation.find_account_by_code(code) if code else None
        if code and (account is None or account.status != "ACTIVE"):
            problems.add(f"Account code '{code}' is not a valid code for this contact.")
    currency = sent.find_text("DefaultCurrency")
    if currency and currency not in organisation.currencies:
        problems.add(f"Organisation is not subscribed to currency {currency}")


def check_uniqueness(organisation: Organisation, contact: Contact, problems: Problems, switches: Switches) -> None:
    """Name unique among active contacts; ContactNumber unique, against archived ones by switch."""
    if contact.status == "ACTIVE":
        for other in list_contacts_named(organisation, contact.name, switches):
            if other.contact_id != contact.contact_id and other.status == "ACTIVE":
                problems.add(
                    f"The contact name {contact.name} is already assigned to another contact. "
                    "The contact name must be unique across all active contacts."
                )
    for other_id in organisation.ids_by_contact_number.get(contact.contact_number.casefold(), ()):
        counts = organisation.contacts[other_id].status == "ACTIVE" or switches.archived_contact_number_unique
        if contact.contact_number and other_id != contact.contact_id and counts:
            problems.add("Another contact has this contact number. Please enter a different contact number.")


def _check_length(sent: Sent, name: str, limit: int, problems: Problems) -> None:
    if len(sent.find_text(name) or "") > limit:
        problems.add(f"The {name} field must not be longer than {limit} characters")


def _check_email(sent: Sent, problems: Problems) -> None:
    email = sent.find_text("EmailAddress")
    if email and not _EMAIL.match(email):
        problems.add("Email address must be valid.")
