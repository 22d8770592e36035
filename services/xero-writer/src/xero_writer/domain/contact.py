"""CRM accounts, vendors and people as Xero contacts.

An account or a vendor becomes one contact: its main person in the contact's own fields, its other people as contact
persons. What Xero would refuse in a side field (a long phone number, an e-mail address with an umlaut) is left out
with a warning: a customer does not fail for it. Blank values are never sent, so they erase nothing. Lengths: Xero,
Contacts page.
"""

import re
from collections.abc import Mapping
from typing import Any, Final

from sync_kit.contracts.events import RecordLabel
from sync_kit.contracts.vocabulary import Module
from xero_writer.domain.crm_values import find_lookup, find_text, list_rows, show_value
from xero_writer.domain.field_digests import pick_contact_fields
from xero_writer.domain.mappable_fields import apply_fields
from xero_writer.domain.mapped import Faults, MappedRecord
from xero_writer.domain.mapping_model import TenantMapping
from xero_writer.domain.reference import Reference
from xero_writer.domain.rows import StagedRecord
from xero_writer.domain.text import clean_text, cut_text, describe_record

MAX_PERSONS: Final = 5
NAME_LIMIT: Final = 255
SUFFIX_CHARACTERS: Final = 6
"""How much of the CRM id tells two contacts of one name apart."""
_EMAIL: Final = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)+")
_COUNTRY: Final = re.compile(r"[A-Za-z ]{1,50}")

_BILLING: Final = {name: f"Billing_{name}" for name in ("Street", "City", "State", "Code", "Country")}
_SHIPPING: Final = {name: f"Shipping_{name}" for name in ("Street", "City", "State", "Code", "Country")}
_MAILING: Final = {
    **{name: f"Mailing_{name}" for name in ("Street", "City", "State", "Country")},
    "Code": "Mailing_Zip",
}
_OTHER: Final = {**{name: f"Other_{name}" for name in ("Street", "City", "State", "Country")}, "Code": "Other_Zip"}
_VENDOR: Final = {**{name: name for name in ("Street", "City", "State", "Country")}, "Code": "Zip_Code"}


def map_account(record: StagedRecord, mapping: TenantMapping, reference: Reference | None = None) -> MappedRecord:
    """An account with its people (`fields["Contacts"]`, oldest first) as the element that would create it."""
    name = clean_text(find_text(record.fields, "Account_Name") or "")
    label = RecordLabel(name=name or None, number=find_text(record.fields, "Account_Number"))
    faults = Faults(describe_record(Module.ACCOUNTS, RecordLabel(name=label.name), record.record_id))
    _check_name(name, "Account_Name", faults)
    element: dict[str, Any] = {"Name": name, "ContactNumber": record.record_id}
    element |= _map_people(record, mapping, faults)
    element |= _map_phones({"DEFAULT": "Phone", "FAX": "Fax"}, record.fields, faults)
    element |= _map_addresses({"POBOX": _BILLING, "STREET": _SHIPPING}, record.fields, faults)
    return _finish(record, mapping, reference, element, label, faults)


def map_vendor(record: StagedRecord, mapping: TenantMapping, reference: Reference | None = None) -> MappedRecord:
    """A vendor as the element that would create it; its own e-mail address goes before its people's."""
    name = clean_text(find_text(record.fields, "Vendor_Name") or "")
    label = RecordLabel(name=name or None)
    faults = Faults(describe_record(Module.VENDORS, label, record.record_id))
    _check_name(name, "Vendor_Name", faults)
    element: dict[str, Any] = {"Name": name, "ContactNumber": record.record_id}
    element |= _map_people(record, mapping, faults)
    element |= _map_person(record.fields, faults)
    element |= _map_phones({"DEFAULT": "Phone"}, record.fields, faults)
    element |= _map_addresses({"POBOX": _VENDOR}, record.fields, faults)
    return _finish(record, mapping, reference, element, label, faults)


def map_contact(record: StagedRecord, mapping: TenantMapping, reference: Reference | None = None) -> MappedRecord:
    """A person without an account as the element that would create it."""
    last_name = find_text(record.fields, "Last_Name")
    name = clean_text(" ".join(part for part in (find_text(record.fields, "First_Name"), last_name) if part))
    label = RecordLabel(name=name or None)
    faults = Faults(describe_record(Module.CONTACTS, label, record.record_id))
    if last_name is None:
        faults.add("person_name_missing")
    else:
        _check_name(name, "Last_Name", faults)
    element: dict[str, Any] = {"Name": name, "ContactNumber": record.record_id, **_map_person(record.fields, faults)}
    element |= _map_phones({"DEFAULT": "Phone", "MOBILE": "Mobile", "FAX": "Fax"}, record.fields, faults)
    element |= _map_addresses({"POBOX": _MAILING, "STREET": _OTHER}, record.fields, faults)
    return _finish(record, mapping, reference, element, label, faults)


def add_suffix(name: str, record_id: str) -> str:
    """The name under which a record goes whose own name is somebody else's: with the end of its CRM id."""
    suffix = f" ({record_id[-SUFFIX_CHARACTERS:]})"
    return cut_text(name, NAME_LIMIT - len(suffix)) + suffix


def list_people(record: StagedRecord) -> tuple[str, ...] | None:
    """CRM ids of the record's people; None where it was read without them."""
    if not isinstance(record.fields.get("Contacts"), list | tuple):
        return None
    rows = list_rows(record.fields, "Contacts")
    return tuple(person_id for row in rows if (person_id := find_text(row, "id")))


