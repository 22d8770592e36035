"""A CRM document as the Xero element that would create it, with the total that Xero will make of it.

Number and dates come from the CRM, never from Xero. The total is computed with Xero's rounding before anything is
sent and compared with the CRM's. Xero: Invoices, PurchaseOrders and Quotes pages.
"""

from collections.abc import Mapping
from typing import Any, Final

from sync_kit.contracts.events import RecordLabel
from xero_writer.domain.crm_values import find_decimal, find_text
from xero_writer.domain.document_kinds import CRM_WORDS, XERO_WORDS, XeroKind
from xero_writer.domain.documents.amounts import choose_amounts, say_amounts
from xero_writer.domain.documents.crm_lines import add_up_lines, list_line_rows, read_lines
from xero_writer.domain.documents.currency_rates import choose_rate
from xero_writer.domain.documents.extra_lines import build_adjustment, build_header_discount
from xero_writer.domain.documents.header import (
    POSTING_KINDS,
    map_currency,
    map_dates,
    map_number,
    peek,
)
from xero_writer.domain.documents.line_accounts import LineAccounts
from xero_writer.domain.documents.lines import LineBuilder, XeroLine
from xero_writer.domain.documents.parties import (
    find_party,
    find_party_terms,
    find_person_of_account,
    list_document_parents,
)
from xero_writer.domain.documents.status_words import APPROVING
from xero_writer.domain.documents.totals import add_up_crm_tax, settle_total
from xero_writer.domain.documents.tracking import choose_tracking
from xero_writer.domain.field_digests import pick_document_fields
from xero_writer.domain.mappable_fields import read_fields, write_fields
from xero_writer.domain.mapped import Faults, MappedDocument
from xero_writer.domain.mapping_model import Amounts, Side
from xero_writer.domain.money import round_money
from xero_writer.domain.parents import judge_parents
from xero_writer.domain.people import check_person
from xero_writer.domain.reference import Reference, Terms
from xero_writer.domain.rows import JudgeContext, ParentState, ParentView, StagedRecord
from xero_writer.domain.tax import TaxRules
from xero_writer.domain.text import clean_text, describe_record
from xero_writer.domain.verdicts import ParentRef

_REFERENCE_LIMIT: Final = 255
_TITLE_LIMIT: Final = 100
_LINKED_KINDS: Final = POSTING_KINDS
"""Kinds with a Url field, which holds our link to the CRM record."""


def map_document(
    record: StagedRecord,
    context: JudgeContext,
    reference: Reference,
    parents: Mapping[ParentRef, ParentView],
    kind: XeroKind,
    status: str | None,
    label: RecordLabel,
    *,
    new: bool = True,
) -> MappedDocument:
    """The element that would create the document, with all faults. `status` is the one to send, if any; `new` is False
    for a document that Xero has already: its exchange rate stays as it is."""
    mapping = context.mapping
    side = CRM_WORDS[record.module].side
    faults = Faults(describe_record(record.module, label, record.record_id))
    waits_for = judge_parents(list_document_parents(record), parents, faults)
    element: dict[str, Any] = {"Type": XERO_WORDS[kind].type} if XERO_WORDS[kind].type is not None else {}
    terms = _map_party(record, parents, side, element, faults)
    number = map_number(record, mapping, kind, element, faults)
    organisation = reference.organisation
    own_terms = organisation.sales_terms if side is Side.SALES else organisation.bill_terms
    mapped = read_fields(record.module, mapping, record.fields, faults, reference=reference, kind=kind)
    map_dates(record, mapping, kind, mapped, (terms, own_terms), status, element, faults)
    currency = map_currency(record, reference, element, faults)
    rate = choose_rate(record, currency, context, reference, faults) if new else None
    if rate is not None:
        element["CurrencyRate"] = rate
    _map_texts(record, kind, element)
    if context.crm_web_url is not None and kind in _LINKED_KINDS:
        element["Url"] = find_crm_url(record, context.crm_web_url)
    if status is not None:
        element["Status"] = status
    amounts = choose_amounts(record, mapping, faults)
    element["LineAmountTypes"] = say_amounts(amounts, kind)
    builder = LineBuilder(
        kind,
        TaxRules(side, amounts, mapping, reference),
        LineAccounts(side, mapping.accounts, reference, faults, posts=kind in POSTING_KINDS),
        parents,
        faults,
        choose_tracking(record, mapping, reference, faults),
    )
    mapped_lines = _map_lines(record, builder, context, status)
    lines, expected_total = settle_total(record, builder, mapped_lines, mapping.policies.cent)
    element["LineItems"] = [line.to_element() for line in lines]
    write_fields({name: value for name, value in mapped.items() if name != "Date"}, element)
    return MappedDocument(
        element=element,
        picked=pick_document_fields(element),
        label=label,
        text=faults.text,
        faults=tuple(faults.found),
        warnings=tuple(faults.warned),
        kind=kind,
        number=number,
        line_keys=tuple(line.key for line in lines),
        own_texts=tuple(builder.own_texts),
        expected_total=expected_total,
        waits_for=waits_for,
    )


