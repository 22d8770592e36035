"""Judging products that have their item: what the CRM changed of it, and what a new code means.

Account, tax and, for stock that Xero tracks, the prices belong to Xero once the item is there.
"""

from dataclasses import replace
from typing import Any, Final

from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import Module
from xero_writer.domain.candidates import offer_items
from xero_writer.domain.counterparts import take_item
from xero_writer.domain.field_digests import digest_whole, list_changed
from xero_writer.domain.holding import hold
from xero_writer.domain.item import find_line_text
from xero_writer.domain.judge_new_product import (
    judge_new_product,
    link_item,
)
from xero_writer.domain.keys import code_key, name_key
from xero_writer.domain.mapped import MappedRecord
from xero_writer.domain.rows import JudgeContext, JudgeInput, LedgerItem, Link
from xero_writer.domain.verdicts import Action, Need, Needs, Ready, Skipped, Unchanged, Verdict

_PRICES: Final = ("UnitPrice", "PurchaseUnitPrice")


def judge_linked_product(  # noqa: PLR0911 (a ladder of verdicts, one a rung)
    given: JudgeInput, context: JudgeContext, mapped: MappedRecord, link: Link
) -> Verdict:
    """A product with its item."""
    digests, digest = digest_whole(mapped.picked, context.digest_key)
    facts = replace(link.facts, field_digests=digests, line_text=find_line_text(given.record))
    present = [name for name in list_changed(link.facts.field_digests, digests) if name in digests]
    if digest == link.agreed_digest or not present:
        return Unchanged(digest, facts, mapped.label)
    if not link.facts.owner:
        recoded = _is_recoded(mapped, link, context.digest_key)
        return _leave_shared(given, context, mapped) if recoded else Unchanged(digest, facts, mapped.label)
    if Module.PRODUCTS not in context.swept:
        return Needs(frozenset({Need.SWEEP}), mapped.label)
    current = next((hit for hit in given.hits.items if hit.xero_id == link.xero_id), None)
    if current is None:
        return hold((Reason(code="ended_in_xero", facts={"record": mapped.text, "state": "deleted"}),), mapped.label)
    if current.tracked:
        present = [name for name in present if name not in _PRICES]
        if not present:
            return Unchanged(digest, facts, mapped.label)
    moved = _move(given, context, mapped, link, present)
    if isinstance(moved, LedgerItem):
        return link_item(mapped, digest, take_item(facts, moved), moved, mapped.warnings)
    reasons = (*mapped.faults, *((moved,) if moved is not None else ()))
    if reasons:
        return hold(reasons, mapped.label)
    code = mapped.element["Code"]
    return Ready(
        Action.UPDATE,
        digest,
        replace(take_item(facts, current), code=code),
        mapped.label,
        code,
        xero_id=link.xero_id,
        element=_update_element(mapped, link.xero_id, present, current),
        uniqueness_keys=(code_key(code, context.digest_key),),
        warnings=mapped.warnings,
        changed_fields=tuple(present),
    )


def _leave_shared(given: JudgeInput, context: JudgeContext, mapped: MappedRecord) -> Verdict:
    """The shared item is another product's under its old code; lines of this one must not go on naming it."""
    if context.reference is None:
        return Needs(frozenset({Need.REFERENCE}), mapped.label)
    verdict = judge_new_product(given, context, context.reference, mapped)
    if isinstance(verdict, Skipped):
        facts = {"record": mapped.text, "code": mapped.element["Code"]}
        return hold((Reason(code="item_code_taken", facts=facts),), mapped.label)
    return verdict


def _move(
    given: JudgeInput, context: JudgeContext, mapped: MappedRecord, link: Link, present: list[str]
) -> LedgerItem | Reason | None:
    """What Xero has under a new code: the item to move to (nobody else's, of the same name and spelling), or why the
    product cannot have that code; None where the code is free or the same."""
    code, key = mapped.element["Code"], context.digest_key
    if "Code" not in present or mapped.faults:
        return None
    taken = [hit for hit in given.hits.items if hit.xero_id != link.xero_id and hit.code_key == code_key(code, key)]
    if not taken:
        return None
    own_name = name_key(mapped.element["Name"], key)
    same = [hit for hit in taken if hit.code == code and hit.name_key == own_name]
    if len(taken) == 1 and same and all(other == given.ref for other in same[0].linked_to):
        return same[0]
    return Reason(code="item_code_taken", facts={"record": mapped.text, "code": code, **offer_items(taken)})


def _is_recoded(mapped: MappedRecord, link: Link, key: bytes) -> bool:
    old = link.facts.code
    return old is not None and code_key(mapped.element["Code"], key) != code_key(old, key)


def _update_element(mapped: MappedRecord, xero_id: str, present: list[str], current: LedgerItem) -> dict[str, Any]:
    element: dict[str, Any] = {"ItemID": xero_id, "Code": mapped.element["Code"]}
    for name in ("Name", "Description", "PurchaseDescription"):
        if name in present and name in mapped.element:
            element[name] = mapped.element[name]
    # The details may be replaced whole: what Xero has beside the price goes back with it.
    kept = {
        "SalesDetails": ("UnitPrice", current.account_code, current.tax_type),
        "PurchaseDetails": ("PurchaseUnitPrice", current.purchase_account_code, current.purchase_tax_type),
    }
    for details, (price, account, tax) in kept.items():
        if price in present:
            beside = {"AccountCode": account, "TaxType": tax}
            value = mapped.element[details]["UnitPrice"]
            element[details] = {"UnitPrice": value, **{name: known for name, known in beside.items() if known}}
    return element
