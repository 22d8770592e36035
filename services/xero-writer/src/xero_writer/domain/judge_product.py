"""Judging products: what becomes a Xero item, and when.

Account, tax and, for stock that Xero tracks, the price belong to Xero once the item is there.
"""

from dataclasses import replace
from typing import Any

from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import Module, Sending
from xero_writer.domain.accounts import explain_unusable_account
from xero_writer.domain.field_digests import combine_digests, digest_fields, list_changed
from xero_writer.domain.item import find_line_text, map_product
from xero_writer.domain.keys import code_key, name_key
from xero_writer.domain.link_facts import LinkFacts
from xero_writer.domain.mapped import MappedRecord
from xero_writer.domain.matching import AsText, FoundItem, Undecided, WaitsForSibling, match_item
from xero_writer.domain.reason_order import order_reasons, outcome_of
from xero_writer.domain.reference import Reference
from xero_writer.domain.rows import JudgeContext, JudgeInput, LedgerItem, Link
from xero_writer.domain.verdicts import (
    Action,
    Held,
    Need,
    Needs,
    ParentRef,
    Ready,
    Skipped,
    Unchanged,
    Verdict,
    WaitsFor,
)


def judge_product(given: JudgeInput, context: JudgeContext) -> Verdict:
    """A product with its code."""
    record, link = given.record, given.link
    mapped = map_product(record, context.mapping, context.reference)
    digests = digest_fields(mapped.picked, context.digest_key)
    digest = combine_digests(digests, context.digest_key)
    if record.deleted:
        if link is not None:
            return Unchanged(link.agreed_digest or digest, link.facts, mapped.label)
        return Skipped((Reason(code="deleted_before_sync", facts={"record": mapped.text}),), mapped.label)
    if link is not None:
        return _judge_linked(given, context, mapped, link, digests, digest)
    if context.settings.sending is Sending.USED and not given.needed:
        return Skipped((Reason(code="not_used_yet", facts={"record": mapped.text}),), mapped.label)
    if context.reference is None:
        return Needs(frozenset({Need.REFERENCE}), mapped.label)
    return _judge_new(given, context, context.reference, mapped, digests, digest)


def _judge_new(  # noqa: PLR0911 (a ladder of verdicts, one a rung)
    given: JudgeInput,
    context: JudgeContext,
    reference: Reference,
    mapped: MappedRecord,
    digests: dict[str, str],
    digest: str,
) -> Verdict:
    record = given.record
    faults = (*mapped.faults, *_check_account(mapped, reference))
    if mapped.faults:
        return _hold(faults, mapped)
    if Module.PRODUCTS not in context.ledger_read:
        return Needs(frozenset({Need.LEDGER}), mapped.label)
    code, key = mapped.element["Code"], context.digest_key
    me = ParentRef(record.module, record.record_id)
    own_name = name_key(mapped.element["Name"], key)
    hits = [hit for hit in given.hits.items if hit.code_key == code_key(code, key)]
    found = match_item(record.record_id, code, own_name, hits, given.siblings, me, mapped.text)
    if isinstance(found, Undecided):
        return _hold((*found.reasons, *faults), mapped)
    if isinstance(found, AsText):
        return Skipped((found.warning,), mapped.label, LinkFacts(line_text=find_line_text(record)))
    if isinstance(found, WaitsForSibling):
        return WaitsFor((ParentRef(Module.PRODUCTS, found.sibling_id),), mapped.label)
    line_text = find_line_text(record)
    if isinstance(found, FoundItem):
        return Ready(
            Action.LINK,
            digest,
            _facts_of_item(found, digests, line_text),
            mapped.label,
            found.item.code,
            xero_id=found.item.xero_id,
            warnings=(*mapped.warnings, *found.warnings),
        )
    if faults:
        return _hold(faults, mapped)
    sales = mapped.element.get("SalesDetails", {})
    facts = LinkFacts(
        field_digests=digests,
        code=code,
        account_code=sales.get("AccountCode"),
        tax_type=sales.get("TaxType"),
        line_text=line_text,
    )
    return Ready(
        Action.CREATE,
        digest,
        facts,
        mapped.label,
        code,
        element=mapped.element,
        uniqueness_keys=(code_key(code, key),),
        warnings=(*mapped.warnings, *found.warnings),
    )


