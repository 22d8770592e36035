"""The total that Xero will make against the total that the CRM says.

Cents of rounding follow the tenant's policy; anything larger holds the document, with the likely cause.
"""

from decimal import Decimal

from xero_writer.domain.crm_lines import LINES_FIELD
from xero_writer.domain.crm_values import find_decimal, list_rows
from xero_writer.domain.lines import LineBuilder, XeroLine
from xero_writer.domain.mapped import Faults
from xero_writer.domain.mapping_model import Amounts, CentPolicy, TenantMapping
from xero_writer.domain.money import cent_tolerance, line_tax, predict_total, round_money
from xero_writer.domain.rows import StagedRecord


def settle_total(
    record: StagedRecord, builder: LineBuilder, lines: list[XeroLine]
) -> tuple[list[XeroLine], Decimal | None]:
    """The lines, with a rounding line where policy says so, and the total to expect; None while it cannot be known."""
    mapping, faults = builder.mapping, builder.faults
    crm = faults.read(find_decimal, record.fields, "Grand_Total")
    if not lines or any(line.tax.reason is not None for line in lines) or not record.lines_complete:
        return lines, None
    predicted = predict_total((line.priced for line in lines), mapping.amounts)
    if crm is None:
        return lines, predicted
    crm = round_money(crm)
    difference = crm - predicted
    if not difference:
        return lines, predicted
    line_count = len(list_rows(record.fields, LINES_FIELD))
    facts = {"xero": str(predicted), "crm": str(crm)}
    if abs(difference) > cent_tolerance(line_count) or mapping.cent_policy is CentPolicy.HOLD:
        _explain_difference(lines, mapping, difference, facts, faults)
        return lines, None
    if mapping.cent_policy is CentPolicy.ACCEPT:
        faults.warn("cent_difference", **facts, effect="Xero's figure was accepted")
        return lines, predicted
    faults.warn("cent_difference", **facts, effect=f"a rounding line of {difference} was added")
    return [*lines, builder.build_rounding(difference)], crm


def _explain_difference(
    lines: list[XeroLine], mapping: TenantMapping, difference: Decimal, facts: dict[str, str], faults: Faults
) -> None:
    discounts = [line for line in lines if line.key.startswith("discount:")]
    tax = sum((line_tax(line.priced, mapping.amounts) for line in discounts), Decimal(0))
    if tax and mapping.amounts is Amounts.EXCLUSIVE and abs(difference + tax) <= cent_tolerance(len(lines)):
        amount = -sum((line.unit_amount for line in discounts), Decimal(0))
        faults.add("discount_alters_tax", amount=str(amount), tax=str(-tax), **facts)
        return
    faults.add("total_differs", **facts, difference=str(abs(difference)))
