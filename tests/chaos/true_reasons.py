"""Whether a reason that the product gave is true, by what stands at the vendors. A reason unknown here is a lie."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Final

from tests.chaos.people import LINES, NAME_FIELDS
from tests.fixtures.world import MAPPING

from vendor_sandbox.core.ledger import Version

Json = dict[str, Any]

APPROVED: Final = frozenset({"SUBMITTED", "AUTHORISED", "PAID"})


@dataclass(frozen=True)
class Circumstances:
    """Both sides as they stand, and Xero's history."""

    crm: Mapping[str, Sequence[Json]]
    xero: Mapping[str, Sequence[Json]]
    versions: Sequence[Version]
    lock_date: str | None = None
    """Up to when the books are closed."""
    told: Mapping[str, Json] = field(default_factory=dict)
    """The newest entry of the log about each CRM record."""

    def list_names(self, vendor: str, kind: str, record_id: str) -> frozenset[str]:
        """Every name that a party or contact ever had."""
        field = "Name" if vendor == "xero" else NAME_FIELDS[kind]
        mine = (each for each in self.versions if (each.vendor, each.kind, each.id) == (vendor, kind, record_id))
        return frozenset(str(version.snapshot[field]).casefold() for version in mine if version.snapshot.get(field))

    def find_in_xero(self, record_id: str) -> Json | None:
        """The document with our link to that CRM record, whatever became of it."""
        found = [row for row in self.xero["Invoices"] if str(row.get("Url", "")).endswith(f"/{record_id}")]
        return found[-1] if found else None


def is_true(code: str, module: str, record: Json, circumstances: Circumstances) -> bool:
    """Whether that reason holds of that record now."""
    check = _CHECKS.get(code)
    return check is not None and check(module, record, circumstances)


def was_ended_by_a_person(record_id: str, circumstances: Circumstances) -> bool:
    """Somebody deleted or voided its document in Xero: it is not made again."""
    return any(
        version.call_seq == 0
        and version.kind == "Invoices"
        and str(version.snapshot.get("Url", "")).endswith(f"/{record_id}")
        and version.snapshot.get("Status") in ("DELETED", "VOIDED")
        for version in circumstances.versions
    )


def _names_unmapped_tax(module: str, record: Json, _: Circumstances) -> bool:
    if module not in LINES:
        return False
    side = "sales" if module == "Invoices" else "purchases"
    taxes = [tax["name"] for line in record[LINES[module]] for tax in line.get("Line_Tax") or ()]
    return any(name not in MAPPING["taxes"][side] for name in taxes)


def _is_approved(_: str, record: Json, circumstances: Circumstances) -> bool:
    row = circumstances.find_in_xero(str(record["id"]))
    return row is not None and row["Status"] in APPROVED


def _shares_its_number(module: str, record: Json, circumstances: Circumstances) -> bool:
    """Another bill of the same supplier has the number: a person says whether the two are one."""
    if "PO_Number" not in record:
        return False
    supplier = _find_party(module, record)
    contacts = {row["ContactID"] for row in circumstances.xero["Contacts"] if row.get("ContactNumber") == supplier}
    return any(
        row["InvoiceNumber"] == record["PO_Number"]
        and row["Contact"]["ContactID"] in contacts
        and not str(row.get("Url", "")).endswith(f"/{record['id']}")
        for row in circumstances.xero["Invoices"]
    )


def _find_party(module: str, record: Json) -> str | None:
    """The CRM id of whom a document names; of a party itself, its own."""
    if module not in LINES:
        return str(record["id"])
    party = record["Account_Name" if module == "Invoices" else "Vendor_Name"]
    return str(party["id"]) if party is not None else None


def _bears_anothers_name(module: str, record: Json, circumstances: Circumstances) -> bool:
    """An account or vendor whose name another contact has in Xero."""
    name = str(record.get(NAME_FIELDS[module])).casefold() if module in ("Accounts", "Vendors") else None
    return any(
        row["Name"].casefold() == name and row.get("ContactNumber") != record["id"] and row["ContactStatus"] == "ACTIVE"
        for row in circumstances.xero["Contacts"]
    )


def _waits_for_its_party(module: str, record: Json, circumstances: Circumstances) -> bool:
    """Whom the document names is held itself, for a reason that is true."""
    party = _find_party(module, record) if module in LINES else None
    entry = circumstances.told.get(party) if party is not None else None
    of = "Accounts" if module == "Invoices" else "Vendors"
    parties = [each for each in circumstances.crm[of] if str(each["id"]) == party]
    codes = [reason["code"] for reason in entry["reasons"]] if entry is not None else []
    return any(is_true(code, of, parties[0], circumstances) for code in codes if parties)


def _has_archived_party(module: str, record: Json, circumstances: Circumstances) -> bool:
    party = _find_party(module, record)
    statuses = [row["ContactStatus"] for row in circumstances.xero["Contacts"] if row.get("ContactNumber") == party]
    return party is not None and "ARCHIVED" in statuses and "ACTIVE" not in statuses


def _is_in_closed_books(module: str, record: Json, circumstances: Circumstances) -> bool:
    """By its date in the CRM, or by the one that it has in Xero."""
    if module not in LINES:
        return False
    row = circumstances.find_in_xero(str(record["id"]))
    dates = [record["Invoice_Date" if module == "Invoices" else "PO_Date"], row["DateString"][:10] if row else None]
    lock = circumstances.lock_date
    return lock is not None and any(day is not None and day <= lock for day in dates)


_CHECKS: Final[Mapping[str, Callable[[str, Json, Circumstances], bool]]] = {
    "tax_unmapped": _names_unmapped_tax,
    "number_taken_in_xero": _shares_its_number,
    "ambiguous_match": _shares_its_number,
    "name_taken": _bears_anothers_name,
    "waits_for": _waits_for_its_party,
    "contact_archived": _has_archived_party,
    "customer_missing": lambda module, record, _: module == "Invoices" and _find_party(module, record) is None,
    "supplier_missing": lambda module, record, _: module != "Invoices" and _find_party(module, record) is None,
    "period_locked": _is_in_closed_books,
    "locked_in_xero": _is_approved,
    "ended_in_xero": lambda _, record, circumstances: was_ended_by_a_person(str(record["id"]), circumstances),
}
