"""Judging documents that Xero has already: unchanged, locked, ended, or which fields to update.

Updates go by id and carry only what the CRM changed. A field that both sides changed is held until a person says which
side to keep.
"""

from collections.abc import Mapping
from dataclasses import replace

from sync_kit.contracts.events import RecordLabel
from sync_kit.contracts.reasons import Reason
from xero_writer.domain.document_kinds import XERO_WORDS, XeroKind
from xero_writer.domain.documents.conflicts import drop_equal_fields, drop_kept_fields, list_conflicts
from xero_writer.domain.documents.element import find_crm_url, map_document
from xero_writer.domain.documents.header import POSTING_KINDS, explain_no_due_date
from xero_writer.domain.documents.judge_ended import judge_ended
from xero_writer.domain.documents.linked_case import LinkedCase
from xero_writer.domain.documents.status_words import (
    APPROVING,
    explain_no_choice,
    find_pending_approval,
    find_status,
    find_status_choice,
    find_xero_status,
)
from xero_writer.domain.documents.update import build_update
from xero_writer.domain.field_digests import combine_digests, digest_fields, digest_own_texts, list_changed
from xero_writer.domain.keys import number_key, url_key
from xero_writer.domain.link_facts import LinkFacts
from xero_writer.domain.locks import ENDED_STATUSES, find_period_lock, may_become, may_change, say_state
from xero_writer.domain.mapped import MappedDocument
from xero_writer.domain.mapping_model import StatusChoice
from xero_writer.domain.reference import Reference
from xero_writer.domain.rows import DecisionKind, JudgeContext, JudgeInput, Link
from xero_writer.domain.text import describe_record
from xero_writer.domain.verdicts import Need, Needs, Skipped, Unchanged, Verdict, WaitsFor


def judge_linked_document(  # noqa: PLR0911, PLR0912, C901 (a ladder of verdicts, one a rung)
    given: JudgeInput, context: JudgeContext, link: Link, label: RecordLabel, kind: XeroKind
) -> Verdict:
    """What becomes of a document with a counterpart."""
    record = given.record
    choice = find_status_choice(record, context.mapping)
    text = describe_record(record.module, label, record.record_id)
    case = LinkedCase(given, context, link, label, kind, text)
    if record.deleted:
        return judge_ended(case, "deleted")
    if choice is StatusChoice.NOT_CREATED:
        return judge_ended(case, "canceled")
    if context.reference is None:
        return Needs(frozenset({Need.REFERENCE}), label)
    mapped = map_document(record, context, context.reference, given.parents, kind, None, label, new=False)
    digests = digest_fields(mapped.picked, context.digest_key)
    digest = combine_digests(digests, context.digest_key)
    facts = replace(
        case.facts,
        field_digests=digests,
        crm_status=find_status(record) or link.facts.crm_status,
        dated=mapped.label.dated or link.facts.dated,
        own_texts=digest_own_texts(mapped.own_texts, context.digest_key),
    )
    new_status = _choose_status(case, choice)
    present = tuple(name for name in list_changed(link.facts.field_digests, digests) if name in digests)
    if facts.own_texts == link.facts.own_texts:
        # Only a product was renamed; that says nothing new about a document that names it.
        present = tuple(name for name in present if name != "LineTexts")
    # What the CRM blanked is not erased in Xero; what could not be read or is not there yet is no blank.
    whole = not mapped.faults and not mapped.waits_for
    if new_status is None and (digest == link.agreed_digest or (whole and not present)):
        return _rest(case, Unchanged(digest, facts, label))
    skips = _list_skips(case)
    if skips:
        return Skipped(skips, label)
    if record.module not in context.swept:
        return Needs(frozenset({Need.SWEEP}), label)
    if case.status in ENDED_STATUSES:
        return case.hold([Reason(code="ended_in_xero", facts={"record": text, "state": case.status.lower()})])
    if kind is not XeroKind.QUOTE:  # a quote is sent whole
        present = drop_equal_fields(case.document, present, digests)
        if not present and new_status is None and whole:
            return _rest(case, Unchanged(digest, _see(case, facts), label))
    conflicts = list_conflicts(kind, link.facts, case.document, present, digests)
    if conflicts and kind is XeroKind.QUOTE and _keeps_xero(case):
        new_status = None
    present, facts, conflicts = _apply_decision(case, present, facts, conflicts)
    reasons = _list_obstacles(case, context.reference, mapped, present, conflicts)
    reasons += _check_approval(case, mapped, new_status)
    if choice is None:
        reasons.append(explain_no_choice(record, text))
    if reasons:
        return case.hold(reasons)
    if mapped.waits_for:
        return WaitsFor(mapped.waits_for, label)
    if not present and new_status is None:
        return Unchanged(digest, facts, label)
    return build_update(case, mapped, present, new_status, facts, digest)


def _see(case: LinkedCase, facts: LinkFacts) -> LinkFacts:
    """The facts with what Xero shows now as what was agreed."""
    seen = case.document.field_digests if case.document is not None else None
    return replace(facts, xero_field_digests=seen or facts.xero_field_digests)


def _rest(case: LinkedCase, unchanged: Unchanged) -> Verdict:
    """Nothing is to be sent; a second document with our link is told all the same."""
    doubles = _find_doubles(case)
    return case.hold(doubles) if doubles else unchanged


def _keeps_xero(case: LinkedCase) -> bool:
    return case.given.decision is not None and case.given.decision.kind is DecisionKind.KEEP_XERO


