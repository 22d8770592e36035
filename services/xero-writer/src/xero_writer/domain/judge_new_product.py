"""Judging products that Xero does not have from us yet: linked, created, told as text, or held."""

from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import Module
from xero_writer.domain.accounts import explain_unusable_account
from xero_writer.domain.counterparts import take_item
from xero_writer.domain.field_digests import digest_whole
from xero_writer.domain.holding import hold
from xero_writer.domain.item import find_line_text
from xero_writer.domain.keys import code_key, name_key
from xero_writer.domain.link_facts import LinkFacts
from xero_writer.domain.mapped import MappedRecord
from xero_writer.domain.matching import AsText, FoundItem, Seeker, Undecided, WaitsForSibling, match_item
from xero_writer.domain.reference import Reference
from xero_writer.domain.rows import JudgeContext, JudgeInput, LedgerItem
from xero_writer.domain.verdicts import Action, Need, Needs, ParentRef, Ready, Skipped, Verdict, WaitsFor


def judge_new_product(  # noqa: PLR0911 (a ladder of verdicts, one a rung)
    given: JudgeInput, context: JudgeContext, reference: Reference, mapped: MappedRecord
) -> Verdict:
    """A product without a counterpart, or one that has lost the one that it shared."""
    faults = (*mapped.faults, *_check_accounts(mapped, reference))
    if mapped.faults:
        return hold(faults, mapped.label)
    if Module.PRODUCTS not in context.ledger_read:
        return Needs(frozenset({Need.LEDGER}), mapped.label)
    code, key = mapped.element["Code"], context.digest_key
    own_name = name_key(mapped.element["Name"], key)
    seeker = Seeker(given.ref, mapped.text, given.decision)
    hits = [hit for hit in given.hits.items if hit.code_key == code_key(code, key) or hit.xero_id == seeker.chosen_id]
    found = match_item(code, own_name, hits, given.siblings, seeker)
    if isinstance(found, Undecided):
        return hold((*found.reasons, *faults), mapped.label)
    line_text = find_line_text(given.record)
    if isinstance(found, AsText):
        return Skipped((found.warning,), mapped.label, LinkFacts(line_text=line_text))
    if isinstance(found, WaitsForSibling):
        return WaitsFor((ParentRef(Module.PRODUCTS, found.sibling_id),), mapped.label)
    digests, digest = digest_whole(mapped.picked, context.digest_key)
    if isinstance(found, FoundItem):
        facts = take_item(LinkFacts(field_digests=digests, line_text=line_text, owner=found.owner), found.item)
        return link_item(mapped, digest, facts, found.item, (*mapped.warnings, *found.warnings))
    if faults:
        return hold(faults, mapped.label)
    sales, purchases = mapped.element.get("SalesDetails", {}), mapped.element.get("PurchaseDetails", {})
    facts = LinkFacts(
        field_digests=digests,
        code=code,
        account_code=sales.get("AccountCode"),
        tax_type=sales.get("TaxType"),
        purchase_account_code=purchases.get("AccountCode"),
        purchase_tax_type=purchases.get("TaxType"),
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


def link_item(
    mapped: MappedRecord, digest: str, facts: LinkFacts, item: LedgerItem, warnings: tuple[Reason, ...]
) -> Ready:
    """Adopt the item; nothing is written to it."""
    return Ready(Action.LINK, digest, facts, mapped.label, item.code, xero_id=item.xero_id, warnings=warnings)


def _check_accounts(mapped: MappedRecord, reference: Reference) -> tuple[Reason, ...]:
    found = []
    for details in ("SalesDetails", "PurchaseDetails"):
        code = mapped.element.get(details, {}).get("AccountCode")
        problem = explain_unusable_account(code, reference) if code is not None else None
        if problem is not None:
            facts = {"record": mapped.text, "account": code, "problem": problem}
            found.append(Reason(code="account_unusable", facts=facts))
    return tuple(found)
