"""A small believable CRM for tests."""

from decimal import Decimal
from typing import Any

from tests.unit.zoho_reader.world import World

FIRST_LOAD = 10
"""Calls of a small first load of the six default modules: their eight sources, and two composites what changed."""
QUIET = 3
"""Calls when nothing changed: fourteen questions in three composites, deletions included."""


def line(product_id: str, quantity: int = 1, price: str = "10.00", **more: Any) -> dict[str, Any]:
    return {
        "Product_Name": {"id": product_id},
        "Quantity": Decimal(quantity),
        "List_Price": Decimal(price),
        "Description": "as agreed",
        **more,
    }


def fill_crm(
    world: World, *, accounts: int = 3, contacts: int = 4, alone: int = 2, products: int = 3, invoices: int = 5
) -> dict[str, list[str]]:
    """Accounts with people, people without an account, products, and invoices of two lines with tax."""
    world.org.add_tax("VAT", Decimal(20))
    ids: dict[str, list[str]] = {}
    ids["Accounts"] = world.add("Accounts", *({"Account_Name": f"Firm {n}", "Phone": "1"} for n in range(accounts)))
    ids["Contacts"] = world.add(
        "Contacts",
        *(
            {"Last_Name": f"Person {n}", "Account_Name": {"id": ids["Accounts"][n % accounts]}}
            for n in range(contacts if accounts else 0)
        ),
    )
    ids["Alone"] = world.add("Contacts", *({"Last_Name": f"Loner {n}"} for n in range(alone)))
    ids["Products"] = world.add(
        "Products",
        *(
            {"Product_Name": f"Thing {n}", "Product_Code": f"T{n}", "Unit_Price": Decimal("9.99")}
            for n in range(products)
        ),
    )
    taxed = {"Line_Tax": [{"name": "VAT", "percentage": Decimal(20)}]}
    ids["Invoices"] = world.add(
        "Invoices",
        *(
            {
                "Subject": f"Sale {n}",
                "Account_Name": {"id": ids["Accounts"][n % accounts]},
                "Status": "Approved",
                "Invoiced_Items": [
                    line(ids["Products"][n % products], 2, "12.50", **taxed),
                    line(ids["Products"][(n + 1) % products], 1, "0.10", Discount=Decimal("0.03")),
                ],
            }
            for n in range(invoices)
        ),
    )
    return ids
