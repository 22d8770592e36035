"""Rows for the judge's tests, with good defaults: a UK company, a customer, a supplier, a product, its documents."""

from datetime import date
from decimal import Decimal
from typing import Any

from sync_kit.contracts.vocabulary import Module, Sending
from xero_writer.domain import keys
from xero_writer.domain.document_kinds import CRM_WORDS, XeroKind
from xero_writer.domain.link_facts import LinkFacts
from xero_writer.domain.mapping_model import TenantMapping
from xero_writer.domain.reference import Account, Organisation, Reference, TaxRate, TrackingCategory
from xero_writer.domain.rows import (
    JudgeContext,
    JudgeInput,
    LedgerContact,
    LedgerDocument,
    LedgerItem,
    ParentState,
    ParentView,
    RunSettings,
    StagedRecord,
)
from xero_writer.domain.verdicts import ParentRef

KEY = b"a key for tests only"
ACCOUNT = ParentRef(Module.ACCOUNTS, "100")
VENDOR = ParentRef(Module.VENDORS, "160")
PRODUCT = ParentRef(Module.PRODUCTS, "200")
INVOICE = ParentRef(Module.INVOICES, "300")
CONTACT_ID = "11111111-1111-1111-1111-111111111111"
SUPPLIER_ID = "44444444-4444-4444-4444-444444444444"
INVOICE_ID = "33333333-3333-3333-3333-333333333333"
ITEM_ID = "22222222-2222-2222-2222-222222222222"
ALL_MODULES = frozenset(Module)


def make_reference(**changes: Any) -> Reference:
    rates_known = changes.pop("rates", {})
    organisation = {"name": "Books Ltd", "base_currency": "GBP", **changes}
    rates = [
        TaxRate("OUTPUT2", "20% (VAT on Income)", "ACTIVE", Decimal(20), True, False),
        TaxRate("RROUTPUT", "5% (VAT on Income)", "ACTIVE", Decimal(5), True, False),
        TaxRate("INPUT2", "20% (VAT on Expenses)", "ACTIVE", Decimal(20), False),
        TaxRate("RRINPUT", "5% (VAT on Expenses)", "ACTIVE", Decimal(5), False),
        TaxRate("ZERORATEDOUTPUT", "Zero Rated Income", "ACTIVE", Decimal(0), True, False),
        TaxRate("EXEMPTOUTPUT", "Exempt Income", "ACTIVE", Decimal(0), True, False),
        TaxRate("OLD", "Old rate", "ARCHIVED", Decimal(20), True),
        TaxRate("NONE", "No VAT", "ACTIVE", Decimal(0), True),
    ]
    accounts = [
        Account("a-200", "200", "Sales", "REVENUE", "ACTIVE"),
        Account("a-201", "201", "Other sales", "REVENUE", "ACTIVE"),
        Account("a-205", "205", "Carriage", "REVENUE", "ACTIVE"),
        Account("a-310", "310", "Purchases", "DIRECTCOSTS", "ACTIVE"),
        Account("a-311", "311", "Other purchases", "DIRECTCOSTS", "ACTIVE"),
        Account("a-260", "260", "Gone", "REVENUE", "ARCHIVED"),
        Account("a-090", "090", "Bank", "BANK", "ACTIVE"),
        Account("a-610", "610", "Debtors", "CURRENT", "ACTIVE", system_account="DEBTORS"),
        Account("a-860", "860", "Rounding", "EXPENSE", "ACTIVE", system_account="ROUNDING"),
    ]
    return Reference(
        Organisation(**organisation),
        accounts={account.code: account for account in accounts},
        tax_rates={rate.tax_type: rate for rate in rates},
        currencies=frozenset({"GBP", "USD"}),
        tracking={
            "Region": TrackingCategory("Region", "ACTIVE", {"North": "ACTIVE", "South": "ACTIVE", "East": "ARCHIVED"}),
            "Old": TrackingCategory("Old", "ARCHIVED", {"North": "ACTIVE"}),
        },
        rates=rates_known,
    )