def list_emails(record: StagedRecord) -> tuple[str, ...]:
    """All e-mail addresses of the record and its people; the main person's is not told apart."""
    rows = [record.fields, *list_rows(record.fields, "Contacts")]
    return tuple(dict.fromkeys(email for row in rows if (email := find_text(row, "Email"))))


def list_towns(record: StagedRecord) -> tuple[str, ...]:
    """All towns of the record's addresses."""
    names = ("Billing_City", "Shipping_City", "Mailing_City", "Other_City", "City")
    return tuple(dict.fromkeys(town for name in names if (town := find_text(record.fields, name))))


def find_account_id(record: StagedRecord) -> str | None:
    """The account that a person belongs to."""
    lookup = find_lookup(record.fields, "Account_Name")
    return None if lookup is None else lookup.record_id


def _check_name(name: str, field: str, faults: Faults) -> None:
    if not name:
        faults.unusable(field, "", "a name")
    elif len(name) > NAME_LIMIT:
        faults.unusable(field, show_value(name), f"{NAME_LIMIT} characters")


def _map_people(record: StagedRecord, mapping: TenantMapping, faults: Faults) -> dict[str, Any]:
    """The main person in the contact's own fields, up to five others as contact persons."""
    rows = list_rows(record.fields, "Contacts")
    main, others = _order_people(rows, mapping.primary_person_field, faults)
    fields = _map_person(main, faults) if main is not None else {}
    people = [person for person in (_map_person(row, faults) for row in others) if person]
    if people:
        fields["ContactPersons"] = [{**person, "IncludeInEmails": False} for person in people[:MAX_PERSONS]]
    return fields


def _order_people(
    rows: list[Mapping[str, Any]], primary_field: str | None, faults: Faults
) -> tuple[Mapping[str, Any] | None, list[Mapping[str, Any]]]:
    """The main person and the others. Marked in the CRM, else the oldest with an e-mail address, else the oldest."""
    marked = [row for row in rows if primary_field is not None and row.get(primary_field) is True]
    if primary_field is not None and len(rows) > 1 and len(marked) != 1:
        faults.warn("primary_person_unclear", count=len(rows))
    candidates = marked or [row for row in rows if find_text(row, "Email")] or rows
    if not candidates:
        return None, []
    main = candidates[0]
    return main, [row for row in rows if row is not main]


def _map_person(row: Mapping[str, Any], faults: Faults) -> dict[str, Any]:
    person: dict[str, Any] = {}
    for ours, theirs in (("FirstName", "First_Name"), ("LastName", "Last_Name")):
        text = clean_text(find_text(row, theirs) or "")
        if text and _fits(theirs, text, NAME_LIMIT, faults):
            person[ours] = text
    email = find_text(row, "Email")
    if email is not None:
        if len(email) <= NAME_LIMIT and _EMAIL.fullmatch(email):
            person["EmailAddress"] = email
        else:
            _leave_out("Email", email, "addresses of plain letters, at most 255 characters", faults)
    return person


def _map_phones(names: Mapping[str, str], fields: Mapping[str, Any], faults: Faults) -> dict[str, Any]:
    phones = []
    for kind, name in names.items():
        text = clean_text(find_text(fields, name) or "")
        if text and _fits(name, text, 50, faults):
            phones.append({"PhoneType": kind, "PhoneNumber": text})
    return {"Phones": phones} if phones else {}


def _map_addresses(kinds: Mapping[str, Mapping[str, str]], fields: Mapping[str, Any], faults: Faults) -> dict[str, Any]:
    addresses = [
        {"AddressType": kind, **parts}
        for kind, names in kinds.items()
        if (parts := _map_address(names, fields, faults))
    ]
    return {"Addresses": addresses} if addresses else {}


def _map_address(names: Mapping[str, str], fields: Mapping[str, Any], faults: Faults) -> dict[str, str]:
    address: dict[str, str] = {}
    lines = [line.strip() for line in clean_text(find_text(fields, names["Street"]) or "").splitlines() if line.strip()]
    if len(lines) > 4:
        lines = [*lines[:3], ", ".join(lines[3:])]
    for number, line in enumerate(lines, start=1):
        if _fits(names["Street"], line, 500, faults):
            address[f"AddressLine{number}"] = line
    for ours, theirs, limit in (("City", "City", 255), ("Region", "State", 255), ("PostalCode", "Code", 50)):
        text = clean_text(find_text(fields, names[theirs]) or "")
        if text and _fits(names[theirs], text, limit, faults):
            address[ours] = text
    country = clean_text(find_text(fields, names["Country"]) or "")
    if country and _COUNTRY.fullmatch(country):
        address["Country"] = country
    elif country:
        _leave_out(names["Country"], country, "at most 50 plain letters", faults)
    return address


def _fits(name: str, text: str, limit: int, faults: Faults) -> bool:
    if len(text) <= limit:
        return True
    _leave_out(name, text, f"at most {limit} characters", faults)
    return False


def _leave_out(name: str, value: str, rule: str, faults: Faults) -> None:
    faults.warn("value_left_out", field=name, value=show_value(value), rule=rule)


def _finish(
    record: StagedRecord,
    mapping: TenantMapping,
    reference: Reference | None,
    element: dict[str, Any],
    label: RecordLabel,
    faults: Faults,
) -> MappedRecord:
    apply_fields(record.module, mapping, record.fields, element, faults, reference=reference)
    return MappedRecord(
        element=element,
        picked=pick_contact_fields(element),
        label=label,
        text=faults.text,
        faults=tuple(faults.found),
        warnings=tuple(faults.warned),
    )
