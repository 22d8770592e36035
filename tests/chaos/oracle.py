"""The judgement: what stands at the vendors, by the sandbox's own history, against what the CRM says.

Our stores are asked for one thing alone, the audit of what was read and is owed. Everything else is between the CRM's
records and Xero's: each once, each there or held with a reason that is true, each to the cent.
"""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any, Final

from tests.chaos.audit import ReadRows, list_owed
from tests.chaos.founding import Founded
from tests.chaos.people import LINES, NAME_FIELDS, People
from tests.chaos.true_reasons import Circumstances, is_true, was_ended_by_a_person

from vendor_sandbox.core.ledger import Call, Version

Json = dict[str, Any]

ENDED: Final = frozenset({"VOIDED", "DELETED"})
CANCELED: Final = frozenset({"Canceled", "Cancelled"})
GOES: Final[Mapping[str, frozenset[str]]] = {
    "Invoices": frozenset({"Approved", "Delivered"}),
    "Purchase_Orders": frozenset({"Delivered"}),
}
DOCUMENT_NUMBERS: Final = {"Invoices": "Invoice_Number", "Purchase_Orders": "PO_Number"}
PARTIES: Final = {"Invoices": "Account_Name", "Purchase_Orders": "Vendor_Name"}
PARTY_MODULES: Final = {"Invoices": "Accounts", "Purchase_Orders": "Vendors"}


@dataclass
class Verdict:
    """What is wrong, a sentence each. All empty: the promise was kept."""

    duplicates: list[str] = field(default_factory=list)
    lost: list[str] = field(default_factory=list)
    limits_broken: list[str] = field(default_factory=list)
    owed: list[str] = field(default_factory=list)
    held: Counter[str] = field(default_factory=Counter)
    documents: int = 0


async def judge(people: People, founded: Founded, read_rows: ReadRows, logs: Sequence[Sequence[Json]]) -> Verdict:
    """Look at everything. `read_rows`: from our stores. `logs`: the log of each run, oldest first."""
    verdict = Verdict()
    ledger = founded.sandbox.ledger
    verdict.duplicates += find_twins(ledger.versions)
    verdict.limits_broken += find_broken_limits(ledger.calls)
    crm = {module: await people.list_crm(module) for module in ("Accounts", "Contacts", "Vendors", "Products", *LINES)}
    xero = {kind: await people.list_xero(kind) for kind in ("Invoices", "Contacts", "Items")}
    told = {entry["record_id"]: entry for log in logs for entry in log}
    books = await people.read_books()
    circumstances = Circumstances(crm, xero, ledger.versions, _read_day(books.get("PeriodLockDate")), told)
    bench = _Bench(verdict, crm, xero, told, circumstances)
    for module in LINES:
        for record in crm[module]:
            bench.judge_document(module, record)
    bench.judge_parents()
    known = {
        module: [str(record["id"]) for record in records if _stands_alone(module, record)]
        for module, records in crm.items()
    }
    verdict.owed += await list_owed(read_rows, known)
    return verdict


def find_twins(versions: Iterable[Version]) -> list[str]:
    """CRM records that had more than one living counterpart at any time."""
    living: dict[tuple[str, str], set[str]] = defaultdict(set)
    found: dict[tuple[str, str], str] = {}
    for version in versions:
        if version.vendor != "xero":
            continue
        key = _find_key(version)
        if key is None:
            continue
        gone = version.action in ("deleted", "voided", "archived") or _is_gone(version.snapshot)
        (living[key].discard if gone else living[key].add)(version.id)
        if len(living[key]) > 1:
            found[key] = f"{version.kind} {key[1]} stands {len(living[key])} times in Xero since {version.at}"
    return list(found.values())


def find_broken_limits(calls: Iterable[Call]) -> list[str]:
    """Calls that a vendor refused because of its own limits, not because it was told to."""
    return [
        f"{call.vendor} refused {call.method} {call.path} at {call.at} for its limit: {call.refusal}"
        for call in calls
        if call.kind == "api" and call.fault != "rate_limit" and (call.refusal is not None or call.status == 429)
    ]


def list_writes(calls: Iterable[Call]) -> list[str]:
    """What was sent to Xero to be written."""
    return [
        f"{call.method} {call.path} {call.request_body}"
        for call in calls
        if call.vendor == "xero" and call.kind == "api" and call.method != "GET"
    ]


