"""The formula for the least calls, held against the figures that the product promises."""

import pytest

from sync_kit.contracts.vocabulary import Module
from zoho_reader.domain.call_floor import Work, count_least_calls
from zoho_reader.domain.sources import Source

BIG = {
    Source.CONTACTS: 2_000,
    Source.ACCOUNTS: 2_000,
    Source.PRODUCTS: 500,
    Source.INVOICE_LINES: 30_000,
    Source.INVOICES: 10_000,
}


@pytest.mark.parametrize(
    ("work", "calls"),
    [
        (Work(), 0),
        (Work(scanned=BIG, changed=dict.fromkeys(BIG, 0)), 24),
        (Work(changed=dict.fromkeys(BIG, 0)), 1),
        (Work(changed={Source.INVOICES: 20}, groups={Module.INVOICES: 20}), 2),
        (Work(changed={Source.INVOICES: 50, Source.INVOICE_LINES: 150}, groups={Module.INVOICES: 50}), 4),
        (Work(changed={Source.INVOICES: 2_025}), 2),
        (Work(changed={Source.INVOICES: 2_026}), 3),
        (Work(headers={Module.ACCOUNTS: 51}, groups={Module.ACCOUNTS: 51}, wholes={Module.INVOICES: 11}), 7),
        (Work(groups={Module.INVOICES: 50}, further_pages=2), 3),
    ],
)
def test_the_least_calls_of_a_work(work: Work, calls: int) -> None:
    assert count_least_calls(work) == calls