def find_crm_url(record: StagedRecord, crm_web_url: str) -> str:
    """Our link to the CRM record; by it a document is known as ours."""
    return f"{crm_web_url.rstrip('/')}/tab/{CRM_WORDS[record.module].api_name}/{record.record_id}"


def _map_party(
    record: StagedRecord, parents: Mapping[ParentRef, ParentView], side: Side, element: dict[str, Any], faults: Faults
) -> Terms | None:
    """Puts the contact in; returns its payment terms. What is odd about it rides along."""
    party = find_party(record)
    if party is None:
        faults.add("customer_missing" if side is Side.SALES else "supplier_missing")
        return None
    view = parents.get(party)
    person, account = find_person_of_account(record)
    odd = check_person(faults.text, person, account, view)
    if odd is not None:
        faults.warned.append(odd)
    if view is None or view.xero_id is None:
        return None
    if view.state is ParentState.LINKED:
        faults.warned.extend(view.reasons)
    element["Contact"] = {"ContactID": view.xero_id}
    return find_party_terms(view.facts, side)


def _map_texts(record: StagedRecord, kind: XeroKind, element: dict[str, Any]) -> None:
    """Subject and the customer's order number. A bill has no Reference (Xero: sales invoices only)."""
    subject = clean_text(find_text(record.fields, "Subject") or "")
    if kind is XeroKind.QUOTE and subject:
        element["Title"] = subject[:_TITLE_LIMIT]
    if kind is XeroKind.PURCHASE_ORDER and subject:
        element["Reference"] = subject[:_REFERENCE_LIMIT]
    if kind is XeroKind.SALES_INVOICE:
        text = clean_text(find_text(record.fields, "Purchase_Order") or "") or subject
        if text:
            element["Reference"] = text[:_REFERENCE_LIMIT]


def _map_lines(record: StagedRecord, builder: LineBuilder, context: JudgeContext, status: str | None) -> list[XeroLine]:
    faults = builder.faults
    if not list_line_rows(record):
        faults.add("lines_missing")
        return []
    if not record.lines_complete:
        crm = peek(find_decimal, record.fields, "Sub_Total")
        shown = str(round_money(crm)) if crm is not None else None
        faults.add("lines_incomplete", read=str(round_money(add_up_lines(record))), crm=shown)
    lines: list[XeroLine] = []
    needs_texts = status in APPROVING or builder.kind not in POSTING_KINDS
    without_text: list[str] = []
    for crm_line in read_lines(record, faults):
        built = builder.build_line(crm_line)
        # The text of a product that is on its way comes with it.
        if needs_texts and not built[0].text and not builder.waits_for_item(crm_line):
            without_text.append(crm_line.name)
        lines.extend(built)
    if without_text:
        faults.unusable(f"Description of line {', '.join(without_text)}", "", "a text, unless it is a draft")
    _check_registered(builder, lines)
    lines.extend(build_header_discount(builder, record.fields, lines, context.mapping.policies.header_discount))
    lines.extend(build_adjustment(builder, record.fields))
    return lines


def _check_registered(builder: LineBuilder, lines: list[XeroLine]) -> None:
    amounts = builder.rules.amounts
    if builder.rules.reference.organisation.pays_tax is not False or amounts is Amounts.NONE:
        return
    if any(line.tax.crm_percent for line in lines):
        builder.faults.add("tax_not_registered", amount=str(add_up_crm_tax(lines, amounts)))
