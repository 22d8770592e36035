"""Rows for the judge's tests, with good defaults: a UK company, one customer, one product, one approved invoice."""

from datetime import date
from decimal import Decimal
from typing import Any

from sync_kit.contracts.vocabulary import Module, Sending
from xero_writer.domain import keys
from xero_writer.domain.link_facts import LinkFacts
from xero_writer.domain.mapping_model import TenantMapping
from xero_writer.domain.reference import Account, Organisation, Reference, TaxRate
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
PRODUCT = ParentRef(Module.PRODUCTS, "200")
INVOICE = ParentRef(Module.INVOICES, "300")
CONTACT_ID = "11111111-1111-1111-1111-111111111111"
INVOICE_ID = "33333333-3333-3333-3333-333333333333"
ITEM_ID = "22222222-2222-2222-2222-222222222222"
ALL_MODULES = frozenset(Module)


def make_reference(**changes: Any) -> Reference:
    organisation = {"name": "Books Ltd", "base_currency": "GBP", **changes}
    rates = [
        TaxRate("OUTPUT2", "20% (VAT on Income)", "ACTIVE", Decimal(20), True),
        TaxRate("RROUTPUT", "5% (VAT on Income)", "ACTIVE", Decimal(5), True),
        TaxRate("INPUT2", "20% (VAT on Expenses)", "ACTIVE", Decimal(20), False),
        TaxRate("ZERORATEDOUTPUT", "Zero Rated Income", "ACTIVE", Decimal(0), True),
        TaxRate("OLD", "Old rate", "ARCHIVED", Decimal(20), True),
        TaxRate("NONE", "No VAT", "ACTIVE", Decimal(0), True),
    ]
    accounts = [
        Account("a-200", "200", "Sales", "REVENUE", "ACTIVE"),
        Account("a-201", "201", "Other sales", "REVENUE", "ACTIVE"),
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
    )


def make_mapping(**changes: Any) -> TenantMapping:
    body: dict[str, Any] = {
        "taxes": {"sales": {"VAT": "OUTPUT2", "Reduced": "RROUTPUT"}},
        "untaxed_sales": "NONE",
        "accounts": {"sales": "200"},
        **changes,
    }
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
    lines = changes.pop("lines", None)
    given = {name: changes.pop(name) for name in ("deleted", "lines_complete", "record_id") if name in changes}
    fields: dict[str, Any] = {
        "Invoice_Number": "536365",
        "Subject": "Sale 536365",
        "Status": "Approved",
        "Invoice_Date": "2010-12-01",
        "Due_Date": None,
        "Account_Name": {"id": "100", "name": "Customer 17850"},
        "Invoiced_Items": [make_line()] if lines is None else lines,
        "Grand_Total": Decimal("20.34"),
        **changes,
    }
    return StagedRecord(Module.INVOICES, given.pop("record_id", "300"), fields=fields, **given)


def make_account(record_id: str = "100", *, deleted: bool = False, **changes: Any) -> StagedRecord:
    return StagedRecord(
        Module.ACCOUNTS, record_id, deleted=deleted, fields={"Account_Name": "Customer 17850", **changes}
    )


def make_contact(record_id: str = "150", *, deleted: bool = False, **changes: Any) -> StagedRecord:
    fields = {"First_Name": "Ann", "Last_Name": "Lee", "Email": "ann@lee.example", **changes}
    return StagedRecord(Module.CONTACTS, record_id, deleted=deleted, fields=fields)


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
        PRODUCT: ParentView(ParentState.LINKED, ITEM_ID, facts),
    }


def give(record: StagedRecord, **changes: Any) -> JudgeInput:
    parents = linked_parents() if record.module is Module.INVOICES else {}
    return JudgeInput(**{"record": record, "parents": parents, **changes})


def ledger_contact(name: str = "Customer 17850", **changes: Any) -> LedgerContact:
    texts = {name: changes.pop(name, None) for name in ("number", "email", "town")}
    made = {
        "number_key": keys.number_key(texts["number"], KEY) if texts["number"] else None,
        "email_key": keys.email_key(texts["email"], KEY) if texts["email"] else None,
        "town_key": keys.town_key(texts["town"], KEY) if texts["town"] else None,
    }
    base = {"xero_id": CONTACT_ID, "status": "ACTIVE", "name_key": keys.name_key(name, KEY)}
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


def codes(reasons: Any) -> list[str]:
    return [reason.code for reason in reasons]
