"""Which contact a document is for: by ContactID, else ContactNumber, else Name.

An unknown name makes a new contact. An archived contact cannot be used. A Name sent beside a ContactID
renames that contact (field report on bills): send the id alone.
"""

from __future__ import annotations

from dataclasses import dataclass

from vendor_sandbox.xero.body_shapes import Sent
from vendor_sandbox.xero.contacts.matching import find_active_by_name, find_by_number
from vendor_sandbox.xero.contacts.write import (
    ARCHIVED_MATCH,
    NOT_IDENTIFIED,
    commit_new_contact,
    find_archived_match,
    prepare_contact,
    update_contact,
)
from vendor_sandbox.xero.records import Contact
from vendor_sandbox.xero.refusals import ElementRefusedError, Problems
from vendor_sandbox.xero.writing import WriteContext


@dataclass(slots=True)
class ContactChoice:
    """The contact of a document; `is_new` and `rename` happen only if the document is accepted."""

    contact: Contact
    is_new: bool = False
    rename: Sent | None = None

    def commit(self, context: WriteContext) -> None:
        """Create or rename the contact, now that the document is accepted."""
        if self.is_new:
            commit_new_contact(context, self.contact)
        elif self.rename is not None:
            update_contact(context, self.contact, self.rename)


def choose_contact(context: WriteContext, sent: Sent | None, problems: Problems) -> ContactChoice | None:
    """Find or prepare the contact; None when a problem was noted."""
    contact_id = sent.find_text("ContactID") if sent is not None else None
    if sent is None or not (contact_id or sent.find_text("ContactNumber") or sent.find_text("Name")):
        problems.add_contact(NOT_IDENTIFIED)
        return None
    name = " ".join((sent.find_text("Name") or "").split())
    if contact_id is not None:
        found = context.organisation.contacts.get(contact_id)
        if found is not None:
            return _choose_known(context, found, name, problems)
        problems.add_contact("The contact with the specified ContactID could not be found")
        return None
    found = _find_by_words(context, sent.find_text("ContactNumber") or "", name)
    if found is not None:
        return _choose_known(context, found, "", problems)
    return _prepare_new(context, sent, name, problems)


def choose_existing_contact(context: WriteContext, sent: Sent | None, problems: Problems) -> Contact | None:
    """The contact of a purchase order or a quote: it must exist, and its ContactID or ContactNumber names it.

    None when a problem was noted. Source: Xero "Purchase Orders" (that endpoint makes no contacts).
    """
    contact_id = sent.find_text("ContactID") if sent is not None else None
    number = sent.find_text("ContactNumber") if sent is not None else None
    if contact_id is None and not number:
        problems.add_contact("An existing contact must be named by its ContactID or ContactNumber")
        return None
    if contact_id is not None:
        found = context.organisation.contacts.get(contact_id)
    else:
        found = find_by_number(context.organisation, number or "")
    if found is None:
        name = "ContactID" if contact_id is not None else "ContactNumber"
        problems.add_contact(f"The contact with the specified {name} could not be found")
        return None
    choice = _choose_known(context, found, "", problems)
    return None if choice is None else choice.contact


def _find_by_words(context: WriteContext, number: str, name: str) -> Contact | None:
    organisation = context.organisation
    found = find_by_number(organisation, number) if number else None
    if found is None and name:
        found = find_active_by_name(organisation, name, context.switches)
        found = found or find_archived_match(context, name)
    return found


def _prepare_new(context: WriteContext, sent: Sent, name: str, problems: Problems) -> ContactChoice | None:
    if not name:
        problems.add_contact("The contact with the specified ContactNumber could not be found")
        return None
    try:
        return ContactChoice(prepare_contact(context, sent), is_new=True)
    except ElementRefusedError as refusal:
        for message in refusal.problems.list_messages():
            problems.add_contact(message)
        return None


def _choose_known(context: WriteContext, contact: Contact, name: str, problems: Problems) -> ContactChoice | None:
    if contact.status != "ACTIVE":
        problems.add_contact(ARCHIVED_MATCH)
        return None
    if not name or name == contact.name:
        return ContactChoice(contact)
    other = find_active_by_name(context.organisation, name, context.switches)
    if other is not None and other.contact_id != contact.contact_id:
        problems.add_contact(
            f"The contact name {name} is already assigned to another contact. "
            "The contact name must be unique across all active contacts."
        )
        return None
    return ContactChoice(contact, rename=Sent({"Name": name}))
