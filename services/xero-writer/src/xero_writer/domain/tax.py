"""Which Xero TaxType a CRM line gets, and whether Xero would take it.

The key is the set of CRM taxes on the line. Percentages must agree, since a tax mapped by name alone would quietly
change what the customer owes. TaxType is always sent: without it Xero takes the account's default (Xero: TaxRates).
"""

from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from sync_kit.contracts.reasons import Reason
from xero_writer.domain.mapping_model import Amounts, Side, TenantMapping
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
    """A usable TaxType and its rate in percent, or the reason why there is none; `crm_percent` is what the CRM says."""

    tax_type: str | None = None
    rate: Decimal = Decimal(0)
    reason: Reason | None = None
    crm_percent: Decimal = Decimal(0)


@dataclass(frozen=True)
class TaxRules:
    """What decides taxes of one document: its side, the basis of its amounts, the mapping, Xero's rates."""

    side: Side
    amounts: Amounts
    mapping: TenantMapping
    reference: Reference

    def choose_tax(self, taxes: tuple[CrmTax, ...], line_name: str, record_text: str) -> TaxChoice:
        """The TaxType of one line; `line_name` is how people find the line ("3", "Adjustment").

        Several taxes on a line are one rate in Xero: their percentages add up. An organisation that is not registered
        for tax has no TaxType for a line that charges some: neither a type nor a reason comes back, since that is said
        once for the document.
        """
        percent = sum((tax.percent for tax in taxes), Decimal(0))
        if self.amounts is Amounts.NONE:
            return TaxChoice(NO_TAX, crm_percent=percent)
        if percent and self.reference.organisation.pays_tax is False:
            return TaxChoice(crm_percent=percent)
        if not taxes:
            untaxed = self.mapping.taxes.find_untaxed(self.side)
            if untaxed is None:
                return _refuse("tax_not_said", line=line_name, record=record_text, side=self.side.value)
            return self._check(untaxed, Decimal(0), "no tax")
        key = join_tax_names(taxes)
        tax_type = self.mapping.taxes.get_table(self.side).get(key)
        if tax_type is None:
            return replace(_refuse("tax_unmapped", tax=key, side=self.side.value), crm_percent=percent)
        return self._check(tax_type, percent, key)

    def choose_no_tax(self) -> TaxChoice:
        """For a line that is no sale (rounding, a discount after tax): outside every tax."""
        return self._check(NO_TAX, Decimal(0), "no tax")

    def _check(self, tax_type: str, percent: Decimal, crm_name: str) -> TaxChoice:
        problem = explain_unusable_rate(tax_type, self.reference, self.side)
        if problem is not None:
            refused = _refuse("tax_not_allowed_here", rate=tax_type, side=self.side.value, problem=problem)
            return replace(refused, crm_percent=percent)
        rate = self.reference.tax_rates[tax_type]
        if rate.effective_rate != percent:
            refused = _refuse(
                "tax_percent_differs",
                crm=_show(percent),
                tax=crm_name,
                rate=f"{rate.name} ({tax_type})",
                xero=_show(rate.effective_rate),
            )
            return replace(refused, crm_percent=percent)
        return TaxChoice(tax_type, rate.effective_rate, crm_percent=percent)


def join_tax_names(taxes: tuple[CrmTax, ...]) -> str:
    """The mapping's key for the taxes of a line: names sorted and joined by " + "."""
    return " + ".join(sorted({tax.name for tax in taxes}))


def explain_unusable_rate(tax_type: str, reference: Reference, side: Side = Side.SALES) -> str | None:
    """Why a TaxType cannot stand on a line of this side; None when it can (Xero: TaxRates, CanApplyTo...)."""
    rate = reference.tax_rates.get(tax_type)
    if rate is None:
        return "Xero has no such rate"
    if rate.status != "ACTIVE":
        return f"it is {rate.status.lower()}"
    if side is Side.SALES and not rate.applies_to_revenue:
        return "it is for purchases only"
    if side is Side.PURCHASES and not rate.applies_to_expenses:
        return "it is for sales only"
    return None


def find_usable_rate(tax_type: str, reference: Reference | None, side: Side = Side.SALES) -> TaxRate | None:
    """The rate if it may stand on a line of this side."""
    if reference is None or explain_unusable_rate(tax_type, reference, side) is not None:
        return None
    return reference.tax_rates[tax_type]


def _show(percent: Decimal) -> str:
    text = format(percent, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def _refuse(code: str, **facts: object) -> TaxChoice:
    return TaxChoice(reason=Reason(code=code, facts=facts))
