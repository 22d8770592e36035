"""Whether the CRM has what a mapping names: fields of a fitting type, picklist values, taxes.

A status or a value that the CRM does not have is a warning: it does no harm, and picklists grow (Zoho takes values
over its API that are in no list). A field or a tax that is not there is a fault: nothing could ever come of it.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from typing import Final

from sync_kit.contracts.events import CrmDescribed
from sync_kit.contracts.vocabulary import DEFAULT_MODULES, DOCUMENT_MODULES, Module
from sync_kit.errors import Fault
from xero_writer.domain.document_kinds import CRM_WORDS, list_statuses
from xero_writer.domain.field_values import FieldType
from xero_writer.domain.mappable_fields import list_mappable_of
from xero_writer.domain.mapping_model import STANDARD_FIELDS, Side, TenantMapping, list_tracking

Warn = Callable[[Fault], None]

_LONGEST_LIST: Final = 200
"""Of a longer picklist not all values are told."""
_DATES: Final = frozenset({"date", "datetime", "formula"})
_AMOUNTS: Final = frozenset(
    {"integer", "bigint", "double", "decimal", "currency", "percent", "formula", "autonumber", "rollup_summary"}
)
_NEVER_TEXT: Final = frozenset(
    {"boolean", "subform", "fileupload", "imageupload", "profileimage", "multiuserlookup", "multiselectlookup"}
)
_NEVER_NUMBER: Final = _NEVER_TEXT | {"date", "datetime", "lookup", "ownerlookup", "userlookup", "multiselectpicklist"}
"""Types of Zoho fields (Zoho: fields metadata). A document's number may be of any type but these."""


@dataclass(frozen=True)
class _Wanted:
    """The kind of CRM field that a place needs, in words and as a rule over Zoho's types."""

    words: str
    types: frozenset[str]
    all_but: bool = False

    def fits(self, data_type: str) -> bool:
        return (data_type in self.types) is not self.all_but


_TEXT: Final = _Wanted("a text is needed", _NEVER_TEXT, all_but=True)
_NUMBER: Final = _Wanted("a number or a text is needed", _NEVER_NUMBER, all_but=True)
_CHECKBOX: Final = _Wanted("a checkbox is needed", frozenset({"boolean"}))
_AMOUNT: Final = _Wanted("an amount or a number is needed", _AMOUNTS | {"text", "picklist"})
_FITTING: Final[Mapping[FieldType, _Wanted]] = {
    FieldType.DATE: _Wanted("a date is needed", _DATES),
    FieldType.PRICE: _AMOUNT,
    FieldType.DAYS: _AMOUNT,
}


@dataclass(frozen=True)
class _Named:
    """A CRM field that the mapping names: where, whose, which, and what it must be."""

    where: str
    module: Module
    name: str
    wanted: _Wanted


def check_against_crm(mapping: TenantMapping, crm: CrmDescribed, warn: Warn) -> Iterator[Fault]:
    """All faults; what is only worth a look goes to `warn`. Modules that the CRM did not describe are passed over."""
    yield from _check_fields(mapping, crm, warn)
    _look_at_taxes(mapping, crm, warn)
    for module in CRM_WORDS:
        _look_at_statuses(module, mapping, crm, warn)


def _check_fields(mapping: TenantMapping, crm: CrmDescribed, warn: Warn) -> Iterator[Fault]:
    for named in _list_fields(mapping):
        described = crm.fields.get(named.module)
        if not described:
            continue
        where, name, records = named.where, named.name, _plural(named.module)
        field = next((field for field in described if field.api_name == name), None)
        if field is None and name in STANDARD_FIELDS[named.module]:
            warn(Fault(where, f"the connected CRM user does not see the standard field {name} of {records}"))
        elif field is None:
            yield Fault(where, f"the CRM has no field {name} in {records}, or the connected user may not see it")
        elif not named.wanted.fits(field.data_type):
            yield Fault(where, f'the CRM field "{field.label}" ({name}) is a {field.data_type}; {named.wanted.words}')
    _look_at_listed_values(mapping, crm, warn)


