"""/Contacts: lists, single reads by id or ContactNumber, writes."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from vendor_sandbox.xero.api_call import ApiAnswer, ApiCall
from vendor_sandbox.xero.batch import Writable, write_batch, write_single
from vendor_sandbox.xero.body_shapes import is_guid, normalise_guid
from vendor_sandbox.xero.contacts.body import CONTACT_SHAPE
from vendor_sandbox.xero.contacts.matching import find_by_number
from vendor_sandbox.xero.contacts.rendering import (
    render_contact,
    render_contact_in_list,
    render_contact_summary,
    render_contact_with_balances,
)
from vendor_sandbox.xero.contacts.write import post_contact, put_contact
from vendor_sandbox.xero.listing import Listable, answer_list, read_ids, read_page, select_records
from vendor_sandbox.xero.records import Contact
from vendor_sandbox.xero.refusals import resource_missing
from vendor_sandbox.xero.where_parser import DATE, FLAG, GUID, TEXT, Queryable, fold_text

CONTACTS: Writable[Contact] = Writable(
    "Contacts",
    "ContactID",
    "HasValidationErrors",
    CONTACT_SHAPE,
    lambda _, contact: render_contact(contact),
)
_PROPERTIES: dict[str, Queryable[Contact]] = {
    "contactid": Queryable(GUID, lambda contact: contact.contact_id),
    "contactnumber": Queryable(TEXT, lambda contact: contact.contact_number or None),
    "accountnumber": Queryable(TEXT, lambda contact: contact.account_number or None),
    "contactstatus": Queryable(TEXT, lambda contact: contact.status),
    "name": Queryable(TEXT, lambda contact: contact.name),
    "firstname": Queryable(TEXT, lambda contact: contact.first_name or None),
    "lastname": Queryable(TEXT, lambda contact: contact.last_name or None),
    "emailaddress": Queryable(TEXT, lambda contact: contact.email or None),
    "companynumber": Queryable(TEXT, lambda contact: contact.company_number or None),
    "taxnumber": Queryable(TEXT, lambda contact: contact.tax_number or None),
    "iscustomer": Queryable(FLAG, lambda contact: contact.is_customer),
    "issupplier": Queryable(FLAG, lambda contact: contact.is_supplier),
    "updateddateutc": Queryable(DATE, lambda contact: contact.updated_at),
}
LISTED_CONTACTS: Listable[Contact] = Listable(
    "Contacts",
    _PROPERTIES,
    lambda contact: (contact.updated_at, contact.contact_id),
    lambda contact: contact.updated_at,
)


def list_contacts(call: ApiCall) -> ApiAnswer:
    """GET /Contacts. Archived ones are hidden unless includeArchived=true."""
    summary = call.read_flag("summaryonly")
    archived = call.read_flag("includearchived")
    ids = read_ids(call, "ids")
    term = call.find_text("searchterm")
    wanted = fold_text(term) if term is not None else None
    records = [
        contact
        for contact in call.organisation.contacts.values()
        if (archived or contact.status == "ACTIVE")
        and (ids is None or contact.contact_id in ids)
        and (wanted is None or wanted in fold_text(_join_searched(contact)))
    ]
    page = read_page(call, enforced=summary)
    chosen = select_records(call, LISTED_CONTACTS, records)
    show: Callable[[Contact], dict[str, Any]]
    if summary:
        show = render_contact_summary
    elif page is not None:
        show = lambda contact: render_contact_with_balances(call.organisation, contact, call.at)  # noqa: E731
    else:
        show = render_contact_in_list
    return answer_list(call, LISTED_CONTACTS, chosen, show, page)


def get_contact(call: ApiCall) -> ApiAnswer:
    """GET /Contacts/{ContactID or ContactNumber}; archived ones too."""
    contact = _find_by_key(call)
    if contact is None:
        raise resource_missing()
    return ApiAnswer({"Contacts": [render_contact_with_balances(call.organisation, contact, call.at)]})


def put_contacts(call: ApiCall) -> ApiAnswer:
    """PUT /Contacts."""
    return write_batch(call, CONTACTS, put_contact)


def post_contacts(call: ApiCall) -> ApiAnswer:
    """POST /Contacts."""
    return write_batch(call, CONTACTS, post_contact)


def post_one_contact(call: ApiCall) -> ApiAnswer:
    """POST /Contacts/{ContactID}."""
    contact = call.organisation.contacts.get(normalise_guid(call.key)) if is_guid(call.key) else None
    if contact is None:
        raise resource_missing()
    return write_single(call, CONTACTS, contact.contact_id, post_contact)


def _find_by_key(call: ApiCall) -> Contact | None:
    if is_guid(call.key):
        found = call.organisation.contacts.get(normalise_guid(call.key))
        if found is not None:
            return found
    return find_by_number(call.organisation, call.key)


def _join_searched(contact: Contact) -> str:
    return "\n".join((contact.name, contact.first_name, contact.last_name, contact.contact_number, contact.email))
