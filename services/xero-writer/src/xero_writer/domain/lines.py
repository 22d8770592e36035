"""CRM lines as Xero line items, with everything that the CRM keeps beside the lines.

A negative quantity goes as a positive one with a negative price. A line discount is a DiscountAmount where Xero can
take it off the line, else a line of its own. The header's discount is one negative line per TaxType, pro rata; the
adjustment is a line of its own. LineAmount is never sent: Xero computes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from xero_writer.domain.accounts import explain_unusable_account, is_usable_account
from xero_writer.domain.crm_lines import CrmLine, read_discount
from xero_writer.domain.crm_values import find_decimal, show_value
from xero_writer.domain.link_facts import LinkFacts
from xero_writer.domain.mapped import Faults
from xero_writer.domain.mapping_model import TenantMapping
from xero_writer.domain.money import FOUR_PLACES, PricedLine, line_amount, round_money, share_out
from xero_writer.domain.reference import Reference
from xero_writer.domain.rows import ParentState, ParentView
from xero_writer.domain.tax import TaxChoice, choose_no_tax, choose_tax
from xero_writer.domain.text import cut_text
from xero_writer.domain.verdicts import ParentRef

TEXT_LIMIT: Final = 4000


@dataclass(frozen=True)
class XeroLine:
    """A line item with our key for it; `tax` carries its rate for the arithmetic."""

    key: str
    text: str
    quantity: Decimal
    unit_amount: Decimal
    tax: TaxChoice
    account_code: str | None
    discount: Decimal = Decimal(0)
    item_code: str | None = None

    @property
    def priced(self) -> PricedLine:
        """What of it decides money."""
        return PricedLine(self.quantity, self.unit_amount, self.discount, self.tax.rate)

    def to_element(self) -> dict[str, Any]:
        """The line as Xero takes it; nothing blank is sent."""
        element: dict[str, Any] = {"Quantity": self.quantity, "UnitAmount": self.unit_amount}
        if self.text:
            element["Description"] = self.text
        if self.item_code is not None:
            element["ItemCode"] = self.item_code
        if self.account_code is not None:
            element["AccountCode"] = self.account_code
        if self.tax.tax_type is not None:
            element["TaxType"] = self.tax.tax_type
        if self.discount:
            element["DiscountAmount"] = self.discount
        return element


@dataclass
class LineBuilder:
    """Turns CRM lines into Xero lines with one mapping; faults are collected, each cause once."""

    mapping: TenantMapping
    reference: Reference
    parents: Mapping[ParentRef, ParentView]
    faults: Faults
    account_fault_said: bool = False

    def build_line(self, line: CrmLine) -> list[XeroLine]:
        """The line itself and, where Xero cannot take its discount off it, the discount as a line."""
        facts = self._find_item(line)
        sign = -1 if line.quantity < 0 else 1
        discount = round_money(line.discount)
        main = XeroLine(
            key=line.key,
            text=self._describe(line, facts),
            quantity=_four_places(line.quantity * sign),
            unit_amount=_four_places(line.price * sign),
            tax=self._choose_tax(line),
            account_code=self._choose_account(line, facts),
            item_code=facts.code if facts is not None else None,
        )
        if not discount:
            return [main]
        if 0 < discount <= line_amount(main.priced):
            return [replace(main, discount=discount)]
        extra = XeroLine(
            key=f"{line.key}:discount",
            text=f"Discount on {main.text}" if main.text else "Discount",
            quantity=Decimal(1),
            unit_amount=-discount,
            tax=main.tax,
            account_code=main.account_code,
        )
        return [main, extra]

    def build_header_discount(self, fields: Mapping[str, Any], lines: list[XeroLine]) -> list[XeroLine]:
        """The discount on the whole document, shared out over the TaxTypes of its lines."""
        by_tax: dict[str, Decimal] = {}
        taxes: dict[str, TaxChoice] = {}
        for line in lines:
            name = line.tax.tax_type or ""
            by_tax[name] = by_tax.get(name, Decimal(0)) + line_amount(line.priced)
            taxes[name] = line.tax
        gross = sum(by_tax.values(), Decimal(0))
        read = self.faults.read(lambda given, name: read_discount(given, name, gross), fields, "Discount")
        amount = round_money(read or Decimal(0))
        if not amount or not by_tax:
            return []
        names = sorted(by_tax)
        shares = share_out(amount, [by_tax[name] for name in names]) if gross else [amount]
        return [
            self._build_extra(f"discount:{name}", "Discount", -share, taxes[name])
            for name, share in zip(names, shares, strict=False)
            if share
        ]

    def build_adjustment(self, fields: Mapping[str, Any]) -> list[XeroLine]:
        """Zoho's Adjustment, which is added after tax and carries none."""
        amount = round_money(self.faults.read(find_decimal, fields, "Adjustment") or Decimal(0))
        if not amount:
            return []
        tax = choose_tax((), "Adjustment", self.mapping, self.reference, self.faults.text)
        self._add_tax_fault(tax)
        return [self._build_extra("adjustment", "Adjustment", amount, tax)]

    def build_rounding(self, difference: Decimal) -> XeroLine:
        """The cents between Xero's rounding and the CRM's."""
        tax = choose_no_tax(self.reference)
        self._add_tax_fault(tax)
        code = self.mapping.rounding_account
        if code is None:
            return self._build_extra("rounding", "Rounding", difference, tax)
        problem = explain_unusable_account(code, self.reference, rounding=True)
        if problem is not None:
            self.faults.add("account_unusable", account=code, problem=problem)
        return XeroLine("rounding", "Rounding", Decimal(1), difference, tax, code)

    def _build_extra(self, key: str, text: str, amount: Decimal, tax: TaxChoice) -> XeroLine:
        return XeroLine(key, text, Decimal(1), amount, tax, self._choose_default_account(f"the {text.lower()} line"))

    def _find_item(self, line: CrmLine) -> LinkFacts | None:
        view = self.parents.get(line.product) if line.product is not None else None
        return view.facts if view is not None and view.state in (ParentState.LINKED, ParentState.AS_TEXT) else None

    def _describe(self, line: CrmLine, facts: LinkFacts | None) -> str:
        candidates = (line.text, facts.line_text if facts else None, line.product_name, facts.code if facts else None)
        text = next((candidate for candidate in candidates if candidate), "")
        if len(text) > TEXT_LIMIT:
            field = f"Description of line {line.name}"
            self.faults.warn("value_left_out", field=field, value=show_value(text), rule=f"{TEXT_LIMIT} characters")
        return cut_text(text, TEXT_LIMIT)

    def _choose_tax(self, line: CrmLine) -> TaxChoice:
        choice = choose_tax(line.taxes, line.name, self.mapping, self.reference, self.faults.text)
        self._add_tax_fault(choice)
        return choice

    def _add_tax_fault(self, choice: TaxChoice) -> None:
        reason = choice.reason
        if reason is None:
            return
        # One cause is one reason: a hundred untaxed lines are mended by one decision.
        said = {found.code for found in self.faults.found}
        if reason.code == "tax_not_said" and reason.code in said:
            return
        self.faults.found.append(reason)

    def _choose_account(self, line: CrmLine, facts: LinkFacts | None) -> str | None:
        if facts is not None and is_usable_account(facts.account_code, self.reference):
            return facts.account_code
        view = self.parents.get(line.product) if line.product is not None else None
        undecided = view is None or view.state is ParentState.STAGED
        if line.product is not None and undecided and self.mapping.accounts.sales is None:
            return None
        return self._choose_default_account(f"line {line.name} of {self.faults.text}")

    def _choose_default_account(self, what: str) -> str | None:
        code = self.mapping.accounts.sales
        if code is None:
            if not self.account_fault_said:
                self.faults.add("account_missing", what=what)
                self.account_fault_said = True
            return None
        problem = explain_unusable_account(code, self.reference)
        if problem is not None and not self.account_fault_said:
            self.faults.add("account_unusable", account=code, problem=problem)
            self.account_fault_said = True
        return code


def _four_places(value: Decimal) -> Decimal:
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -4:
        return value.quantize(FOUR_PLACES, rounding=ROUND_HALF_UP)
    return value
