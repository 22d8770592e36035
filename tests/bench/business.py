"""A business of a given size on both sides of the sandbox: made by people, so it costs no vendor calls."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from zoho2xero.demo.sandbox import SandboxControl

DAYS = 90
AT_ONCE = 500
LINES = 3

Json = dict[str, Any]


@dataclass(frozen=True)
class Size:
    """How many records of each kind."""

    invoices: int = 10_000
    accounts: int = 2_000
    products: int = 500
    vendors: int = 0
    purchase_orders: int = 0

    @property
    def records(self) -> int:
        """All of them."""
        return self.invoices + self.accounts + self.products + self.vendors + self.purchase_orders


async def fill_crm(
    control: SandboxControl, zoho_org_id: str, size: Size, *, now: datetime | None = None, stand_still: bool = False
) -> list[str]:
    """Accounts, products, vendors, and documents of three lines; invoices are spread over the last 90 days.

    Returns the ids of the invoices, oldest first. `now`: the vendors' time, None: the machine's. `stand_still`: their
    clock is left frozen there.
    """
    now = (now or datetime.now(UTC)).replace(microsecond=0)
    await control.call("PUT", "/clock", {"freeze_at": (now - timedelta(days=DAYS)).isoformat()})
    await control.call("POST", f"/zoho/{zoho_org_id}/taxes", {"name": "VAT 20%", "value": 20})
    accounts = await add_records(control, zoho_org_id, "Accounts", describe_accounts(size.accounts))
    products = await add_records(control, zoho_org_id, "Products", describe_products(size.products))
    vendors = await add_records(control, zoho_org_id, "Vendors", describe_vendors(size.vendors))
    orders = describe_purchase_orders(size.purchase_orders, vendors, products, (now - timedelta(days=DAYS)).date())
    await add_records(control, zoho_org_id, "Purchase_Orders", orders)
    invoices = list(describe_invoices(size.invoices, accounts, products, (now - timedelta(days=DAYS)).date()))
    per_day = -(-len(invoices) // DAYS)
    ids: list[str] = []
    for day in range(DAYS):
        ids += await add_records(control, zoho_org_id, "Invoices", iter(invoices[day * per_day : (day + 1) * per_day]))
        await control.call("PUT", "/clock", {"advance_seconds": 24 * 3600})
    if not stand_still:
        await control.call("PUT", "/clock", {"run": True})
    return ids


async def fill_books(control: SandboxControl, xero_tenant_id: str, size: Size) -> None:
    """A ledger that is as large, of other people's documents."""
    path = f"/xero/{xero_tenant_id}"
    contacts: list[str] = []
    for start in range(0, size.accounts, AT_ONCE):
        wanted = [
            {"Name": f"Earlier customer {number}"} for number in range(start, min(start + AT_ONCE, size.accounts))
        ]
        answer = await control.call("POST", f"{path}/Contacts", {"Contacts": wanted})
        contacts += [contact["ContactID"] for contact in answer["Contacts"]]
    for start in range(0, size.products, AT_ONCE):
        wanted = [{"Code": f"OLD-{number}"} for number in range(start, min(start + AT_ONCE, size.products))]
        await control.call("POST", f"{path}/Items", {"Items": wanted})
    for start in range(0, size.invoices, AT_ONCE):
        wanted = [
            {
                "Type": "ACCREC",
                "InvoiceNumber": f"OLD-{number:05d}",
                "Contact": {"ContactID": contacts[number % len(contacts)]},
                "Date": "2025-01-15",
                "LineItems": [{"Description": "Earlier sale", "Quantity": 1, "UnitAmount": 7 + number % 90}],
            }
            for number in range(start, min(start + AT_ONCE, size.invoices))
        ]
        await control.call("POST", f"{path}/Invoices", {"Invoices": wanted})


