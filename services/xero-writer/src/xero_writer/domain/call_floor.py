"""The least number of Xero calls that a given work needs, to be shown beside what was used."""

from dataclasses import dataclass
from typing import Final

PAGE: Final = 1000
BATCH: Final = 50


@dataclass(frozen=True)
class Work:
    """What a run did. Creates and updates are counted by Xero's lists: accounts and contacts are both contacts.

    `ledger_*` are the sizes of what had to be read before the first creation, None where that was known already;
    `swept_invoices` are the invoices that Xero changed since the last look, None where none had to be asked for.
    `reference_parts` were fetched (of four).
    """

    created_contacts: int = 0
    updated_contacts: int = 0
    created_items: int = 0
    updated_items: int = 0
    created_invoices: int = 0
    updated_invoices: int = 0
    reference_parts: int = 0
    ledger_contacts: int | None = None
    ledger_items: int | None = None
    ledger_invoices: int | None = None
    swept_invoices: int | None = None
    swept_items: bool = False


def least_calls(work: Work) -> int:
    """One call a page of 1,000 read, one a batch of 50 written; items are one unpaged list."""
    written = (
        work.created_contacts,
        work.updated_contacts,
        work.created_items,
        work.updated_items,
        work.created_invoices,
        work.updated_invoices,
    )
    paged = (work.ledger_contacts, work.ledger_invoices, work.swept_invoices)
    return (
        sum(_divide_up(count, BATCH) for count in written)
        + sum(max(1, _divide_up(count, PAGE)) for count in paged if count is not None)
        + (work.ledger_items is not None)
        + work.swept_items
        + work.reference_parts
    )


def _divide_up(count: int, by: int) -> int:
    return -(-count // by)
