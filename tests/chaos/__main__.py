"""`python -m tests.chaos --seeds 50 [--start 1]`."""

import sys

from tests.chaos.same_sets import start_with_fixed_sets

if __name__ == "__main__":
    start_with_fixed_sets("tests.chaos")
    from tests.chaos.command import main

    sys.exit(main(sys.argv[1:]))
