"""Creates and updates contacts.

PUT only creates: a name or number that is taken is refused. POST without a ContactID updates the contact
that has the number or the name. Updates are sparse: what was not sent stays; a sent sub-collection
replaces what was there.
"""

from __future__ import annotations

from dataclasses import replace

from vendor_sandbox.xero.body_shapes import Sent
from vendor_sandbox.xero.contacts.body import ADDRESS_FIELDS, PHONE_FIELDS
from vendor_sandbox.xero.contacts.matching import (
    find_active_by_name,
    find_by_number,
    index_contact,
    list_contacts_named,
    unindex_contact,
)
from vendor_sandbox.xero.contacts.rendering import render_contact
from vendor_sandbox.xero.contacts.validation import check_references, check_texts, check_uniqueness
from vendor_sandbox.xero.records import Contact, PaymentTerm
from vendor_sandbox.xero.refusals import Problems, refuse_element
from vendor_sandbox.xero.writing import WriteContext

ARCHIVED_MATCH = (
    "The Contact with the specified contact details has been archived. "
    "The Contact must be un-archived before creating new invoices or credit notes."
)
NOT_IDENTIFIED = (
    "The Contact must contain at least 1 of the following elements to identify the contact: "
    "Name, ContactID, ContactNumber"
)
_TEXTS = {
    "ContactNumber": "contact_number",
    "AccountNumber": "account_number",
    "FirstName": "first_name",
    "LastName": "last_name",
    "CompanyNumber": "company_number",
    "EmailAddress": "email",
    "BankAccountDetails": "bank_account_details",
    "TaxNumber": "tax_number",
    "AccountsReceivableTaxType": "receivable_tax_type",
    "AccountsPayableTaxType": "payable_tax_type",
    "DefaultCurrency": "default_currency",
    "SalesDefaultAccountCode": "sales_account_code",
    "PurchasesDefaultAccountCode": "purchases_account_code",
    "SalesDefaultLineAmountType": "sales_line_amount_type",
    "PurchasesDefaultLineAmountType": "purchases_line_amount_type",
    "ContactStatus": "status",
}


def put_contact(context: WriteContext, sent: Sent) -> Contact:
    """PUT: create. Raises ElementRefusedError."""
    contact_id = sent.find_text("ContactID")
    if contact_id is not None and contact_id in context.organisation.contacts:
        raise refuse_element("A contact with this ContactID already exists")
    return commit_new_contact(context, prepare_contact(context, sent))


def post_contact(context: WriteContext, sent: Sent) -> Contact:
    """POST: update the contact with the id, number or name; create one if there is none."""
    contact_id = sent.find_text("ContactID")
    if contact_id is not None:
        known = context.organisation.contacts.get(contact_id)
        if known is None:
            raise refuse_element("The contact with the specified ContactID could not be found")
        return update_contact(context, known, sent)
    number, name = sent.find_text("ContactNumber"), sent.find_text("Name")
    match = find_by_number(context.organisation, number) if number else None
    if match is None and name:
        match = find_active_by_name(context.organisation, name, context.switches)
    if match is not None:
        return update_contact(context, match, sent)
    return commit_new_contact(context, prepare_contact(context, sent))


def prepare_contact(context: WriteContext, sent: Sent) -> Contact:
    """A new contact that passed all checks but is not in the books yet."""
    problems = Problems()
    name = " ".join((sent.find_text("Name") or "").split())
    if not name:
        problems.add(NOT_IDENTIFIED)
    contact = Contact(contact_id=context.make_id(), name=name, updated_at=context.updated_at)
    _apply(contact, sent)
    _check(context, contact, sent, problems)
    return contact


def commit_new_contact(context: WriteContext, contact: Contact) -> Contact:
    """Put a prepared contact into the books."""
    organisation = context.organisation
    organisation.contacts[contact.contact_id] = contact
    index_contact(organisation, contact)
    _record(context, contact, "created")
    return contact


def update_contact(context: WriteContext, before: Contact, sent: Sent) -> Contact:
    """Change what was sent. Raises ElementRefusedError."""
    problems = Problems()
    _check_archived(context, before, sent)
    after = replace(
        before,
        addresses=dict(before.addresses),
        phones=dict(before.phones),
        persons=list(before.persons),
    )
    name = sent.find_text("Name")
    if name is not None:
        after.name = " ".join(name.split())
        if not after.name:
            problems.add("The contact name cannot be empty")
    _apply(after, sent)
    _check(context, after, sent, problems)
    after.updated_at = context.updated_at
    organisation = context.organisation
    unindex_contact(organisation, before)
    organisation.contacts[after.contact_id] = after
    index_contact(organisation, after)
    archived = before.status == "ACTIVE" and after.status == "ARCHIVED"
    _record(context, after, "archived" if archived else "updated")
    return after


