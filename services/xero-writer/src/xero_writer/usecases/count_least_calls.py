"""The least number of Xero calls for what a run did, to be shown beside what was used."""

from sync_kit.contracts.vocabulary import Module, Outcome
from sync_kit.store import Session
from xero_writer.domain.call_floor import Work, least_calls
from xero_writer.store import ledger, references, runs
from xero_writer.usecases.read_ledger import CONTACTS, INVOICE_CHANGES, INVOICES, ITEMS

CONTACT_MODULES = (Module.ACCOUNTS, Module.CONTACTS)


async def count_least_calls(session: Session, tenant_id: str, run_id: str) -> int:
    """By the domain's formula, over the outcomes of the run and what had to be read for it."""
    counts = await runs.count_outcomes(session, tenant_id, run_id)
    sizes = await ledger.count_read_in(session, tenant_id, run_id)

    def count(outcome: Outcome, *modules: Module) -> int:
        return sum(counts.get((module, outcome), 0) for module in modules)

    return least_calls(
        Work(
            created_contacts=count(Outcome.CREATED, *CONTACT_MODULES),
            updated_contacts=count(Outcome.UPDATED, *CONTACT_MODULES),
            created_items=count(Outcome.CREATED, Module.PRODUCTS),
            updated_items=count(Outcome.UPDATED, Module.PRODUCTS),
            created_invoices=count(Outcome.CREATED, Module.INVOICES),
            updated_invoices=count(Outcome.UPDATED, Module.INVOICES),
            reference_parts=await references.count_read_in(session, tenant_id, run_id),
            ledger_contacts=sizes.get(CONTACTS),
            ledger_items=sizes.get(ITEMS),
            ledger_invoices=sizes.get(INVOICES),
            swept_invoices=sizes.get(INVOICE_CHANGES),
        )
    )
