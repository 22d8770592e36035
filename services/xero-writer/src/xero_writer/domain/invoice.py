"""A CRM invoice as a Xero sales invoice (ACCREC): header, lines, and the total that Xero will make of them.

Number and dates come from the CRM, never from Xero. The total is computed with Xero's rounding before anything is
sent and compared with the CRM's. Lengths and rules: Xero, Invoices page.
"""

from collections.abc import Callable, Mapping
from datetime import date
from typing import Any, Final, TypeVar

from sync_kit.contracts.events import RecordLabel
from sync_kit.contracts.vocabulary import Module
from xero_writer.domain.crm_lines import LINES_FIELD, add_up_lines, list_line_products, read_lines
from xero_writer.domain.crm_values import (
    UnusableValueError,
    find_date,
    find_decimal,
    find_lookup,
    find_text,
    list_rows,
    show_value,
)
from xero_writer.domain.dates import find_due_date
from xero_writer.domain.field_digests import pick_invoice_fields
from xero_writer.domain.lines import LineBuilder, XeroLine
from xero_writer.domain.mapped import Faults, MappedInvoice
from xero_writer.domain.mapping_model import STANDARD_FIELDS, Amounts, StatusChoice, TenantMapping
from xero_writer.domain.money import round_money
from xero_writer.domain.parents import judge_parents
from xero_writer.domain.reference import Reference, Terms
from xero_writer.domain.rows import JudgeContext, ParentView, StagedRecord
from xero_writer.domain.text import clean_text, describe_record
from xero_writer.domain.totals import settle_total
from xero_writer.domain.verdicts import ParentRef

T = TypeVar("T")
NUMBER_LIMIT: Final = 255
REFERENCE_LIMIT: Final = 255
AMOUNT_TYPES: Final[Mapping[Amounts, str]] = {
    Amounts.EXCLUSIVE: "Exclusive",
    Amounts.INCLUSIVE: "Inclusive",
    Amounts.NONE: "NoTax",
}


def find_customer(record: StagedRecord) -> ParentRef | None:
    """Whom the invoice goes to: its account, else its contact."""
    for module, name in ((Module.ACCOUNTS, "Account_Name"), (Module.CONTACTS, "Contact_Name")):
        lookup = find_lookup(record.fields, name)
        if lookup is not None:
            return ParentRef(module, lookup.record_id)
    return None


def list_invoice_parents(record: StagedRecord) -> tuple[ParentRef, ...]:
    """The customer first, then the products of the lines."""
    customer = find_customer(record)
    return ((customer,) if customer is not None else ()) + list_line_products(record)


def find_invoice_number(record: StagedRecord, mapping: TenantMapping) -> str | None:
    """The number in the CRM field that the mapping chose."""
    text = find_text(record.fields, mapping.number_fields.invoices)
    return clean_text(text) or None if text is not None else None


def find_status_choice(record: StagedRecord, mapping: TenantMapping) -> StatusChoice | None:
    """What the CRM status means in Xero; None when it is blank or not mapped."""
    status = find_text(record.fields, "Status")
    return mapping.statuses.invoices.get(status) if status is not None else None


def label_invoice(record: StagedRecord, mapping: TenantMapping, home_currency: str | None) -> RecordLabel:
    """How people know the invoice; what cannot be read is left out."""
    customers = (find_lookup(record.fields, name) for name in ("Account_Name", "Contact_Name"))
    total = _peek(find_decimal, record.fields, "Grand_Total")
    return RecordLabel(
        number=find_invoice_number(record, mapping),
        name=next((lookup.name for lookup in customers if lookup is not None and lookup.name), None),
        dated=_peek(find_date, record.fields, "Invoice_Date"),
        total=round_money(total) if total is not None else None,
        currency=find_text(record.fields, "Currency") or home_currency,
    )


