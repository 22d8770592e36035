"""Items as the API shows them."""

from __future__ import annotations

from decimal import ROUND_HALF_UP
from typing import Any

from vendor_sandbox.xero.dates import render_instant
from vendor_sandbox.xero.records import Item, ItemSide
from vendor_sandbox.xero.writing import UNIT_STEPS


def render_item(item: Item, unit_places: int) -> dict[str, Any]:
    """The whole item; unit prices to 2 or 4 places."""
    shown: dict[str, Any] = {
        "ItemID": item.item_id,
        "Code": item.code,
        "Name": item.name,
        "Description": item.description,
        "PurchaseDescription": item.purchase_description,
        "UpdatedDateUTC": render_instant(item.updated_at),
        "PurchaseDetails": _render_side(item.purchase, unit_places) if item.is_purchased else {},
        "SalesDetails": _render_side(item.sales, unit_places) if item.is_sold else {},
        "IsTrackedAsInventory": item.is_tracked,
        "IsSold": item.is_sold,
        "IsPurchased": item.is_purchased,
        "ValidationErrors": [],
    }
    if item.is_tracked:
        shown["InventoryAssetAccountCode"] = item.inventory_account_code
        shown["QuantityOnHand"] = item.quantity_on_hand
        shown["TotalCostPool"] = item.total_cost_pool
    return shown


def _render_side(side: ItemSide, unit_places: int) -> dict[str, Any]:
    shown: dict[str, Any] = {}
    if side.unit_price is not None:
        shown["UnitPrice"] = side.unit_price.quantize(UNIT_STEPS[unit_places], rounding=ROUND_HALF_UP)
    for name, value in (
        ("AccountCode", side.account_code),
        ("COGSAccountCode", side.cogs_account_code),
        ("TaxType", side.tax_type),
    ):
        if value:
            shown[name] = value
    return shown
