"""The line rows of a CRM document, read once with all their faults.

Zoho: subform rows carry Quantity, List_Price, Discount, Description, Line_Tax and the product's lookup. A discount may
come back as an amount or as a percent text. Taxes may stand on the whole document instead ($line_tax): then each line
has them. Where lines and document both name taxes, the lines count, and the total tells whether that was right.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from sync_kit.contracts.vocabulary import Module
from xero_writer.domain.crm_values import Lookup, find_decimal, find_lookup, find_text, list_rows
from xero_writer.domain.document_kinds import CRM_WORDS
from xero_writer.domain.mapped import Faults
from xero_writer.domain.rows import StagedRecord
from xero_writer.domain.tax import CrmTax
from xero_writer.domain.text import clean_text
from xero_writer.domain.verdicts import ParentRef

HEADER_TAX_FIELD: Final = "$line_tax"
_MAX_QUANTITY: Final = Decimal(10) ** 8
_MAX_AMOUNT: Final = Decimal("9999999999.99")


@dataclass(frozen=True)
class CrmLine:
    """One line as the CRM means it. `key` is Zoho's row id; `name` is its number as people count."""

    key: str
    name: str
    quantity: Decimal
    price: Decimal
    discount: Decimal
    text: str
    product: ParentRef | None
    product_name: str | None
    product_code: str | None
    taxes: tuple[CrmTax, ...]


def list_line_rows(record: StagedRecord) -> list[Mapping[str, Any]]:
    """The rows of the document's subform, as the CRM sent them."""
    return list_rows(record.fields, CRM_WORDS[record.module].lines_field)


def list_line_products(record: StagedRecord) -> tuple[ParentRef, ...]:
    """The products that the lines refer to, each once."""
    rows = list_line_rows(record)
    return tuple(dict.fromkeys(ref for row in rows if (ref := _find_product(row))))


def read_lines(record: StagedRecord, faults: Faults) -> list[CrmLine]:
    """All lines in the CRM's order; a line with an unusable figure becomes a fault and is left out."""
    rows = list_line_rows(record)
    ordered = sorted(enumerate(rows), key=lambda item: (_sequence(item[1], item[0]), item[0]))
    lines = [_read_line(row, number, faults) for number, (_, row) in enumerate(ordered, start=1)]
    known = [line for line in lines if line is not None]
    if any(tax.percent for line in known for tax in line.taxes):
        return known
    whole = tuple(
        tax for row in list_rows(record.fields, HEADER_TAX_FIELD) if (tax := _read_tax(row, faults)) and tax.percent
    )
    return [replace(line, taxes=whole) for line in known] if whole else known


def add_up_lines(record: StagedRecord) -> Decimal:
    """What the rows add up to by the CRM's own line totals."""
    faults = Faults("")
    totals = [faults.read(find_decimal, row, "Total") for row in list_line_rows(record)]
    return sum((total for total in totals if total is not None), Decimal(0))


def read_discount(fields: Mapping[str, Any], name: str, gross: Decimal) -> Decimal | None:
    """A discount as an amount; "5%" is taken of `gross`. Raises UnusableValueError."""
    text = find_text(fields, name)
    if text is not None and text.endswith("%"):
        percent = find_decimal({name: text[:-1].strip()}, name)
        return None if percent is None else gross * percent / 100
    return find_decimal(fields, name)


def _read_line(row: Mapping[str, Any], number: int, faults: Faults) -> CrmLine | None:
    before = len(faults.found)
    quantity = faults.read(find_decimal, row, "Quantity")
    price = faults.read(find_decimal, row, "List_Price")
    known = len(faults.found) == before
    for field, value in (("Quantity", quantity), ("List_Price", price)):
        if known and value is None:
            faults.unusable(f"{field} of line {number}", "", "a number")
    if quantity is None or price is None:
        return None
    if abs(quantity) >= _MAX_QUANTITY:
        faults.unusable(f"Quantity of line {number}", str(quantity), "less than 100,000,000")
        return None
    if abs(quantity * price) > _MAX_AMOUNT or abs(price) > _MAX_AMOUNT:
        faults.unusable(f"Amount of line {number}", str(quantity * price), "at most 9,999,999,999.99")
        return None
    discount = None
    if row.get("Discount"):
        discount = faults.read(lambda fields, name: read_discount(fields, name, quantity * price), row, "Discount")
    taxes = tuple(tax for tax_row in list_rows(row, "Line_Tax") if (tax := _read_tax(tax_row, faults)))
    lookup = find_lookup(row, "Product_Name")
    return CrmLine(
        key=find_text(row, "id") or f"line {number}",
        name=str(number),
        quantity=quantity,
        price=price,
        discount=discount or Decimal(0),
        text=clean_text(find_text(row, "Description") or ""),
        product=_to_product(lookup),
        product_name=lookup.name if lookup is not None else None,
        product_code=_find_code(row),
        taxes=taxes,
    )


def _read_tax(row: Mapping[str, Any], faults: Faults) -> CrmTax | None:
    name = find_text(row, "name")
    percent = faults.read(find_decimal, row, "percentage")
    return None if name is None else CrmTax(name, percent or Decimal(0))


def _find_product(row: Mapping[str, Any]) -> ParentRef | None:
    return _to_product(find_lookup(row, "Product_Name"))


def _to_product(lookup: Lookup | None) -> ParentRef | None:
    return None if lookup is None else ParentRef(Module.PRODUCTS, lookup.record_id)


def _find_code(row: Mapping[str, Any]) -> str | None:
    """The product's code, which a read by id sends inside the lookup."""
    value = row.get("Product_Name")
    return find_text(value, "Product_Code") if isinstance(value, Mapping) else None


def _sequence(row: Mapping[str, Any], place: int) -> Decimal:
    value = row.get("Sequence_Number")
    return Decimal(value) if isinstance(value, int | Decimal) and not isinstance(value, bool) else Decimal(place)