def _apply_decision(
    case: LinkedCase, present: tuple[str, ...], facts: LinkFacts, conflicts: list[str]
) -> tuple[tuple[str, ...], LinkFacts, list[str]]:
    """What is to be sent, what is agreed and what is still in conflict once a person has said which side to keep."""
    decided = case.given.decision.kind if case.given.decision is not None else None
    if not conflicts or decided not in (DecisionKind.KEEP_CRM, DecisionKind.KEEP_XERO):
        return present, facts, conflicts
    if decided is DecisionKind.KEEP_CRM:
        return present, facts, []
    # Xero's version is agreed to: it is what the next comparison starts from.
    return drop_kept_fields(case.kind, present, conflicts), _see(case, facts), []


def _list_skips(case: LinkedCase) -> tuple[Reason, ...]:
    skips = []
    start, dated = case.context.settings.books_start_date, case.label.dated
    if dated is not None and dated < start:
        facts = {"record": case.text, "date": dated.isoformat(), "start": start.isoformat()}
        skips.append(Reason(code="before_start_date", facts=facts))
    pending = find_pending_approval(case.record, case.text)
    return (*skips, *((pending,) if pending is not None else ()))


def _list_obstacles(
    case: LinkedCase, reference: Reference, mapped: MappedDocument, present: tuple[str, ...], conflicts: list[str]
) -> list[Reason]:
    reasons = [*mapped.faults, *_find_doubles(case)]
    policy = case.context.mapping.policies.lock
    if not may_change(case.kind, policy, case.status, case.paid, case.credited, present):
        state = say_state(case.status, case.paid, case.credited)
        facts = {"record": mapped.text, "state": state, "fields": ", ".join(present)}
        reasons.append(Reason(code="locked_in_xero", facts=facts))
    if case.kind in POSTING_KINDS:
        old_dates = [case.link.facts.dated, case.document.dated if case.document is not None else None]
        lock = find_period_lock(reference.organisation, [mapped.label.dated, *old_dates], mapped.text)
        reasons += [lock] if lock is not None else []
    if mapped.label.total is not None and mapped.label.total < 0:
        facts = {"record": mapped.text, "total": str(mapped.label.total)}
        reasons.append(Reason(code="negative_total", facts=facts))
    if conflicts:
        facts = {"record": mapped.text, "fields": ", ".join(conflicts)}
        reasons.append(Reason(code="changed_in_xero", facts=facts))
    if XERO_WORDS[case.kind].number_field in present:
        reasons.extend(_check_new_number(case, mapped))
    return reasons


def _find_doubles(case: LinkedCase) -> list[Reason]:
    """`two_in_xero`: another live document carries our link to the same CRM record; nothing is written to either."""
    base = case.context.crm_web_url
    if base is None or case.kind not in POSTING_KINDS:
        return []
    ours = url_key(find_crm_url(case.record, base), case.context.digest_key)
    live = [
        hit
        for hit in case.given.hits.documents
        if hit.kind is case.kind
        and hit.status not in ENDED_STATUSES
        and (hit.url_key == ours or hit.xero_id == case.link.xero_id)
    ]
    if len(live) < 2:
        return []
    return [
        Reason(
            code="two_in_xero",
            facts={"record": case.text, "count": len(live), "documents": ", ".join(hit.xero_id for hit in live)},
        )
    ]


def _check_new_number(case: LinkedCase, mapped: MappedDocument) -> list[Reason]:
    number, reasons = mapped.number or "", []
    unique = XERO_WORDS[case.kind].number_is_unique
    if case.given.siblings and unique:
        facts = {"record": mapped.text, "number": number, "count": len(case.given.siblings) + 1}
        reasons.append(Reason(code="number_twice_in_crm", facts=facts))
    key, contact = number_key(number, case.context.digest_key), _contact_id(mapped.element)
    taken = [
        hit
        for hit in case.given.hits.documents
        if hit.kind is case.kind and hit.number_key == key and hit.xero_id != case.link.xero_id
    ]
    if any(unique or (hit.contact_id == contact and hit.status not in ENDED_STATUSES) for hit in taken):
        facts = {"record": mapped.text, "number": number, "difference": "its id: it is another document"}
        reasons.append(Reason(code="number_taken_in_xero", facts=facts))
    return reasons


def _check_approval(case: LinkedCase, mapped: MappedDocument, new_status: str | None) -> list[Reason]:
    """What is to be approved needs a due date, the CRM's or the one that Xero has (Xero: Invoices page)."""
    if new_status not in APPROVING or case.kind not in POSTING_KINDS or "DueDate" in mapped.element:
        return []
    in_xero = case.document.field_digests if case.document is not None else None
    if in_xero is not None and "DueDate" in in_xero:
        return []
    return [explain_no_due_date(case.record, mapped.text)]


def _contact_id(element: Mapping[str, object]) -> object:
    contact = element.get("Contact")
    return contact.get("ContactID") if isinstance(contact, Mapping) else None


def _choose_status(case: LinkedCase, choice: StatusChoice | None) -> str | None:
    """The Xero status to send: only when the CRM's status changed, and only while Xero's is still open."""
    if case.link.facts.crm_status in (None, find_status(case.record)):
        return None
    new = find_xero_status(case.record.module, case.kind, choice, case.context.mapping)
    return new if new is not None and may_become(case.kind, case.status, new) else None
