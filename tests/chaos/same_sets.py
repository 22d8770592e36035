"""Sets of texts are ordered by a seed that Python draws at its start: a process that drew one starts itself anew
without, before it imports anything else."""

import os
import sys

HASH_SEED = "0"


def start_with_fixed_sets(module: str) -> None:
    """Returns in a process whose sets are ordered the same each time; `module` is what it runs."""
    if os.environ.get("PYTHONHASHSEED") != HASH_SEED:
        os.environ["PYTHONHASHSEED"] = HASH_SEED
        os.execv(sys.executable, [sys.executable, "-W", "ignore", "-m", module, *sys.argv[1:]])  # noqa: S606
