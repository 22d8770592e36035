"""Judging products: what becomes a Xero item, and when.

A product whose code changes takes its item along when it owns it and the new code is free; where it merely shared
another product's item, it finds or gets one of its own.
"""

from sync_kit.contracts.reasons import Reason
from sync_kit.contracts.vocabulary import Sending
from xero_writer.domain.crm_values import find_text
from xero_writer.domain.field_digests import digest_whole
from xero_writer.domain.gates import find_gate
from xero_writer.domain.holding import hold
from xero_writer.domain.item import find_line_text, map_product
from xero_writer.domain.judge_linked_product import judge_linked_product
from xero_writer.domain.judge_new_product import judge_new_product
from xero_writer.domain.keys import code_key, name_key
from xero_writer.domain.link_facts import LinkFacts
from xero_writer.domain.mapped import MappedRecord
from xero_writer.domain.mapping_model import TenantMapping, Uncoded
from xero_writer.domain.rows import JudgeContext, JudgeInput, RecordKeys, StagedRecord
from xero_writer.domain.verdicts import Need, Needs, Skipped, Unchanged, Verdict


def judge_product(  # noqa: PLR0911 (a ladder of verdicts, one a rung)
    given: JudgeInput, context: JudgeContext
) -> Verdict:
    """A product with its code."""
    record, link = given.record, given.link
    mapped = map_product(record, context.mapping, context.reference)
    if record.deleted:
        if link is not None:
            return Unchanged(
                link.agreed_digest or digest_whole(mapped.picked, context.digest_key)[1], link.facts, mapped.label
            )
        return Skipped((Reason(code="deleted_before_sync", facts={"record": mapped.text}),), mapped.label)
    if link is not None:
        return judge_linked_product(given, context, mapped, link)
    skips = _list_skips(given, context, mapped)
    if skips:
        broken = [reason for reason in skips if reason.code == "mapping_broken"]
        return hold(tuple(broken), mapped.label) if broken else Skipped(skips, mapped.label)
    if _is_uncoded(record) and context.mapping.policies.uncoded_products is Uncoded.AS_TEXT:
        reason = Reason(code="product_code_missing", facts={"record": mapped.text})
        return Skipped((reason,), mapped.label, LinkFacts(line_text=find_line_text(record)))
    if context.reference is None:
        return Needs(frozenset({Need.REFERENCE}), mapped.label)
    return judge_new_product(given, context, context.reference, mapped)


def find_product_keys(record: StagedRecord, mapping: TenantMapping, digest_key: bytes) -> RecordKeys:
    """The digests that a staged product is found by."""
    code = find_text(record.fields, "Product_Code")
    name = map_product(record, mapping, None).element["Name"]
    return RecordKeys(
        business=code_key(code, digest_key) if code else None,
        name=name_key(name, digest_key) if name else None,
    )


def _list_skips(given: JudgeInput, context: JudgeContext, mapped: MappedRecord) -> tuple[Reason, ...]:
    gate = find_gate(given.record, context.mapping, mapped.text)
    skips = [gate] if gate is not None else []
    if context.settings.sending is Sending.USED and not given.needed:
        skips.append(Reason(code="not_used_yet", facts={"record": mapped.text}))
    return tuple(skips)


def _is_uncoded(record: StagedRecord) -> bool:
    return find_text(record.fields, "Product_Code") is None
