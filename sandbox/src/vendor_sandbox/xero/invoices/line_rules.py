"""What Xero refuses about lines: references that do not exist, and what is missing for approval."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from vendor_sandbox.xero.items.matching import find_item_by_code
from vendor_sandbox.xero.orders.records import PurchaseOrder
from vendor_sandbox.xero.records import Account, Document, Line, TaxRate
from vendor_sandbox.xero.refusals import Problems
from vendor_sandbox.xero.writing import WriteContext

MAX_DESCRIPTION = 4000
MAX_LINE_AMOUNT = Decimal("9999999999.99")
MAX_QUANTITY = Decimal("99999999.9999")
MAX_TRACKING = 2
QUANTITY_STEP = Decimal("0.0001")
# Xero's rounding guide books odd cents to the ROUNDING account; the other system accounts are closed.
_OPEN_SYSTEM_ACCOUNTS = frozenset({"", "ROUNDING"})


def is_description_only(line: Line) -> bool:
    """A line that says something and books nothing."""
    return line.quantity is None and line.unit_amount is None and not line.item_code and not line.account_code


@dataclass(frozen=True, slots=True)
class LineNeeds:
    """What the lines of a document must have in the status that it is about to have."""

    descriptions: bool
    amounts: bool
    accounts: bool


DRAFT = LineNeeds(descriptions=False, amounts=False, accounts=False)
DESCRIBED = LineNeeds(descriptions=True, amounts=False, accounts=False)
COUNTED = LineNeeds(descriptions=True, amounts=True, accounts=False)
COMPLETE = LineNeeds(descriptions=True, amounts=True, accounts=True)


def check_lines(context: WriteContext, document: Document, needs: LineNeeds, problems: Problems) -> None:
    """Check all lines of a document."""
    if needs.descriptions and not document.lines:
        problems.add("One or more line items must be specified")
    checks_tax = needs.accounts or context.switches.tax_checked == "always"
    for position, line in enumerate(document.lines):
        account = _check_account(context, line, position, problems)
        rate = _check_tax_type(context, document, line, position, problems)
        _check_sizes(line, position, problems)
        _check_discount(context, document, line, position, problems)
        _check_complete(line, needs, position, problems)
        if checks_tax and account is not None and rate is not None:
            _check_tax_fits(context, document, line, account, rate, position, problems)


def _check_account(context: WriteContext, line: Line, position: int, problems: Problems) -> Account | None:
    if not line.account_code and not line.account_id:
        return None
    organisation = context.organisation
    account = organisation.accounts.get(line.account_id)
    if account is None:
        problems.add_line(position, f"Account code '{line.account_code}' is not a valid code for this document.")
        return None
    if account.status != "ACTIVE":
        problems.add_line(
            position,
            f"Account code '{line.account_code}' has been archived, or has been deleted. "
            "Each line item must reference a valid account.",
        )
        return None
    closed = account.type == "BANK" or account.system_account not in _OPEN_SYSTEM_ACCOUNTS
    if account.type == "INVENTORY" and not closed:
        item = find_item_by_code(organisation, line.item_code, context.switches) if line.item_code else None
        closed = item is None or not item.is_tracked
    if closed:
        problems.add_line(position, f"Account code '{line.account_code}' is not a valid code for this document.")
        return None
    return account


def _check_tax_type(
    context: WriteContext, document: Document, line: Line, position: int, problems: Problems
) -> TaxRate | None:
    if not line.tax_type or document.line_amount_types == "NoTax":
        return None
    rate = context.organisation.tax_rates.get(line.tax_type)
    if rate is None or rate.status != "ACTIVE":
        problems.add_line(position, "Tax rate must be valid.")
        return None
    return rate


def _check_sizes(line: Line, position: int, problems: Problems) -> None:
    if len(line.description) > MAX_DESCRIPTION:
        problems.add_line(position, f"The description must not be longer than {MAX_DESCRIPTION} characters")
    if line.quantity is not None and line.quantity < 0:
        quantity = line.quantity.quantize(QUANTITY_STEP)
        problems.add_line(position, f"The quantity value '{quantity}' is invalid. Quantity must not be less than zero.")
    if line.quantity is not None and line.quantity > MAX_QUANTITY:
        problems.add_line(position, "Quantity is too large")
    if abs(line.line_amount) > MAX_LINE_AMOUNT:
        problems.add_line(position, f"The line amount must not exceed {MAX_LINE_AMOUNT}")
    if len(line.tracking) > MAX_TRACKING:
        problems.add_line(position, f"A line can have at most {MAX_TRACKING} tracking categories")


def _check_discount(context: WriteContext, document: Document, line: Line, position: int, problems: Problems) -> None:
    rate, amount = line.discount_rate, line.discount_amount
    if rate is None and amount is None:
        return
    refusal = _find_discount_refusal(context, document)
    if refusal is not None:
        problems.add_line(position, refusal)
        return
    if rate is not None and amount is not None:
        problems.add_line(position, "A line takes either DiscountRate or DiscountAmount, not both")
    if rate is not None and not 0 <= rate <= 100:
        problems.add_line(position, "DiscountRate must be between 0 and 100")
    gross = (line.quantity or Decimal(0)) * (line.unit_amount or Decimal(0))
    if gross < 0 or (amount is not None and not 0 <= amount <= gross):
        problems.add_line(position, "The discount must not be negative or exceed the line's amount")


def _find_discount_refusal(context: WriteContext, document: Document) -> str | None:
    """Discounts are for sales (OpenAPI, DiscountRate); whether purchase orders take them is open."""
    if document.is_sale:
        return None
    if not isinstance(document, PurchaseOrder):
        return "Discounts may not be applied to ACCPAY invoices."
    if context.switches.purchase_order_discounts == "allowed":
        return None
    return "Discounts may not be applied to purchase orders."


def _check_complete(line: Line, needs: LineNeeds, position: int, problems: Problems) -> None:
    if needs.descriptions and not line.description.strip():
        problems.add_line(position, "The description field is mandatory for each line item.")
    if is_description_only(line):
        return
    if needs.amounts and line.quantity is None:
        problems.add_line(position, "Quantity must be specified")
    if needs.amounts and line.unit_amount is None:
        problems.add_line(position, "Unit amount must be specified")
    if not needs.accounts:
        return
    if not line.account_code and not line.account_id:
        problems.add_line(position, "Account code must be specified")
    elif not line.tax_type:
        problems.add_line(position, "The TaxType field is mandatory")


def _check_tax_fits(
    context: WriteContext,
    document: Document,
    line: Line,
    account: Account,
    rate: TaxRate,
    position: int,
    problems: Problems,
) -> None:
    """The rate must fit the account (documented); and, by switch `tax_side`, the side of the document."""
    fits = {
        "ASSET": rate.applies_to_assets,
        "EQUITY": rate.applies_to_equity,
        "EXPENSE": rate.applies_to_expenses,
        "LIABILITY": rate.applies_to_liabilities,
        "REVENUE": rate.applies_to_revenue,
    }[account.account_class]
    if not fits:
        problems.add_line(
            position, f"The TaxType code '{line.tax_type}' cannot be used with account code '{line.account_code}'."
        )
        return
    is_of_other_side = not (rate.applies_to_revenue if document.is_sale else rate.applies_to_expenses)
    if is_of_other_side and context.switches.tax_side == "document":
        problems.add_line(
            position,
            f"The TaxType code '{line.tax_type}' does not exist or cannot be used for this type of transaction.",
        )
