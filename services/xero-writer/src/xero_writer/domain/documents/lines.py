"""CRM lines as Xero line items.

A negative quantity goes as a positive one with a negative price. A line discount is a DiscountAmount where Xero can
take it off the line (sales invoices and quotes), else a line of its own. LineAmount is never sent: Xero computes it.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from xero_writer.domain.crm_values import show_value
from xero_writer.domain.document_kinds import XERO_WORDS, XeroKind
from xero_writer.domain.documents.crm_lines import CrmLine
from xero_writer.domain.documents.line_accounts import LineAccounts
from xero_writer.domain.documents.tracking import TrackingOption
from xero_writer.domain.link_facts import LinkFacts
from xero_writer.domain.mapped import Faults
from xero_writer.domain.money import FOUR_PLACES, PricedLine, line_amount, round_money
from xero_writer.domain.rows import ParentState, ParentView
from xero_writer.domain.tax import TaxChoice, TaxRules
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
    tracking: tuple[TrackingOption, ...] = ()

    @property
    def rate(self) -> Decimal:
        """What Xero charges, in percent."""
        return self.tax.rate

    @property
    def priced_by_crm(self) -> PricedLine:
        """What of it decides money, with the percentage that the CRM charges."""
        return PricedLine(self.quantity, self.unit_amount, self.discount, self.tax.crm_percent)

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
        if self.tracking:
            element["Tracking"] = [option.to_element() for option in self.tracking]
        return element


@dataclass
class LineBuilder:
    """Turns the CRM's lines of one document into Xero's; faults are collected, each cause once."""

    kind: XeroKind
    rules: TaxRules
    accounts: LineAccounts
    parents: Mapping[ParentRef, ParentView]
    faults: Faults
    tracking: tuple[TrackingOption, ...] = ()
    said_taxes: set[str] = field(default_factory=set)
    own_texts: list[str] = field(default_factory=list)
    """What the CRM's lines say themselves; one that leaves it to its product says only which product that is."""

    def build_line(self, line: CrmLine) -> list[XeroLine]:
        """The line itself and, where Xero cannot take its discount off it, the discount as a line."""
        facts = self._find_item(line)
        self.own_texts.append(line.text or (line.product.record_id if line.product is not None else ""))
        sign = -1 if line.quantity < 0 else 1
        discount = round_money(line.discount)
        main = XeroLine(
            key=line.key,
            text=self._describe(line, facts),
            quantity=_four_places(line.quantity * sign),
            unit_amount=_four_places(line.price * sign),
            tax=self.note_tax(self.rules.choose_tax(line.taxes, line.name, self.faults.text)),
            account_code=self._choose_account(line, facts),
            item_code=facts.code if facts is not None else None,
            tracking=self.tracking,
        )
        if not discount:
            return [main]
        if XERO_WORDS[self.kind].takes_line_discounts and 0 < discount <= line_amount(main):
            return [replace(main, discount=discount)]
        text = cut_text(f"Discount on {main.text}", TEXT_LIMIT) if main.text else "Discount"
        extra = replace(
            main,
            key=f"{line.key}:discount",
            text=text,
            quantity=Decimal(1),
            unit_amount=-discount,
            item_code=None,
        )
        return [main, extra]

    def build_extra(
        self, key: str, text: str, amount: Decimal, tax: TaxChoice, account_code: str | None = None
    ) -> XeroLine:
        """A line that stands for no product; without an account of its own it takes the default."""
        account = account_code or self.accounts.choose_default(f"the {text.lower()} line")
        return XeroLine(key, text, Decimal(1), amount, tax, account, tracking=self.tracking)

    def note_tax(self, choice: TaxChoice) -> TaxChoice:
        """The choice, with its reason among the faults. A hundred untaxed lines are mended by one decision."""
        reason = choice.reason
        if reason is not None and not (reason.code == "tax_not_said" and reason.code in self.said_taxes):
            self.said_taxes.add(reason.code)
            self.faults.found.append(reason)
        return choice

    def waits_for_item(self, line: CrmLine) -> bool:
        """The line names a product of which nothing is known yet."""
        return line.product is not None and self._find_item(line) is None

    def _find_item(self, line: CrmLine) -> LinkFacts | None:
        view = self.parents.get(line.product) if line.product is not None else None
        return view.facts if view is not None and view.state in (ParentState.LINKED, ParentState.AS_TEXT) else None

    def _choose_account(self, line: CrmLine, facts: LinkFacts | None) -> str | None:
        code = facts.code if facts is not None and facts.code is not None else line.product_code
        view = self.parents.get(line.product) if line.product is not None else None
        undecided = line.product is not None and (view is None or view.state is ParentState.STAGED)
        what = f"line {line.name} of {self.faults.text}"
        return self.accounts.choose_for_line(what, code, facts, item_undecided=undecided)

    def _describe(self, line: CrmLine, facts: LinkFacts | None) -> str:
        candidates = (line.text, facts.line_text if facts else None, line.product_name, facts.code if facts else None)
        text = next((candidate for candidate in candidates if candidate), "")
        if len(text) > TEXT_LIMIT:
            name = f"Description of line {line.name}"
            self.faults.warn("value_left_out", field=name, value=show_value(text), rule=f"{TEXT_LIMIT} characters")
        return cut_text(text, TEXT_LIMIT)


def _four_places(value: Decimal) -> Decimal:
    exponent = value.as_tuple().exponent
    if isinstance(exponent, int) and exponent < -4:
        return value.quantize(FOUR_PLACES, rounding=ROUND_HALF_UP)
    return value
