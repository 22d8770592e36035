"""Everything that is wrong with a mapping, named fault by fault, before it is taken."""

from collections.abc import Mapping

from sync_kit.contracts.vocabulary import Module
from sync_kit.errors import Fault
from xero_writer.domain.accounts import explain_unusable_account
from xero_writer.domain.mapping_model import STANDARD_FIELDS, TenantMapping
from xero_writer.domain.reference import Reference
from xero_writer.domain.tax import explain_unusable_rate


def check_mapping(
    mapping: TenantMapping, reference: Reference | None, crm_fields: Mapping[Module, frozenset[str]] | None
) -> list[Fault]:
    """All faults, empty when there are none. `reference` and `crm_fields` are None while they are not known: what
    depends on them is then not looked at. Paths in `where` are those of the request body."""
    faults = [
        Fault(f"body.taxes.sales['{key}']", f'write the names in order and joined by " + ": "{_sort_key(key)}"')
        for key in mapping.taxes.sales
        if _sort_key(key) != key
    ]
    if reference is not None:
        faults += _check_taxes(mapping, reference)
        faults += _check_accounts(mapping, reference)
    if crm_fields is not None:
        faults += _check_fields(mapping, crm_fields)
    return faults


def _sort_key(key: str) -> str:
    return " + ".join(sorted({name.strip() for name in key.split(" + ")}))


def _check_taxes(mapping: TenantMapping, reference: Reference) -> list[Fault]:
    faults = []
    named = [(f"body.taxes.sales['{key}']", tax_type) for key, tax_type in mapping.taxes.sales.items()]
    if mapping.untaxed_sales is not None:
        named.append(("body.untaxed_sales", mapping.untaxed_sales))
    for where, tax_type in named:
        problem = explain_unusable_rate(tax_type, reference)
        if problem is not None:
            faults.append(Fault(where, f"the rate {tax_type} cannot be used for sales: {problem}"))
        elif where == "body.untaxed_sales" and reference.tax_rates[tax_type].effective_rate:
            faults.append(Fault(where, f"the rate {tax_type} charges tax"))
    return faults


def _check_accounts(mapping: TenantMapping, reference: Reference) -> list[Fault]:
    faults = []
    for where, code, rounding in (
        ("body.accounts.sales", mapping.accounts.sales, False),
        ("body.rounding_account", mapping.rounding_account, True),
    ):
        problem = explain_unusable_account(code, reference, rounding=rounding) if code is not None else None
        if problem is not None:
            faults.append(Fault(where, f"Xero account {code} is {problem}"))
    return faults


def _check_fields(mapping: TenantMapping, crm_fields: Mapping[Module, frozenset[str]]) -> list[Fault]:
    faults = []
    for where, module, name in (
        ("body.number_fields.invoices", Module.INVOICES, mapping.number_fields.invoices),
        ("body.primary_person_field", Module.CONTACTS, mapping.primary_person_field),
    ):
        known = crm_fields.get(module)
        if name is None or known is None or name in known or name in STANDARD_FIELDS[module]:
            continue
        faults.append(Fault(where, f"the CRM has no field {name} in {module.value}"))
    return faults
