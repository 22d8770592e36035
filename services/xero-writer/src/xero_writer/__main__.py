"""`python -m xero_writer`: bring the store up to date, then serve. With `dead-letters`: what was set aside."""

import sys

from sync_kit.app import run_service
from sync_kit.clock import SystemClock
from sync_kit.consumer import manage_dead_letters
from sync_kit.store import Store
from sync_kit.store.migrate import upgrade
from xero_writer.app import NAME, build
from xero_writer.settings import Settings
from xero_writer.store import KIT_TABLES, METADATA


def main(arguments: list[str]) -> None:
    """Serves without arguments. Exits with status 2 for an unknown command."""
    settings = Settings.load()
    if not arguments:
        upgrade(settings.database_url, "xero_writer")
        run_service(NAME, settings, build)
        return

    def open_store() -> Store:
        return Store.open(settings.database_url, metadata=METADATA, clock=SystemClock(), name=NAME)

    sys.exit(manage_dead_letters(arguments, open_store, KIT_TABLES, program="python -m xero_writer", out=sys.stdout))


if __name__ == "__main__":
    main(sys.argv[1:])
