"""The state machine's command: so many examples; what fails is printed at its shortest, and the exit code is 1."""

import argparse
import os
import resource
import sys
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Final

from hypothesis import HealthCheck, Phase, seed, settings
from hypothesis.stateful import get_state_machine_test
from tests.chaos.founding import found
from tests.chaos.logbook import keep_logbook
from tests.chaos.moments import watch_product
from tests.chaos.planted import PLANTED, plant
from tests.chaos.repeatable import make_repeatable
from tests.chaos.warmth import share_compiled_statements
from tests.state.fork import StageForks
from tests.state.machine import SyncMachine

IN_MEMORY: Final = Path("/dev/shm")  # noqa: S108 (stores of an example live as long as the example)


def main(arguments: Sequence[str]) -> int:
    """Live the examples and report."""
    options = read_options(arguments)
    for engine in ("TEST_DATABASE_URL", "TEST_KAFKA_BOOTSTRAP"):
        os.environ.pop(engine, None)  # examples are lived on files of this process alone
    make_repeatable()
    watch_product()
    share_compiled_statements()
    logged = keep_logbook()
    parent = IN_MEMORY if os.access(IN_MEMORY, os.W_OK) else None
    with tempfile.TemporaryDirectory(prefix="state-", dir=parent) as folder:
        forks = StageForks(found(Path(folder) / "founded", sending="used"), Path(folder), logged)
        forks.warm_up()
        if options.planted is not None:
            plant(options.planted)
        test = get_state_machine_test(lambda: SyncMachine(forks.fork), settings=read_settings(options))
        if options.seed is not None:
            test = seed(options.seed)(test)
        try:
            test()
        except Exception:  # noqa: BLE001 (whatever it is, an example has failed; the notes tell its steps)
            say(traceback.format_exc())
            failed = True
        else:
            failed = False
        used = resource.getrusage(resource.RUSAGE_CHILDREN)
        say(f"{forks.count} examples lived, {used.ru_utime + used.ru_stime:.0f} CPU s")
        say("\n".join(f"{count} {what}" for what, count in sorted(forks.met.items())))
    return int(failed)


def say(text: str) -> None:
    """To whoever waits for it, at once."""
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def read_settings(options: argparse.Namespace) -> settings:
    """The same examples each time, unless a seed is given."""
    phases = [Phase.explicit, Phase.generate, *([] if options.as_found else [Phase.shrink])]
    return settings(
        max_examples=options.examples,
        stateful_step_count=options.steps,
        derandomize=options.seed is None,
        database=None,
        deadline=None,
        print_blob=False,
        report_multiple_bugs=False,
        suppress_health_check=list(HealthCheck),
        phases=phases,
    )


def read_options(arguments: Sequence[str]) -> argparse.Namespace:
    """The command line."""
    parser = argparse.ArgumentParser(prog="python -m tests.state", description=__doc__)
    parser.add_argument("--examples", type=int, default=50, help="how many")
    parser.add_argument("--steps", type=int, default=25, help="how long each")
    parser.add_argument("--seed", type=int, help="other examples than those that CI lives")
    parser.add_argument("--planted", choices=sorted(PLANTED), help="break the product on purpose: must be found")
    parser.add_argument("--as-found", action="store_true", help="print what fails as it was met, without shortening it")
    return parser.parse_args(arguments)
