"""Whoever writes every healthy document into Xero as the bookkeeper would has the oracle's VAT there, to the cent."""

from collections import defaultdict
from decimal import Decimal
from typing import Any

import pytest
from tests.unit.vendor_sandbox.generator.conftest import NOW, Business, make_business
from tests.unit.vendor_sandbox.generator.test_business import LINES, list_written

from vendor_sandbox.xero.control_edits import write_as_person
from vendor_sandbox.xero.writing import WriteContext

Json = dict[str, Any]
SIDES = {"Invoices": ("ACCREC", "sales"), "Purchase_Orders": ("ACCPAY", "purchases")}


class Clerk:
    """Types CRM documents into Xero."""

    def __init__(self, business: Business) -> None:
        self.business = business
        self.choices = business.truth["bookkeeper"]
        self._context = WriteContext(business.writing.core, business.organisation, NOW, unit_places=4)

    def type_document(self, record: Json, module: str) -> Json:
        kind, side = SIDES[module]
        is_sale = kind == "ACCREC"
        meaning = self.choices["statuses"][module][record["Status"]]
        party = record["Vendor_Name"] if not is_sale else record["Account_Name"] or record["Contact_Name"]
        return write_as_person(
            self._context,
            "Invoices",
            {
                "Type": kind,
                "Status": "AUTHORISED" if meaning == "approved" else "DRAFT",
                "Contact": {"Name": party["name"]},
                "InvoiceNumber": record["Invoice_Number"] if is_sale else record["PO_Number"],
                "Date": record["Invoice_Date" if is_sale else "PO_Date"],
                "DueDate": record["Due_Date"],
                "CurrencyCode": record["Currency"],
                "CurrencyRate": record["Exchange_Rate"],
                "LineItems": [
                    *(line for row in record[LINES[module]] for line in self._type_row(row, side)),
                    *self._type_whole(record, side, record[LINES[module]]),
                ],
            },
            None,
        )

    def _type_row(self, row: Json, side: str) -> list[Json]:
        line = {
            "Description": row["Product_Name"]["name"],
            "Quantity": row["Quantity"],
            "UnitAmount": row["List_Price"],
            "TaxType": self._find_tax_type(row, side),
            "AccountCode": self._find_account(row, side),
        }
        if side == "sales":
            return [{**line, "DiscountAmount": row["Discount"] or None}]
        discount = {**line, "Description": "Discount", "Quantity": 1, "UnitAmount": -row["Discount"]}
        return [line, discount] if row["Discount"] else [line]

    def _type_whole(self, record: Json, side: str, rows: list[Json]) -> list[Json]:
        account = self.choices["accounts"][side]
        extras = [
            ("Discount", -record["Discount"], self._find_tax_type(rows[0], side)),
            ("Adjustment", record["Adjustment"], self.choices["taxes"][f"untaxed_{side}"]),
        ]
        return [
            {"Description": text, "Quantity": 1, "UnitAmount": amount, "TaxType": tax_type, "AccountCode": account}
            for text, amount, tax_type in extras
            if amount
        ]

    def _find_tax_type(self, row: Json, side: str) -> str:
        names = [tax["name"] for tax in row["Line_Tax"]]
        found: str = self.choices["taxes"][side][names[0]] if names else self.choices["taxes"][f"untaxed_{side}"]
        return found

    def _find_account(self, row: Json, side: str) -> str:
        own = self.choices["accounts"]["by_product"].get(row["Product_Name"]["Product_Code"], {})
        found: str = own.get(side, self.choices["accounts"][side])
        return found


def add_by_tax_type(truth: Json, side: str) -> dict[str, tuple[Decimal, Decimal]]:
    """The oracle through the bookkeeper's choices, and what stood in Xero before."""
    sums: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
    taxes = {**truth["bookkeeper"]["taxes"][side]}
    untaxed = truth["bookkeeper"]["taxes"][f"untaxed_{side}"]
    for rates in truth["expected"][f"{side}_by_rate"].values():
        for name, amount in rates.items():
            add_amount(sums[taxes.get(name, untaxed)], amount)
    for rates in truth["typed"]["only_in_xero"][f"{side}_by_rate"].values():
        for tax_type, amount in rates.items():
            add_amount(sums[tax_type], amount)
    return {name: (net, tax) for name, (net, tax) in sums.items()}


def add_amount(rate: list[Decimal], amount: Json) -> None:
    rate[0] += Decimal(amount["net"])
    rate[1] += Decimal(amount["tax"])


@pytest.mark.parametrize("seed", ["1", "2", "3"])
def test_the_ledger_has_the_oracles_vat_when_every_healthy_document_is_written(seed: str) -> None:
    business = make_business(seed=seed)
    clerk = Clerk(business)
    adopted = {one["record_id"] for one in business.truth["already_there"]["documents"]}
    for module in SIDES:
        for record in list_written(business, module):
            if record["id"] not in adopted:
                written = clerk.type_document(record, module)
                assert written["Total"] == record["Grand_Total"], record["Subject"]
    for kind, side in SIDES.values():
        books: dict[str, list[Decimal]] = defaultdict(lambda: [Decimal(0), Decimal(0)])
        for invoice in business.list_xero("Invoices"):
            for line in invoice["LineItems"] if invoice["Type"] == kind else ():
                books[line["TaxType"]][0] += line["LineAmount"]
                books[line["TaxType"]][1] += line["TaxAmount"]
        assert {name: (net, tax) for name, (net, tax) in books.items()} == add_by_tax_type(business.truth, side)
