"""What a request may say about an item."""

from __future__ import annotations

from vendor_sandbox.xero.body_shapes import One, Scalar, Shape

_SIDE: Shape = {
    "UnitPrice": Scalar.DECIMAL,
    "AccountCode": Scalar.TEXT,
    "COGSAccountCode": Scalar.TEXT,
    "TaxType": Scalar.TEXT,
}

ITEM_SHAPE: Shape = {
    "ItemID": Scalar.GUID,
    "Code": Scalar.TEXT,
    "Name": Scalar.TEXT,
    "Description": Scalar.TEXT,
    "PurchaseDescription": Scalar.TEXT,
    "IsSold": Scalar.FLAG,
    "IsPurchased": Scalar.FLAG,
    "InventoryAssetAccountCode": Scalar.TEXT,
    "SalesDetails": One(_SIDE),
    "PurchaseDetails": One(_SIDE),
}
