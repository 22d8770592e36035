"""The chaos command: seeded fault runs; the last line is JSON, the exit code 1 when the promise was not kept."""

import argparse
import json
import sys
from collections.abc import Sequence

from tests.chaos.farm import Farm
from tests.chaos.plan import MATTERS
from tests.chaos.planted import PLANTED
from tests.chaos.report import Total, explain, has_failed, tell_all


def main(arguments: Sequence[str]) -> int:
    """Live the stories and report."""
    options = read_options(arguments)
    farm = Farm(jobs=options.jobs, without=options.without, planted=options.planted)
    total = Total()
    for lived in farm.live(range(options.start, options.start + options.seeds)):
        total.add(lived)
        if has_failed(lived) or options.verbose:
            say(explain(lived, write_command(lived.seed, options)))
        if options.verbose:
            say(tell_all(lived))
        if has_failed(lived) and options.until_found:
            break
        if total.seeds % 10 == 0:
            say(f"{total.seeds} seeds, {total.cpu_seconds / total.seeds:.1f} CPU s each")
    say(f"{total.seeds} seeds, {total.cpu_seconds:.0f} CPU s")
    say(json.dumps(total.to_json()))
    return 0 if total.is_clean else 1


def say(text: str) -> None:
    """To whoever waits for it, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def read_options(arguments: Sequence[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.chaos", description=__doc__)
    parser.add_argument("--seeds", type=int, default=50, help="how many")
    parser.add_argument("--start", type=int, default=1, help="the first of them")
    parser.add_argument("--jobs", type=int, default=2, help="how many at once")
    parser.add_argument("--without", nargs="*", default=[], choices=MATTERS, help="leave matters out, to find a cause")
    parser.add_argument("--planted", choices=sorted(PLANTED), help="break the product on purpose: must be found")
    parser.add_argument("--until-found", action="store_true", help="stop at the first failure")
    parser.add_argument("--verbose", action="store_true", help="tell everything of every seed")
    return parser.parse_args(arguments)


def write_command(seed: int, options: argparse.Namespace) -> str:
    """How to live that one story again."""
    without = f" --without {' '.join(options.without)}" if options.without else ""
    planted = f" --planted {options.planted}" if options.planted else ""
    return f"python -m tests.chaos --seeds 1 --start {seed} --verbose{without}{planted}"