async def edit_invoices(control: SandboxControl, zoho_org_id: str, invoice_ids: Sequence[str]) -> None:
    """Another price on the first line of these, as people in the CRM do it."""
    for invoice_id in invoice_ids:
        record = await control.call("GET", f"/zoho/{zoho_org_id}/Invoices/{invoice_id}")
        line = record["Invoiced_Items"][0]
        change = {"id": line["id"], "List_Price": Decimal(str(line["List_Price"])) + 1}
        rest = [{"id": each["id"]} for each in record["Invoiced_Items"][1:]]
        await control.edit_crm_record(zoho_org_id, "Invoices", invoice_id, {"Invoiced_Items": [change, *rest]})


async def add_records(control: SandboxControl, zoho_org_id: str, module: str, records: Iterator[Json]) -> list[str]:
    """New CRM records, in portions; their ids."""
    ids: list[str] = []
    batch: list[Json] = []

    async def add() -> None:
        answer = await control.call("POST", f"/zoho/{zoho_org_id}/{module}", {"records": batch})
        ids.extend(str(result["details"]["id"]) for result in answer["data"])
        batch.clear()

    for record in records:
        batch.append(record)
        if len(batch) == AT_ONCE:
            await add()
    if batch:
        await add()
    return ids


def describe_accounts(count: int) -> Iterator[Json]:
    """Customers with an address."""
    for number in range(count):
        yield {
            "Account_Name": f"Customer {number:05d} Ltd",
            "Phone": "01632 960001",
            "Billing_Street": f"{number % 90 + 1} Quay Road",
            "Billing_City": "Poole",
            "Billing_Country": "United Kingdom",
        }


def describe_products(count: int) -> Iterator[Json]:
    """Articles with a code and a price."""
    for number in range(count):
        yield {
            "Product_Name": f"Article {number:04d}",
            "Product_Code": f"A-{number:04d}",
            "Unit_Price": Decimal(100 + number) / 100,
        }


def describe_vendors(count: int) -> Iterator[Json]:
    """Suppliers."""
    for number in range(count):
        yield {"Vendor_Name": f"Supplier {number:04d} Ltd", "Country": "United Kingdom"}


def describe_purchase_orders(count: int, vendors: list[str], products: list[str], first_day: date) -> Iterator[Json]:
    """Delivered orders of three untaxed lines, each of which becomes a bill."""
    for number in range(count):
        ordered = first_day + timedelta(days=number * DAYS // count)
        yield {
            "Subject": f"Stock {number}",
            "PO_Number": f"PO-{number:05d}",
            "PO_Date": ordered.isoformat(),
            "Due_Date": (ordered + timedelta(days=30)).isoformat(),
            "Status": "Delivered",
            "Vendor_Name": {"id": vendors[number % len(vendors)]},
            "Purchase_Items": [
                {
                    "Product_Name": {"id": products[(number * LINES + line) % len(products)]},
                    "Quantity": 1 + (number + line) % 9,
                    "List_Price": Decimal(100 + (number * LINES + line) % 900) / 100,
                    "Description": f"Article for stock {number}",
                }
                for line in range(LINES)
            ],
        }


def describe_invoices(count: int, accounts: list[str], products: list[str], first_day: date) -> Iterator[Json]:
    """Invoices of three taxed lines, spread over 90 days."""
    for number in range(count):
        issued = first_day + timedelta(days=number * DAYS // count)
        yield {
            "Subject": f"Order {number}",
            "Account_Name": {"id": accounts[number % len(accounts)]},
            "Invoice_Date": issued.isoformat(),
            "Due_Date": (issued + timedelta(days=30)).isoformat(),
            "Status": "Approved",
            "Invoiced_Items": [
                {
                    "Product_Name": {"id": products[(number * LINES + line) % len(products)]},
                    "Quantity": 1 + (number + line) % 9,
                    "List_Price": Decimal(100 + (number * LINES + line) % 900) / 100,
                    "Description": f"Article for order {number}",
                    "Line_Tax": [{"name": "VAT 20%", "percentage": 20}],
                }
                for line in range(LINES)
            ],
        }
