"""`make bench [SECTION=NAME,NAME] REPORT=FILE`: sections are measured, told on the screen and written as JSON, one key
for each. Nothing here passes or fails by a time."""

import argparse
import asyncio
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from tests.bench.growth import SIZES
from tests.bench.machine import describe_machine
from tests.bench.sections import SECTIONS, Extent

from sync_kit.contracts import codec

Json = dict[str, Any]


async def measure(names: Sequence[str], extent: Extent, console: Console, keep: Callable[[Json], None]) -> None:
    """The sections of these names; `keep` gets the report after each, so that what was measured is not lost with what
    follows."""
    report: Json = {"machine": describe_machine()}
    if extent.share != 1:
        report["share"] = extent.share
    minutes: dict[str, float] = {}
    for name in names:
        section = SECTIONS[name]
        console.print(f"{name}: {section.about} ...", highlight=False, markup=False)
        began = time.monotonic()
        found = await section.measure(extent, lambda text: console.print(f"  {text}", highlight=False, markup=False))
        minutes[name] = round((time.monotonic() - began) / 60, 1)
        # Calls and memory are one measurement and two keys.
        report |= found if name == "calls" else {name: found}
        report["minutes"] = {**minutes, "all": round(sum(minutes.values()), 1)}
        keep(report)
        console.print(f"  took {minutes[name]} minutes", highlight=False)


def main() -> int:
    """The exit code."""
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("--report", type=Path, default=None, help="write the figures there as JSON")
    parser.add_argument("--section", default="", help=f"some of {','.join(SECTIONS)}; all when it is not given")
    parser.add_argument("--growth", default=",".join(map(str, SIZES)), help="records of the tenants of that section")
    parser.add_argument("--share", type=float, default=1.0, help="of the records, to see that everything runs")
    options = parser.parse_args()
    names = [name for name in options.section.split(",") if name] or list(SECTIONS)
    unknown = sorted(set(names) - set(SECTIONS))
    if unknown:
        parser.error(f"no such section: {', '.join(unknown)}")
    extent = Extent(options.share, [int(size) for size in options.growth.split(",")])

    def keep(report: Json) -> None:
        if options.report is not None:
            options.report.write_bytes(codec.dumps(report) + b"\n")

    # Ended politely, whoever ends it: processes of its own are still to be stopped.
    signal.signal(signal.SIGTERM, lambda *_: signal.raise_signal(signal.SIGINT))
    asyncio.run(measure(names, extent, Console(), keep))
    return 0


if __name__ == "__main__":
    sys.exit(main())
