"""Makes a believable UK wholesaler in a CRM.

The same seed on the same day makes the same company. With faults, a few things are wrong on purpose, and the answer
says which.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from vendor_sandbox.core.wire import JsonObject
from vendor_sandbox.generator.catalogue import STANDARD, plan_catalogue
from vendor_sandbox.generator.crm_faults import Saboteur, plant_crm_faults
from vendor_sandbox.generator.crm_filling import CrmFilling
from vendor_sandbox.generator.parties import Directory
from vendor_sandbox.generator.plan import Company, Planted
from vendor_sandbox.generator.trade import Trade
from vendor_sandbox.generator.trading_year import find_lock_date, find_start_date
from vendor_sandbox.zoho.record_checks import Writing


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
    company, directory = plan_company(writing, seed, sizes)
    if with_faults and company.customers and any(one.tax == STANDARD for one in company.products):
        plant_crm_faults(Saboteur(company, directory), abroad=writing.org.multi_currency)
    filling = CrmFilling(writing, company)
    filling.fill(abroad=writing.org.multi_currency)
    answer: JsonObject = dict(filling.made)
    if with_faults:
        answer["planted"] = describe_planted(company, filling.ids)
    return answer


def plan_company(writing: Writing, seed: str, sizes: Sizes) -> tuple[Company, Directory]:
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


def describe_planted(company: Company, ids: dict[str, str]) -> list[JsonObject]:
    """What is wrong on purpose, by the CRM's ids."""
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
