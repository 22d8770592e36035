"""The least calls for a given work."""

import pytest

from xero_writer.domain.call_floor import Reading, Work, least_calls
from xero_writer.domain.lanes import Lane


@pytest.mark.parametrize(
    ("work", "calls"),
    [
        (Work(), 0),
        (Work(created={Lane.BILLS: 1}), 1),
        (Work(created={Lane.SALES_INVOICES: 50}), 1),
        (Work(created={Lane.SALES_INVOICES: 51}), 2),
        (Work(created={Lane.SALES_INVOICES: 1, Lane.BILLS: 1}), 2),
        (Work(updated={Lane.SALES_INVOICES: 50}, looked_up=frozenset({Lane.SALES_INVOICES}), reference_parts=1), 3),
        (Work(readings=(Reading("Contacts", 0), Reading("Items", 3000), Reading("Invoices", 1001))), 4),
        (Work(readings=(Reading("Quotes", 101), Reading("PurchaseOrders", 101))), 3),
    ],
)
def test_pages_hold_a_thousand_and_batches_fifty(work: Work, calls: int) -> None:
    assert least_calls(work) == calls


def test_a_first_sync_of_ten_thousand_invoices_needs_no_more_than_the_target() -> None:
    work = Work(
        created={Lane.CONTACTS: 2000, Lane.ITEMS: 500, Lane.SALES_INVOICES: 10_000},
        reference_parts=5,
        readings=(Reading("Contacts", 2000), Reading("Items", 500), Reading("Invoices", 10_000)),
    )
    assert least_calls(work) == 268
