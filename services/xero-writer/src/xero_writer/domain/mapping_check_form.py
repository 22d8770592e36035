"""What can be wrong with a mapping by itself, whatever the two systems have."""

from collections.abc import Iterator, Mapping
from typing import Final

from sync_kit.contracts.vocabulary import Module
from sync_kit.errors import Fault
from xero_writer.domain.crm_values import UnusableValueError
from xero_writer.domain.document_kinds import CRM_WORDS, list_statuses
from xero_writer.domain.field_values import find_value
from xero_writer.domain.mappable_fields import (
    PURCHASE_PRICE,
    SALES_PRICE_FIELD,
    MappableField,
    explain_refused,
    list_mappable_of,
)
from xero_writer.domain.mapping_model import (
    FieldSource,
    StatusChoice,
    TenantMapping,
    TrackingChoice,
    list_tracking,
)

_APPROVING: Final = frozenset({StatusChoice.SUBMITTED, StatusChoice.AUTHORISED})


def check_form(mapping: TenantMapping) -> Iterator[Fault]:
    """All faults of the mapping by itself."""
    yield from _check_tax_names(mapping)
    yield from _check_statuses(mapping)
    yield from _check_products(mapping)
    yield from _check_fields(mapping)
    for module, choices in list_tracking(mapping).items():
        yield from _check_tracking(f"body.tracking.{module.value}", choices)
    yield from _check_amounts(mapping)


def _check_tax_names(mapping: TenantMapping) -> Iterator[Fault]:
    for side, table in (("sales", mapping.taxes.sales), ("purchases", mapping.taxes.purchases)):
        for key in table:
            sorted_key = " + ".join(sorted({name.strip() for name in key.split(" + ")}))
            if sorted_key != key:
                yield Fault(
                    f"body.taxes.{side}['{key}']", f'write the names in order and joined by " + ": "{sorted_key}"'
                )


def _check_statuses(mapping: TenantMapping) -> Iterator[Fault]:
    for module in CRM_WORDS:
        for status, choice in list_statuses(module, mapping).items():
            problem = _explain_status(module, choice, mapping)
            if problem is not None:
                yield Fault(f"body.statuses.{module.value}['{status}']", problem)


def _explain_status(module: Module, choice: StatusChoice, mapping: TenantMapping) -> str | None:
    """Why documents of this module cannot get that status; None when they can."""
    if module is Module.QUOTES:
        return f"a quote cannot be {choice.value} in Xero; choose DRAFT or SENT" if choice in _APPROVING else None
    if choice is StatusChoice.SENT:
        return "only quotes can be SENT; choose DRAFT, SUBMITTED or AUTHORISED"
    if module is Module.SALES_ORDERS and choice in _APPROVING:
        return f"a sales order becomes a draft invoice, never {choice.value}; choose DRAFT"
    if module is Module.PURCHASE_ORDERS and choice in _APPROVING and not mapping.policies.bills_beyond_draft:
        return (
            f"{choice.value} for purchases needs your consent: set policies.bills_beyond_draft to true, or choose DRAFT"
        )
    return None


def _check_products(mapping: TenantMapping) -> Iterator[Fault]:
    for code, chosen in mapping.accounts.by_product.items():
        if chosen.sales is None and chosen.purchases is None:
            yield Fault(f"body.accounts.by_product['{code}']", "names no account; choose one for sales or purchases")


def _check_fields(mapping: TenantMapping) -> Iterator[Fault]:
    for module, sources in mapping.fields.items():
        mappable = {field.name: field for field in list_mappable_of(module, mapping)}
        for name, source in sources.items():
            where = f"body.fields.{module.value}['{name}']"
            field = mappable.get(name)
            if field is None:
                yield Fault(where, f"{name} cannot be mapped: {explain_refused(name, mappable.values())}")
                continue
            yield from _check_source(where, field, source, sources)


def _check_source(
    where: str, field: MappableField, source: FieldSource, sources: Mapping[str, FieldSource]
) -> Iterator[Fault]:
    if source.field is None and source.value is None:
        yield Fault(where, "choose a CRM field, or give a value")
    if field.name == PURCHASE_PRICE and source.field == SALES_PRICE_FIELD:
        yield Fault(f"{where}.field", f"{SALES_PRICE_FIELD} is the sales price; it is never a purchase price")
    for other in field.needs:
        if other not in sources:
            yield Fault(where, f"goes together with {other}, which is not mapped")
    if source.value is not None:
        try:
            found = find_value(field.rule, {"value": source.value}, "value", None)
        except UnusableValueError:
            found = None
        if found is None:
            yield Fault(f"{where}.value", f'"{source.value}" does not fit: Xero allows {field.rule.words}')


def _check_tracking(where: str, choices: tuple[TrackingChoice, ...]) -> Iterator[Fault]:
    seen: set[str] = set()
    for place, choice in enumerate(choices):
        if choice.category in seen:
            yield Fault(f"{where}[{place}].category", f'"{choice.category}" is chosen twice')
        seen.add(choice.category)
        if choice.field is None and choice.default is None:
            yield Fault(f"{where}[{place}]", "choose a CRM field, or an option that always applies (default)")
        if choice.field is None and choice.values:
            yield Fault(f"{where}[{place}].values", "translates the values of a CRM field, and no field is chosen")


def _check_amounts(mapping: TenantMapping) -> Iterator[Fault]:
    if mapping.amounts_field is None and mapping.amounts_values:
        yield Fault("body.amounts_values", "says what the values of amounts_field mean, and no field is chosen")
    if mapping.amounts_field is not None and not mapping.amounts_values:
        yield Fault("body.amounts_field", "say in amounts_values what its values mean")
