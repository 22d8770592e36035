"""Carries out in Xero what people typed there: settings, an account for carriage, contacts, items, documents, payments.

Everything goes through the code behind Xero's own pages. The period is locked last, so that older documents fit.
"""

from __future__ import annotations

from datetime import UTC, datetime, time
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from vendor_sandbox.core.state import SandboxCore
from vendor_sandbox.core.wire import JsonObject
from vendor_sandbox.generator.bookkeeper import CARRIAGE_SALES_ACCOUNT, PURCHASES_ACCOUNT, SALES_ACCOUNT, SALES_TAXES
from vendor_sandbox.generator.catalogue import STANDARD, Product
from vendor_sandbox.generator.ledger_plan import LedgerContact, LedgerPlan, TypedDocument, TypedLine
from vendor_sandbox.generator.plan import Company
from vendor_sandbox.xero.control_edits import write_as_person
from vendor_sandbox.xero.new_organisation import change_settings
from vendor_sandbox.xero.organisation import Organisation
from vendor_sandbox.xero.writing import WriteContext

CENT = Decimal("0.01")
BANK_ACCOUNT = "090"
STOCK_ACCOUNT = "630"
_AFTERNOON = time(15, 30, tzinfo=UTC)


class LedgerFilling:
    """One plan on its way into one organisation; `ids` has Xero's id of every key, `made` the counts."""

    def __init__(self, core: SandboxCore, organisation: Organisation, company: Company, plan: LedgerPlan) -> None:
        self._core = core
        self._organisation = organisation
        self._company = company
        self._plan = plan
        self.ids: dict[str, str] = {}
        self.made: dict[str, int] = {}

    def fill(self, numbers: dict[str, str]) -> None:
        """Type everything in; `numbers` has the numbers of the CRM's documents. Raises ControlRefusedError."""
        change_settings(self._organisation, {"currencies": ["EUR"], "multi_currency": True})
        carriage = {"Code": CARRIAGE_SALES_ACCOUNT, "Name": "Carriage Charged to Customers", "Type": "REVENUE"}
        self._write("Accounts", {**carriage, "TaxType": SALES_TAXES[STANDARD]})
        for contact in self._plan.contacts:
            self._write_contact(contact)
        for product in self._plan.items:
            self._write_item(product)
        for product, _ in self._plan.tracked:
            self._write_item(product, is_tracked=True)
        for document in sorted(self._plan.documents, key=lambda one: (one.type, one.dated)):
            self._write_document(document, numbers)
        for contact in self._plan.contacts:
            if contact.is_archived:
                self._write("Contacts", {"ContactStatus": "ARCHIVED"}, self.ids[contact.key])
        change_settings(self._organisation, {"period_lock_date": self._company.lock_date.isoformat()})

    def _write(
        self,
        kind: str,
        raw: JsonObject,
        record_id: str | None = None,
        *,
        at: datetime | None = None,
        counted_as: str | None = None,
    ) -> JsonObject:
        now = self._core.clock.now()
        context = WriteContext(self._core, self._organisation, min(at or now, now), unit_places=4)
        shown: dict[str, Any] = write_as_person(context, kind, raw, record_id)
        if record_id is None:
            name = counted_as or kind
            self.made[name] = self.made.get(name, 0) + 1
        return shown

    def _write_contact(self, contact: LedgerContact) -> None:
        raw: JsonObject = {"Name": contact.name, "EmailAddress": contact.email, "AccountNumber": contact.number}
        if contact.address is not None:
            address = contact.address
            raw["Addresses"] = [
                {
                    "AddressType": "POBOX",
                    "AddressLine1": address.street,
                    "City": address.town,
                    "Region": address.county,
                    "PostalCode": address.code,
                    "Country": address.country,
                }
            ]
        if contact.has_terms:
            raw["PaymentTerms"] = {"Sales": {"Day": 30, "Type": "DAYSAFTERBILLDATE"}}
        self.ids[contact.key] = self._write("Contacts", raw)["ContactID"]

    def _write_item(self, product: Product, *, is_tracked: bool = False) -> None:
        account = CARRIAGE_SALES_ACCOUNT if product.category == "carriage" else SALES_ACCOUNT
        tax_type = SALES_TAXES[product.tax or STANDARD]
        raw: JsonObject = {
            "Code": product.code,
            "Name": product.name,
            "Description": product.name,
            "SalesDetails": {"UnitPrice": product.price, "AccountCode": account, "TaxType": tax_type},
        }
        if is_tracked:
            cost = (product.price / 2).quantize(CENT)
            raw["InventoryAssetAccountCode"] = STOCK_ACCOUNT
            raw["PurchaseDetails"] = {"UnitPrice": cost, "COGSAccountCode": PURCHASES_ACCOUNT, "TaxType": "INPUT2"}
        self._write("Items", raw)

    def _write_document(self, document: TypedDocument, numbers: dict[str, str]) -> None:
        number = numbers[document.numbered_as] if document.numbered_as is not None else document.number
        at = datetime.combine(document.dated, _AFTERNOON)
        raw: JsonObject = {
            "Type": document.type,
            "Status": document.status,
            "Contact": {"ContactID": self.ids[document.contact]},
            "InvoiceNumber": number,
            "Date": document.dated.isoformat(),
            "DueDate": document.due.isoformat(),
            "LineAmountTypes": "Exclusive",
            "LineItems": [_describe_line(line) for line in document.lines],
        }
        kind = "Invoices" if document.type == "ACCREC" else "Bills"
        shown = self._write("Invoices", raw, at=at, counted_as=kind)
        if document.stands_for is not None:
            self.ids[document.stands_for] = shown["InvoiceID"]
        if document.paid_percent:
            amount = (shown["Total"] * document.paid_percent / 100).quantize(CENT, ROUND_HALF_UP)
            payment = {
                "Invoice": {"InvoiceID": shown["InvoiceID"]},
                "Account": {"Code": BANK_ACCOUNT},
                "Date": min(document.due, self._company.today).isoformat(),
                "Amount": amount,
            }
            self._write("Payments", payment, at=datetime.combine(document.due, _AFTERNOON))


def _describe_line(line: TypedLine) -> JsonObject:
    return {
        "Description": line.text,
        "Quantity": line.quantity,
        "UnitAmount": line.price,
        "DiscountAmount": line.discount,
        "AccountCode": line.account,
        "TaxType": line.tax_type,
        "ItemCode": line.item,
    }


def describe_typed(plan: LedgerPlan) -> JsonObject:
    """What only Xero has, by TaxType, added up by the generator's own arithmetic. Sums are text with two places."""
    own = [document for document in plan.documents if document.stands_for is None]
    sales = [document for document in own if document.type == "ACCREC"]
    purchases = [document for document in own if document.type == "ACCPAY"]
    return {
        "sales_by_rate": _add_up(sales),
        "purchases_by_rate": _add_up(purchases),
        "documents": {"Invoices": len(sales), "Bills": len(purchases)},
    }


def _add_up(documents: list[TypedDocument]) -> JsonObject:
    sums: dict[str, list[Decimal]] = {}
    for line in (line for document in documents for line in document.lines):
        net = line.quantity * line.price - (line.discount or 0)
        percent = {"OUTPUT2": 20, "INPUT2": 20, "RROUTPUT": 5}.get(line.tax_type, 0)
        rate = sums.setdefault(line.tax_type, [Decimal("0.00"), Decimal("0.00")])
        rate[0] += net
        rate[1] += (net * percent / 100).quantize(CENT, ROUND_HALF_UP)
    return {"GBP": {name: {"net": str(net), "tax": str(tax)} for name, (net, tax) in sorted(sums.items())}}
