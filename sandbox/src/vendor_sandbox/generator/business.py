"""Makes a believable UK wholesaler in a CRM, and the ledger that its people typed into before anything was synced.

The two belong together. The answer is the whole truth about them: what is wrong on purpose, what stands on both sides,
and what should be in the ledger in the end.
"""

from __future__ import annotations

from vendor_sandbox.core.wire import JsonObject
from vendor_sandbox.generator.bookkeeper import describe_bookkeeper
from vendor_sandbox.generator.company import Sizes, describe_planted, plan_company
from vendor_sandbox.generator.crm_faults import Saboteur, plant_crm_faults
from vendor_sandbox.generator.crm_filling import CrmFilling
from vendor_sandbox.generator.ledger_faults import plant_ledger_faults
from vendor_sandbox.generator.ledger_filling import LedgerFilling, describe_typed
from vendor_sandbox.generator.ledger_plan import LedgerPlan, LedgerPlanner
from vendor_sandbox.generator.oracle import describe_expected
from vendor_sandbox.generator.plan import Company
from vendor_sandbox.xero.organisation import Organisation
from vendor_sandbox.zoho.record_checks import Writing

QUOTES, SALES_ORDERS = 12, 10


def generate_business(writing: Writing, organisation: Organisation, *, seed: str) -> JsonObject:
    """Fill a CRM and a ledger that belong together; everything that is true of the two, as JSON.

    Raises ValueError if the CRM is not empty or knows one currency only.
    """
    if not writing.org.multi_currency:
        raise ValueError("the org needs multi_currency")
    if writing.org.tables["Accounts"].records or organisation.invoices:
        raise ValueError("both sides must be empty")
    company, directory = plan_company(writing, seed, Sizes(quotes=QUOTES, sales_orders=SALES_ORDERS))
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
        "planted": describe_planted(company, crm.ids),
        "already_there": _describe_already_there(writing, company, planner, crm.ids, ledger.ids),
        "expected": describe_expected(company),
        "typed": {"only_in_xero": describe_typed(planner.plan)},
        "bookkeeper": describe_bookkeeper(company.start_date),
    }


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