def _judge_linked(
    given: JudgeInput,
    context: JudgeContext,
    mapped: MappedRecord,
    link: Link,
    digests: dict[str, str],
    digest: str,
) -> Verdict:
    old = link.facts
    facts = replace(old, field_digests=digests, line_text=find_line_text(given.record))
    present = [name for name in list_changed(old.field_digests, digests) if name in digests]
    if digest == link.agreed_digest or not old.owner or not present:
        return Unchanged(digest, facts, mapped.label)
    if Module.PRODUCTS not in context.swept:
        return Needs(frozenset({Need.SWEEP}), mapped.label)
    current = next((hit for hit in given.hits.items if hit.xero_id == link.xero_id), None)
    if current is None:
        return _hold((Reason(code="ended_in_xero", facts={"record": mapped.text, "state": "deleted"}),), mapped)
    if current.tracked and "UnitPrice" in present:
        present.remove("UnitPrice")
        if not present:
            return Unchanged(digest, facts, mapped.label)
    code = mapped.element["Code"]
    others = [hit for hit in given.hits.items if hit.xero_id != link.xero_id]
    reasons = list(mapped.faults)
    if "Code" in present and any(hit.code_key == code_key(code, context.digest_key) for hit in others):
        reasons.append(Reason(code="item_code_taken", facts={"record": mapped.text, "code": code}))
    if reasons:
        return _hold(tuple(reasons), mapped)
    facts = replace(
        facts, code=code, account_code=current.account_code, tax_type=current.tax_type, tracked=current.tracked
    )
    return Ready(
        Action.UPDATE,
        digest,
        facts,
        mapped.label,
        code,
        xero_id=link.xero_id,
        element=_update_element(mapped, link.xero_id, present, current),
        uniqueness_keys=(code_key(code, context.digest_key),),
        warnings=mapped.warnings,
        changed_fields=tuple(present),
    )


def _update_element(mapped: MappedRecord, xero_id: str, present: list[str], current: LedgerItem) -> dict[str, Any]:
    element: dict[str, Any] = {"ItemID": xero_id, "Code": mapped.element["Code"]}
    for name in ("Name", "Description"):
        if name in present and name in mapped.element:
            element[name] = mapped.element[name]
    if "UnitPrice" in present:
        # SalesDetails may be replaced whole: what Xero has beside the price goes back with it.
        kept = {"AccountCode": current.account_code, "TaxType": current.tax_type}
        price = mapped.element["SalesDetails"]["UnitPrice"]
        element["SalesDetails"] = {"UnitPrice": price, **{name: value for name, value in kept.items() if value}}
    return element


def _facts_of_item(found: FoundItem, digests: dict[str, str], line_text: str | None) -> LinkFacts:
    item = found.item
    return LinkFacts(
        field_digests=digests,
        code=item.code,
        account_code=item.account_code,
        tax_type=item.tax_type,
        line_text=line_text,
        tracked=item.tracked,
        owner=found.owner,
    )


def _check_account(mapped: MappedRecord, reference: Reference) -> tuple[Reason, ...]:
    code = mapped.element.get("SalesDetails", {}).get("AccountCode")
    problem = explain_unusable_account(code, reference) if code is not None else None
    if problem is None:
        return ()
    return (Reason(code="account_unusable", facts={"record": mapped.text, "account": code, "problem": problem}),)


def _hold(reasons: tuple[Reason, ...], mapped: MappedRecord) -> Held:
    ordered = order_reasons(reasons)
    return Held(outcome_of(ordered), ordered, mapped.label)