def make_mapping(**changes: Any) -> TenantMapping:
    body: dict[str, Any] = {
        "taxes": {
            "sales": {"VAT": "OUTPUT2", "Reduced": "RROUTPUT"},
            "purchases": {"VAT": "INPUT2", "Reduced": "RRINPUT"},
            "untaxed_sales": "NONE",
            "untaxed_purchases": "NONE",
        },
        "accounts": {"sales": "200", "purchases": "310"},
    }
    for name, value in changes.items():
        # Taxes and accounts are completed, so that a test names only what it is about.
        body[name] = {**body[name], **value} if name in body and value else value
    return TenantMapping.model_validate(body)


def make_context(
    mapping: TenantMapping | None = None,
    reference: Reference | None = None,
    *,
    sending: Sending = Sending.ALL,
    start: date = date(2010, 1, 1),
    **changes: Any,
) -> JudgeContext:
    given: dict[str, Any] = {
        "mapping": mapping or make_mapping(),
        "settings": RunSettings(start, sending),
        "digest_key": KEY,
        "reference": reference or make_reference(),
        "ledger_read": ALL_MODULES,
        "swept": ALL_MODULES,
        "crm_web_url": "https://crm.zoho.eu/crm/org20001",
        **changes,
    }
    return JudgeContext(**given)


def make_line(**changes: Any) -> dict[str, Any]:
    return {
        "id": "1",
        "Product_Name": {"id": "200", "name": "LANTERN"},
        "Quantity": Decimal(6),
        "List_Price": Decimal("3.39"),
        "Description": "WHITE METAL LANTERN",
        "Line_Tax": [],
        **changes,
    }


def make_invoice(**changes: Any) -> StagedRecord:
    """An approved invoice."""
    fields: dict[str, Any] = {
        "Invoice_Number": "536365",
        "Subject": "Sale 536365",
        "Status": "Approved",
        "Invoice_Date": "2010-12-01",
        "Due_Date": None,
        "Account_Name": {"id": "100", "name": "Customer 17850"},
    }
    return make_document(Module.INVOICES, fields, changes)


def make_order(**changes: Any) -> StagedRecord:
    """A delivered purchase order."""
    fields: dict[str, Any] = {
        "PO_Number": "PO-7",
        "Subject": "Lanterns",
        "Status": "Delivered",
        "PO_Date": "2010-12-01",
        "Vendor_Name": {"id": "160", "name": "Lamps Ltd"},
    }
    return make_document(Module.PURCHASE_ORDERS, fields, changes)


def make_quote(**changes: Any) -> StagedRecord:
    """A confirmed quote."""
    fields: dict[str, Any] = {
        "Quote_Number": "Q-5",
        "Subject": "Lanterns for the hall",
        "Quote_Stage": "Confirmed",
        "Created_Time": "2010-12-01T23:30:00-05:00",
        "Valid_Till": "2010-12-31",
        "Account_Name": {"id": "100", "name": "Customer 17850"},
    }
    return make_document(Module.QUOTES, fields, changes)


def make_sales_order(**changes: Any) -> StagedRecord:
    """An approved sales order."""
    fields: dict[str, Any] = {
        "SO_Number": "SO-3",
        "Subject": "Lanterns",
        "Status": "Approved",
        "Created_Time": "2010-12-01T09:00:00+01:00",
        "Account_Name": {"id": "100", "name": "Customer 17850"},
    }
    return make_document(Module.SALES_ORDERS, fields, changes)


def make_document(module: Module, fields: dict[str, Any], changes: dict[str, Any]) -> StagedRecord:
    lines = changes.pop("lines", None)
    given = {name: changes.pop(name) for name in ("deleted", "lines_complete", "record_id") if name in changes}
    given = {"record_id": "300", **given}
    lines_field = CRM_WORDS[module].lines_field
    money = {lines_field: [make_line()] if lines is None else lines, "Grand_Total": Decimal("20.34")}
    return StagedRecord(module, fields={**fields, **money, **changes}, **given)


