"""Turns sent lines into the lines of a document.

A line with a LineItemID changes that line (sparsely), one without is new, and a line that is not sent
is deleted. An item fills in what the line leaves open; an omitted TaxType comes from the item, else from
the account.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

from vendor_sandbox.xero.body_shapes import Sent
from vendor_sandbox.xero.invoices.totals import CENT, compute_line_amount, compute_line_tax, round_to
from vendor_sandbox.xero.invoices.tracking import read_tracking
from vendor_sandbox.xero.items.matching import find_item_by_code
from vendor_sandbox.xero.records import ZERO, Document, Item, Line
from vendor_sandbox.xero.refusals import Problems
from vendor_sandbox.xero.writing import UNIT_STEPS, WriteContext

QUANTITY_STEP = Decimal("0.0001")


def apply_sent_lines(context: WriteContext, document: Document, sent: list[Sent], problems: Problems) -> None:
    """Replace `document.lines` by what was sent; problems are noted by position."""
    before = {line.line_item_id: line for line in document.lines}
    lines: list[Line] = []
    for position, entry in enumerate(sent):
        line_id = entry.find_text("LineItemID")
        if line_id is None:
            line = Line(line_item_id=context.make_id())
        elif line_id in before:
            line = replace(before.pop(line_id))
        else:
            problems.add_line(position, f"The LineItemID {line_id} does not belong to this document")
            continue
        _apply_line(context, document, line, entry, position, problems)
        lines.append(line)
    document.lines = lines


def recompute_taxes(context: WriteContext, document: Document) -> None:
    """Compute amounts and taxes of kept lines anew, after LineAmountTypes changed."""
    for line in document.lines:
        line.tax_amount = _compute_tax(context, document, line)
        if document.line_amount_types == "NoTax":
            line.tax_type = "NONE"


def _apply_line(
    context: WriteContext, document: Document, line: Line, entry: Sent, position: int, problems: Problems
) -> None:
    description = entry.find_text("Description")
    if description is not None:
        line.description = description
    _apply_amounts(context, line, entry)
    item = _apply_item(context, document, line, entry, position, problems)
    _apply_account(context, document, line, entry, item)
    tracking = entry.find_list("Tracking")
    if tracking is not None:
        line.tracking = read_tracking(context, tracking, position, problems)
    _fill_missing_amount(context, line, entry)
    half_rounding = context.switches.half_rounding
    line.line_amount = compute_line_amount(line, half_rounding)
    sent_amount = entry.find_decimal("LineAmount")
    if sent_amount is not None and sent_amount != line.line_amount:
        problems.add_line(
            position,
            f"The line total {sent_amount} does not match the expected line total {line.line_amount}",
        )
    _apply_tax(context, document, line, entry, item)


def _apply_amounts(context: WriteContext, line: Line, entry: Sent) -> None:
    half_rounding = context.switches.half_rounding
    quantity = entry.find_decimal("Quantity")
    if quantity is not None:
        line.quantity = round_to(quantity, QUANTITY_STEP, half_rounding)
    unit_amount = entry.find_decimal("UnitAmount")
    if unit_amount is not None:
        line.unit_amount = round_to(unit_amount, UNIT_STEPS[context.unit_places], half_rounding)
    rate, amount = entry.find_decimal("DiscountRate"), entry.find_decimal("DiscountAmount")
    if rate is not None:
        line.discount_rate, line.discount_amount = rate, None
    if amount is not None:
        line.discount_amount = round_to(amount, CENT, half_rounding)
        if rate is None:
            line.discount_rate = None


def _apply_item(
    context: WriteContext, document: Document, line: Line, entry: Sent, position: int, problems: Problems
) -> Item | None:
    """The item of the line, if its code was sent now: only then it fills in defaults."""
    code = entry.find_text("ItemCode")
    if code is None:
        return None
    if code == "":
        line.item_code = ""
        return None
    item = find_item_by_code(context.organisation, code, context.switches)
    is_sale = document.is_sale
    if item is None or not (item.is_sold if is_sale else item.is_purchased):
        problems.add_line(position, f"Item code '{code}' is not valid")
        return None
    changed = line.item_code != item.code
    line.item_code = item.code
    if not changed:
        return None
    side = item.sales if is_sale else item.purchase
    if not entry.has("Description"):
        line.description = item.description if is_sale else item.purchase_description
    if not entry.has("UnitAmount") and side.unit_price is not None and not entry.has("LineAmount"):
        line.unit_amount = side.unit_price
    return item


def _apply_account(context: WriteContext, document: Document, line: Line, entry: Sent, item: Item | None) -> None:
    organisation = context.organisation
    code, account_id = entry.find_text("AccountCode"), entry.find_text("AccountID")
    if code is None and account_id is None and item is not None:
        if document.is_sale:
            code = item.sales.account_code or None
        else:
            code = item.inventory_account_code or item.purchase.account_code or None
    if code is not None:
        account = organisation.find_account_by_code(code) if code else None
        line.account_code = code if account is None else account.code
        line.account_id = "" if account is None else account.account_id
    elif account_id is not None:
        account = organisation.accounts.get(account_id)
        line.account_id = account_id
        line.account_code = "" if account is None else account.code


def _fill_missing_amount(context: WriteContext, line: Line, entry: Sent) -> None:
    """With a LineAmount, one of Quantity and UnitAmount may be left out (OpenAPI, LineAmount)."""
    total = entry.find_decimal("LineAmount")
    if total is None:
        return
    half_rounding = context.switches.half_rounding
    step = UNIT_STEPS[context.unit_places]
    if line.unit_amount is None:
        line.quantity = line.quantity if line.quantity is not None else Decimal("1.0000")
        if line.quantity:
            line.unit_amount = round_to(total / line.quantity, step, half_rounding)
    elif line.quantity is None and line.unit_amount:
        line.quantity = round_to(total / line.unit_amount, QUANTITY_STEP, half_rounding)


def _apply_tax(context: WriteContext, document: Document, line: Line, entry: Sent, item: Item | None) -> None:
    tax_type = entry.find_text("TaxType")
    if tax_type:
        line.tax_type = tax_type
    elif item is not None or not line.tax_type:
        line.tax_type = _inherit_tax_type(context, document, line, item)
    ignored = _is_tax_ignored(context)
    if ignored or document.line_amount_types == "NoTax":
        line.tax_type = "NONE" if line.tax_type else ""
        line.tax_amount = ZERO
        return
    overridden = entry.find_decimal("TaxAmount")
    if overridden is not None:
        line.tax_amount = round_to(overridden, CENT, context.switches.half_rounding)
    else:
        line.tax_amount = _compute_tax(context, document, line)


def _inherit_tax_type(context: WriteContext, document: Document, line: Line, item: Item | None) -> str:
    """The item's rate, else the account's; nothing but NONE where the organisation is not registered for tax."""
    organisation = context.organisation
    side = None if item is None else (item.sales if document.is_sale else item.purchase)
    account = organisation.accounts.get(line.account_id)
    inherited = side.tax_type if side is not None else ""
    found = inherited or (account.tax_type if account is not None else line.tax_type)
    return "NONE" if found and not organisation.pays_tax else found


def _is_tax_ignored(context: WriteContext) -> bool:
    """An organisation that is not registered: is the tax that was sent dropped (switch `unregistered_tax`)?"""
    return not context.organisation.pays_tax and context.switches.unregistered_tax == "ignored"


def _compute_tax(context: WriteContext, document: Document, line: Line) -> Decimal:
    rate = context.organisation.tax_rates.get(line.tax_type)
    if rate is None:
        return ZERO
    return compute_line_tax(line.line_amount, rate.rate, document.line_amount_types, context.switches.half_rounding)
