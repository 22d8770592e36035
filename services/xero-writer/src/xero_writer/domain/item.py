"""CRM products as Xero items: untracked, joined by their code. Lengths: Xero, Items page."""

from decimal import ROUND_HALF_UP, Decimal
from typing import Any, Final

from sync_kit.contracts.events import RecordLabel
from sync_kit.contracts.vocabulary import Module
from xero_writer.domain.crm_values import find_decimal, find_text, list_names, show_value
from xero_writer.domain.field_digests import pick_item_fields
from xero_writer.domain.mappable_fields import apply_fields
from xero_writer.domain.mapped import Faults, MappedRecord
from xero_writer.domain.mapping_model import Side, TenantMapping
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
    price = faults.read(find_decimal, record.fields, "Unit_Price")
    sales = _map_side(record, mapping, reference, Side.SALES, code)
    if price is not None and price >= 0:
        sales = {"UnitPrice": price.quantize(_PRICE_STEP, rounding=ROUND_HALF_UP), **sales}
    purchases = _map_side(record, mapping, reference, Side.PURCHASES, code)
    element |= {"SalesDetails": sales} if sales else {}
    element |= {"PurchaseDetails": purchases} if purchases else {}
    apply_fields(record.module, mapping, record.fields, element, faults, reference=reference)
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


def _map_side(
    record: StagedRecord, mapping: TenantMapping, reference: Reference | None, side: Side, code: str | None
) -> dict[str, Any]:
    """What Xero fills into lines of the item that people type: account and tax rate."""
    details: dict[str, Any] = {}
    account = mapping.accounts.find_for_product(side, code) or mapping.accounts.find_default(side)
    if account is not None:
        details["AccountCode"] = account
    names = list_names(record.fields, "Tax")
    # Zoho lists every tax that may be charged; only one leaves no choice. Lines say their tax themselves anyway.
    tax_type = mapping.taxes.get_table(side).get(names[0]) if len(names) == 1 else None
    if tax_type is not None and find_usable_rate(tax_type, reference, side) is not None:
        details["TaxType"] = tax_type
    return details
