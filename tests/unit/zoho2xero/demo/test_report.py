"""The figures file says what its readers expect, money as text."""

import json
from decimal import Decimal
from pathlib import Path

from zoho2xero.demo.report import COUNTS, describe_ledger, describe_run, write_report


def test_the_report_has_runs_and_a_ledger(tmp_path: Path) -> None:
    run = {
        "run_id": "run_1",
        "state": "partial",
        "modules": [{"module": "invoices", "settled": 3, **dict.fromkeys(COUNTS, 1)}],
        "calls": {"zoho": {"used": 6, "least": 6}, "xero": {"used": 12, "least": 12}},
        "seconds": Decimal("4.9"),
    }
    ledger = {"invoices": 424, "total": Decimal("184248.33"), "contacts": 304, "items": 1963, "bills": 0}
    file = tmp_path / "report.json"
    write_report(file, [describe_run(run)], describe_ledger(ledger))
    assert json.loads(file.read_text()) == {
        "runs": [
            {
                "id": "run_1",
                "status": "partial",
                "modules": {"invoices": dict.fromkeys(COUNTS, 1)},
                "calls": {"zoho": 6, "xero": 12},
                "seconds": 4.9,
            }
        ],
        "ledger": {"invoices": 424, "total": "184248.33", "contacts": 304, "items": 1963, "bills": 0},
    }
