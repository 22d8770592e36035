"""Carries a plan out in the CRM: custom fields, taxes, currencies, and every record on its own day.

Everything goes through the code that serves POST /crm/v8/{Module}, as a person's writing.
"""

from __future__ import annotations

import dataclasses
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Final

from vendor_sandbox.core.wire import JsonObject
from vendor_sandbox.generator.catalogue import TAX_PERCENTS, Product
from vendor_sandbox.generator.parties import make_domain
from vendor_sandbox.generator.plan import Company, Customer, Document, Line, Person, Supplier
from vendor_sandbox.generator.trading_year import DAYS
from vendor_sandbox.zoho.custom_fields import add_custom_field
from vendor_sandbox.zoho.record_checks import Writing
from vendor_sandbox.zoho.writing import insert_record

SUPPLIER_NUMBER_FIELD = "Supplier_Invoice_No"
MAIN_PERSON_FIELD = "Main_Contact"
CURRENCY_RATES: Final = {"EUR": Decimal("1.165"), "USD": Decimal("1.27")}
_OFFICE_OPENS = time(9, 0, tzinfo=UTC)
_OWN_FIELDS: Final = (
    ("Purchase_Orders", SUPPLIER_NUMBER_FIELD, "text"),
    ("Contacts", MAIN_PERSON_FIELD, "boolean"),
)
# module, lines, date field, due field, status field
_DOCUMENTS: Final = {
    "Invoices": ("Invoiced_Items", "Invoice_Date", "Due_Date", "Status"),
    "Purchase_Orders": ("Purchase_Items", "PO_Date", "Due_Date", "Status"),
    "Quotes": ("Quoted_Items", None, "Valid_Till", "Quote_Stage"),
    "Sales_Orders": ("Ordered_Items", None, "Due_Date", "Status"),
}


