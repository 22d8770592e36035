"""`python -m tests.chaos.engines --seeds 3 [--start 1]`."""

import sys

from tests.chaos.engines.command import main

if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
