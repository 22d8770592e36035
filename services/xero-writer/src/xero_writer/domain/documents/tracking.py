"""Tracking options of a document's lines (Xero: TrackingCategories; at most two on a line).

Every line carries the same options, discounts and rounding too, so that a report by tracking adds up to the document.
After creation tracking belongs to Xero: what its lines carry goes back as it was answered.
"""

from dataclasses import dataclass

from xero_writer.domain.crm_values import find_lookup, find_text
from xero_writer.domain.mapped import Faults
from xero_writer.domain.mapping_model import TenantMapping, TrackingChoice, list_tracking
from xero_writer.domain.reference import Reference, TrackingCategory
from xero_writer.domain.rows import StagedRecord


@dataclass(frozen=True)
class TrackingOption:
    """One option of one category, spelled as Xero spells them."""

    category: str
    option: str

    def to_element(self) -> dict[str, str]:
        """As Xero takes it on a line."""
        return {"Name": self.category, "Option": self.option}


def choose_tracking(
    record: StagedRecord, mapping: TenantMapping, reference: Reference, faults: Faults
) -> tuple[TrackingOption, ...]:
    """The options of the document's lines; a value that is no active option is a fault."""
    chosen = []
    for choice in list_tracking(mapping).get(record.module, ()):
        value = _find_value(record, choice, faults)
        if value is None:
            continue
        wanted = choice.values.get(value, value)
        category = _find_category(choice.category, reference)
        option = _find_option(wanted, category)
        if category is None or option is None:
            faults.add("tracking_unknown", value=wanted, category=choice.category)
        else:
            chosen.append(TrackingOption(category.name, option))
    return tuple(chosen)


def _find_value(record: StagedRecord, choice: TrackingChoice, faults: Faults) -> str | None:
    if choice.field is None:
        return choice.default
    if choice.field not in record.fields:
        faults.add("mapping_broken", field=choice.field)
        return None
    value = find_text(record.fields, choice.field)
    if value is None:
        lookup = find_lookup(record.fields, choice.field)
        value = lookup.name if lookup is not None else None
    return value or choice.default


def _find_category(name: str, reference: Reference) -> TrackingCategory | None:
    known = {category.name.casefold(): category for category in reference.tracking.values()}
    return known.get(name.casefold())


def _find_option(name: str, category: TrackingCategory | None) -> str | None:
    options = category.active_options if category is not None else frozenset()
    return next((option for option in sorted(options) if option.casefold() == name.casefold()), None)
