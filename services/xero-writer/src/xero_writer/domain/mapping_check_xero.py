"""Whether what a mapping names is in the Xero organisation, can be used, and is what the CRM means by it."""

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Final

from sync_kit.contracts.events import CrmDescribed
from sync_kit.errors import Fault
from xero_writer.domain.accounts import explain_unusable_account, explain_wrong_side
from xero_writer.domain.crm_values import UnusableValueError
from xero_writer.domain.field_values import ValueRule, find_value
from xero_writer.domain.mappable_fields import list_mappable_of
from xero_writer.domain.mapping_model import Side, TenantMapping, TrackingChoice, list_tracking
from xero_writer.domain.reference import Reference
from xero_writer.domain.tax import explain_unusable_rate

_MOST_NAMED: Final = 20
"""Names listed in a sentence."""


def check_against_xero(mapping: TenantMapping, reference: Reference, crm: CrmDescribed | None) -> Iterator[Fault]:
    """All faults, the rates compared with the CRM's percentages where those are known."""
    percents = {tax.name: tax.percent for tax in crm.taxes} if crm is not None else {}
    for side in Side:
        yield from _check_taxes(mapping, reference, side, percents)
    yield from _check_accounts(mapping, reference)
    for module, choices in list_tracking(mapping).items():
        for place, choice in enumerate(choices):
            yield from _check_tracking(f"body.tracking.{module.value}[{place}]", choice, reference)
    yield from _check_values(mapping, reference)


def _check_taxes(
    mapping: TenantMapping, reference: Reference, side: Side, percents: Mapping[str, Decimal]
) -> Iterator[Fault]:
    for key, tax_type in mapping.taxes.get_table(side).items():
        where = f"body.taxes.{side.value}['{key}']"
        problem = explain_unusable_rate(tax_type, reference, side)
        if problem is not None:
            yield Fault(where, f"the rate {tax_type} cannot be used for {side.value}: {problem}")
            continue
        names = [key] if key in percents else key.split(" + ")
        if all(name in percents for name in names):
            wanted = sum((percents[name] for name in names), Decimal(0))
            rate = reference.tax_rates[tax_type]
            if rate.effective_rate != wanted:
                yield Fault(
                    where,
                    f"the CRM charges {_show(wanted)}%, the rate {rate.name} ({tax_type}) is "
                    f"{_show(rate.effective_rate)}%",
                )
    untaxed = mapping.taxes.find_untaxed(side)
    if untaxed is not None:
        where = f"body.taxes.untaxed_{side.value}"
        problem = explain_unusable_rate(untaxed, reference, side)
        if problem is not None:
            yield Fault(where, f"the rate {untaxed} cannot be used for {side.value}: {problem}")
        elif reference.tax_rates[untaxed].effective_rate:
            yield Fault(where, f"the rate {untaxed} charges tax")


def _check_accounts(mapping: TenantMapping, reference: Reference) -> Iterator[Fault]:
    accounts = mapping.accounts
    for side in Side:
        code = accounts.find_default(side)
        if code is not None:
            problem = explain_unusable_account(code, reference) or explain_wrong_side(code, reference, side)
            if problem is not None:
                yield Fault(f"body.accounts.{side.value}", f"Xero account {code} is {problem}")
    if accounts.rounding is not None:
        problem = explain_unusable_account(accounts.rounding, reference, rounding=True)
        if problem is not None:
            yield Fault("body.accounts.rounding", f"Xero account {accounts.rounding} is {problem}")
    for product in accounts.by_product:
        for side in Side:
            code = accounts.find_for_product(side, product)
            problem = explain_unusable_account(code, reference) if code is not None else None
            if problem is not None:
                yield Fault(f"body.accounts.by_product['{product}'].{side.value}", f"Xero account {code} is {problem}")


def _check_tracking(where: str, choice: TrackingChoice, reference: Reference) -> Iterator[Fault]:
    category = reference.tracking.get(choice.category)
    if category is None:
        there = _list_names(name for name, each in reference.tracking.items() if each.status == "ACTIVE")
        yield Fault(f"{where}.category", f'Xero has no tracking category "{choice.category}"; there is: {there}')
        return
    if category.status != "ACTIVE":
        yield Fault(f"{where}.category", f'the tracking category "{choice.category}" is {category.status.lower()}')
        return
    named = [(f"{where}.values['{value}']", option) for value, option in choice.values.items()]
    if choice.default is not None:
        named.append((f"{where}.default", choice.default))
    for path, option in named:
        if option not in category.active_options:
            yield Fault(
                path,
                f'"{option}" is not an active option of "{choice.category}"; there is: '
                f"{_list_names(category.active_options)}",
            )


def _check_values(mapping: TenantMapping, reference: Reference) -> Iterator[Fault]:
    """Accounts, rates and currencies that are typed in as values of fields."""
    for module, sources in mapping.fields.items():
        rules = {field.name: field.rule for field in list_mappable_of(module, mapping)}
        for name, source in sources.items():
            rule = rules.get(name)
            if rule is None or source.value is None or not _is_usable(rule, source.value, None):
                continue  # said already by the look at the form
            if not _is_usable(rule, source.value, reference):
                yield Fault(
                    f"body.fields.{module.value}['{name}'].value",
                    f'"{source.value}" does not fit: Xero allows {rule.words}',
                )


def _is_usable(rule: ValueRule, value: str, reference: Reference | None) -> bool:
    try:
        return find_value(rule, {"value": value}, "value", reference) is not None
    except UnusableValueError:
        return False


def _list_names(names: Iterator[str] | frozenset[str]) -> str:
    ordered = sorted(names)
    shown = ", ".join(f'"{name}"' for name in ordered[:_MOST_NAMED])
    return shown + (" and others" if len(ordered) > _MOST_NAMED else "") if ordered else "none"


def _show(percent: Decimal) -> str:
    text = format(percent, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text
