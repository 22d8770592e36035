"""CRM records as somebody in sales or purchasing would enter them."""

from decimal import Decimal
from typing import Any

Json = dict[str, Any]


def account(name: str = "Miller & Sons Ltd", **more: Any) -> Json:
    return {"Account_Name": name, "Billing_Country": "United Kingdom", **more}


def person(last_name: str = "Hopper", account_id: str | None = None, **more: Any) -> Json:
    record: Json = {"Last_Name": last_name, **more}
    return record if account_id is None else {**record, "Account_Name": {"id": account_id}}


def vendor(name: str = "Mill Lane Supplies Ltd", **more: Any) -> Json:
    return {"Vendor_Name": name, "Country": "United Kingdom", **more}


def product(code: str | None = "TEA-1", name: str = "Breakfast tea, 1 kg", price: str = "10.00", **more: Any) -> Json:
    return {"Product_Name": name, "Product_Code": code, "Unit_Price": Decimal(price), **more}


def line(product_id: str, quantity: int = 1, price: str = "10.00", **more: Any) -> Json:
    return {"Product_Name": {"id": product_id}, "Quantity": quantity, "List_Price": Decimal(price), **more}


def taxed(name: str, percent: int) -> Json:
    """What makes a line a taxed one."""
    return {"Line_Tax": [{"name": name, "percentage": percent}]}


def invoice(account_id: str | None, *lines: Json, status: str | None = "Approved", **more: Any) -> Json:
    record: Json = {
        "Subject": "Sale",
        "Invoice_Date": "2026-01-02",
        "Due_Date": "2026-02-01",
        "Status": status,
        "Invoiced_Items": list(lines),
        **more,
    }
    return record if account_id is None else {**record, "Account_Name": {"id": account_id}}


def purchase_order(
    vendor_id: str, *lines: Json, number: str | None = "PO-7", status: str | None = "Delivered", **more: Any
) -> Json:
    return {
        "Subject": "Stock",
        "PO_Number": number,
        "PO_Date": "2026-01-02",
        "Due_Date": "2026-02-01",
        "Status": status,
        "Vendor_Name": {"id": vendor_id},
        "Purchase_Items": list(lines),
        **more,
    }


def quote(account_id: str, *lines: Json, stage: str = "Delivered", **more: Any) -> Json:
    return {
        "Subject": "Offer",
        "Quote_Stage": stage,
        "Valid_Till": "2026-02-01",
        "Account_Name": {"id": account_id},
        "Quoted_Items": list(lines),
        **more,
    }


def sales_order(account_id: str, *lines: Json, status: str = "Approved", **more: Any) -> Json:
    return {
        "Subject": "Order",
        "Due_Date": "2026-02-01",
        "Status": status,
        "Account_Name": {"id": account_id},
        "Ordered_Items": list(lines),
        **more,
    }
