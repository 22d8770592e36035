"""`python -m tests.state --examples 50 [--seed N]`."""

import sys

from tests.chaos.same_sets import start_with_fixed_sets

if __name__ == "__main__":
    start_with_fixed_sets("tests.state")
    from tests.state.command import main

    sys.exit(main(sys.argv[1:]))
