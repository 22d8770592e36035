"""Judging invoices: whether one goes, and as what.

An invoice that Xero does not have goes through skip rules, its own faults, its parents, the ledger and the lock dates.
One that Xero has is in `judge_linked_invoice`.
"""

from sync_kit.contracts.events import RecordLabel
from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import Module
from xero_writer.domain.crm_values import UnusableValueError, find_decimal, find_text
from xero_writer.domain.field_digests import combine_digests, digest_fields
from xero_writer.domain.invoice import find_customer, find_status_choice, label_invoice, map_invoice
from xero_writer.domain.judge_linked_invoice import judge_linked_invoice
from xero_writer.domain.keys import number_key
from xero_writer.domain.link_facts import LinkedLine, LinkFacts
from xero_writer.domain.locks import find_period_lock
from xero_writer.domain.mapped import MappedInvoice
from xero_writer.domain.mapping_model import StatusChoice, ZeroTotal
from xero_writer.domain.matching import FoundInvoice, InvoiceFacts, Undecided, match_invoice
from xero_writer.domain.money import round_money
from xero_writer.domain.reason_order import order_reasons, outcome_of
from xero_writer.domain.rows import JudgeContext, JudgeInput
from xero_writer.domain.text import describe_record
from xero_writer.domain.verdicts import Action, Held, Need, Needs, ParentRef, Ready, Skipped, Verdict, WaitsFor


def judge_invoice(  # noqa: PLR0911 (a ladder of verdicts, one a rung)
    given: JudgeInput, context: JudgeContext
) -> Verdict:
    """A sales invoice."""
    record = given.record
    reference = context.reference
    home_currency = reference.organisation.base_currency if reference is not None else None
    label = label_invoice(record, context.mapping, home_currency)
    if given.link is not None:
        return judge_linked_invoice(given, context, given.link, label)
    choice = find_status_choice(record, context.mapping)
    skips = _list_skips(given, context, label, choice)
    if skips:
        return Skipped(skips, label)
    if reference is None:
        return Needs(frozenset({Need.REFERENCE}), label)
    mapped = map_invoice(record, context, reference, given.parents, choice)
    faults = [*mapped.faults, *_check_status(given, choice, mapped.text), *_check_total(given, context, mapped.text)]
    faults += _check_number(given, mapped)
    lock = find_period_lock(reference.organisation, [mapped.label.dated], mapped.text)
    if lock is not None:
        faults.append(lock)
    if Module.INVOICES not in context.ledger_read:
        return _hold(faults, label) if faults else Needs(frozenset({Need.LEDGER}), label)
    found = _match(given, mapped, context)
    if isinstance(found, Undecided):
        faults.extend(found.reasons)
    if faults:
        return _hold(faults, label)
    if mapped.waits_for:
        return WaitsFor(mapped.waits_for, label)
    return _go(given, context, mapped, found.xero_id if isinstance(found, FoundInvoice) else None)


def _list_skips(
    given: JudgeInput, context: JudgeContext, label: RecordLabel, choice: StatusChoice | None
) -> tuple[Reason, ...]:
    """Why it is not meant to go (yet): what ended, what is too old, what waits, what is nothing."""
    record = given.record
    text = describe_record(Module.INVOICES, label, record.record_id)
    if record.deleted:
        return (Reason(code="deleted_before_sync", facts={"record": text}),)
    if choice is StatusChoice.NOT_CREATED:
        return (Reason(code="canceled_before_sync", facts={"record": text}),)
    skips = []
    start = context.settings.books_start_date
    if label.dated is not None and label.dated < start:
        facts = {"record": text, "date": label.dated.isoformat(), "start": start.isoformat()}
        skips.append(Reason(code="before_start_date", facts=facts))
    if choice is StatusChoice.WAIT:
        facts = {"record": text, "status": find_text(record.fields, "Status") or ""}
        skips.append(Reason(code="status_waits", facts=facts))
    if label.total is not None and not label.total and context.mapping.zero_total is ZeroTotal.SKIP:
        skips.append(Reason(code="zero_total", facts={"record": text}))
    return tuple(skips)


