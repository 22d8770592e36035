"""What the CRM keeps beside the lines, as lines: the discount on the whole document, the adjustment, the odd cents."""

from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import Any, Final

from xero_writer.domain.crm_values import find_decimal
from xero_writer.domain.documents.crm_lines import read_discount
from xero_writer.domain.documents.lines import LineBuilder, XeroLine
from xero_writer.domain.mapping_model import Amounts, HeaderDiscount
from xero_writer.domain.money import line_amount, round_money, share_out
from xero_writer.domain.tax import TaxChoice

DISCOUNT_KEY: Final = "discount:"


def build_header_discount(
    builder: LineBuilder, fields: Mapping[str, Any], lines: Sequence[XeroLine], policy: HeaderDiscount
) -> list[XeroLine]:
    """The discount on the whole document (Zoho: Discount): before tax one line for each TaxType, pro rata, so that it
    lowers each tax; after tax one line outside every tax."""
    if not fields.get("Discount"):
        return []
    by_tax: dict[str, Decimal] = {}
    taxes: dict[str, TaxChoice] = {}
    for line in lines:
        name = line.tax.tax_type or ""
        by_tax[name] = by_tax.get(name, Decimal(0)) + line_amount(line)
        taxes[name] = line.tax
    gross = sum(by_tax.values(), Decimal(0))
    read = builder.faults.read(lambda given, name: read_discount(given, name, gross), fields, "Discount")
    amount = round_money(read or Decimal(0))
    if not amount or not by_tax:
        return []
    if policy is HeaderDiscount.AFTER_TAX and builder.rules.amounts is not Amounts.NONE:
        tax = builder.note_tax(builder.rules.choose_no_tax())
        return [builder.build_extra(f"{DISCOUNT_KEY}{tax.tax_type}", "Discount", -amount, tax)]
    names = sorted(by_tax)
    shares = share_out(amount, [by_tax[name] for name in names]) if gross else [amount]
    return [
        builder.build_extra(f"{DISCOUNT_KEY}{name}", "Discount", -share, taxes[name])
        for name, share in zip(names, shares, strict=False)
        if share
    ]


def build_adjustment(builder: LineBuilder, fields: Mapping[str, Any]) -> list[XeroLine]:
    """Zoho's Adjustment, which is added after tax and carries none."""
    amount = round_money(builder.faults.read(find_decimal, fields, "Adjustment") or Decimal(0))
    if not amount:
        return []
    tax = builder.note_tax(builder.rules.choose_tax((), "Adjustment", builder.faults.text))
    return [builder.build_extra("adjustment", "Adjustment", amount, tax)]


def build_rounding(builder: LineBuilder, difference: Decimal) -> XeroLine:
    """The cents between Xero's rounding and the CRM's, outside every tax."""
    tax = builder.note_tax(builder.rules.choose_no_tax())
    return builder.build_extra("rounding", "Rounding", difference, tax, builder.accounts.choose_rounding())
