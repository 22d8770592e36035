"""`python -m tests.state --examples 50 [--seed N]`.

Sets of texts are ordered by a seed that Python draws at its start: a process that drew one starts itself anew without,
before it imports anything.
"""

import os
import sys

HASH_SEED = "0"

if __name__ == "__main__":
    if os.environ.get("PYTHONHASHSEED") != HASH_SEED:
        os.environ["PYTHONHASHSEED"] = HASH_SEED
        os.execv(sys.executable, [sys.executable, "-W", "ignore", "-m", "tests.state", *sys.argv[1:]])  # noqa: S606
    from tests.state.command import main

    sys.exit(main(sys.argv[1:]))
