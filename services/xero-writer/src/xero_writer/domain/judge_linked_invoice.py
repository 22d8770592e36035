"""Judging invoices that Xero has already: unchanged, locked, ended, or which fields to update.

Updates go by id and carry only what the CRM changed; lines go whole with their LineItemIDs, since Xero deletes the
lines that are not sent. Account and tax of a line stay what Xero has. A field that both sides changed is held.
"""

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from typing import Any, Final

from sync_kit.contracts.events import RecordLabel
from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import Module
from xero_writer.domain.crm_values import find_text
from xero_writer.domain.field_digests import LINE_FIELDS, combine_digests, digest_fields, list_changed
from xero_writer.domain.invoice import find_status_choice, map_invoice
from xero_writer.domain.keys import number_key
from xero_writer.domain.link_facts import LinkedLine, LinkFacts
from xero_writer.domain.locks import ENDED_STATUSES, OPEN_STATUSES, find_period_lock, may_change, say_state
from xero_writer.domain.mapped import MappedInvoice
from xero_writer.domain.mapping_model import SENT_CHOICES, StatusChoice
from xero_writer.domain.reason_order import order_reasons, outcome_of
from xero_writer.domain.reference import Reference
from xero_writer.domain.rows import JudgeContext, JudgeInput, LedgerDocument, Link
from xero_writer.domain.text import describe_record
from xero_writer.domain.verdicts import Action, Held, Need, Needs, Ready, Skipped, Unchanged, Verdict, WaitsFor

_WITH_LINES: Final = frozenset({*LINE_FIELDS, "LineAmountTypes"})


def judge_linked_invoice(  # noqa: PLR0911, C901 (a ladder of verdicts, one a rung)
    given: JudgeInput, context: JudgeContext, link: Link, label: RecordLabel
) -> Verdict:
    """What becomes of an invoice with a counterpart."""
    record = given.record
    choice = find_status_choice(record, context.mapping)
    text = describe_record(Module.INVOICES, label, record.record_id)
    if record.deleted:
        return _judge_ended(given, context, link, label, text, "deleted")
    if choice is StatusChoice.NOT_CREATED:
        return _judge_ended(given, context, link, label, text, "canceled")
    if context.reference is None:
        return Needs(frozenset({Need.REFERENCE}), label)
    mapped = map_invoice(record, context, context.reference, given.parents, None)
    digests = digest_fields(mapped.picked, context.digest_key)
    digest = combine_digests(digests, context.digest_key)
    document = _find_document(given, link)
    status = _status(document, link)
    new_status = _choose_status(record_status=find_text(record.fields, "Status"), link=link, choice=choice, now=status)
    facts = _next_facts(link.facts, digests, find_text(record.fields, "Status"), mapped)
    present = tuple(name for name in list_changed(link.facts.field_digests, digests) if name in digests)
    # What the CRM blanked is not erased in Xero; what could not be read or is not there yet is no blank.
    whole = not mapped.faults and not mapped.waits_for
    if new_status is None and (digest == link.agreed_digest or (whole and not present)):
        return Unchanged(digest, facts, label)
    if label.dated is not None and label.dated < context.settings.books_start_date:
        start = context.settings.books_start_date.isoformat()
        skip = Reason(code="before_start_date", facts={"record": text, "date": label.dated.isoformat(), "start": start})
        return Skipped((skip,), label)
    if Module.INVOICES not in context.swept:
        return Needs(frozenset({Need.SWEEP}), label)
    if status in ENDED_STATUSES:
        ended = Reason(code="ended_in_xero", facts={"record": text, "state": status.lower()})
        return _hold([ended], label)
    reasons = _list_obstacles(given, context, context.reference, link, mapped, document, present, digests)
    if choice is None:
        reasons.append(_explain_status(find_text(record.fields, "Status"), text))
    if reasons:
        return _hold(reasons, label)
    if mapped.waits_for:
        return WaitsFor(mapped.waits_for, label)
    return _build_update(given, context, link, mapped, document, present, new_status, facts, digest)


def _judge_ended(
    given: JudgeInput, context: JudgeContext, link: Link, label: RecordLabel, text: str, ended: str
) -> Verdict:
    """Canceled or deleted in the CRM: nothing is written, and it is told until Xero shows it gone or credited."""
    if Module.INVOICES not in context.swept and link.status not in ENDED_STATUSES:
        return Needs(frozenset({Need.SWEEP}), label)
    document = _find_document(given, link)
    status = _status(document, link)
    credited = document is not None and document.amount_credited > 0 and document.amount_due == 0
    paid = document is not None and document.amount_paid > 0
    if status in ENDED_STATUSES or (credited and not paid):
        return Unchanged(link.agreed_digest or "", link.facts, label)
    paid_amount, credited_amount = _amounts(document)
    due = document.amount_due if document is not None else None
    facts = {
        "record": text,
        "ended": ended,
        "state": say_state(status, paid_amount, credited_amount),
        "due": str(due) if due is not None else None,
    }
    return _hold([Reason(code="ended_in_crm", facts=facts)], label)