class CrmFilling:
    """One plan on its way into one org; `ids` has the CRM's id of every key, `made` the counts by module."""

    def __init__(self, writing: Writing, company: Company) -> None:
        self._writing = writing
        self._company = company
        self._second = 0
        self._private = {customer.key for customer in company.customers if customer.private}
        self.ids: dict[str, str] = {}
        self.made: dict[str, int] = {}

    def fill(self, *, abroad: bool) -> None:
        """Insert everything. Raises ValueError if Zoho refuses a record."""
        self._prepare(abroad=abroad)
        opening = self._company.today - timedelta(days=DAYS)
        for customer in self._company.customers:
            self._insert_customer(customer, opening)
        for supplier in self._company.suppliers:
            self._insert("Vendors", supplier.key, self._describe_supplier(supplier), opening)
        for product in self._company.products:
            self._insert("Products", product.key, _describe_product(product), opening)
        for document in sorted(self._company.documents, key=lambda one: one.dated):
            self._insert(document.module, document.key, self._describe_document(document), document.dated)

    def _prepare(self, *, abroad: bool) -> None:
        org = self._writing.org
        for name, percent in TAX_PERCENTS.items():
            if org.find_tax(name) is None:
                org.add_tax(name, percent)
        for code, rate in CURRENCY_RATES.items() if abroad else ():
            if org.find_currency(code) is None:
                org.add_currency(code, rate)
        for module, name, data_type in _OWN_FIELDS:
            table = org.tables[module]
            if name not in table.fields:
                wanted = {"field_label": name.replace("_", " "), "data_type": data_type}
                add_custom_field(org, table, wanted, "$.fields[0]")

    def _insert(self, module: str, key: str, record: JsonObject, day: date) -> str:
        org = self._writing.org
        known = {name: value for name, value in record.items() if value is not None and self._has(module, name)}
        result = insert_record(self._write_on(day), org.tables[module], known)
        if result["status"] != "success":
            raise ValueError(f"{module}: {result['code']} {result['details']}")
        self.made[module] = self.made.get(module, 0) + 1
        self.ids[key] = result["details"]["id"]
        return self.ids[key]

    def _has(self, module: str, name: str) -> bool:
        """An edition without custom fields has none to fill in."""
        return name in self._writing.org.tables[module].fields

    def _write_on(self, day: date) -> Writing:
        """Writing on that day, a second after the record before; never later than now."""
        self._second = (self._second + 1) % 28_800
        at = datetime.combine(day, _OFFICE_OPENS) + timedelta(seconds=self._second)
        return dataclasses.replace(self._writing, at=min(at, self._writing.at))

    def _insert_customer(self, customer: Customer, day: date) -> None:
        if customer.private:
            person = customer.people[0]
            address = customer.address
            record = {
                **_describe_person(person),
                MAIN_PERSON_FIELD: None,
                "Mailing_Street": address.street,
                "Mailing_City": address.town,
                "Mailing_State": address.county,
                "Mailing_Zip": address.code,
                "Mailing_Country": address.country,
            }
            self.ids[customer.key] = self._insert("Contacts", person.key, record, day)
            return
        account = self._insert("Accounts", customer.key, self._describe_account(customer), day)
        for person in customer.people:
            self._insert("Contacts", person.key, {**_describe_person(person), "Account_Name": {"id": account}}, day)

    def _describe_account(self, customer: Customer) -> JsonObject:
        address = customer.address
        return {
            "Account_Name": customer.name,
            "Account_Number": customer.number,
            "Phone": f"01632 960{int(customer.number[-3:]):03d}",
            "Website": f"https://www.{make_domain(customer.name)}",
            "Account_Type": "Customer",
            "Billing_Street": address.street,
            "Billing_City": address.town,
            "Billing_State": address.county or None,
            "Billing_Code": address.code,
            "Billing_Country": address.country,
            "Currency": self._find_currency(customer.currency),
        }

    def _describe_supplier(self, supplier: Supplier) -> JsonObject:
        address = supplier.address
        return {
            "Vendor_Name": supplier.name,
            "Email": supplier.email,
            "Street": address.street,
            "City": address.town,
            "State": address.county or None,
            "Zip_Code": address.code,
            "Country": address.country,
            "Currency": self._find_currency(supplier.currency),
        }

    def _describe_document(self, document: Document) -> JsonObject:
        lines, date_field, due_field, status_field = _DOCUMENTS[document.module]
        record: JsonObject = {
            "Subject": document.subject,
            **self._describe_party(document),
            due_field: document.due.isoformat() if document.due is not None else None,
            status_field: document.status,
            lines: [self._describe_line(line) for line in document.lines],
            "Currency": self._find_currency(document.currency),
            "Exchange_Rate": document.rate,
            "Discount": document.discount,
            "Adjustment": document.adjustment,
            "PO_Number": document.number,
            SUPPLIER_NUMBER_FIELD: document.supplier_number,
            "Purchase_Order": document.their_order,
            "Record_Status__s": document.record_status,
        }
        if date_field is not None:
            record[date_field] = document.dated.isoformat()
        return record

    def _describe_party(self, document: Document) -> JsonObject:
        if document.party is None:
            return {}
        party = {"id": self.ids[document.party]}
        if document.module == "Purchase_Orders":
            return {"Vendor_Name": party}
        if document.party in self._private:
            return {"Contact_Name": party}
        person = {"id": self.ids[document.person]} if document.person is not None else None
        return {"Account_Name": party, "Contact_Name": person}

    def _describe_line(self, line: Line) -> JsonObject:
        described: JsonObject = {
            "Product_Name": {"id": self.ids[line.product.key]},
            "Quantity": line.quantity,
            "List_Price": line.price,
        }
        if line.tax is not None:
            described["Line_Tax"] = [{"name": line.tax, "percentage": TAX_PERCENTS[line.tax]}]
        if line.discount is not None:
            described["Discount"] = line.discount
        return described

    def _find_currency(self, code: str) -> str | None:
        """Only an org with several currencies says which."""
        return code if self._writing.org.multi_currency else None


def _describe_person(person: Person) -> JsonObject:
    return {
        "First_Name": person.first,
        "Last_Name": person.last,
        "Email": person.email,
        "Phone": person.phone,
        "Title": person.title or None,
        MAIN_PERSON_FIELD: person.is_main,
    }


def _describe_product(product: Product) -> JsonObject:
    return {
        "Product_Name": product.name,
        "Product_Code": product.code,
        "Unit_Price": product.price,
        "Tax": [product.tax] if product.tax is not None else None,
        "Taxable": product.tax is not None,
        "Usage_Unit": product.unit,
        "Description": f"{product.name}, sold by the {product.unit.lower()}.",
    }
