"""Whether a reason that the product gave is true, by what stands at the vendors. A reason unknown here is a lie."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Final

from tests.chaos.people import LINES
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

    def find_in_xero(self, record_id: str) -> Json | None:
        """The document with our link to that CRM record, whatever became of it."""
        found = [row for row in self.xero["Invoices"] if str(row.get("Url", "")).endswith(f"/{record_id}")]
        return found[-1] if found else None


def is_true(code: str, module: str, record: Json, circumstances: Circumstances) -> bool:
    """Whether that reason holds of that record now."""
    check = _CHECKS.get(code)
    return check is not None and module in LINES and check(module, record, circumstances)


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
    side = "sales" if module == "Invoices" else "purchases"
    taxes = [tax["name"] for line in record[LINES[module]] for tax in line.get("Line_Tax") or ()]
    return any(name not in MAPPING["taxes"][side] for name in taxes)


def _is_approved(_: str, record: Json, circumstances: Circumstances) -> bool:
    row = circumstances.find_in_xero(str(record["id"]))
    return row is not None and row["Status"] in APPROVED


def _shares_its_number(_: str, record: Json, circumstances: Circumstances) -> bool:
    """Another bill of the same supplier has the number: a person says whether the two are one."""
    if "PO_Number" not in record:
        return False
    supplier = str(record["Vendor_Name"]["id"])
    contacts = {row["ContactID"] for row in circumstances.xero["Contacts"] if row.get("ContactNumber") == supplier}
    return any(
        row["InvoiceNumber"] == record["PO_Number"]
        and row["Contact"]["ContactID"] in contacts
        and not str(row.get("Url", "")).endswith(f"/{record['id']}")
        for row in circumstances.xero["Invoices"]
    )


_CHECKS: Final[Mapping[str, Callable[[str, Json, Circumstances], bool]]] = {
    "tax_unmapped": _names_unmapped_tax,
    "number_taken_in_xero": _shares_its_number,
    "ambiguous_match": _shares_its_number,
    "locked_in_xero": _is_approved,
    "ended_in_xero": lambda _, record, circumstances: was_ended_by_a_person(str(record["id"]), circumstances),
}
