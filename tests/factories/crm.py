"""CRM records as somebody in sales would enter them."""

from decimal import Decimal
from typing import Any

Json = dict[str, Any]


def account(name: str = "Miller & Sons Ltd", **more: Any) -> Json:
    return {"Account_Name": name, "Billing_Country": "United Kingdom", **more}


def product(code: str = "TEA-1", name: str = "Breakfast tea, 1 kg", price: str = "10.00", **more: Any) -> Json:
    return {"Product_Name": name, "Product_Code": code, "Unit_Price": Decimal(price), **more}


def line(product_id: str, quantity: int = 1, price: str = "10.00", **more: Any) -> Json:
    return {"Product_Name": {"id": product_id}, "Quantity": quantity, "List_Price": Decimal(price), **more}


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
