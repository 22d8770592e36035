"""Fields of a document that the CRM and a person in Xero both changed, to different values."""

from collections.abc import Mapping, Sequence

from xero_writer.domain.document_kinds import XeroKind
from xero_writer.domain.field_digests import LINE_FIELDS, QUOTE_HEADER, list_changed
from xero_writer.domain.link_facts import LinkFacts
from xero_writer.domain.rows import LedgerDocument


def list_conflicts(
    kind: XeroKind,
    facts: LinkFacts,
    document: LedgerDocument | None,
    present: Sequence[str],
    digests: Mapping[str, str],
) -> list[str]:
    """Names of such fields; empty while it is not known what Xero answered before.

    Lines travel whole: when the CRM changed anything of them, what Xero changed of them is at stake too. So does the
    header of a quote, whatever is sent of it.
    """
    if document is None or document.field_digests is None or not facts.xero_field_digests:
        return []
    now = document.field_digests
    in_xero = list_changed(facts.xero_field_digests, now)
    at_stake = set(present)
    if at_stake & set(LINE_FIELDS):
        at_stake |= set(LINE_FIELDS)
    if kind is XeroKind.QUOTE:
        at_stake |= set(QUOTE_HEADER)
    return sorted(name for name in at_stake if name in in_xero and now.get(name) != digests.get(name))


def drop_equal_fields(
    document: LedgerDocument | None, present: Sequence[str], digests: Mapping[str, str]
) -> tuple[str, ...]:
    """What the CRM changed without what Xero shows alike already: somebody made the same change there. Lines travel
    whole, so they are alike only together."""
    if document is None or document.field_digests is None:
        return tuple(present)
    now = document.field_digests
    alike = {name for name in present if now.get(name) == digests.get(name)}
    if any(now.get(name) != digests.get(name) for name in LINE_FIELDS):
        alike -= set(LINE_FIELDS)
    return tuple(name for name in present if name not in alike)


def drop_kept_fields(kind: XeroKind, present: Sequence[str], conflicts: Sequence[str]) -> tuple[str, ...]:
    """What may still be sent when Xero's version of the conflicting fields is kept; of a quote, nothing."""
    if kind is XeroKind.QUOTE:
        return ()
    kept = set(conflicts)
    if kept & set(LINE_FIELDS):
        kept |= {*LINE_FIELDS, "LineAmountTypes"}
    return tuple(name for name in present if name not in kept)
