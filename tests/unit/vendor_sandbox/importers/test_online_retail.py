"""The importer of Online Retail."""

import os
import time
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from vendor_sandbox.importers.online_retail import import_online_retail
from vendor_sandbox.zoho.record_checks import Writing
from vendor_sandbox.zoho.rendering import render_whole

HEADER = "InvoiceNo,StockCode,Description,Quantity,InvoiceDate,UnitPrice,CustomerID,Country\n"
ROWS = """536365,85123A,WHITE HEART,6,2010-12-01 08:26:00,2.55,17850.0,United Kingdom
536365,71053,LANTERN,6,2010-12-01 08:26:00,3.39,17850.0,United Kingdom
536366,85123a,white heart,1,2010-12-01 09:00:00,2.55,,Ireland
536366,85123A,WHITE HEART,1,2010-12-01 09:00:00,2.95,,Ireland
C536367,71053,LANTERN,-1,2010-12-02 09:00:00,3.39,17850.0,United Kingdom
536368,71053,,5,2010-12-02 10:00:00,0.0,,United Kingdom
536369,22139,,5,2010-12-02 10:00:00,0.0,,United Kingdom
536370,85123A,white heart,1,2010-12-02 11:00:00,2.55,13047.0,France
"""


def read(writing: Writing, module: str, key: str) -> dict[str, dict[str, Any]]:
    table = writing.org.tables[module]
    return {record[key]: render_whole(writing.org, table, record) for record in table.records.values()}


@pytest.fixture
def imported(writing: Writing) -> Writing:
    assert import_online_retail(writing, HEADER + ROWS) == {
        "accounts": 3,
        "products": 4,
        "invoices": 5,
        "cancellations": 1,
        "lines": 8,
    }
    return writing


def test_each_customer_is_an_account_and_nobody_is_the_walk_in(imported: Writing) -> None:
    accounts = read(imported, "Accounts", "Account_Name")
    assert set(accounts) == {"Customer 17850", "Customer 13047", "Walk-in"}
    assert accounts["Customer 13047"]["Billing_Country"] == "France"


def test_stock_codes_are_products_exactly_as_written(imported: Writing) -> None:
    products = read(imported, "Products", "Product_Code")
    assert set(products) == {"85123A", "71053", "85123a", "22139"}
    assert products["85123A"]["Product_Name"] == "WHITE HEART"
    assert products["85123A"]["Unit_Price"] == Decimal("2.55")
    assert products["22139"]["Product_Name"] == "22139"


def test_a_sale_keeps_its_number_day_customer_and_lines(imported: Writing) -> None:
    invoice = read(imported, "Invoices", "Sales_Number")["536365"]
    assert invoice["Subject"] == "Sale 536365"
    assert invoice["Invoice_Date"] == "2010-12-01"
    assert invoice["Status"] == "Approved"
    assert invoice["Due_Date"] is None
    assert invoice["Invoice_Number"] == "INV-00001"
    assert invoice["Account_Name"]["name"] == "Customer 17850"
    assert [(row["Quantity"], row["List_Price"]) for row in invoice["Invoiced_Items"]] == [
        (6, Decimal("2.55")),
        (6, Decimal("3.39")),
    ]
    assert (invoice["Tax"], invoice["Grand_Total"]) == (0, Decimal("35.64"))


def test_cancellations_come_in_as_canceled_with_their_negative_quantities(imported: Writing) -> None:
    invoice = read(imported, "Invoices", "Sales_Number")["C536367"]
    assert (invoice["Status"], invoice["Grand_Total"]) == ("Canceled", Decimal("-3.39"))


def test_empty_descriptions_and_zero_prices_stay(imported: Writing) -> None:
    (row,) = read(imported, "Invoices", "Sales_Number")["536368"]["Invoiced_Items"]
    assert (row["Description"], row["List_Price"], row["Total"]) == (None, 0, 0)


def test_the_number_field_is_a_custom_field_and_made_once(imported: Writing) -> None:
    field = imported.org.tables["Invoices"].fields["Sales_Number"]
    assert (field.custom, field.data_type, field.length) == (True, "text", 50)
    import_online_retail(imported, HEADER + ROWS)
    assert "Sales_Number1" not in imported.org.tables["Invoices"].fields


@pytest.mark.parametrize(
    "text",
    [
        "",
        "a,b\n",
        HEADER + "1,A,x,many,2010-12-01 08:26:00,1,,UK\n",
        HEADER + "1,A,x,1,yesterday,1,,UK\n",
        HEADER + "1,A\n",
    ],
)
def test_a_foreign_file_is_refused_before_anything_is_written(writing: Writing, text: str) -> None:
    with pytest.raises(ValueError, match=r"columns|line 2"):
        import_online_retail(writing, text)
    assert writing.org.tables["Accounts"].records == {}


def test_the_real_file_adds_up_and_comes_in_within_ten_seconds(writing: Writing) -> None:
    path = Path(os.environ.get("ONLINE_RETAIL_CSV", "/nonexistent"))
    if not path.exists():
        if os.environ.get("REQUIRE_SHARED") == "1":
            pytest.fail("ONLINE_RETAIL_CSV does not name the file")
        pytest.skip("ONLINE_RETAIL_CSV does not name the file of real sales")
    started = time.perf_counter()
    counts = import_online_retail(writing, path.read_text(encoding="utf-8"))
    assert time.perf_counter() - started < 10
    assert counts == {"accounts": 324, "products": 2015, "invoices": 469, "cancellations": 43, "lines": 10_000}
    invoices = writing.org.tables["Invoices"].records.values()
    total = sum(record["Grand_Total"] for record in invoices if record["Status"] == "Approved")
    assert total == Decimal("184248.33")
