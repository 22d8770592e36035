"""`python -m sync_kit.bus --bus-url kafka://host:port`: make the topics, or correct them; says what it did."""

import argparse
import asyncio
import sys
from collections.abc import Sequence

from sync_kit.bus.kafka_topics import ensure_topics
from sync_kit.errors import TryLaterError


def main(arguments: Sequence[str]) -> int:
    """Returns the exit status: 0, 1 when the broker did not answer or refused, 2 for a wrong argument."""
    parser = argparse.ArgumentParser(prog="python -m sync_kit.bus", description="Make the topics at the broker.")
    parser.add_argument("--bus-url", required=True, help="kafka://host:port[,host:port][?prefix=]")
    parser.add_argument("--partitions", type=int, default=12, help="at least so many for each topic")
    parser.add_argument("--replication", type=int, default=1, help="copies of each topic")
    options = parser.parse_args(arguments)
    try:
        done = asyncio.run(
            ensure_topics(options.bus_url, partitions=options.partitions, replication=options.replication)
        )
    except ValueError as error:
        parser.error(str(error))
    except TryLaterError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.writelines(f"{line}\n" for line in done or ["every topic is as it must be"])
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