def map_invoice(
    record: StagedRecord,
    context: JudgeContext,
    reference: Reference,
    parents: Mapping[ParentRef, ParentView],
    choice: StatusChoice | None,
) -> MappedInvoice:
    """The element that would create the invoice, with all faults. `choice` is None for one that Xero has already."""
    mapping = context.mapping
    label = label_invoice(record, mapping, reference.organisation.base_currency)
    faults = Faults(describe_record(Module.INVOICES, label, record.record_id))
    asked = judge_parents(list_invoice_parents(record), parents, faults)
    element: dict[str, Any] = {"Type": "ACCREC", "LineAmountTypes": AMOUNT_TYPES[mapping.amounts]}
    terms = _map_customer(record, parents, element, faults)
    _map_number(record, mapping, element, faults)
    _map_dates(record, mapping, reference, terms, choice, element, faults)
    _map_currency(record, reference, element, faults)
    reference_text = find_text(record.fields, "Purchase_Order") or find_text(record.fields, "Subject")
    if reference_text:
        element["Reference"] = clean_text(reference_text)[:REFERENCE_LIMIT]
    if context.crm_web_url is not None:
        element["Url"] = f"{context.crm_web_url.rstrip('/')}/tab/Invoices/{record.record_id}"
    if choice is not None:
        element["Status"] = choice.value
    builder = LineBuilder(mapping, reference, parents, faults)
    lines, expected_total = settle_total(record, builder, _map_lines(record, builder, choice, faults))
    element["LineItems"] = [line.to_element() for line in lines]
    return MappedInvoice(
        element=element,
        picked=pick_invoice_fields(element),
        label=label,
        text=faults.text,
        faults=tuple(faults.found),
        warnings=tuple(faults.warned),
        line_keys=tuple(line.key for line in lines),
        expected_total=expected_total,
        waits_for=asked,
    )


def _map_customer(
    record: StagedRecord, parents: Mapping[ParentRef, ParentView], element: dict[str, Any], faults: Faults
) -> Terms | None:
    customer = find_customer(record)
    if customer is None:
        faults.add("customer_missing")
        return None
    view = parents.get(customer)
    if view is None or view.xero_id is None:
        return None
    element["Contact"] = {"ContactID": view.xero_id}
    facts = view.facts
    if facts is None or facts.terms_day is None or facts.terms_type is None:
        return None
    return Terms(facts.terms_day, facts.terms_type)


def _map_number(record: StagedRecord, mapping: TenantMapping, element: dict[str, Any], faults: Faults) -> None:
    field = mapping.number_fields.invoices
    number = find_invoice_number(record, mapping)
    if field not in record.fields and field not in STANDARD_FIELDS[Module.INVOICES]:
        faults.add("mapping_broken", field=field)
    elif number is None:
        faults.add("number_missing", field=field)
    elif len(number) > NUMBER_LIMIT:
        faults.unusable(field, show_value(number), f"{NUMBER_LIMIT} characters")
    else:
        element["InvoiceNumber"] = number


def _map_dates(
    record: StagedRecord,
    mapping: TenantMapping,
    reference: Reference,
    terms: Terms | None,
    choice: StatusChoice | None,
    element: dict[str, Any],
    faults: Faults,
) -> None:
    before = len(faults.found)
    dated = faults.read(find_date, record.fields, "Invoice_Date")
    if dated is None:
        if len(faults.found) == before:
            faults.add("date_missing")
        return
    element["Date"] = dated.isoformat()
    due: date | None = find_due_date(
        dated,
        faults.read(find_date, record.fields, "Due_Date"),
        terms,
        reference.organisation.sales_terms,
        mapping.due_days,
    )
    if due is not None:
        element["DueDate"] = due.isoformat()
    elif choice in (StatusChoice.SUBMITTED, StatusChoice.AUTHORISED):
        faults.add("due_date_missing")


def _map_currency(record: StagedRecord, reference: Reference, element: dict[str, Any], faults: Faults) -> None:
    currency = (find_text(record.fields, "Currency") or reference.organisation.base_currency).upper()
    element["CurrencyCode"] = currency
    if currency not in reference.currencies:
        faults.add("currency_not_enabled", currency=currency)


def _map_lines(
    record: StagedRecord, builder: LineBuilder, choice: StatusChoice | None, faults: Faults
) -> list[XeroLine]:
    if not list_rows(record.fields, LINES_FIELD):
        faults.add("lines_missing")
        return []
    if not record.lines_complete:
        crm = _peek(find_decimal, record.fields, "Sub_Total")
        shown = str(round_money(crm)) if crm is not None else None
        faults.add("lines_incomplete", read=str(round_money(add_up_lines(record))), crm=shown)
    lines: list[XeroLine] = []
    for crm_line in read_lines(record, faults):
        built = builder.build_line(crm_line)
        if not built[0].text and choice in (StatusChoice.SUBMITTED, StatusChoice.AUTHORISED):
            faults.unusable(f"Description of line {crm_line.name}", "", "a text, unless the invoice is a draft")
        lines.extend(built)
    lines.extend(builder.build_header_discount(record.fields, lines))
    lines.extend(builder.build_adjustment(record.fields))
    return lines


def _peek(reader: Callable[[Mapping[str, Any], str], T | None], fields: Mapping[str, Any], name: str) -> T | None:
    try:
        return reader(fields, name)
    except UnusableValueError:
        return None