def _list_fields(mapping: TenantMapping) -> Iterator[_Named]:
    """Every CRM field that the mapping names."""
    yield from _list_number_fields(mapping)
    yield from _list_mapped_fields(mapping)
    for module, choices in list_tracking(mapping).items():
        for place, choice in enumerate(choices):
            if choice.field is not None:
                yield _Named(f"body.tracking.{module.value}[{place}].field", module, choice.field, _TEXT)
    for module, name in mapping.gates.items():
        yield _Named(f"body.gates.{module.value}", module, name, _CHECKBOX)
    if mapping.amounts_field is not None:
        for module in DOCUMENT_MODULES:
            if module in DEFAULT_MODULES:
                yield _Named("body.amounts_field", module, mapping.amounts_field, _TEXT)
    if mapping.primary_person_field is not None:
        yield _Named("body.primary_person_field", Module.CONTACTS, mapping.primary_person_field, _CHECKBOX)


def _list_number_fields(mapping: TenantMapping) -> Iterator[_Named]:
    numbers = mapping.number_fields
    for where, module, name in (
        ("invoices", Module.INVOICES, numbers.invoices),
        ("purchase_orders", Module.PURCHASE_ORDERS, numbers.purchase_orders),
        ("supplier_number", Module.PURCHASE_ORDERS, numbers.supplier_number),
        ("quotes", Module.QUOTES, numbers.quotes),
        ("sales_orders", Module.SALES_ORDERS, numbers.sales_orders),
    ):
        if name is not None:
            yield _Named(f"body.number_fields.{where}", module, name, _NUMBER)


def _list_mapped_fields(mapping: TenantMapping) -> Iterator[_Named]:
    for module, sources in mapping.fields.items():
        rules = {field.name: field.rule for field in list_mappable_of(module, mapping)}
        for xero_name, source in sources.items():
            if source.field is not None and xero_name in rules:
                wanted = _FITTING.get(rules[xero_name].type, _TEXT)
                yield _Named(f"body.fields.{module.value}['{xero_name}'].field", module, source.field, wanted)


def _look_at_listed_values(mapping: TenantMapping, crm: CrmDescribed, warn: Warn) -> None:
    """Values of picklists that tracking and amounts translate: one that is in no list is worth a look."""
    named = [
        (f"body.tracking.{module.value}[{place}].values", module, choice.field, tuple(choice.values))
        for module, choices in list_tracking(mapping).items()
        for place, choice in enumerate(choices)
    ]
    named += [
        ("body.amounts_values", module, mapping.amounts_field, tuple(mapping.amounts_values))
        for module in DOCUMENT_MODULES
    ]
    told: set[str] = set()
    for where, module, name, values in named:
        listed = _list_values(crm, module, name)
        for value in values:
            path = f"{where}['{value}']"
            if 0 < len(listed) < _LONGEST_LIST and value not in listed and path not in told:
                told.add(path)
                warn(Fault(path, f'the CRM field {name} of {_plural(module)} has no value "{value}"'))


def _look_at_statuses(module: Module, mapping: TenantMapping, crm: CrmDescribed, warn: Warn) -> None:
    words = CRM_WORDS[module]
    listed = _list_values(crm, module, words.status_field)
    mapped = list_statuses(module, mapping)
    if not listed:
        return
    for status in mapped:
        if status not in listed:
            path = f"body.statuses.{module.value}['{status}']"
            warn(Fault(path, f'the CRM has no status "{status}" for {_plural(module)}'))
    for status in listed:
        if status not in mapped and module in DEFAULT_MODULES:
            path = f"body.statuses.{module.value}"
            warn(Fault(path, f'the CRM status "{status}" of {_plural(module)} is not mapped; they will be held back'))


def _look_at_taxes(mapping: TenantMapping, crm: CrmDescribed, warn: Warn) -> None:
    """A tax that was retired in the CRM still stands on older documents: it may be mapped."""
    if not crm.taxes:
        return
    known = {tax.name for tax in crm.taxes}
    for side in Side:
        for key in mapping.taxes.get_table(side):
            for name in [] if key in known else key.split(" + "):
                if name not in known:
                    there = ", ".join(f'"{tax}"' for tax in sorted(known)[:20])
                    what = f'the CRM has no tax "{name}" now; its taxes are: {there}'
                    warn(Fault(f"body.taxes.{side.value}['{key}']", what))


def _list_values(crm: CrmDescribed, module: Module, name: str | None) -> tuple[str, ...]:
    return next((field.values for field in crm.fields.get(module, ()) if field.api_name == name), ())


def _plural(module: Module) -> str:
    return module.value.replace("_", " ")