def merge_contact(context: WriteContext, contact: Contact, into: Contact) -> None:
    """A person merges `contact` into `into`: documents move, the loser is archived and points on."""
    organisation = context.organisation
    for book in (organisation.purchase_orders, organisation.quotes):
        for order in book.records.values():
            if order.contact_id == contact.contact_id:
                order.contact_id = into.contact_id
                order.updated_at = context.updated_at
    moved = organisation.invoice_ids_by_contact.pop(contact.contact_id, {})
    for invoice_id in moved:
        invoice = organisation.invoices[invoice_id]
        invoice.contact_id = into.contact_id
        invoice.updated_at = context.updated_at
    organisation.invoice_ids_by_contact.setdefault(into.contact_id, {}).update(moved)
    contact.status = "ARCHIVED"
    contact.merged_to = into.contact_id
    contact.updated_at = into.updated_at = context.updated_at
    into.is_customer = into.is_customer or contact.is_customer
    into.is_supplier = into.is_supplier or contact.is_supplier
    _record(context, contact, "merged")
    _record(context, into, "updated")


def find_archived_match(context: WriteContext, name: str) -> Contact | None:
    """An archived contact of this name, when no active one has it."""
    found = list_contacts_named(context.organisation, name, context.switches)
    return next((contact for contact in found if contact.status != "ACTIVE"), None)


def _check(context: WriteContext, contact: Contact, sent: Sent, problems: Problems) -> None:
    check_texts(sent, problems)
    check_references(context.organisation, sent, problems)
    check_uniqueness(context.organisation, contact, problems, context.switches)
    problems.raise_if_any()


def _check_archived(context: WriteContext, contact: Contact, sent: Sent) -> None:
    """Whether an archived contact can be revived by the API is open: switch `xero_unarchive`."""
    if contact.status == "ACTIVE" or context.app_id is None:
        return
    revives = sent.find_text("ContactStatus") == "ACTIVE"
    if revives and context.switches.xero_unarchive == "allowed" and contact.merged_to is None:
        return
    raise refuse_element(
        "The specified contact details matches an archived contact. "
        "Archived contacts must be unarchived before they can be edited."
    )


def _apply(contact: Contact, sent: Sent) -> None:
    for name, attribute in _TEXTS.items():
        value = sent.find_text(name)
        if value is not None:
            setattr(contact, attribute, value)
    addresses = sent.find_list("Addresses")
    if addresses is not None:
        contact.addresses = _collect(addresses, "AddressType", tuple(ADDRESS_FIELDS))
    phones = sent.find_list("Phones")
    if phones is not None:
        contact.phones = _collect(phones, "PhoneType", tuple(PHONE_FIELDS))
    persons = sent.find_list("ContactPersons")
    if persons is not None:
        contact.persons = [_read_person(person) for person in persons]
    terms = sent.find_object("PaymentTerms")
    if terms is not None:
        contact.bills_term = _read_term(terms.find_object("Bills"), contact.bills_term)
        contact.sales_term = _read_term(terms.find_object("Sales"), contact.sales_term)


def _collect(entries: list[Sent], kind: str, names: tuple[str, ...]) -> dict[str, dict[str, str]]:
    collected: dict[str, dict[str, str]] = {}
    for entry in entries:
        values = {name: entry.find_text(name) or "" for name in names}
        collected[entry.find_text(kind) or ""] = values
    return collected


def _read_person(person: Sent) -> dict[str, str | bool]:
    return {
        "FirstName": person.find_text("FirstName") or "",
        "LastName": person.find_text("LastName") or "",
        "EmailAddress": person.find_text("EmailAddress") or "",
        "IncludeInEmails": person.find_flag("IncludeInEmails") or False,
    }


def _read_term(term: Sent | None, before: PaymentTerm | None) -> PaymentTerm | None:
    if term is None:
        return before
    return PaymentTerm(term.find_integer("Day") or 0, term.find_text("Type") or "DAYSAFTERBILLDATE")


def _record(context: WriteContext, contact: Contact, action: str) -> None:
    context.record("Contacts", contact.contact_id, action, render_contact(contact))
