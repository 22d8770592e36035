"""The total that Xero will make against the total that the CRM says.

Cents of rounding follow the tenant's policy; anything larger holds the document, with the likely cause: a discount
taken after tax, amounts that are not what the mapping says (tax on top, or included), or none that we know.
"""

from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from xero_writer.domain.crm_values import find_decimal
from xero_writer.domain.documents.crm_lines import list_line_rows
from xero_writer.domain.documents.extra_lines import DISCOUNT_KEY, build_rounding
from xero_writer.domain.documents.lines import LineBuilder, XeroLine
from xero_writer.domain.mapping_model import Amounts, CentPolicy
from xero_writer.domain.money import cent_tolerance, line_tax, predict_total, round_money
from xero_writer.domain.rows import StagedRecord

_BASIS_WORDS: Final = {
    Amounts.EXCLUSIVE: "before tax",
    Amounts.INCLUSIVE: "tax included",
    Amounts.NONE: "without any tax",
}


def settle_total(
    record: StagedRecord, builder: LineBuilder, lines: list[XeroLine], policy: CentPolicy
) -> tuple[list[XeroLine], Decimal | None]:
    """The lines, with a rounding line where policy says so, and the total to expect; None while it cannot be known."""
    faults, amounts = builder.faults, builder.rules.amounts
    crm = faults.read(find_decimal, record.fields, "Grand_Total")
    if not lines or any(line.tax.tax_type is None for line in lines) or not record.lines_complete:
        return lines, None
    predicted = predict_total(lines, amounts)
    if crm is None:
        return lines, predicted
    crm = round_money(crm)
    difference = crm - predicted
    if not difference:
        return lines, predicted
    tolerance = cent_tolerance(len(list_line_rows(record)))
    if abs(difference) > tolerance or policy is CentPolicy.HOLD:
        _explain_difference(builder, lines, crm, predicted, tolerance)
        return lines, None
    facts = {"xero": str(predicted), "crm": str(crm)}
    if policy is CentPolicy.ACCEPT:
        faults.warn("cent_difference", **facts, effect="Xero's figure was accepted")
        return lines, predicted
    faults.warn("cent_difference", **facts, effect=f"a rounding line of {difference} was added")
    return [*lines, build_rounding(builder, difference)], crm


def add_up_crm_tax(lines: Sequence[XeroLine], amounts: Amounts) -> Decimal:
    """The tax that the CRM charges on these lines, by its own percentages."""
    return sum((line_tax(line.priced_by_crm, amounts) for line in lines), Decimal(0))


def _explain_difference(
    builder: LineBuilder, lines: list[XeroLine], crm: Decimal, predicted: Decimal, tolerance: Decimal
) -> None:
    faults, amounts = builder.faults, builder.rules.amounts
    facts = {"xero": str(predicted), "crm": str(crm)}
    discounts = [line for line in lines if line.key.startswith(DISCOUNT_KEY)]
    tax = sum((line_tax(line, amounts) for line in discounts), Decimal(0))
    if tax and amounts is Amounts.EXCLUSIVE and abs(crm - predicted + tax) <= tolerance:
        amount = -sum((line.unit_amount for line in discounts), Decimal(0))
        faults.add("discount_alters_tax", amount=str(amount), tax=str(-tax), **facts)
        return
    exclusive = predict_total((line.priced_by_crm for line in lines), Amounts.EXCLUSIVE)
    inclusive = predict_total((line.priced_by_crm for line in lines), Amounts.INCLUSIVE)
    # Nearer to the basis that the mapping says than to the other: the basis is right and something else is not.
    if abs(crm - predicted) > abs(exclusive - inclusive) / 2 and exclusive != inclusive:
        faults.add(
            "tax_basis_unclear",
            basis=_BASIS_WORDS[amounts],
            exclusive=str(exclusive),
            inclusive=str(inclusive),
            crm=str(crm),
        )
        return
    faults.add("total_differs", **facts, difference=str(abs(crm - predicted)))
