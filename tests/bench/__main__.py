"""`make bench REPORT=FILE`: every section measured, told on the screen and written as JSON. Nothing here passes or
fails by a time."""

import argparse
import asyncio
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

from rich.console import Console
from tests.bench.business import Size
from tests.bench.calls import measure_calls
from tests.bench.machine import describe_machine
from tests.bench.overhead import measure_overhead

from sync_kit.contracts import codec


async def measure(console: Console, keep: Callable[[dict[str, Any]], None]) -> None:
    """All sections; `keep` gets the report after each, so that what was measured is not lost with what follows."""
    began = time.monotonic()
    size = Size()
    console.print(
        f"Calls and memory: {size.invoices:,} invoices of 3 lines, {size.accounts:,} accounts, {size.products:,} "
        "products, everything sent, into a ledger as large ...",
        highlight=False,
    )
    report: dict[str, Any] = {"machine": describe_machine(), **await measure_calls(size)}
    for name, calls in report["calls"].items():
        console.print(f"  {name:<10} {calls['zoho']:>5} Zoho calls  {calls['xero']:>5} Xero calls", highlight=False)
    console.print(f"  peak memory of the four services: {report['peak_memory_mb']} MB", highlight=False)
    keep(report)
    console.print("Overhead over a bare replay: 5 pairs at 100 ms a call, 5 at none ...", highlight=False)
    report["overhead"] = await measure_overhead(tell=lambda text: console.print(f"  {text}", highlight=False))
    overhead = report["overhead"]
    console.print(f"  wall ratio {overhead['wall_ratio']}, CPU ratio {overhead['cpu_ratio']}", highlight=False)
    report["minutes"] = round((time.monotonic() - began) / 60, 1)
    keep(report)
    console.print(f"Took {report['minutes']} minutes.", highlight=False)


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--report", type=Path, default=None, help="write the figures there as JSON")
    options = parser.parse_args()

    def keep(report: dict[str, Any]) -> None:
        if options.report is not None:
            options.report.write_bytes(codec.dumps(report) + b"\n")

    asyncio.run(measure(Console(), keep))
    return 0


if __name__ == "__main__":
    sys.exit(main())
