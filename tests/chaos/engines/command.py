"""`python -m tests.chaos.engines`: stories on real processes and engines; the last line is JSON."""

import argparse
import asyncio
import json
import tempfile
import time
import traceback
from collections.abc import Sequence
from pathlib import Path

from tests.chaos.command import say
from tests.chaos.engines.plan import draw_plan
from tests.chaos.engines.story import EnginesStory
from tests.chaos.farm import Lived
from tests.chaos.report import Total, explain, has_failed, tell_all
from tests.fixtures.own_engines import list_environment

from zoho2xero.engines import throwaway_engines


def main(arguments: Sequence[str]) -> int:
    """Live the stories one after the other, each on engines of its own, and report."""
    options = read_options(arguments)
    total = Total()
    for seed in range(options.start, options.start + options.seeds):
        began = time.monotonic()
        lived = asyncio.run(_live(seed))
        total.add(lived)
        if has_failed(lived) or options.verbose:
            say(explain(lived, f"python -m tests.chaos.engines --seeds 1 --start {seed} --verbose"))
            say(tell_all(lived))
        outcome = lived.outcome
        say(
            f"seed {seed}: {'FAILED' if has_failed(lived) else 'clean'}, {outcome.runs} syncs, {outcome.kills} kills, "
            f"{outcome.faults} faults of the vendors, {time.monotonic() - began:.0f} s"
        )
    say(json.dumps(total.to_json()))
    return 0 if total.is_clean else 1


def read_options(arguments: Sequence[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos.engines", description=__doc__)
    parser.add_argument("--seeds", type=int, default=3, help="how many")
    parser.add_argument("--start", type=int, default=1, help="the first of them")
    parser.add_argument("--verbose", action="store_true", help="tell everything of every seed")
    return parser.parse_args(arguments)


async def _live(seed: int) -> Lived:
    with tempfile.TemporaryDirectory(prefix="chaos-engines-") as folder:
        async with throwaway_engines(environment=list_environment()) as engines:
            story = EnginesStory(draw_plan(seed), engines, Path(folder))
            broke_off = None
            try:
                await story.live()
            except Exception as error:  # noqa: BLE001 (whatever it is, the seed has failed)
                broke_off = "".join(traceback.format_exception(error)[-8:])
    return Lived(seed, story.outcome, broke_off, 0.0)
