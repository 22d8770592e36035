"""Judging documents that Xero does not have: whether one goes, and as what.

It goes through skip rules, its own faults, its parents, the ledger and the lock dates. One that Xero has is in
`judge_linked`.
"""

from sync_kit.contracts.events import RecordLabel
from sync_kit.contracts.reasons import Reason
from xero_writer.domain.crm_values import find_decimal
from xero_writer.domain.document_kinds import XERO_WORDS, XeroKind
from xero_writer.domain.documents.crm_lines import list_line_rows
from xero_writer.domain.documents.element import find_crm_url, map_document
from xero_writer.domain.documents.header import POSTING_KINDS, label_document, peek
from xero_writer.domain.documents.judge_linked import judge_linked_document
from xero_writer.domain.documents.parties import find_party
from xero_writer.domain.documents.status_words import (
    explain_no_choice,
    find_kind,
    find_pending_approval,
    find_status,
    find_status_choice,
    find_xero_status,
)
from xero_writer.domain.field_digests import combine_digests, digest_fields, digest_own_texts
from xero_writer.domain.gates import find_gate
from xero_writer.domain.holding import hold
from xero_writer.domain.keys import number_key, url_key
from xero_writer.domain.lanes import CONTACT_MODULES
from xero_writer.domain.link_facts import LinkedLine, LinkFacts
from xero_writer.domain.locks import find_period_lock
from xero_writer.domain.mapped import MappedDocument
from xero_writer.domain.mapping_model import StatusChoice, ZeroTotal
from xero_writer.domain.match_documents import FoundDocument, WantedDocument, match_document
from xero_writer.domain.matching import NotThere, Undecided
from xero_writer.domain.money import round_money
from xero_writer.domain.reference import Reference
from xero_writer.domain.rows import JudgeContext, JudgeInput
from xero_writer.domain.text import describe_record
from xero_writer.domain.verdicts import Action, Need, Needs, Ready, Skipped, Verdict, WaitsFor


def judge_document(  # noqa: PLR0911 (a ladder of verdicts, one a rung)
    given: JudgeInput, context: JudgeContext
) -> Verdict:
    """An invoice, a purchase order, a quote or a sales order."""
    record, mapping, reference = given.record, context.mapping, context.reference
    kind = find_kind(record, given.link, mapping)
    home_currency = reference.organisation.base_currency if reference is not None else None
    label = label_document(record, mapping, home_currency, kind)
    if given.link is not None:
        return judge_linked_document(given, context, given.link, label, kind)
    choice = find_status_choice(record, mapping)
    text = describe_record(record.module, label, record.record_id)
    gate = find_gate(record, mapping, text)
    skips = _list_skips(given, context, label, text, choice, gate)
    if skips:
        return Skipped(skips, label)
    if reference is None:
        return Needs(frozenset({Need.REFERENCE}), label)
    status = find_xero_status(record.module, kind, choice, mapping)
    mapped = map_document(record, context, reference, given.parents, kind, status, label)
    faults = _list_faults(given, mapped, choice, gate)
    locks = _check_lock(reference, mapped)
    if record.module not in context.ledger_read:
        return hold([*faults, *locks], label) if faults else Needs(frozenset({Need.LEDGER}), label)
    found = _match(given, mapped, context)
    if isinstance(found, Undecided):
        faults.extend(found.reasons)
    if not isinstance(found, FoundDocument):
        # What Xero has already is only linked: nothing is written into the locked period.
        faults.extend(locks)
    if faults:
        return hold(faults, label)
    if mapped.waits_for:
        return WaitsFor(mapped.waits_for, label)
    return _go(given, context, mapped, found.xero_id if isinstance(found, FoundDocument) else None, status)


def _list_skips(
    given: JudgeInput,
    context: JudgeContext,
    label: RecordLabel,
    text: str,
    choice: StatusChoice | None,
    gate: Reason | None,
) -> tuple[Reason, ...]:
    """Why it is not meant to go (yet): what ended, what nobody ticked, what is too old, what waits, what is nothing."""
    record = given.record
    if record.deleted:
        return (Reason(code="deleted_before_sync", facts={"record": text}),)
    if choice is StatusChoice.NOT_CREATED:
        return (Reason(code="canceled_before_sync", facts={"record": text}),)
    skips = [gate] if gate is not None and gate.code == "not_ticked" else []
    pending = find_pending_approval(record, text)
    if pending is not None:
        skips.append(pending)
    start = context.settings.books_start_date
    if label.dated is not None and label.dated < start:
        facts = {"record": text, "date": label.dated.isoformat(), "start": start.isoformat()}
        skips.append(Reason(code="before_start_date", facts=facts))
    if choice is StatusChoice.WAIT:
        skips.append(Reason(code="status_waits", facts={"record": text, "status": find_status(record) or ""}))
    # Without lines every total is 0.00: that is no free-of-charge document but one that somebody must complete.
    adds_up_to_nothing = label.total is not None and not label.total and list_line_rows(record)
    if adds_up_to_nothing and context.mapping.policies.zero_total is ZeroTotal.SKIP:
        skips.append(Reason(code="zero_total", facts={"record": text}))
    return tuple(skips)


