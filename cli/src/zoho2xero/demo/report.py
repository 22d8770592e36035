"""The figures of a demo, as people and programs read them."""

from pathlib import Path
from typing import Any

from sync_kit.contracts import codec

COUNTS = ("extracted", "created", "updated", "linked", "unchanged", "locked", "skipped", "blocked", "failed")


def describe_run(run: dict[str, Any]) -> dict[str, Any]:
    """A run as the report has it."""
    return {
        "id": run["run_id"],
        "status": run["state"],
        "modules": {module["module"]: {count: module[count] for count in COUNTS} for module in run["modules"]},
        "calls": {vendor: calls["used"] for vendor, calls in run["calls"].items()},
        "seconds": float(run["seconds"]),
    }


def describe_ledger(summary: dict[str, Any]) -> dict[str, Any]:
    """What stands in Xero; money as text."""
    return {
        "invoices": summary["invoices"],
        "total": str(summary["total"]),
        "contacts": summary["contacts"],
        "items": summary["items"],
        "bills": summary["bills"],
    }


def write_report(file: Path, runs: list[dict[str, Any]], ledger: dict[str, Any]) -> None:
    """Write `{"runs": [...], "ledger": {...}}`."""
    file.write_bytes(codec.dumps({"runs": runs, "ledger": ledger}) + b"\n")
