"""The element that updates a document: by id, only what the CRM changed.

Lines go whole with their LineItemIDs, since Xero deletes the lines that are not sent (Xero: Invoices page). Account,
tax and tracking of a line stay what Xero has.
"""

from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from xero_writer.domain.document_kinds import XERO_WORDS, XeroKind
from xero_writer.domain.documents.linked_case import LinkedCase
from xero_writer.domain.field_digests import LINE_FIELDS, QUOTE_HEADER
from xero_writer.domain.keys import number_key
from xero_writer.domain.link_facts import LinkedLine, LinkFacts
from xero_writer.domain.mapped import MappedDocument
from xero_writer.domain.verdicts import Action, Ready

_WITH_LINES: Final = frozenset({*LINE_FIELDS, "LineAmountTypes"})


def build_update(
    case: LinkedCase,
    mapped: MappedDocument,
    present: tuple[str, ...],
    new_status: str | None,
    facts: LinkFacts,
    digest: str,
) -> Ready:
    """The verdict of a document whose fields `present` are to change, and its status when one is given."""
    link = case.link
    element = start_element(case)
    for name in (*present, *(QUOTE_HEADER if case.kind is XeroKind.QUOTE else ())):
        if name in mapped.element:
            element[name] = mapped.element[name]
    if new_status is not None:
        element["Status"] = new_status
    expected_total: Decimal | None = None
    if _WITH_LINES & set(present):
        element["LineAmountTypes"] = mapped.element["LineAmountTypes"]
        element["LineItems"], kept_taxes = _join_lines(case, mapped)
        expected_total = mapped.expected_total if kept_taxes else None
        ids = [line.get("LineItemID") for line in element["LineItems"]]
        lines = tuple(LinkedLine(key, line_id) for key, line_id in zip(mapped.line_keys, ids, strict=True))
        facts = replace(facts, lines=lines)
    number = mapped.number or ""
    return Ready(
        Action.UPDATE,
        digest,
        facts,
        mapped.label,
        number,
        xero_id=link.xero_id,
        element=element,
        uniqueness_keys=(number_key(number, case.context.digest_key), link.xero_id),
        warnings=mapped.warnings,
        expected_total=expected_total,
        changed_fields=(*present, *(("Status",) if new_status is not None else ())),
        kind=case.kind,
        status=new_status or case.status,
    )


def start_element(case: LinkedCase) -> dict[str, Any]:
    """The id and, for quotes, the contact and date that Xero has: it wants them in every update (Xero: Quotes page).

    The rest of a quote's header is cleared by what is left out, so `build_update` sends it whole.
    """
    element: dict[str, Any] = {XERO_WORDS[case.kind].id_field: case.link.xero_id}
    document = case.document
    if case.kind is XeroKind.QUOTE and document is not None:
        if document.contact_id is not None:
            element["Contact"] = {"ContactID": document.contact_id}
        if document.dated is not None:
            element["Date"] = document.dated.isoformat()
    return element


def _join_lines(case: LinkedCase, mapped: MappedDocument) -> tuple[list[dict[str, Any]], bool]:
    """Our lines with Xero's ids, accounts, taxes and tracking; False when Xero's taxes are not what we would choose."""
    document = case.document
    known = {line.key: line for line in case.link.facts.lines if line.line_item_id is not None}
    current = {line.line_item_id: line for line in document.lines or ()} if document is not None else {}
    joined, kept_taxes = [], True
    for key, ours in zip(mapped.line_keys, mapped.element["LineItems"], strict=True):
        line = dict(ours)
        before = known.get(key)
        if before is not None:
            # A line that Xero no longer has would be refused by its id: it goes as a new one.
            now: LinkedLine | None = current.get(before.line_item_id, None if current else before)
            if now is not None:
                line["LineItemID"] = before.line_item_id
                line["AccountCode"] = now.account_code or ours.get("AccountCode")
                line["TaxType"] = now.tax_type or ours.get("TaxType")
                line["Tracking"] = _say_tracking(now) or None
                kept_taxes = kept_taxes and line["TaxType"] == ours.get("TaxType")
        joined.append({name: value for name, value in line.items() if value is not None})
    return joined, kept_taxes


def _say_tracking(line: LinkedLine) -> list[dict[str, str]]:
    return [{"TrackingCategoryID": category, "TrackingOptionID": option} for category, option in line.tracking]
