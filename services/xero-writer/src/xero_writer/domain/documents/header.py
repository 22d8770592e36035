"""The header of a document: number, dates, currency, how people know it. Lengths: Xero, Invoices and Quotes pages."""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final, TypeVar

from sync_kit.contracts.events import RecordLabel
from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import Module
from xero_writer.domain.crm_values import UnusableValueError, find_date, find_decimal, find_text, show_value
from xero_writer.domain.dates import find_due_date
from xero_writer.domain.document_kinds import CRM_WORDS, XERO_WORDS, XeroKind
from xero_writer.domain.documents.parties import find_party_name
from xero_writer.domain.documents.status_words import APPROVING
from xero_writer.domain.mappable_fields import read_fields
from xero_writer.domain.mapped import Faults
from xero_writer.domain.mapping_model import STANDARD_FIELDS, Side, TenantMapping
from xero_writer.domain.money import round_money
from xero_writer.domain.reference import Reference, Terms
from xero_writer.domain.rows import StagedRecord
from xero_writer.domain.text import clean_text

T = TypeVar("T")
NUMBER_LIMIT: Final = 255
CREATED_FIELD: Final = "Created_Time"
"""Its calendar day, in the offset that it is written in, dates what has no date field of its own."""
POSTING_KINDS: Final = frozenset({XeroKind.SALES_INVOICE, XeroKind.BILL})
"""Kinds that reach the ledger: they have due dates, and lock dates hold for them."""


def list_number_fields(module: Module, kind: XeroKind, mapping: TenantMapping) -> tuple[str, ...]:
    """The CRM fields of the number, the first that is filled counts. A bill goes by the supplier's number."""
    numbers = mapping.number_fields
    own = {
        Module.INVOICES: numbers.invoices,
        Module.PURCHASE_ORDERS: numbers.purchase_orders,
        Module.QUOTES: numbers.quotes,
        Module.SALES_ORDERS: numbers.sales_orders,
    }[module]
    if kind is XeroKind.BILL and numbers.supplier_number is not None:
        return (numbers.supplier_number, own)
    return (own,)


def find_document_number(record: StagedRecord, mapping: TenantMapping, kind: XeroKind) -> str | None:
    """The document's number; None when all its fields are blank."""
    for field in list_number_fields(record.module, kind, mapping):
        text = clean_text(find_text(record.fields, field) or "")
        if text:
            return text
    return None


def label_document(
    record: StagedRecord, mapping: TenantMapping, home_currency: str | None, kind: XeroKind
) -> RecordLabel:
    """How people know the document; what cannot be read is left out."""
    total = peek(find_decimal, record.fields, "Grand_Total")
    mapped = read_fields(record.module, mapping, record.fields, Faults(""), kind=kind)
    return RecordLabel(
        number=find_document_number(record, mapping, kind),
        name=find_party_name(record),
        dated=_to_date(mapped.get("Date")) or peek(find_date, record.fields, _date_field(record.module)),
        total=round_money(total) if total is not None else None,
        currency=find_text(record.fields, "Currency") or home_currency,
    )


def map_number(
    record: StagedRecord, mapping: TenantMapping, kind: XeroKind, element: dict[str, Any], faults: Faults
) -> str | None:
    """Puts the number in and returns it; None with a fault."""
    fields = list_number_fields(record.module, kind, mapping)
    broken = [field for field in fields if field not in record.fields and field not in STANDARD_FIELDS[record.module]]
    for field in broken:
        faults.add("mapping_broken", field=field)
    number = find_document_number(record, mapping, kind)
    if number is None:
        if not broken:
            faults.add("number_missing", field=" or ".join(fields))
        return None
    if len(number) > NUMBER_LIMIT:
        faults.unusable(fields[0], show_value(number), f"{NUMBER_LIMIT} characters")
        return None
    element[XERO_WORDS[kind].number_field] = number
    return number


def map_dates(
    record: StagedRecord,
    mapping: TenantMapping,
    kind: XeroKind,
    mapped: Mapping[str, object],
    terms: tuple[Terms | None, Terms | None],
    status: str | None,
    element: dict[str, Any],
    faults: Faults,
) -> None:
    """The document's date and its due (delivery, expiry) date. `mapped`: what the tenant's own fields say; `terms`:
    the contact's and the organisation's."""
    before = len(faults.found)
    dated = _to_date(mapped.get("Date")) or faults.read(find_date, record.fields, _date_field(record.module))
    if dated is None:
        if len(faults.found) == before:
            faults.add("date_missing")
        return
    element["Date"] = dated.isoformat()
    due_field = XERO_WORDS[kind].due_field
    crm_due = _to_date(mapped.get(due_field)) or faults.read(
        find_date, record.fields, CRM_WORDS[record.module].due_field
    )
    due = crm_due
    if kind in POSTING_KINDS:
        due = find_due_date(dated, crm_due, *terms, mapping.policies.due_days)
    if due is not None:
        element[due_field] = due.isoformat()
    elif kind in POSTING_KINDS and status in APPROVING:
        faults.found.append(explain_no_due_date(record, faults.text))


def explain_no_due_date(record: StagedRecord, text: str) -> Reason:
    """`due_date_missing`, with the one whose payment terms would help."""
    whom = "customer" if CRM_WORDS[record.module].side is Side.SALES else "supplier"
    return Reason(code="due_date_missing", facts={"record": text, "contact": find_party_name(record) or f"its {whom}"})


def map_currency(record: StagedRecord, reference: Reference, element: dict[str, Any], faults: Faults) -> str:
    """Puts the currency in and returns it: the CRM's, else the organisation's own."""
    currency = (find_text(record.fields, "Currency") or reference.organisation.base_currency).upper()
    element["CurrencyCode"] = currency
    if currency not in reference.currencies:
        faults.add("currency_not_enabled", currency=currency)
    return currency


def peek(reader: Callable[[Mapping[str, Any], str], T | None], fields: Mapping[str, Any], name: str) -> T | None:
    """What the reader finds; None also where the value cannot be used."""
    try:
        return reader(fields, name)
    except UnusableValueError:
        return None


def _date_field(module: Module) -> str:
    return CRM_WORDS[module].date_field or CREATED_FIELD


def _to_date(value: object) -> date | None:
    return date.fromisoformat(value) if isinstance(value, str) else None