def _list_obstacles(
    given: JudgeInput,
    context: JudgeContext,
    reference: Reference,
    link: Link,
    mapped: MappedInvoice,
    document: LedgerDocument | None,
    present: tuple[str, ...],
    digests: Mapping[str, str],
) -> list[Reason]:
    reasons = list(mapped.faults)
    status, (paid, credited) = _status(document, link), _amounts(document)
    if not may_change(context.mapping.lock_policy, status, paid, credited, present):
        facts = {"record": mapped.text, "state": say_state(status, paid, credited), "fields": ", ".join(present)}
        reasons.append(Reason(code="locked_in_xero", facts=facts))
    old_dates = [link.facts.dated, document.dated if document is not None else None]
    lock = find_period_lock(reference.organisation, [mapped.label.dated, *old_dates], mapped.text)
    if lock is not None:
        reasons.append(lock)
    if mapped.label.total is not None and mapped.label.total < 0:
        facts = {"record": mapped.text, "total": str(mapped.label.total)}
        reasons.append(Reason(code="negative_total", facts=facts))
    conflicts = _list_conflicts(link.facts, document, present, digests)
    if conflicts:
        facts = {"record": mapped.text, "fields": ", ".join(conflicts)}
        reasons.append(Reason(code="changed_in_xero", facts=facts))
    if "InvoiceNumber" in present:
        reasons.extend(_check_new_number(given, context, link, mapped))
    return reasons


def _list_conflicts(
    facts: LinkFacts, document: LedgerDocument | None, present: tuple[str, ...], digests: Mapping[str, str]
) -> list[str]:
    """Fields that the CRM and a person in Xero both changed, to different values."""
    if document is None or document.field_digests is None or not facts.xero_field_digests:
        return []
    now = document.field_digests
    in_xero = list_changed(facts.xero_field_digests, now)
    return [name for name in present if name in in_xero and now.get(name) != digests.get(name)]


def _check_new_number(given: JudgeInput, context: JudgeContext, link: Link, mapped: MappedInvoice) -> list[Reason]:
    number = mapped.element["InvoiceNumber"]
    reasons = []
    if given.siblings:
        facts = {"record": mapped.text, "number": number, "count": len(given.siblings) + 1}
        reasons.append(Reason(code="number_twice_in_crm", facts=facts))
    key = number_key(number, context.digest_key)
    if any(hit.number_key == key and hit.xero_id != link.xero_id for hit in given.hits.documents):
        facts = {"record": mapped.text, "number": number, "difference": "its id: it is another invoice"}
        reasons.append(Reason(code="number_taken_in_xero", facts=facts))
    return reasons


def _build_update(
    given: JudgeInput,
    context: JudgeContext,
    link: Link,
    mapped: MappedInvoice,
    document: LedgerDocument | None,
    present: tuple[str, ...],
    new_status: str | None,
    facts: LinkFacts,
    digest: str,
) -> Ready:
    element: dict[str, Any] = {"InvoiceID": link.xero_id}
    for name in present:
        if name in mapped.element:
            element[name] = mapped.element[name]
    if new_status is not None:
        element["Status"] = new_status
    expected_total: Decimal | None = None
    if _WITH_LINES & set(present):
        element["LineAmountTypes"] = mapped.element["LineAmountTypes"]
        element["LineItems"], kept_taxes = _join_lines(link, mapped, document)
        expected_total = mapped.expected_total if kept_taxes else None
        ids = [line.get("LineItemID") for line in element["LineItems"]]
        facts = replace(
            facts, lines=tuple(LinkedLine(key, line_id) for key, line_id in zip(mapped.line_keys, ids, strict=True))
        )
    number = mapped.element["InvoiceNumber"]
    return Ready(
        Action.UPDATE,
        digest,
        facts,
        mapped.label,
        number,
        xero_id=link.xero_id,
        element=element,
        uniqueness_keys=(number_key(number, context.digest_key), link.xero_id),
        warnings=mapped.warnings,
        expected_total=expected_total,
        changed_fields=(*present, *(("Status",) if new_status is not None else ())),
    )


def _join_lines(
    link: Link, mapped: MappedInvoice, document: LedgerDocument | None
) -> tuple[list[dict[str, Any]], bool]:
    """Our lines with Xero's ids, accounts and taxes; False when Xero's taxes are not the ones we would choose."""
    known = {line.key: line for line in link.facts.lines if line.line_item_id is not None}
    current = {line.line_item_id: line for line in (document.lines or ()) if document is not None} if document else {}
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
                kept_taxes = kept_taxes and line["TaxType"] == ours.get("TaxType")
        joined.append({name: value for name, value in line.items() if value is not None})
    return joined, kept_taxes


def _next_facts(
    old: LinkFacts, digests: Mapping[str, str], record_status: str | None, mapped: MappedInvoice
) -> LinkFacts:
    return replace(
        old,
        field_digests=digests,
        crm_status=record_status or old.crm_status,
        dated=mapped.label.dated or old.dated,
    )


def _choose_status(*, record_status: str | None, link: Link, choice: StatusChoice | None, now: str) -> str | None:
    """The Xero status to send: only when the CRM's status changed, and only while Xero's is still open."""
    if choice not in SENT_CHOICES or choice is None or link.facts.crm_status in (None, record_status):
        return None
    return choice.value if now in OPEN_STATUSES and choice.value != now else None


def _find_document(given: JudgeInput, link: Link) -> LedgerDocument | None:
    return next((hit for hit in given.hits.documents if hit.xero_id == link.xero_id), None)


def _status(document: LedgerDocument | None, link: Link) -> str:
    return document.status if document is not None else link.status or "DRAFT"


def _amounts(document: LedgerDocument | None) -> tuple[Decimal, Decimal]:
    return (document.amount_paid, document.amount_credited) if document is not None else (Decimal(0), Decimal(0))


def _explain_status(status: str | None, text: str) -> Reason:
    if status is None:
        return Reason(code="status_blank", facts={"record": text})
    return Reason(code="status_unmapped", facts={"record": text, "status": status})


def _hold(reasons: list[Reason], label: RecordLabel) -> Held:
    ordered = order_reasons(reasons)
    return Held(outcome_of(ordered), ordered, label)
