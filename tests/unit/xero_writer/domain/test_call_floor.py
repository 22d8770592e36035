"""The least calls for a given work."""

import pytest

from xero_writer.domain.call_floor import Work, least_calls


@pytest.mark.parametrize(
    ("work", "calls"),
    [
        (Work(), 0),
        (Work(created_invoices=1), 1),
        (Work(created_invoices=50), 1),
        (Work(created_invoices=51), 2),
        (Work(updated_invoices=50, swept_invoices=50, reference_parts=1), 3),
        (Work(ledger_contacts=0, ledger_items=0, ledger_invoices=1001), 4),
        (Work(updated_items=1, swept_items=True), 2),
    ],
)
def test_pages_hold_a_thousand_and_batches_fifty(work: Work, calls: int) -> None:
    assert least_calls(work) == calls


def test_a_first_sync_of_ten_thousand_invoices_needs_no_more_than_the_target() -> None:
    work = Work(
        created_contacts=2000,
        created_items=500,
        created_invoices=10_000,
        reference_parts=4,
        ledger_contacts=2000,
        ledger_items=500,
        ledger_invoices=10_000,
    )
    assert least_calls(work) == 267
