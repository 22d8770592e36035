"""Makes a believable UK wholesaler: in the CRM alone, or in the CRM and in a ledger that people typed into before.

The same seed on the same day makes the same company. With faults, a few things are wrong on purpose, and the answer
says which.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from vendor_sandbox.core.wire import JsonObject
from vendor_sandbox.generator.bookkeeper import describe_bookkeeper
from vendor_sandbox.generator.catalogue import STANDARD, plan_catalogue
from vendor_sandbox.generator.crm_faults import Saboteur, plant_crm_faults
from vendor_sandbox.generator.crm_filling import CrmFilling
from vendor_sandbox.generator.ledger_faults import plant_ledger_faults
from vendor_sandbox.generator.ledger_filling import LedgerFilling, describe_typed
from vendor_sandbox.generator.ledger_plan import LedgerPlan, LedgerPlanner
from vendor_sandbox.generator.oracle import describe_expected
from vendor_sandbox.generator.parties import Directory
from vendor_sandbox.generator.plan import Company, Planted
from vendor_sandbox.generator.trade import Trade
from vendor_sandbox.generator.trading_year import find_lock_date, find_start_date
from vendor_sandbox.xero.organisation import Organisation
from vendor_sandbox.zoho.record_checks import Writing

QUOTES, SALES_ORDERS = 12, 10
"""How many a company on both sides has."""


@dataclass(frozen=True, slots=True)
class Sizes:
    """How much of everything. `contacts` is the number of people at the accounts; None: none to three at each, and a
    few private customers."""

    accounts: int = 114
    contacts: int | None = None
    products: int = 80
    invoices: int = 300
    vendors: int = 30
    purchase_orders: int = 80
    quotes: int = 0
    sales_orders: int = 0


def generate_company(writing: Writing, *, seed: str, sizes: Sizes, with_faults: bool = False) -> JsonObject:
    """Fill a CRM alone; how many records of each module were made and, with faults, what was planted.

    Raises ValueError if Zoho refuses a record.
    """
    company, directory = _plan_company(writing, seed, sizes)
    if with_faults and company.customers and any(one.tax == STANDARD for one in company.products):
        plant_crm_faults(Saboteur(company, directory), abroad=writing.org.multi_currency)
    filling = CrmFilling(writing, company)
    filling.fill(abroad=writing.org.multi_currency)
    answer: JsonObject = dict(filling.made)
    if with_faults:
        answer["planted"] = _describe_planted(company, filling.ids)
    return answer


def generate_business(writing: Writing, organisation: Organisation, *, seed: str) -> JsonObject:
    """Fill a CRM and a ledger that belong together; everything that is true of the two, as JSON.

    Raises ValueError if the CRM is not empty or knows one currency only.
    """
    if not writing.org.multi_currency:
        raise ValueError("the org needs multi_currency")
    if writing.org.tables["Accounts"].records or organisation.invoices:
        raise ValueError("both sides must be empty")
    company, directory = _plan_company(writing, seed, Sizes(quotes=QUOTES, sales_orders=SALES_ORDERS))
    saboteur = Saboteur(company, directory)
    planner = LedgerPlanner(company, directory)
    plant_crm_faults(saboteur, abroad=True)
    planner.plan_contacts()
    planner.plan_items()
    plant_ledger_faults(saboteur, planner)
    planner.plan_documents()
    crm = CrmFilling(writing, company)
    crm.fill(abroad=True)
    ledger = LedgerFilling(writing.core, organisation, company, planner.plan)
    ledger.fill(_list_numbers(writing, company, crm.ids))
    return {
        "seed": seed,
        "today": company.today.isoformat(),
        "lock_date": company.lock_date.isoformat(),
        "books_start_date": company.start_date.isoformat(),
        "made": {"zoho": crm.made, "xero": ledger.made},
        "planted": _describe_planted(company, crm.ids),
        "already_there": _describe_already_there(writing, company, planner, crm.ids, ledger.ids),
        "expected": describe_expected(company),
        "typed": {"only_in_xero": describe_typed(planner.plan)},
        "bookkeeper": describe_bookkeeper(company.start_date),
    }


def _plan_company(writing: Writing, seed: str, sizes: Sizes) -> tuple[Company, Directory]:
    """Everything that is right; without several currencies nobody is abroad."""
    abroad, today = writing.org.multi_currency, writing.at.date()
    directory = Directory(seed)
    products = plan_catalogue(seed, sizes.products)
    customers = directory.plan_customers(sizes.accounts, sizes.contacts, abroad=abroad)
    suppliers = directory.plan_suppliers(sizes.vendors, customers, abroad=abroad)
    trade = Trade(seed, today, products)
    documents = [
        *trade.plan_invoices(customers, sizes.invoices),
        *trade.plan_orders(suppliers, sizes.purchase_orders),
        *trade.plan_offers(customers, sizes.quotes, sizes.sales_orders),
    ]
    lock_date = find_lock_date(today)
    start_date: date = find_start_date(lock_date)
    return Company(seed, today, lock_date, start_date, customers, suppliers, products, documents), directory


def _describe_planted(company: Company, ids: dict[str, str]) -> list[JsonObject]:
    return [_describe_one(company, planted, ids) for planted in company.planted]


def _describe_one(company: Company, planted: Planted, ids: dict[str, str]) -> JsonObject:
    held = [company.get_document(key) for key in planted.holds]
    described: JsonObject = {
        "kind": planted.kind,
        "module": planted.module,
        "record_id": ids[planted.key],
        "about": planted.about,
        "goes": planted.goes,
        "holds": [{"module": document.module, "record_id": ids[document.key]} for document in held],
    }
    if planted.then is not None:
        described["then"] = {"module": planted.module, "record_id": ids[planted.key], "changes": dict(planted.then)}
    return described


def _list_numbers(writing: Writing, company: Company, ids: dict[str, str]) -> dict[str, str]:
    """The numbers that the CRM gave to its invoices, by key."""
    records = writing.org.tables["Invoices"].records
    invoices = [document.key for document in company.documents if document.module == "Invoices"]
    return {key: records[ids[key]]["Invoice_Number"] for key in invoices}


def _describe_already_there(
    writing: Writing, company: Company, planner: LedgerPlanner, crm_ids: dict[str, str], ledger_ids: dict[str, str]
) -> JsonObject:
    """What stands in both from the start: to be linked, never made twice."""
    numbers = _list_numbers(writing, company, crm_ids)
    plan: LedgerPlan = planner.plan
    return {
        "contacts": [
            {
                "module": "Vendors" if contact.customer.startswith("supplier:") else "Accounts",
                "record_id": crm_ids[contact.customer],
                "xero_id": ledger_ids[contact.key],
                "how": contact.how,
            }
            for contact in plan.contacts
            if contact.customer is not None
        ],
        "documents": [
            {
                "module": "Invoices",
                "record_id": crm_ids[document.key],
                "xero_id": ledger_ids[document.key],
                "number": numbers[document.key],
            }
            for document in planner.adopted
        ],
    }
