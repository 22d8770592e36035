"""CRM products as Xero items: untracked, joined by their code. Lengths: Xero, Items page."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from sync_kit.contracts.events import RecordLabel
from sync_kit.contracts.vocabulary import Module
from xero_writer.domain.crm_values import find_decimal, find_text, list_names, show_value
from xero_writer.domain.field_digests import pick_item_fields
from xero_writer.domain.mapped import Faults, MappedRecord
from xero_writer.domain.mapping_model import TenantMapping
from xero_writer.domain.reference import Reference
from xero_writer.domain.rows import StagedRecord
from xero_writer.domain.tax import find_usable_rate
from xero_writer.domain.text import clean_text, cut_text, describe_record

CODE_LIMIT: Final = 30
NAME_LIMIT: Final = 50
DESCRIPTION_LIMIT: Final = 4000
_PRICE_STEP: Final = Decimal("0.0001")


def map_product(record: StagedRecord, mapping: TenantMapping, reference: Reference | None) -> MappedRecord:
    """A product as the element that would create its item.

    The name is cut to Xero's 50 characters and then stands whole in the description. Unit_Price is a sales price,
    never a purchase price.
    """
    code = find_text(record.fields, "Product_Code")
    name = clean_text(find_text(record.fields, "Product_Name") or "") or (code or "")
    label = RecordLabel(number=code, name=name or None)
    faults = Faults(describe_record(Module.PRODUCTS, label, record.record_id))
    if code is None:
        faults.add("product_code_missing")
    elif len(code) > CODE_LIMIT:
        faults.unusable("Product_Code", show_value(code), f"{CODE_LIMIT} characters")
    element: dict[str, Any] = {"Code": code or "", "Name": cut_text(name, NAME_LIMIT)}
    description = _describe(name, clean_text(find_text(record.fields, "Description") or ""))
    if description:
        element["Description"] = description
    sales = _map_sales(record, mapping, reference, faults)
    if sales:
        element["SalesDetails"] = sales
    return MappedRecord(
        element=element,
        picked=pick_item_fields(element),
        label=label,
        text=faults.text,
        faults=tuple(faults.found),
        warnings=tuple(faults.warned),
    )


def find_line_text(record: StagedRecord) -> str | None:
    """What a document line without a description says: the product's description, its name, its code."""
    for name in ("Description", "Product_Name", "Product_Code"):
        text = clean_text(find_text(record.fields, name) or "")
        if text:
            return cut_text(text, DESCRIPTION_LIMIT)
    return None


def _describe(name: str, description: str) -> str:
    whole = description if len(name) <= NAME_LIMIT else "\n".join(part for part in (name, description) if part)
    return cut_text(whole, DESCRIPTION_LIMIT)


def _map_sales(
    record: StagedRecord, mapping: TenantMapping, reference: Reference | None, faults: Faults
) -> dict[str, Any]:
    sales: dict[str, Any] = {}
    price = faults.read(find_decimal, record.fields, "Unit_Price")
    if price is not None and price >= 0:
        sales["UnitPrice"] = price.quantize(_PRICE_STEP, rounding=ROUND_HALF_UP)
    if mapping.accounts.sales is not None:
        sales["AccountCode"] = mapping.accounts.sales
    names = list_names(record.fields, "Tax")
    # Zoho lists every tax that may be charged; only one leaves no choice. Lines say their tax themselves anyway.
    tax_type = mapping.taxes.sales.get(names[0]) if len(names) == 1 else None
    if tax_type is not None and find_usable_rate(tax_type, reference) is not None:
        sales["TaxType"] = tax_type
    return sales
