"""Which Xero TaxType a CRM line gets, and whether Xero would take it.

The key is the set of CRM taxes on the line. Percentages must agree, since a tax mapped by name alone would quietly
change what the customer owes. TaxType is always sent: without it Xero takes the account's default (Xero: TaxRates).
"""

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from sync_kit.contracts.reasons import Reason
from xero_writer.domain.mapping_model import Amounts, TenantMapping
from xero_writer.domain.reference import Reference, TaxRate

NO_TAX: Final = "NONE"
"""Xero's own TaxType for no tax at all, present in every organisation."""


@dataclass(frozen=True)
class CrmTax:
    """One tax of a CRM line; `percent` as Zoho has it."""

    name: str
    percent: Decimal


@dataclass(frozen=True)
class TaxChoice:
    """A usable TaxType and its rate in percent, or the reason why there is none."""

    tax_type: str | None = None
    rate: Decimal = Decimal(0)
    reason: Reason | None = None


def choose_tax(
    taxes: tuple[CrmTax, ...], line_name: str, mapping: TenantMapping, reference: Reference, record_text: str
) -> TaxChoice:
    """The TaxType of one sales line; `line_name` is how people find the line ("3", "Adjustment")."""
    if mapping.amounts is Amounts.NONE:
        return TaxChoice(NO_TAX)
    if not taxes:
        if mapping.untaxed_sales is None:
            return _refuse("tax_not_said", line=line_name, record=record_text)
        return _check(mapping.untaxed_sales, Decimal(0), "no tax", reference)
    key = join_tax_names(taxes)
    tax_type = mapping.taxes.sales.get(key)
    if tax_type is None:
        return _refuse("tax_unmapped", tax=key)
    return _check(tax_type, sum((tax.percent for tax in taxes), Decimal(0)), key, reference)


def choose_no_tax(reference: Reference) -> TaxChoice:
    """For a line that is no sale (rounding): outside every tax."""
    return _check(NO_TAX, Decimal(0), "rounding", reference)


def join_tax_names(taxes: tuple[CrmTax, ...]) -> str:
    """The mapping's key for the taxes of a line: names sorted and joined by " + "."""
    return " + ".join(sorted({tax.name for tax in taxes}))


def explain_unusable_rate(tax_type: str, reference: Reference) -> str | None:
    """Why a TaxType cannot stand on a sales line; None when it can."""
    rate = reference.tax_rates.get(tax_type)
    if rate is None:
        return "Xero has no such rate"
    if rate.status != "ACTIVE":
        return f"it is {rate.status.lower()}"
    if not rate.applies_to_revenue:
        return "it is for purchases only"
    return None


def find_usable_rate(tax_type: str, reference: Reference | None) -> TaxRate | None:
    """The rate if it may stand on a sales line."""
    if reference is None or explain_unusable_rate(tax_type, reference) is not None:
        return None
    return reference.tax_rates[tax_type]


def _check(tax_type: str, percent: Decimal, crm_name: str, reference: Reference) -> TaxChoice:
    problem = explain_unusable_rate(tax_type, reference)
    if problem is not None:
        return _refuse("tax_not_allowed_here", rate=tax_type, problem=problem)
    rate = reference.tax_rates[tax_type]
    if rate.effective_rate != percent:
        return _refuse(
            "tax_percent_differs",
            crm=_show(percent),
            tax=crm_name,
            rate=f"{rate.name} ({tax_type})",
            xero=_show(rate.effective_rate),
        )
    return TaxChoice(tax_type, rate.effective_rate)


def _show(percent: Decimal) -> str:
    text = format(percent, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _refuse(code: str, **facts: object) -> TaxChoice:
    return TaxChoice(reason=Reason(code=code, facts=facts))