def _list_faults(
    given: JudgeInput, mapped: MappedDocument, choice: StatusChoice | None, gate: Reason | None
) -> list[Reason]:
    # Whose payment terms would say when it is due is not known before the customer or supplier is linked.
    unknown = {"due_date_missing"} if any(ref.module in CONTACT_MODULES for ref in mapped.waits_for) else set()
    faults = [fault for fault in mapped.faults if fault.code not in unknown]
    faults += [*_check_total(given, mapped.text), *_check_number(given, mapped)]
    if choice is None:
        faults.append(explain_no_choice(given.record, mapped.text))
    if gate is not None:
        faults.append(gate)
    return faults


def _check_lock(reference: Reference, mapped: MappedDocument) -> list[Reason]:
    if mapped.kind not in POSTING_KINDS:
        return []
    lock = find_period_lock(reference.organisation, [mapped.label.dated], mapped.text)
    return [lock] if lock is not None else []


def _check_total(given: JudgeInput, text: str) -> list[Reason]:
    total = peek(find_decimal, given.record.fields, "Grand_Total")
    if total is None or round_money(total) >= 0:
        return []
    return [Reason(code="negative_total", facts={"record": text, "total": str(round_money(total))})]


def _check_number(given: JudgeInput, mapped: MappedDocument) -> list[Reason]:
    """Two CRM records with one number. Not for bills: suppliers share numbers, and the ledger is asked by contact."""
    if mapped.number is None or not given.siblings or not XERO_WORDS[mapped.kind].number_is_unique:
        return []
    facts = {"record": mapped.text, "number": mapped.number, "count": len(given.siblings) + 1}
    return [Reason(code="number_twice_in_crm", facts=facts)]


def _match(
    given: JudgeInput, mapped: MappedDocument, context: JudgeContext
) -> FoundDocument | NotThere | Undecided | None:
    if mapped.number is None:
        return None
    wanted = WantedDocument(
        kind=mapped.kind,
        number=mapped.number,
        number_key=number_key(mapped.number, context.digest_key),
        currency=mapped.element["CurrencyCode"],
        contact_id=mapped.element.get("Contact", {}).get("ContactID"),
        dated=mapped.label.dated,
        total=mapped.label.total if mapped.label.total is not None else mapped.expected_total,
        url_key=_find_url_key(given, mapped.kind, context),
    )
    return match_document(wanted, given.hits.documents, given.ref, mapped.text, given.decision)


def _find_url_key(given: JudgeInput, kind: XeroKind, context: JudgeContext) -> str | None:
    if context.crm_web_url is None or kind not in POSTING_KINDS:
        return None
    return url_key(find_crm_url(given.record, context.crm_web_url), context.digest_key)


def _go(
    given: JudgeInput, context: JudgeContext, mapped: MappedDocument, xero_id: str | None, status: str | None
) -> Verdict:
    archived = find_archived_party(given, mapped)
    if archived is not None and xero_id is None:
        return hold([archived], mapped.label)
    number = mapped.number or ""
    digests = digest_fields(mapped.picked, context.digest_key)
    facts = LinkFacts(
        field_digests=digests,
        kind=mapped.kind,
        crm_status=find_status(given.record),
        dated=mapped.label.dated,
        own_texts=digest_own_texts(mapped.own_texts, context.digest_key),
        lines=tuple(LinkedLine(key) for key in mapped.line_keys) if xero_id is None else (),
    )
    digest = combine_digests(digests, context.digest_key)
    keys = (number_key(number, context.digest_key),)
    if xero_id is not None:
        hit = next((hit for hit in given.hits.documents if hit.xero_id == xero_id), None)
        return Ready(
            Action.LINK,
            digest,
            facts,
            mapped.label,
            number,
            xero_id=xero_id,
            uniqueness_keys=keys,
            kind=mapped.kind,
            status=hit.status if hit is not None else None,
        )
    return Ready(
        Action.CREATE,
        digest,
        facts,
        mapped.label,
        number,
        element=mapped.element,
        uniqueness_keys=keys,
        warnings=mapped.warnings,
        expected_total=mapped.expected_total,
        kind=mapped.kind,
        status=status,
    )


def find_archived_party(given: JudgeInput, mapped: MappedDocument) -> Reason | None:
    """`contact_archived` when the party's contact is archived: no document can be made for it."""
    party = find_party(given.record)
    view = given.parents.get(party) if party is not None else None
    for hit in given.hits.contacts:
        if view is not None and hit.xero_id == view.xero_id and hit.status != "ACTIVE":
            noun = "supplier" if party is not None and party.module.value == "vendors" else "customer"
            name = f'The {noun} "{mapped.label.name}"' if mapped.label.name else f"The {noun} of {mapped.text}"
            return Reason(code="contact_archived", facts={"record": name})
    return None
