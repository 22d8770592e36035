"""`python -m auth [serve|migrate|rewrap|rotate-signing-key [--at-once]]`: run the service, bring its store up to date,
re-seal the vault with the current key, or change the key that signs API tokens.
"""

import asyncio
import sys

from auth.app import NAME, build, build_keyring
from auth.settings import Settings
from auth.store import METADATA
from auth.usecases.keep_signing_keys import SigningKeys
from auth.usecases.rewrap_vault import rewrap_vault
from sync_kit.app import run_service
from sync_kit.clock import SystemClock
from sync_kit.logs import configure_logging, get_logger
from sync_kit.store import Store
from sync_kit.store.migrate import upgrade

COMMANDS = ("serve", "migrate", "rewrap", "rotate-signing-key")


def main(arguments: list[str]) -> None:
    """Serving brings the store up to date first. Exits with status 2 for an unknown command."""
    command = arguments[0] if arguments else "serve"
    at_once = arguments == ["rotate-signing-key", "--at-once"]
    if command not in COMMANDS or (len(arguments) > 1 and not at_once):
        sys.exit(f"usage: python -m auth [{'|'.join(COMMANDS)} [--at-once]]")
    settings = Settings.load()
    upgrade(settings.database_url, NAME)
    if command == "rewrap":
        asyncio.run(_rewrap(settings))
    elif command == "rotate-signing-key":
        asyncio.run(_rotate_signing_key(settings, at_once=at_once))
    elif command == "serve":
        run_service(NAME, settings, build)


async def _rewrap(settings: Settings) -> None:
    configure_logging(settings.log_level, service=NAME)
    store = Store.open(settings.database_url, metadata=METADATA, clock=SystemClock(), name=NAME, one_writer=True)
    try:
        done = await rewrap_vault(store=store, keyring=build_keyring(settings))
    finally:
        await store.close()
    get_logger(__name__).info("vault_rewrapped", sealed_anew=done, current_key=settings.vault_current_key)


async def _rotate_signing_key(settings: Settings, *, at_once: bool) -> None:
    configure_logging(settings.log_level, service=NAME)
    store = Store.open(settings.database_url, metadata=METADATA, clock=SystemClock(), name=NAME, one_writer=True)
    try:
        keys = SigningKeys(store, build_keyring(settings), settings.signing_key_pem)
        if keys.is_configured and not at_once:
            sys.exit("the key is configured: put a new one into AUTH_SIGNING_KEY_PEM and restart")
        key_id = await (keys.replace_at_once() if at_once else keys.rotate())
    finally:
        await store.close()
    get_logger(__name__).info("signing_key_rotated", key_id=key_id, at_once=at_once)


if __name__ == "__main__":
    main(sys.argv[1:])