def _check_status(given: JudgeInput, choice: StatusChoice | None, text: str) -> list[Reason]:
    if choice is not None:
        return []
    status = find_text(given.record.fields, "Status")
    if status is None:
        return [Reason(code="status_blank", facts={"record": text})]
    return [Reason(code="status_unmapped", facts={"record": text, "status": status})]


def _check_total(given: JudgeInput, context: JudgeContext, text: str) -> list[Reason]:
    try:
        total = find_decimal(given.record.fields, "Grand_Total")
    except UnusableValueError:
        return []
    if total is None or round_money(total) >= 0:
        return []
    return [Reason(code="negative_total", facts={"record": text, "total": str(round_money(total))})]


def _check_number(given: JudgeInput, mapped: MappedInvoice) -> list[Reason]:
    number = mapped.element.get("InvoiceNumber")
    if number is None or not given.siblings:
        return []
    facts = {"record": mapped.text, "number": number, "count": len(given.siblings) + 1}
    return [Reason(code="number_twice_in_crm", facts=facts)]


def _match(given: JudgeInput, mapped: MappedInvoice, context: JudgeContext) -> FoundInvoice | Undecided | None:
    number = mapped.element.get("InvoiceNumber")
    if number is None:
        return None
    key = number_key(number, context.digest_key)
    hits = [hit for hit in given.hits.documents if hit.number_key == key]
    total = mapped.label.total if mapped.label.total is not None else mapped.expected_total
    facts = InvoiceFacts(
        contact_id=mapped.element.get("Contact", {}).get("ContactID"),
        currency=mapped.element["CurrencyCode"],
        dated=mapped.label.dated,
        total=total,
    )
    found = match_invoice(number, facts, hits, _me(given), mapped.text)
    return found if isinstance(found, FoundInvoice | Undecided) else None


def _go(given: JudgeInput, context: JudgeContext, mapped: MappedInvoice, xero_id: str | None) -> Verdict:
    archived = find_archived_customer(given, mapped)
    if archived is not None and xero_id is None:
        return _hold([archived], mapped.label)
    number = mapped.element["InvoiceNumber"]
    digests = digest_fields(mapped.picked, context.digest_key)
    facts = LinkFacts(
        field_digests=digests,
        crm_status=find_text(given.record.fields, "Status"),
        dated=mapped.label.dated,
        lines=tuple(LinkedLine(key) for key in mapped.line_keys) if xero_id is None else (),
    )
    return Ready(
        Action.CREATE if xero_id is None else Action.LINK,
        combine_digests(digests, context.digest_key),
        facts,
        mapped.label,
        number,
        xero_id=xero_id,
        element=mapped.element if xero_id is None else None,
        uniqueness_keys=(number_key(number, context.digest_key),),
        warnings=mapped.warnings if xero_id is None else (),
        expected_total=mapped.expected_total if xero_id is None else None,
    )


def find_archived_customer(given: JudgeInput, mapped: MappedInvoice) -> Reason | None:
    """`contact_archived` when the customer's contact is archived: it cannot be billed."""
    customer = find_customer(given.record)
    view = given.parents.get(customer) if customer is not None else None
    for hit in given.hits.contacts:
        if view is not None and hit.xero_id == view.xero_id and hit.status != "ACTIVE":
            name = f'The customer "{mapped.label.name}"' if mapped.label.name else f"The customer of {mapped.text}"
            return Reason(code="contact_archived", facts={"record": name})
    return None


def _hold(reasons: list[Reason], label: RecordLabel) -> Held:
    ordered = order_reasons(reasons)
    return Held(outcome_of(ordered), ordered, label)


def _me(given: JudgeInput) -> ParentRef:
    return ParentRef(given.record.module, given.record.record_id)