def make_account(record_id: str = "100", *, deleted: bool = False, **changes: Any) -> StagedRecord:
    return StagedRecord(
        Module.ACCOUNTS, record_id, deleted=deleted, fields={"Account_Name": "Customer 17850", **changes}
    )


def make_contact(record_id: str = "150", *, deleted: bool = False, **changes: Any) -> StagedRecord:
    fields = {"First_Name": "Ann", "Last_Name": "Lee", "Email": "ann@lee.example", **changes}
    return StagedRecord(Module.CONTACTS, record_id, deleted=deleted, fields=fields)


def make_vendor(record_id: str = "160", *, deleted: bool = False, **changes: Any) -> StagedRecord:
    return StagedRecord(Module.VENDORS, record_id, deleted=deleted, fields={"Vendor_Name": "Lamps Ltd", **changes})


def make_product(record_id: str = "200", *, deleted: bool = False, **changes: Any) -> StagedRecord:
    fields = {
        "Product_Name": "WHITE METAL LANTERN",
        "Product_Code": "71053",
        "Unit_Price": Decimal("3.39"),
        **changes,
    }
    return StagedRecord(Module.PRODUCTS, record_id, deleted=deleted, fields=fields)


def linked_parents(**item_facts: Any) -> dict[ParentRef, ParentView]:
    facts = LinkFacts(**{"code": "71053", "account_code": "200", "line_text": "WHITE METAL LANTERN", **item_facts})
    return {
        ACCOUNT: ParentView(ParentState.LINKED, CONTACT_ID, LinkFacts()),
        VENDOR: ParentView(ParentState.LINKED, SUPPLIER_ID, LinkFacts()),
        PRODUCT: ParentView(ParentState.LINKED, ITEM_ID, facts),
    }


def give(record: StagedRecord, **changes: Any) -> JudgeInput:
    parents = linked_parents() if record.module in CRM_WORDS else {}
    return JudgeInput(**{"record": record, "parents": parents, **changes})


def ledger_contact(name: str = "Customer 17850", **changes: Any) -> LedgerContact:
    texts = {name: changes.pop(name, None) for name in ("number", "email", "town")}
    made = {
        "number_key": keys.number_key(texts["number"], KEY) if texts["number"] else None,
        "email_key": keys.email_key(texts["email"], KEY) if texts["email"] else None,
        "town_key": keys.town_key(texts["town"], KEY) if texts["town"] else None,
    }
    names = {"name_key": keys.name_key(name, KEY), "loose_key": keys.loose_name_key(name, KEY)}
    base = {"xero_id": CONTACT_ID, "status": "ACTIVE", **names}
    return LedgerContact(**{**base, **made, **changes})


def ledger_item(code: str = "71053", name: str = "WHITE METAL LANTERN", **changes: Any) -> LedgerItem:
    base = {
        "xero_id": ITEM_ID,
        "code": code,
        "code_key": keys.code_key(code, KEY),
        "name_key": keys.name_key(name, KEY),
    }
    return LedgerItem(**{**base, **changes})


def ledger_invoice(number: str = "536365", **changes: Any) -> LedgerDocument:
    base = {
        "xero_id": INVOICE_ID,
        "number_key": keys.number_key(number, KEY),
        "status": "DRAFT",
        "contact_id": CONTACT_ID,
        "currency": "GBP",
        "dated": date(2010, 12, 1),
        "total": Decimal("20.34"),
        "amount_due": Decimal("20.34"),
    }
    return LedgerDocument(**{**base, **changes})


def ledger_bill(number: str = "PO-7", **changes: Any) -> LedgerDocument:
    return ledger_invoice(number, **{"kind": XeroKind.BILL, "contact_id": SUPPLIER_ID, **changes})


def codes(reasons: Any) -> list[str]:
    return [reason.code for reason in reasons]
