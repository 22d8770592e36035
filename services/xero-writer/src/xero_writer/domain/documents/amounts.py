"""Whether a document's line amounts are before tax, with tax, or know no tax: a setting, or a field of each document.

It is proven by arithmetic in `totals`; a document whose total says otherwise is held.
"""

from collections.abc import Mapping
from typing import Final

from xero_writer.domain.crm_values import find_text
from xero_writer.domain.document_kinds import XeroKind
from xero_writer.domain.mapped import Faults
from xero_writer.domain.mapping_model import Amounts, TenantMapping
from xero_writer.domain.rows import StagedRecord

_WORDS: Final[Mapping[Amounts, str]] = {
    Amounts.EXCLUSIVE: "Exclusive",
    Amounts.INCLUSIVE: "Inclusive",
    Amounts.NONE: "NoTax",
}


def choose_amounts(record: StagedRecord, mapping: TenantMapping, faults: Faults) -> Amounts:
    """What the chosen CRM field says; blank or none chosen: the setting. A value without a meaning is a fault."""
    field = mapping.amounts_field
    if field is None:
        return mapping.amounts
    if field not in record.fields:
        faults.add("mapping_broken", field=field)
        return mapping.amounts
    ticked = record.fields[field]
    value = str(ticked).lower() if isinstance(ticked, bool) else find_text(record.fields, field)
    if value is None:
        return mapping.amounts
    chosen = mapping.amounts_values.get(value)
    if chosen is None:
        known = ", ".join(sorted(mapping.amounts_values)) or "nothing but blank"
        faults.unusable(field, value, f"what the mapping gives a meaning: {known}")
        return mapping.amounts
    return chosen


def say_amounts(amounts: Amounts, kind: XeroKind) -> str:
    """Xero's LineAmountTypes; quotes spell them in capitals (Xero: QuoteLineAmountTypes)."""
    word = _WORDS[amounts]
    return word.upper() if kind is XeroKind.QUOTE else word
