"""Which contact a name, a number or an id stands for."""

from __future__ import annotations

from vendor_sandbox.core.switches import Switches
from vendor_sandbox.xero.organisation import Organisation, add_to_index, remove_from_index
from vendor_sandbox.xero.records import Contact


def make_name_key(name: str, switches: Switches) -> str:
    """The form in which two names are the same (switch `contact_names`)."""
    stripped = " ".join(name.split())
    return stripped if switches.contact_names == "sensitive" else stripped.casefold()


def index_contact(organisation: Organisation, contact: Contact) -> None:
    """Enter a contact into the indexes. Keys are folded; comparing honours the switch."""
    add_to_index(organisation.ids_by_name, " ".join(contact.name.split()).casefold(), contact.contact_id)
    add_to_index(organisation.ids_by_contact_number, contact.contact_number.casefold(), contact.contact_id)


def unindex_contact(organisation: Organisation, contact: Contact) -> None:
    """Take a contact out of the indexes before its name or number changes."""
    remove_from_index(organisation.ids_by_name, " ".join(contact.name.split()).casefold(), contact.contact_id)
    remove_from_index(organisation.ids_by_contact_number, contact.contact_number.casefold(), contact.contact_id)


def list_contacts_named(organisation: Organisation, name: str, switches: Switches) -> list[Contact]:
    """All contacts of this name, archived ones too."""
    wanted = make_name_key(name, switches)
    ids = organisation.ids_by_name.get(" ".join(name.split()).casefold(), ())
    found = (organisation.contacts[contact_id] for contact_id in ids)
    return [contact for contact in found if make_name_key(contact.name, switches) == wanted]


def find_active_by_name(organisation: Organisation, name: str, switches: Switches) -> Contact | None:
    """The one active contact of this name."""
    for contact in list_contacts_named(organisation, name, switches):
        if contact.status == "ACTIVE":
            return contact
    return None


def find_by_number(organisation: Organisation, number: str) -> Contact | None:
    """The contact with this ContactNumber; an active one before an archived one."""
    ids = organisation.ids_by_contact_number.get(number.casefold(), ())
    found = [organisation.contacts[contact_id] for contact_id in ids]
    return next((contact for contact in found if contact.status == "ACTIVE"), found[0] if found else None)
