"""`python -m auth [serve|migrate|rewrap]`: run the service, bring its store up to date, or re-seal the vault."""

import asyncio
import sys

from auth.app import NAME, build, build_keyring
from auth.settings import Settings
from auth.store import METADATA
from auth.usecases.rewrap_vault import rewrap_vault
from sync_kit.app import run_service
from sync_kit.clock import SystemClock
from sync_kit.logs import configure_logging, get_logger
from sync_kit.store import Store
from sync_kit.store.migrate import upgrade

COMMANDS = ("serve", "migrate", "rewrap")


def main(arguments: list[str]) -> None:
    """Serving brings the store up to date first. Exits with status 2 for an unknown command."""
    command = arguments[0] if arguments else "serve"
    if command not in COMMANDS or len(arguments) > 1:
        sys.exit(f"usage: python -m auth [{'|'.join(COMMANDS)}]")
    settings = Settings.load()
    upgrade(settings.database_url, NAME)
    if command == "rewrap":
        asyncio.run(_rewrap(settings))
    elif command == "serve":
        run_service(NAME, settings, build)


async def _rewrap(settings: Settings) -> None:
    configure_logging(settings.log_level, service=NAME)
    store = Store.open(settings.database_url, metadata=METADATA, clock=SystemClock(), name=NAME)
    try:
        done = await rewrap_vault(store=store, keyring=build_keyring(settings))
    finally:
        await store.close()
    get_logger(__name__).info("vault_rewrapped", sealed_anew=done, current_key=settings.vault_current_key)


if __name__ == "__main__":
    main(sys.argv[1:])