class _Bench:
    """One look at both sides."""

    def __init__(
        self,
        verdict: Verdict,
        crm: Mapping[str, Sequence[Json]],
        xero: Mapping[str, Sequence[Json]],
        told: Mapping[str, Json],
        circumstances: Circumstances,
    ) -> None:
        self._verdict = verdict
        self._crm = crm
        self._told = told
        self._circumstances = circumstances
        self._documents: dict[str, list[Json]] = defaultdict(list)
        for row in xero["Invoices"]:
            if row.get("Url") and row["Status"] not in ENDED:
                self._documents[str(row["Url"]).rsplit("/", 1)[-1]].append(row)
        ours = [row for row in xero["Contacts"] if row.get("ContactNumber")]
        ours.sort(key=lambda row: row["ContactStatus"] == "ACTIVE")
        self._contacts = {row["ContactNumber"]: row for row in ours}
        """An archived one only where no other has its number."""
        self._items = {row["Code"]: row for row in xero["Items"]}
        self._parties: set[tuple[str, str]] = set()
        self._goods: set[str] = set()

    def judge_document(self, module: str, record: Json) -> None:
        """It is there once and right, or rightly not there."""
        record_id = str(record["id"])
        rows = self._documents.get(record_id, [])
        if len(rows) > 1:
            self._verdict.duplicates.append(f"{module} {record_id} stands {len(rows)} times in Xero")
            return
        if record.get("Status") not in GOES[module]:
            return
        if not rows and was_ended_by_a_person(record_id, self._circumstances):
            return
        if not rows:
            self._expect_held(module, record, "is not in Xero")
            return
        self._verdict.documents += 1
        wrong = self._find_difference(module, record, rows[0])
        if wrong is not None:
            self._expect_held(module, record, wrong)
            return
        self._note_parents(module, record)

    def judge_parents(self) -> None:
        """Whom a document in Xero names stands there under the name that the CRM has today."""
        for module, record_id in sorted(self._parties):
            row = self._find_contact(module, record_id)
            record = self._find_crm(module, record_id)
            if row is None:
                self._lose(module, record_id, "has documents in Xero and is no contact there")
                continue
            has_its_name = row["ContactStatus"] == "ACTIVE" and row["ContactNumber"] == record_id
            if record is not None and has_its_name and row["Name"] != record[NAME_FIELDS[module]]:
                self._expect_held(module, record, f"is called {row['Name']!r} in Xero")
        for record_id in sorted(self._goods):
            record = self._find_crm("Products", record_id)
            if record is None:
                continue
            item = self._items.get(record["Product_Code"])
            if item is None:
                self._lose("Products", record_id, "has lines in Xero and is no item there")
            elif item["Name"] != record["Product_Name"][:50]:
                self._expect_held("Products", record, f"is called {item['Name']!r} in Xero")

    def _find_difference(self, module: str, record: Json, row: Json) -> str | None:
        if Decimal(str(row["Total"])) != Decimal(str(record["Grand_Total"])):
            return f"is {record['Grand_Total']} in the CRM and {row['Total']} in Xero"
        if len(row["LineItems"]) != len(record[LINES[module]]):
            return f"has {len(record[LINES[module]])} lines in the CRM and {len(row['LineItems'])} in Xero"
        if row["InvoiceNumber"] != record[DOCUMENT_NUMBERS[module]]:
            return f"is {record[DOCUMENT_NUMBERS[module]]} in the CRM and {row['InvoiceNumber']} in Xero"
        if record[PARTIES[module]] is not None:
            contact = self._find_contact(PARTY_MODULES[module], str(record[PARTIES[module]]["id"]))
            if contact is None or row["Contact"]["ContactID"] != contact["ContactID"]:
                return "is another contact's in Xero"
        return None

    def _find_contact(self, module: str, record_id: str) -> Json | None:
        """A party's own; else one that it shares, for a firm that buys and sells is one contact if the names agree."""
        own = self._contacts.get(record_id)
        if own is not None:
            return own
        names = self._circumstances.list_names("zoho", module, record_id)
        same_kind = {str(record["id"]) for record in self._crm[module]}
        shared = (row for number, row in self._contacts.items() if number not in same_kind)
        return next(
            (row for row in shared if names & self._circumstances.list_names("xero", "Contacts", row["ContactID"])),
            None,
        )

    def _note_parents(self, module: str, record: Json) -> None:
        """Whom it names; nobody where the CRM has deleted them."""
        if record[PARTIES[module]] is not None:
            self._parties.add((PARTY_MODULES[module], str(record[PARTIES[module]]["id"])))
        self._goods |= {str(line["Product_Name"]["id"]) for line in record[LINES[module]] if line["Product_Name"]}

    def _expect_held(self, module: str, record: Json, what: str) -> None:
        """Right only if the newest word about it is a reason, and the reason is true."""
        record_id = str(record["id"])
        entry = self._told.get(record_id)
        codes = [reason["code"] for reason in entry["reasons"]] if entry is not None else []
        true = [code for code in codes if is_true(code, module, record, self._circumstances)]
        if true:
            self._verdict.held.update(true)
            return
        said = f"told as {entry['outcome']} {codes}" if entry is not None else "never told"
        self._lose(module, record_id, f"{what}; {said}")

    def _lose(self, module: str, record_id: str, what: str) -> None:
        self._verdict.lost.append(f"{module} {record_id} {what}")

    def _find_crm(self, module: str, record_id: str) -> Json | None:
        return next((record for record in self._crm[module] if str(record["id"]) == record_id), None)


def _find_key(version: Version) -> tuple[str, str] | None:
    snapshot = version.snapshot
    name = {"Invoices": "Url", "Contacts": "ContactNumber", "Items": "Code"}.get(version.kind)
    value = snapshot.get(name) if name is not None else None
    return (version.kind, str(value)) if value else None


def _read_day(value: str | None) -> str | None:
    """`/Date(1518685950940+0000)/` as an ISO date."""
    if value is None:
        return None
    milliseconds = int(value.removeprefix("/Date(").partition("+")[0])
    return datetime.fromtimestamp(milliseconds / 1000, UTC).date().isoformat()


def _stands_alone(module: str, record: Json) -> bool:
    """A person of an account travels with the account, not by itself."""
    return module != "Contacts" or not record.get("Account_Name")


def _is_gone(snapshot: Mapping[str, Any]) -> bool:
    return snapshot.get("Status") in ENDED or snapshot.get("ContactStatus") in ("ARCHIVED", "GDPRREQUEST")
